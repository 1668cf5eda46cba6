/**
 * The examples in React, Vue and Svelte, against the package as it is built (`npm run package`): `npx vite -c vite.examples.config.ts`
 * serves them, `vite build` puts them beside the page, into `dist/frameworks/`.
 */

import { fileURLToPath } from 'node:url';
import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const PAGES = ['react/index', 'react/hydrated', 'vue/index', 'svelte/index'];

export default defineConfig({
  root: at('examples'),
  base: './',
  publicDir: at('public'),
  plugins: [
    vue({ template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('memo-') } } }),
    svelte({ configFile: false, preprocess: vitePreprocess() }),
  ],
  // as the package's exports map has them
  resolve: {
    alias: [
      { find: /^memo-bert$/, replacement: at('lib/index.js') },
      { find: /^memo-bert\/(\w+)$/, replacement: `${at('lib')}/$1.js` },
    ],
  },
  build: {
    outDir: at('dist/frameworks'),
    emptyOutDir: true,
    // the page has them
    copyPublicDir: false,
    target: 'es2023',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
    rollupOptions: { input: PAGES.map((page) => at(`examples/${page}.html`)) },
  },
});
