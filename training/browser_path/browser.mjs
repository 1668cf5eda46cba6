/** Opens `harness.html` in a real Chromium, served by Vite, with folders of this machine beside it. */
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { createServer } from 'vite';
import { findBrowser } from '../../scripts/find-browser.mjs';
import { prepareAssets } from '../../scripts/prepare-assets.mjs';

const START_MS = 180_000;
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * @param {{ bundle: string, part: 'face' | 'voice', folders: Record<string, string>, faceGraph?: string }} options
 *   `bundle`: folder with manifest.json; `folders`: what the page may read, by name
 * @param {(harness: {
 *   classes: string[],
 *   graphs: string[],
 *   look: (name: string, file: string, mode: object) => Promise<object>,
 *   listen: (wave: string[], raw: string[], clip: object) => Promise<object>,
 * }) => Promise<T>} use `look`: a picture of a folder; `listen`: a clip, its files as [name of a folder, file]
 * @returns {Promise<T>} what `use` returned; browser and server are closed by then
 * @template T
 */
export async function withHarness({ bundle, part, folders, faceGraph }, use) {
  await prepareAssets({ root: ROOT });
  const outside = [bundle, ...Object.values(folders)].map((folder) => resolve(folder));
  const server = await createServer({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    cacheDir: join(ROOT, 'node_modules/.vite-browser-path'),
    optimizeDeps: { exclude: ['onnxruntime-web'], include: ['@mediapipe/tasks-vision'] },
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null, fs: { allow: [ROOT, ...outside] } },
  });
  await server.listen();
  let browser;
  try {
    const base = `http://127.0.0.1:${server.httpServer.address().port}/`;
    // Vite's own way to files outside of its root
    const served = (folder) =>
      `${base}@fs/${resolve(folder).split(sep).filter(Boolean).map(encodeURIComponent).join('/')}`;
    browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
    const page = await browser.newPage();
    // a machine that trains beside this is slow to serve modules
    page.setDefaultTimeout(START_MS);
    page.on('pageerror', (error) => console.error(`page: ${error.message}`));
    await page.goto(`${base}training/browser_path/harness.html`);
    await page.waitForFunction(() => 'ask' in globalThis);
    const ask = (request) => page.evaluate((asked) => globalThis.ask(asked), request);
    const setup = { part, bundleUrl: `${served(bundle)}/`, assetBase: `${base}generated/`, faceGraph };
    const urlOf = (name, file) =>
      `${served(folders[name])}/${file.split('/').map(encodeURIComponent).join('/')}`;
    return await use({
      ...(await ask({ setup })),
      look: (name, file, mode) => ask({ url: urlOf(name, file), mode }),
      listen: (wave, raw, clip) => ask({ clip: { ...clip, waveUrl: urlOf(...wave), rawUrl: urlOf(...raw) } }),
    });
  } finally {
    await browser?.close();
    await server.close();
  }
}
