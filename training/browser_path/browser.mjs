/** Opens `harness.html` in a real Chromium, served by Vite, with folders of this machine beside it. */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { createServer } from 'vite';
import { serveFolders } from '../../scripts/assets/serve-folders.mjs';
import { findBrowser } from '../../scripts/find-browser.mjs';
import { prepareAssets } from '../../scripts/prepare-assets.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/**
 * @param {{ bundle: string, pictures: Record<string, string> }} options `bundle`: folder with manifest.json;
 *   `pictures`: folders by name, which is the first part of a picture's path
 * @param {(harness: { classes: string[], ask: (path: string, mode: object) => Promise<object> }) => Promise<T>} use
 * @returns {Promise<T>} what `use` returned; browser and server are closed by then
 * @template T
 */
export async function withHarness({ bundle, pictures }, use) {
  const { folder } = await prepareAssets({ root: ROOT });
  const table = { '/generated/': folder, '/bundle/': resolve(bundle) };
  for (const [name, path] of Object.entries(pictures)) table[`/pictures/${name}/`] = resolve(path);
  const server = await createServer({
    configFile: false,
    root: ROOT,
    publicDir: false,
    logLevel: 'error',
    cacheDir: join(ROOT, 'node_modules/.vite-browser-path'),
    plugins: [serveFolders(table)],
    optimizeDeps: { exclude: ['onnxruntime-web'], include: ['@mediapipe/tasks-vision'] },
    server: { port: 0, host: '127.0.0.1', hmr: false },
  });
  await server.listen();
  let browser;
  try {
    const base = `http://127.0.0.1:${server.httpServer.address().port}/`;
    browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.error(`page: ${error.message}`));
    await page.goto(`${base}training/browser_path/harness.html`);
    await page.waitForFunction(() => 'ask' in globalThis);
    const ask = (request) => page.evaluate((asked) => globalThis.ask(asked), request);
    const { classes } = await ask({
      setup: { bundleUrl: `${base}bundle/`, assetBase: `${base}generated/` },
    });
    return await use({ classes, ask: (path, mode) => ask({ url: `${base}pictures/${path}`, mode }) });
  } finally {
    await browser?.close();
    await server.close();
  }
}
