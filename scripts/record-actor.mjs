/**
 * Records the built-in actor, in Chromium, into tests/fixtures/generated/: what the browser tests play as camera,
 * microphone and files. Nothing but a browser is needed; `--force` records again what is already there.
 *
 *   actor.y4m, actor.wav   640x480 at 10 frames a second, 48 kHz mono: 8 s happy, then 8 s angry; for fake devices
 *   clip.webm              3 s with picture and sound      silent.webm   the same without sound
 *   voice.webm             3 s of sound alone               empty.wav     a header and no samples: 0 seconds
 *   broken.webm            a file's first bytes, cut off    not-media.mp4 text under a video's name
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { createServer } from 'vite';
import { findBrowser } from './find-browser.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const OUT = join(ROOT, 'tests', 'fixtures', 'generated');
const PAGE = '/tests/fixtures/record.html';
/** What the recordings are made from: when any of it changes, they are made again. */
const SOURCES = ['src/capture/actor', 'tests/fixtures', 'public/actor', 'scripts/record-actor.mjs'];
const FILES = [
  'actor.y4m',
  'actor.wav',
  'clip.webm',
  'silent.webm',
  'voice.webm',
  'empty.wav',
  'broken.webm',
  'not-media.mp4',
];

async function main() {
  const stamp = await stampOf(SOURCES);
  const stampFile = join(OUT, 'stamp.txt');
  const fresh = existsSync(stampFile) && (await readFile(stampFile, 'utf8')) === stamp;
  if (fresh && FILES.every((name) => existsSync(join(OUT, name))) && !process.argv.includes('--force')) {
    console.log('actor recordings are up to date');
    return;
  }
  await mkdir(OUT, { recursive: true });
  await record();
  await writeFile(stampFile, stamp);
  console.log(`actor recorded into ${OUT}`);
}

async function record() {
  const server = await createServer({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    cacheDir: join(ROOT, 'node_modules', '.vite-record'),
    optimizeDeps: { noDiscovery: true },
    plugins: [saver()],
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
  });
  let browser = null;
  try {
    await server.listen();
    browser = await chromium.launch({
      executablePath: findBrowser(),
      args: [
        '--autoplay-policy=no-user-gesture-required',
        // root has no sandbox to enter
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
    });
    const page = await browser.newPage();
    const { port } = server.httpServer.address();
    await page.goto(`http://127.0.0.1:${port}${PAGE}`);
    const done = await page.waitForFunction('globalThis.recorded', null, { timeout: 90_000 });
    const recorded = await done.jsonValue();
    if (recorded !== 'all') throw new Error(`recording failed: ${recorded}`);
  } finally {
    await browser?.close();
    await server.close();
  }
}

/** Writes what the page posts to `/save/<name>`; appends the second and later parts. */
function saver() {
  return {
    name: 'save-recordings',
    configureServer(server) {
      server.middlewares.use('/save/', async (request, response) => {
        const url = new URL(request.url, 'http://local');
        const name = url.pathname.slice(1);
        const parts = [];
        for await (const part of request) parts.push(part);
        const partial = join(OUT, `${name}.part`);
        response.statusCode = FILES.includes(name) ? 204 : 400;
        if (response.statusCode === 204) {
          const flag = url.searchParams.get('part') === '0' ? 'w' : 'a';
          await writeFile(partial, Buffer.concat(parts), { flag });
          // the name appears once the file is whole
          if (url.searchParams.get('last') === '1') await rename(partial, join(OUT, name));
        }
        response.end();
      });
    },
  };
}

async function stampOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    const full = join(ROOT, path);
    const names = path.endsWith('.mjs')
      ? ['']
      : (await readdir(full, { withFileTypes: true }))
          .filter((e) => e.isFile())
          .map((e) => e.name)
          .sort();
    for (const name of names) hash.update(name).update(await readFile(join(full, name)));
  }
  return hash.digest('hex');
}

await main();
