/* global atob, document, File -- in the page */
/**
 * How fast a file is analysed, with the whole model, by the built page:
 *
 *   npm run build && node bench/file.mjs [--file talk.webm] [--runs 3] [--cores 2,4] [--out bench/results]
 *
 * From `analyse(file)`, with the model loaded, to the end: seconds of the file for each second of the clock. Without a file it is the actor, recorded
 * by `scripts/record-actor.mjs`. `--cores`: pages whose engine believes in so many cores, by which it chooses its threads (`src/runtime/backends.ts`), take
 * turns run by run; without it there is one, and it is told the truth. Writes `file.json`.
 */

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { findBrowser } from '../scripts/find-browser.mjs';
import { quantile, round } from './report.mjs';
import { BENCH, ROOT } from './serve.mjs';

const PORT = 4877;

const { values } = parseArgs({
  options: {
    file: { type: 'string', default: join(ROOT, 'tests/fixtures/generated/clip.webm') },
    runs: { type: 'string', default: '3' },
    cores: { type: 'string', default: String(cpus().length) },
    out: { type: 'string', default: join(BENCH, 'results') },
  },
});

async function listening(address) {
  for (;;) {
    if (await fetch(address).then(({ ok }) => ok, () => false)) return; // prettier-ignore
    await new Promise((done) => setTimeout(done, 200));
  }
}

async function analyse(page, name, base64) {
  return page.evaluate(
    async ([fileName, packed]) => {
      const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
      const element = document.querySelector('memo-bert');
      const idle = () =>
        new Promise((done) => {
          const look = () => (element.state === 'idle' ? done() : setTimeout(look, 5));
          look();
        });
      const began = performance.now();
      await element.analyse(new File([bytes], fileName));
      await idle();
      const took = (performance.now() - began) / 1000;
      const { timeline, backend } = await new Promise((done) => element.subscribe(done)());
      return {
        took,
        threads: backend.threads,
        seconds: timeline.seconds,
        estimates: timeline.estimates.length,
      };
    },
    [name, base64],
  );
}

/** A page whose engine's worker believes in so many cores. */
async function pageWith(browser, cores) {
  // what it serves no route sees, and pages share it
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.route(/\/assets\/worker-(?!client-)[^/]*\.js$/, async (route) => {
    // by this process: the browser's own proxy lets nothing through
    const found = await fetch(route.request().url());
    const headers = Object.fromEntries([...found.headers].filter(([name]) => name !== 'content-length'));
    const body = `Object.defineProperty(navigator, 'hardwareConcurrency', { value: ${cores} });\n${await found.text()}`;
    await route.fulfill({ headers, body });
  });
  await page.goto(`${address}?device=wasm`);
  return page;
}

const server = spawn(
  process.execPath,
  ['node_modules/vite/bin/vite.js', 'preview', '--port', String(PORT), '--strictPort'],
  { cwd: ROOT, stdio: 'ignore' },
);
const address = `http://localhost:${PORT}/`;
await listening(address);
const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
try {
  const base64 = readFileSync(resolve(values.file)).toString('base64');
  const pages = [];
  for (const cores of values.cores.split(',').map(Number))
    pages.push({ cores, runs: [], page: await pageWith(browser, cores) });
  // the first loads the model
  for (let index = 0; index <= Number(values.runs); index += 1)
    for (const { page, runs } of pages) {
      const run = await analyse(page, basename(values.file), base64);
      if (index > 0) runs.push(run);
    }
  const [{ seconds, estimates }] = pages[0].runs;
  const report = {
    machine: `${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model}, ${cpus().length} cores; Chromium ${browser.version()}, WebAssembly`,
    ...{ file: basename(values.file), seconds, estimates },
    pages: pages.map(({ cores, runs }) => ({
      ...{ cores, threads: runs[0].threads, tookSeconds: runs.map(({ took }) => round(took)) },
      timesRealTime: round(seconds / quantile(runs.map(({ took }) => took), 0.5)), // prettier-ignore
    })),
  };
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, 'file.json'), `${JSON.stringify(report, null, 2)}\n`);
  console.log(JSON.stringify(report, null, 2));
} finally {
  await browser.close();
  server.kill();
}
