/* global customElements, document, requestAnimationFrame -- in the page */
/**
 * What a visitor waits for, on a network of a given speed:
 *
 *   npm run build && node scripts/record-actor.mjs && node bench/start.mjs [--megabits 20] [--runs 3] [--out bench/results]
 *
 * The built page is served gzip-packed, as hosts do, no faster than that, to a Chromium with a fake camera and microphone. From the
 * click on Start to the first answer by the face alone, by face and voice, and by MEmoBERT: at the first visit, and at a second one,
 * whose files are in the browser's storage. Writes `start.json` and `start.md`; the medians of the runs.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus } from 'node:os';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { findBrowser } from '../scripts/find-browser.mjs';
import { quantile, table } from './report.mjs';
import { BENCH, ROOT } from './serve.mjs';

const DIST = join(ROOT, 'dist');
const FIXTURES = join(ROOT, 'tests/fixtures/generated');
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
};
const MORE_TYPES = { '.json': 'application/json', '.wasm': 'application/wasm', '.svg': 'image/svg+xml' };
/** What is sent at once; small enough that all requests share the line. */
const PIECE = 16_384;
const ANSWER_MS = 180_000;

const { values } = parseArgs({
  options: {
    megabits: { type: 'string', default: '20' },
    runs: { type: 'string', default: '3' },
    out: { type: 'string', default: join(BENCH, 'results') },
  },
});
const bytesPerMs = (Number(values.megabits) * 1e6) / 8 / 1000;

/** One line for all: each piece waits until those before it are through. */
function line() {
  let freeMs = 0;
  return async (bytes) => {
    const nowMs = performance.now();
    freeMs = Math.max(freeMs, nowMs) + bytes / bytesPerMs;
    await new Promise((resolve) => setTimeout(resolve, freeMs - nowMs));
  };
}

function serve() {
  const packed = new Map();
  const through = line();
  let sent = 0;
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = join(DIST, pathname === '/' ? 'index.html' : pathname);
    if (!path.startsWith(DIST) || !existsSync(path)) return void response.writeHead(404).end();
    if (!packed.has(path)) packed.set(path, gzipSync(readFileSync(path)));
    const body = packed.get(path);
    const type = { ...TYPES, ...MORE_TYPES }[extname(path)] ?? 'application/octet-stream';
    response.writeHead(200, {
      'Content-Type': type,
      'Content-Encoding': 'gzip',
      'Content-Length': body.length,
    });
    for (let at = 0; at < body.length && !response.destroyed; at += PIECE) {
      const piece = body.subarray(at, at + PIECE);
      await through(piece.length);
      sent += piece.length;
      response.write(piece);
    }
    response.end();
  });
  return { server, takeSent: () => [sent, (sent = 0)][0] };
}

/** Seconds from the click to each first answer. */
async function visit(context, base) {
  const page = await context.newPage();
  await page.goto(`${base}?device=wasm`);
  await page.waitForFunction(() => customElements.get('memo-bert') !== undefined);
  const firsts = await page.evaluate(
    (limitMs) =>
      new Promise((resolve, reject) => {
        const element = document.querySelector('memo-bert');
        const began = performance.now();
        const found = {};
        const note = (name) => (found[name] ??= (performance.now() - began) / 1000);
        const look = () => {
          const { estimate } = element;
          if (estimate?.modalities.face.present) note(estimate.provisional ? 'face' : 'whole');
          if (estimate?.provisional && estimate.modalities.voice.present) note('voice');
          if (found.whole !== undefined) resolve(found);
          else if (performance.now() - began > limitMs) reject(new Error('no answer'));
          else requestAnimationFrame(look);
        };
        void element.start();
        look();
      }),
    ANSWER_MS,
  );
  await page.evaluate(() => document.querySelector('memo-bert').stop());
  await page.close();
  return firsts;
}

async function run(base, takeSent) {
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    args: [
      ...['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
      `--use-file-for-fake-video-capture=${join(FIXTURES, 'actor.y4m')}`,
      `--use-file-for-fake-audio-capture=${join(FIXTURES, 'actor.wav')}`,
    ],
  });
  try {
    const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
    takeSent();
    const first = { ...(await visit(context, base)), megabytes: takeSent() / 1e6 };
    const second = { ...(await visit(context, base)), megabytes: takeSent() / 1e6 };
    return { first, second, version: browser.version() };
  } finally {
    await browser.close();
  }
}

const { server, takeSent } = serve();
await new Promise((resolve) => server.listen(0, 'localhost', resolve));
const base = `http://localhost:${server.address().port}/`;
const runs = [];
for (let index = 0; index < Number(values.runs); index += 1) {
  runs.push(await run(base, takeSent));
  console.log(runs.at(-1));
}
server.close();

const medianOf = (visits, key) => {
  const found = visits.map((each) => each[key]).filter((each) => each !== undefined);
  return found.length === 0 ? null : Number(quantile(found, 0.5).toFixed(2));
};
const rows = ['first', 'second'].map((which) => {
  const visits = runs.map((each) => each[which]);
  const [face, voice, whole, megabytes] = ['face', 'voice', 'whole', 'megabytes'].map((key) =>
    medianOf(visits, key),
  );
  return { visit: which, face, voice, whole, megabytes };
});
const machine = `${new Date().toISOString().slice(0, 10)}, ${cpus()[0].model}, ${cpus().length} cores; Chromium ${runs[0].version}, WebAssembly`;
const shown = (value) => (value === null ? 'not seen' : value.toFixed(1));
const text = `# From the click on Start to an answer

${machine}; ${values.megabits} Mbit/s, medians of ${runs.length} runs, a browser of its own for each. \`bench/start.mjs\` says how.

${table(
  ['visit', 'the face’s first, s', 'face and voice, s', 'MEmoBERT’s first, s', 'face / MEmoBERT', 'sent, MB'],
  rows.map(({ visit: which, face, voice, whole, megabytes }) => [
    which,
    ...[face, voice, whole].map(shown),
    face === null ? '' : (face / whole).toFixed(2),
    megabytes.toFixed(1),
  ]),
)}
`;
mkdirSync(values.out, { recursive: true });
writeFileSync(
  join(values.out, 'start.json'),
  `${JSON.stringify({ machine, megabits: Number(values.megabits), rows, runs: runs.map(({ first, second }) => ({ first, second })) }, null, 2)}\n`,
);
writeFileSync(join(values.out, 'start.md'), text);
console.log(text);
