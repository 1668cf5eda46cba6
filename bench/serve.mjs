/** Opens `page/index.html` in a real Chromium, isolated as the page is, with the bundle's folder beside it. */

import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { createServer } from 'vite';
import { findBrowser } from '../scripts/find-browser.mjs';
import { prepareAssets } from '../scripts/prepare-assets.mjs';

export const BENCH = dirname(fileURLToPath(import.meta.url));
export const ROOT = resolve(BENCH, '..');
// the second: memory is measured at once, not with the next collection of garbage
const ARGUMENTS = ['--no-sandbox', '--enable-blink-features=ForceEagerMeasureMemory'];
const START_MS = 180_000;
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
/** What is a model or WebAssembly: scripts are served unbundled here, and would count too much. */
const WEIGHTS = /\.(onnx|wasm|tflite|bin|json)$/;

/**
 * @param {string} bundle folder with manifest.json
 * @param {(open: () => Promise<Opened>) => Promise<T>} use a page each time it is called; all are closed when it returns
 * @returns {Promise<T>}
 * @template T
 * @typedef {{ ask: (request: object) => Promise<any>, bytes: () => number, close: () => Promise<void>, version: string }} Opened
 */
export async function withBrowser(bundle, use) {
  await prepareAssets({ root: ROOT });
  const server = await createServer({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    cacheDir: join(ROOT, 'node_modules/.vite-bench'),
    optimizeDeps: {
      exclude: ['onnxruntime-web', '@huggingface/transformers'],
      include: ['@mediapipe/tasks-vision', '@huggingface/tokenizers'],
    },
    server: {
      ...{ port: 0, host: '127.0.0.1', hmr: false, watch: null, headers: HEADERS },
      fs: { allow: [ROOT, resolve(bundle)] },
    },
  });
  await server.listen();
  const base = `http://127.0.0.1:${server.httpServer.address().port}/`;
  const browser = await chromium.launch({ executablePath: findBrowser(), args: ARGUMENTS });
  try {
    return await use(() => open(browser, base, bundle));
  } finally {
    await browser.close();
    await server.close();
  }
}

async function open(browser, base, bundle) {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(START_MS);
  page.on('pageerror', (error) => console.error(`page: ${error.message}`));
  let bytes = 0;
  page.on('requestfinished', (request) => {
    if (!WEIGHTS.test(new URL(request.url()).pathname)) return;
    void request.sizes().then(({ responseBodySize }) => (bytes += responseBodySize));
  });
  await page.goto(`${base}bench/page/index.html`);
  await page.waitForFunction(() => 'ask' in globalThis);
  const served = (folder) => `${base}@fs/${resolve(folder).split(sep).filter(Boolean).join('/')}/`;
  const urls = {
    assetBase: `${base}generated/`,
    actorBase: `${base}actor/`,
    bundle: served(bundle),
    peers: served(join(BENCH, 'node_modules')),
  };
  await page.evaluate((given) => globalThis.ask({ kind: 'urls', urls: given }), urls);
  return {
    ask: (request) => page.evaluate((asked) => globalThis.ask(asked), request),
    bytes: () => bytes,
    close: () => context.close(),
    version: browser.version(),
  };
}
