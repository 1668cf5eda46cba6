/**
 * `npm run firefox`: the built page and the element in a real Firefox, on WebAssembly, over WebDriver BiDi. Says so and ends well
 * where there is no Firefox (`FIREFOX_PATH` names one elsewhere). Needs `dist/` (`npm run build`) and the recorded clip that `npm test` makes.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { startFirefox } from './firefox/bidi.mjs';
import { serveBuilt } from './firefox/serve-built.mjs';
import { root } from './setup.mjs';

const PLACES = [
  process.env.FIREFOX_PATH,
  ...(process.env.PATH ?? '').split(':').flatMap((folder) => [`${folder}/firefox`, `${folder}/firefox-esr`]),
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
];

const EMBEDDED = `<!doctype html><html lang="en"><head><title>Elsewhere</title>
<script type="module" src="./memo-bert.js"></script></head><body><memo-bert device="wasm"></memo-bert></body></html>`;

/** In the page: the next estimate that `wanted` holds of; rejects with the element's own error. */
const nextEstimate = (wanted) => `new Promise((resolve, reject) => {
  const found = document.querySelector('memo-bert');
  found.addEventListener('error', ({ detail }) => reject(new Error(detail.code + ': ' + detail.message)));
  found.addEventListener('estimate', ({ detail: e }) => { if (${wanted}) resolve(e); });
})`;
const whole = ({ probabilities }) => Math.abs(probabilities.reduce((a, b) => a + b, 0) - 1) < 1e-5;

/** A slow machine loads the model in a minute; whatever takes longer than this hangs. */
const LIMIT_S = Number(process.env.FIREFOX_LIMIT_S ?? 300);
const LATE = 'late';
/** In the page: how far the element has come. */
const KNOWN = `(() => {
  const found = document.querySelector('memo-bert');
  let known;
  found.subscribe((state) => (known = state))();
  const { phase, conditions, progress, error, camera, microphone, backend, estimate } = known;
  return { phase, conditions, progress, error, camera, microphone, backend, present: estimate?.modalities };
})()`;

/** Each opens a page, and gives what is wrong, or null. */
const CHECKS = {
  'the page: the actor is seen, heard and read': async ({ open, evaluate }) => {
    await open('/?device=wasm');
    const all = 'e.modalities.face.present && e.modalities.voice.present && e.modalities.text.present';
    await evaluate(`customElements.whenDefined('memo-bert').then(() => null)`);
    const estimate = await evaluate(
      `(document.querySelector('memo-bert').handle({ name: 'start-actor', detail: {} }), ${nextEstimate(all)})`,
    );
    return whole(estimate) && estimate.backend === 'wasm' ? null : JSON.stringify(estimate);
  },
  'the element in a page of somebody else: a text is read': async ({ open, evaluate }) => {
    await open('/elsewhere.html');
    await evaluate(`customElements.whenDefined('memo-bert').then(() => null)`);
    const estimate = await evaluate(
      `(document.querySelector('memo-bert').handle({ name: 'text', detail: { text: 'What a wonderful day' } }), ${nextEstimate('e.modalities.text.present')})`,
    );
    return whole(estimate) ? null : JSON.stringify(estimate);
  },
  'camera and microphone: listening, the fake picture has no face, Stop ends both': async ({ evaluate }) => {
    const [state, conditions, after] = await evaluate(`(async () => {
      const found = document.querySelector('memo-bert');
      const tracks = [];
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wish) => {
        const stream = await ask(wish);
        tracks.push(...stream.getTracks());
        return stream;
      };
      await found.start();
      const state = found.state;
      await new Promise((resolve) => {
        const look = () => found.conditions.includes('no-face') ? resolve() : requestAnimationFrame(look);
        look();
      });
      const conditions = found.conditions;
      found.stop();
      return [state, conditions, tracks.map(({ readyState }) => readyState)];
    })()`);
    const right = state === 'listening' && conditions.includes('no-face') && after.join() === 'ended,ended';
    return right ? null : JSON.stringify([state, conditions, after]);
  },
  'a video file: analysed to its end': async ({ evaluate }) => {
    const [estimates, state] = await evaluate(`(async () => {
      const found = document.querySelector('memo-bert');
      const over = new Promise((resolve, reject) => {
        found.addEventListener('error', ({ detail }) => reject(new Error(detail.code + ': ' + detail.message)));
        found.addEventListener('statechange', ({ detail }) => { if (detail.phase === 'idle') resolve(); });
      });
      await found.analyse('./clip.webm');
      await over;
      return [(JSON.parse(await (await found.export('json')).text())).estimates.length, found.state];
    })()`);
    return estimates > 0 && state === 'idle' ? null : JSON.stringify([estimates, state]);
  },
};

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
  return wrong === LATE ? `nothing after ${seconds} s: ${JSON.stringify(await evaluate(KNOWN))}` : wrong;
}

async function checkAll() {
  const server = await serveBuilt(join(root, 'dist'), { '/elsewhere.html': EMBEDDED, '/clip.webm': clip });
  const firefox = await startFirefox(path);
  console.log(`Firefox ${firefox.version}`);
  const open = (address) => firefox.open(server.origin + address);
  for (const [name, check] of Object.entries(CHECKS)) {
    const began = Date.now();
    const wrong = await within(LIMIT_S, check({ open, evaluate: firefox.evaluate }), firefox.evaluate);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    console.log(`${wrong === null ? '✓' : '✗'} ${name} (${seconds} s)${wrong === null ? '' : `: ${wrong}`}`);
    if (wrong !== null) process.exitCode = 1;
  }
  await firefox.close();
  server.close();
}
