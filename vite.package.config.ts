/**
 * `lib/`, what the npm package ships: the headless entry, the elements (Lit stays the user's), both workers, and with
 * `--mode script` the one script for pages without a bundler, Lit within. Workers are named by `new URL('./worker.js', import.meta.url)`,
 * which every bundler understands and browsers do too.
 */

import { fileURLToPath } from 'node:url';
import { defineConfig, type Rolldown } from 'vite';
import { fewFiles } from './scripts/build/chunks.mjs';
import { readableByBundlers } from './scripts/build/for-bundlers.mjs';
import { literals } from './scripts/build/literals.mjs';
import { plainImports } from './scripts/build/plain-imports.mjs';
import { speechRuntime } from './scripts/build/speech-runtime.mjs';
import { workerFiles } from './scripts/build/worker-files.mjs';
import { knownManifest } from './scripts/vite/known-manifest.mjs';

const LIBRARY = {
  index: 'src/index.ts',
  elements: 'src/elements/index.ts',
  worker: 'src/runtime/worker.ts',
  'speech-worker': 'src/speech/worker.ts',
};
const SCRIPT = { 'memo-bert': 'src/elements/index.ts' };
const root = fileURLToPath(new URL('.', import.meta.url));
/** A bundler divides the rest anew for its own user. */
const SCRIPT_FILES = fewFiles({
  elements: `${root}src/elements/index.ts`,
  headless: `${root}src/index.ts`,
  worker: `${root}src/runtime/worker.ts`,
  start: `${root}src/recogniser/with-model.ts`,
  time: `${root}src/elements/over-time.ts`,
  beside: [],
});

export default defineConfig(({ mode }) => {
  const script = mode === 'script';
  const names: Rolldown.OutputOptions = {
    entryFileNames: '[name].js',
    chunkFileNames: script ? 'script/[name].js' : 'chunks/[name].js',
    assetFileNames: 'assets/[name][extname]',
  };
  return {
    root,
    base: './',
    publicDir: false,
    plugins: [
      knownManifest({ root }),
      workerFiles(),
      speechRuntime(),
      literals(),
      plainImports(),
      readableByBundlers(),
    ],
    // of the worklet
    worker: { format: 'es', rollupOptions: { output: { entryFileNames: 'assets/[name].js' } } },
    build: {
      outDir: 'lib',
      emptyOutDir: !script,
      target: 'es2023',
      // a bundler does it for its own user
      minify: script,
      modulePreload: false,
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1500,
      reportCompressedSize: false,
      rollupOptions: {
        input: script ? SCRIPT : LIBRARY,
        external: script ? [] : /^(?:lit|@lit\/localize)(?:\/|$)/,
        preserveEntrySignatures: 'strict',
        output: script ? { ...names, codeSplitting: SCRIPT_FILES } : names,
      },
    },
  };
});
