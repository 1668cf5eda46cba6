/**
 * The built page for a long time, with fake camera and microphone in real Chromium: memory, rates, delay and frames that nobody looked
 * at, each few seconds; then as numbers and a figure. The nightly run is 30 minutes, the short form one:
 *
 *   npm run build && node scripts/record-actor.mjs
 *   node scripts/soak.mjs [--minutes 30] [--device wasm] [--out bench/results/soak] [--beside "what else the machine does"]
 *
 * Fails where the page shows an error, stops answering, or where memory in the last quarter is more than 5 % above the second.
 */

/* global document, navigator */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { findBrowser } from './find-browser.mjs';
import { root } from './setup.mjs';
import { figure } from './soak/figure.mjs';
import { faultsOf, summarise } from './soak/judge.mjs';
import { residentBytes } from './soak/resident.mjs';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    device: { type: 'string', default: 'wasm' },
    out: { type: 'string', default: 'bench/results/soak' },
    beside: { type: 'string', default: '' },
  },
});
const MINUTES = Number(options.minutes);
const EVERY_S = Math.max(2, (MINUTES * 60) / 180);
/** Of the recorded camera. */
const CAMERA_HZ = 10;

const fixture = (name) => join(root, 'tests', 'fixtures', 'generated', name);
const host = spawn(process.execPath, [join(root, 'tests/support/plain-host.mjs'), join(root, 'dist')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [port] = await once(host.stdout, 'data');
const browser = await chromium.launch({
  executablePath: findBrowser(),
  args: [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${fixture('actor.y4m')}`,
    `--use-file-for-fake-audio-capture=${fixture('actor.wav')}`,
  ],
});
try {
  report(await soak(`http://localhost:${String(port).trim()}/?device=${options.device}`));
} finally {
  await browser.close();
  host.kill();
}

async function soak(address) {
  const page = await browser.newPage();
  await page.goto(address);
  // the second load is isolated: the service worker adds the headers that this host does not send
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.reload();
  await page.evaluate(() => {
    globalThis.estimates = 0;
    globalThis.faults = [];
    const element = document.querySelector('memo-bert');
    element.addEventListener('estimate', () => (globalThis.estimates += 1));
    element.addEventListener('error', ({ detail }) => globalThis.faults.push(detail.code));
    element.subscribe((state) => (globalThis.known = state));
  });
  await page
    .getByRole('button', { name: /^start/i })
    .first()
    .click();
  await page.waitForFunction(() => globalThis.estimates > 0 || globalThis.faults.length > 0, null, {
    timeout: 300_000,
  });
  return watch(page);
}

/** Samples until the time is over, or the page is: what was seen until then is worth a figure. */
async function watch(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const began = performance.now();
  const samples = [];
  try {
    while (performance.now() - began < MINUTES * 60_000) {
      const second = (performance.now() - began) / 1000;
      const memory = { rssMb: await memoryMb(), heapMb: await heapMb(session) };
      samples.push({ second, load: loadavg()[0], ...memory, ...(await look(page)) });
      await new Promise((resolve) => setTimeout(resolve, EVERY_S * 1000));
    }
  } catch (error) {
    return { samples, broke: error.message };
  }
  return { samples, broke: null };
}

function look(page) {
  return page.evaluate((cameraHz) => {
    const { rates, phase, delayMs } = globalThis.known;
    return {
      ...{ phase, faults: globalThis.faults, estimates: globalThis.estimates },
      ...{ faceHz: rates.face, voiceHz: rates.voice, fusionHz: rates.fusion },
      ...{ unseenHz: Math.max(0, cameraHz - rates.face), delayMs },
    };
  }, CAMERA_HZ);
}

/** Of the page's own scripts, garbage included: workers are in the resident memory alone. */
async function heapMb(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSHeapUsedSize').value / 1024 / 1024;
}

/** Resident memory of the process that runs page and workers: the largest renderer. */
async function memoryMb() {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  return Math.max(...residentBytes(renderers.map(({ id }) => id))) / 1024 / 1024;
}

function report({ samples, broke }) {
  const of = (name) => samples.map((sample) => sample[name]);
  const estimates = samples.at(-1)?.estimates ?? 0;
  const quantities = summarise(samples);
  const wrong = faultsOf(samples, { minutes: MINUTES, broke });
  const machine = `${availableParallelism()} cores, load ${quantities.load?.mean.toFixed(1)}`;
  const target = resolve(root, options.out);
  mkdirSync(dirname(target), { recursive: true });
  const svg = figure({
    title: `${MINUTES < 2 ? `${Math.round(MINUTES * 60)} s` : `${MINUTES} min`} of camera and microphone on ${options.device}`,
    notes: [
      `${samples.length} samples, ${estimates} estimates; fake devices in Chromium ${browser.version()}, a host without headers`,
      `${machine}${options.beside === '' ? '' : `; beside it: ${options.beside}`}`,
    ],
    seconds: of('second'),
    strips: [
      { name: 'Memory, workers included', unit: 'MB', values: of('rssMb') },
      { name: 'The page’s own scripts', unit: 'MB', values: of('heapMb') },
      { name: 'Estimates', unit: '/s', values: of('fusionHz') },
      { name: 'Readings of the voice', unit: '/s', values: of('voiceHz') },
      { name: 'Looks at the face', unit: '/s', values: of('faceHz') },
      { name: 'Frames not looked at', unit: '/s', values: of('unseenHz') },
      { name: 'Frame to estimate', unit: 'ms', values: of('delayMs') },
    ],
  });
  writeFileSync(`${target}.svg`, svg);
  const summary = {
    ...{
      minutes: MINUTES,
      device: options.device,
      browser: browser.version(),
      machine,
      beside: options.beside,
    },
    ...{ estimates, quantities, wrong },
  };
  const rows = samples.map((sample) => ({ ...sample, faults: sample.faults.length }));
  writeFileSync(`${target}.json`, `${JSON.stringify({ ...summary, samples: rows }, null, 1)}\n`);
  console.dir({ ...summary, samples: samples.length }, { depth: 4 });
  if (wrong.length > 0) process.exitCode = 1;
}
