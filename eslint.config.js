import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist',
      'lib',
      'node_modules',
      'public',
      'training/{.cache,.venv,results,runs}',
      'test-results',
      '.setup',
      '.cache',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    rules: {
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60, skipComments: true, skipBlankLines: true }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    // to whoever loads it twice: no run fails by it, and no element is there to tell it
    files: ['src/elements/custom-element.ts'],
    rules: { 'no-console': ['error', { allow: ['warn'] }] },
  },
  {
    // code to copy, so no TypeScript
    files: ['examples/**/*.js'],
    languageOptions: { globals: { document: 'readonly' } },
  },
  {
    // elements never touch a session, inference never touches the DOM
    files: ['src/elements/**', 'src/app/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['**/runtime/*', '**/capture/*', '**/encoders/*'], allowTypeImports: true },
            { group: ['onnxruntime-web*', '@mediapipe/*'] },
          ],
        },
      ],
    },
  },
  {
    // knows of the browser only
    files: ['src/capture/**'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex:
                '^(\\.\\./)+(app|elements|encoders|export|measure|memobert|offline|recogniser|runtime|speech)(/|$)',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/{encoders,memobert,runtime}/**'],
    rules: { 'no-restricted-globals': ['error', 'document', 'window'] },
  },
  {
    files: ['bin/**', 'scripts/**', 'tests/**', 'training/**', 'bench/**', '**/*.test.ts', '**/testing/**'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        fetch: 'readonly',
        setTimeout: 'readonly',
        performance: 'readonly',
        clearTimeout: 'readonly',
      },
    },
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-console': 'off',
    },
  },
);
