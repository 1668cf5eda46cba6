import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { configDefaults } from 'vitest/config';
import { fewFiles } from './scripts/build/chunks.mjs';
import { literals } from './scripts/build/literals.mjs';
import { plainImports } from './scripts/build/plain-imports.mjs';
import { workerEntries } from './scripts/build/worker-files.mjs';
import { modelCard } from './scripts/model-card.mjs';
import { smaller } from './scripts/build/smaller.mjs';
import { speechRuntime } from './scripts/build/speech-runtime.mjs';
import { prepareAssets } from './scripts/prepare-assets.mjs';
import { unnamedPackages } from './scripts/third-party.mjs';
import { ByPath } from './scripts/vite/by-path.mjs';
import { ISOLATION, PAGE_HEADERS, POLICY } from './scripts/vite/policy.mjs';
import { knownManifest } from './scripts/vite/known-manifest.mjs';
import { preloads } from './scripts/vite/preloads.mjs';
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

/** To compress weights at each request takes the preview's server up to 1.6 s and saves a twelfth; a host does it once. */
function plainWeights(): Plugin {
  return {
    name: 'memo-plain-weights',
    configurePreviewServer({ middlewares }) {
      middlewares.use((request, _response, next) => {
        if (request.url?.includes('.onnx')) delete request.headers['accept-encoding'];
        next();
      });
    },
  };
}

/** No script may contain what THIRD_PARTY.md does not name. */
function thirdParty(): Plugin {
  return {
    name: 'memo-third-party',
    apply: 'build',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
      const unnamed = unnamedPackages(chunks.flatMap(({ modules }) => Object.keys(modules)));
      if (unnamed.length > 0)
        this.error(`The build contains ${unnamed.join(', ')}: name it in scripts/third-party.mjs.`);
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
    preloads('index.html'),
    assets(),
    knownManifest({ root }),
    speechRuntime(),
    modelCard({ root }),
    literals(),
    workerEntries(),
    plainImports(),
    smaller(),
    serviceWorker({ root }),
    thirdParty(),
    plainWeights(),
  ],
  worker: { format: 'es', plugins: () => [speechRuntime(), plainImports(), thirdParty()] },
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
        codeSplitting: fewFiles({
          elements: `${root}src/elements/index.ts`,
          headless: `${root}src/index.ts`,
          worker: `${root}src/runtime/worker.ts`,
          start: `${root}src/recogniser/with-model.ts`,
          time: `${root}src/elements/over-time.ts`,
          beside: [`${root}src/speech/worker.ts`, `${root}src/app/memo-offline.ts`],
        }),
      },
    },
  },
  test: {
    environment: 'node',
    // no file leaves anything behind, in whatever order: modules are read once a process, not once a file
    isolate: false,
    setupFiles: 'src/testing/after-each.ts',
    sequence: { sequencer: ByPath },
    include: [
      'src/**/*.test.ts',
      'bin/*.test.ts',
      'scripts/**/*.test.ts',
      'tests/**/*.test.ts',
      'bench/*.test.ts',
    ],
    exclude: configDefaults.exclude,
    // ends what hangs; a busy machine is no fault
    testTimeout: 60_000,
  },
});
