/**
 * `npm run firefox`, `npm run webkit`: the built page and the element in a browser that the suite does not drive, on WebAssembly: a real
 * Firefox over WebDriver BiDi, WebKitGTK over WebDriver. Says so and ends well where there is none. Needs `dist/` (`npm run build`) and the
 * recorded clip that `npm test` makes. `BROWSER_SOUND=none` takes the sound device away; `BROWSER_CHECK=offline` runs what has that in its name.
 */

import './other-browsers/again-with-websocket.mjs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS, KNOWN } from './other-browsers/checks.mjs';
import { BROWSERS } from './other-browsers/index.mjs';
import { serveBuilt } from './other-browsers/serve-built.mjs';
import { startSound } from './other-browsers/sound.mjs';
import { root } from './setup.mjs';

const EMBEDDED = `<!doctype html><html lang="en"><head><title>Elsewhere</title>
<script type="module" src="./memo-bert.js"></script></head><body><memo-bert device="wasm"></memo-bert></body></html>`;

/** A slow machine loads the model in a minute; whatever takes longer than this hangs. */
const LIMIT_S = Number(process.env.BROWSER_LIMIT_S ?? 300);
const ONLY = process.env.BROWSER_CHECK ?? '';
const LATE = 'late';
/** In the page: whether sound runs at all. */
const PLAYS = `(async () => {
  const context = new AudioContext();
  const runs = await Promise.race([
    context.resume().then(() => true),
    new Promise((resolve) => setTimeout(resolve, 5000, false)),
  ]);
  await context.close();
  return runs;
})()`;

const { name, cure, start } = BROWSERS[process.argv[2]]();
const clip = join(root, 'tests', 'fixtures', 'generated', 'clip.webm');
if (start === null) console.log(`No ${name} was found: nothing was tested. ${cure}`);
else if (!existsSync(join(root, 'dist', 'index.html'))) {
  console.error('There is no build: run "npm run build" first.');
  process.exitCode = 1;
} else await checkAll();

/** What is wrong, or null; a check that never ends says how far the element has come. */
async function within(seconds, checking, evaluate) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, seconds * 1000, LATE)));
  const wrong = await Promise.race([checking, late]).catch((error) => error.message);
  clearTimeout(timer);
  if (wrong !== LATE) return wrong;
  const known = await evaluate(KNOWN).catch((error) => error.message);
  return `nothing after ${seconds} s: ${JSON.stringify(known)}`;
}

async function checkAll() {
  const server = await serveBuilt(join(root, 'dist'), { '/elsewhere.html': EMBEDDED, '/clip.webm': clip });
  const sound = await startSound();
  const browser = await start(sound.env);
  const { evaluate, act } = browser;
  const open = (address) => browser.open(new URL(address, server.origin).href);
  await open('/elsewhere.html');
  const plays = await act(PLAYS);
  console.log(`${name} ${browser.version}, ${plays ? 'with' : 'without'} a sound device`);
  for (const { name: what, sound: needed, run } of CHECKS.filter((check) => check.name.includes(ONLY))) {
    if (needed !== undefined && needed !== plays) {
      console.log(
        `– ${what}: not tested ${plays ? 'where sound plays' : 'without sound; PulseAudio gives it'}`,
      );
      continue;
    }
    const began = Date.now();
    const wrong = await within(LIMIT_S, run({ open, evaluate, act }), evaluate);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    console.log(`${wrong === null ? '✓' : '✗'} ${what} (${seconds} s)${wrong === null ? '' : `: ${wrong}`}`);
    if (wrong !== null) process.exitCode = 1;
  }
  await browser.close();
  await sound.close();
  server.close();
  // a check that was given up may still wait
  process.exit();
}
