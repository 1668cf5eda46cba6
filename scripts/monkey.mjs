/**
 * `npm run monkey [-- firefox|webkit --seed 1 --runs 5 --length 40]`: the built element in a browser, with a model of random
 * weights, under visitors and authors who do anything in any order (`monkey/in-page.js`). Fails where it shows nonsense, throws, starts no more
 * afterwards, or leaves a track, a sound, a worker or an address open. A run is told by its seed; what answers come when is the browser's.
 * Needs `npm run build` and `node scripts/record-actor.mjs`.
 */

import './other-browsers/again-with-websocket.mjs';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startChromium } from './monkey/chromium.mjs';
import { BROWSERS } from './other-browsers/index.mjs';
import { serveBuilt } from './other-browsers/serve-built.mjs';
import { startSound } from './other-browsers/sound.mjs';
import { root } from './setup.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '5' },
    length: { type: 'string', default: '40' },
  },
});
const { seed, runs, length } = Object.fromEntries(
  Object.entries(values).map(([name, text]) => [name, Number(text)]),
);

const PAGE = `<!doctype html><html lang="en"><head><title>Anything</title><script src="./watch.js"></script>
<script type="module" src="./memo-bert.js"></script></head><body><main><memo-bert device="wasm"></memo-bert></main></body></html>`;
const BUNDLE = join(root, 'tests', 'fixtures', 'toy-bundle');
const RECORDED = join(root, 'tests', 'fixtures', 'generated');
const FILMS = ['clip.webm', 'voice.webm', 'broken.webm', 'empty.wav', 'not-media.mp4'];
/** Of a run: beyond it something hangs. */
const MOST_MINUTES = 5;

const [which = 'chromium'] = positionals;
const recorded = (name) => join(RECORDED, name);
const { name, cure, start } =
  which === 'chromium'
    ? {
        name: 'Chromium',
        start: () => startChromium({ camera: recorded('actor.y4m'), microphone: recorded('actor.wav') }),
      }
    : BROWSERS[which]();
if (start === null) console.log(`No ${name} was found: nothing was tried. ${cure}`);
else if (!existsSync(join(root, 'dist', 'memo-bert.js')) || !existsSync(recorded('clip.webm'))) {
  console.error(
    'There is no build, or nothing recorded: "npm run build" and "node scripts/record-actor.mjs" first.',
  );
  process.exitCode = 1;
} else await tryAll();

async function tryAll() {
  const served = (folder, below, names) => names.map((file) => [`/${below}/${file}`, join(folder, file)]);
  const server = await serveBuilt(join(root, 'dist'), {
    '/anything.html': PAGE,
    '/watch.js': join(root, 'scripts', 'monkey', 'watch.js'),
    '/in-page.js': join(root, 'scripts', 'monkey', 'in-page.js'),
    ...Object.fromEntries([
      ...served(BUNDLE, 'toy', readdirSync(BUNDLE)),
      ...served(RECORDED, 'films', FILMS),
    ]),
  });
  const sound = await startSound();
  const browser = await start(sound.env);
  console.log(`${name} ${browser.version}`);
  for (let run = seed; run < seed + runs; run += 1) {
    const { done, wrong } = await tryOne(browser, server.origin, run);
    console.log(`${wrong.length === 0 ? '✓' : '✗'} seed ${run}`);
    if (wrong.length === 0) continue;
    process.exitCode = 1;
    console.log(`${[...new Set(wrong)].join('\n')}\n  ${done.join(' | ')}`);
  }
  await browser.close();
  await sound.close();
  server.close();
}

/** Begun in the page and asked for, so that no protocol's own limit ends it. */
async function tryOne({ open, evaluate, act }, origin, run) {
  await open(`${origin}/anything.html`);
  const films = FILMS.map((film) => `./films/${film}`);
  const wish = JSON.stringify({ seed: run, length, bundle: './toy/manifest.json', films });
  await act(`import('/in-page.js').then(({ monkey }) => {
    globalThis.outcome = null;
    monkey(${wish}).then(
      (outcome) => (globalThis.outcome = outcome),
      (error) => (globalThis.outcome = { done: [], wrong: ['the monkey itself: ' + error.stack] }),
    );
    return null;
  })`);
  const endMs = Date.now() + MOST_MINUTES * 60_000;
  while (Date.now() < endMs) {
    const outcome = await evaluate(
      `new Promise((resolve) => setTimeout(() => resolve(globalThis.outcome), 1000))`,
    );
    if (outcome !== null) return outcome;
  }
  return { done: [], wrong: [`nothing after ${MOST_MINUTES} minutes`] };
}
