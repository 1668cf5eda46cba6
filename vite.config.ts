import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { configDefaults } from 'vitest/config';
import { literals } from './scripts/build/literals.mjs';
import { plainImports } from './scripts/build/plain-imports.mjs';
import { modelCard } from './scripts/model-card.mjs';
import { speechRuntime } from './scripts/build/speech-runtime.mjs';
import { prepareAssets } from './scripts/prepare-assets.mjs';
import { ISOLATION, PAGE_HEADERS, POLICY } from './scripts/vite/policy.mjs';
import { serviceWorker } from './scripts/vite/service-worker.mjs';

const root = fileURLToPath(new URL('.', import.meta.url));

function policy(): Plugin {
  return {
    name: 'memo-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

function assets(): Plugin {
  return {
    name: 'memo-assets',
    async buildStart() {
      await prepareAssets({ root });
    },
  };
}

export default defineConfig({
  root,
  base: './',
  // a file that is not there is a 404, not the page
  appType: 'mpa',
  plugins: [
    policy(),
    assets(),
    speechRuntime(),
    modelCard({ root }),
    literals(),
    plainImports(),
    serviceWorker({ root }),
  ],
  worker: { format: 'es', plugins: () => [speechRuntime(), plainImports()] },
  optimizeDeps: { exclude: ['onnxruntime-web', '@huggingface/transformers'] },
  server: { headers: ISOLATION },
  preview: { headers: PAGE_HEADERS },
  // the engine's own chunk is large by nature
  build: {
    target: 'es2023',
    chunkSizeWarningLimit: 1500,
    // its helper looks for a document, and what is imported late must also load in a worker
    modulePreload: false,
    assetsInlineLimit: 0,
    rollupOptions: {
      // the page, and modules under names that stay, for pages of others: the elements, and what is under them
      input: {
        index: 'index.html',
        parts: 'examples/parts.html',
        states: 'examples/states.html',
        gallery: 'examples/gallery.html',
        card: 'model-card.html',
        'memo-bert': 'src/elements/index.ts',
        recogniser: 'src/index.ts',
      },
      preserveEntrySignatures: 'exports-only',
      output: {
        entryFileNames: ({ name }) =>
          name === 'memo-bert' || name === 'recogniser' ? `${name}.js` : 'assets/[name]-[hash].js',
      },
    },
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'tests/**/*.test.ts', 'bench/*.test.ts'],
    exclude: configDefaults.exclude,
  },
});
