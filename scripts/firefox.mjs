/**
 * `npm run firefox`: the built page and the element in a real Firefox, on WebAssembly, over WebDriver BiDi. Says so and ends well
 * where there is no Firefox (`FIREFOX_PATH` names one elsewhere). Needs `dist/` (`npm run build`) and the recorded clip that `npm test` makes.
 * `FIREFOX_SOUND=none` takes the sound device away; `FIREFOX_CHECK=offline` runs what has that in its name.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startFirefox } from './firefox/bidi.mjs';
import { CHECKS, KNOWN } from './firefox/checks.mjs';
import { serveBuilt } from './firefox/serve-built.mjs';
import { startSound } from './firefox/sound.mjs';
import { root } from './setup.mjs';

const PLACES = [
  process.env.FIREFOX_PATH,
  ...(process.env.PATH ?? '').split(':').flatMap((folder) => [`${folder}/firefox`, `${folder}/firefox-esr`]),
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
];

const EMBEDDED = `<!doctype html><html lang="en"><head><title>Elsewhere</title>
<script type="module" src="./memo-bert.js"></script></head><body><memo-bert device="wasm"></memo-bert></body></html>`;

/** A slow machine loads the model in a minute; whatever takes longer than this hangs. */
const LIMIT_S = Number(process.env.FIREFOX_LIMIT_S ?? 300);
const ONLY = process.env.FIREFOX_CHECK ?? '';
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

if (globalThis.WebSocket === undefined && !process.execArgv.includes('--experimental-websocket')) {
  // Node 20 has it behind a flag, later ones without
  const again = ['--experimental-websocket', ...process.argv.slice(1)];
  process.exit(spawnSync(process.execPath, again, { stdio: 'inherit' }).status ?? 1);
}
const path = PLACES.find((place) => place !== undefined && existsSync(place));
const clip = join(root, 'tests', 'fixtures', 'generated', 'clip.webm');
if (path === undefined) console.log('No Firefox was found: nothing was tested. FIREFOX_PATH can name one.');
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
  const firefox = await startFirefox(path, sound.env);
  const open = (address) => firefox.open(new URL(address, server.origin).href);
  await open('/elsewhere.html');
  const plays = await firefox.evaluate(PLAYS);
  console.log(`Firefox ${firefox.version}, ${plays ? 'with' : 'without'} a sound device`);
  for (const { name, sound: needed, run } of CHECKS.filter((check) => check.name.includes(ONLY))) {
    if (needed !== undefined && needed !== plays) {
      console.log(
        `– ${name}: not tested ${plays ? 'where sound plays' : 'without sound; PulseAudio gives it'}`,
      );
      continue;
    }
    const began = Date.now();
    const wrong = await within(LIMIT_S, run({ open, evaluate: firefox.evaluate }), firefox.evaluate);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    console.log(`${wrong === null ? '✓' : '✗'} ${name} (${seconds} s)${wrong === null ? '' : `: ${wrong}`}`);
    if (wrong !== null) process.exitCode = 1;
  }
  await firefox.close();
  await sound.close();
  server.close();
  // a check that was given up may still wait
  process.exit();
}
