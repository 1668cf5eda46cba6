/**
 * The built page for a long time, with fake camera and microphone in real Chromium: memory, rates, delay and frames that nobody looked
 * at, each few seconds; then as numbers and a figure. The nightly run is 30 minutes, the short form one:
 *
 *   npm run build && node scripts/record-actor.mjs
 *   node scripts/soak.mjs [--minutes 30] [--device wasm] [--out bench/results/soak]
 *
 * Fails where the page shows an error, stops answering, or where memory in the last quarter is more than a tenth above the second.
 */

/* global document, navigator */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { findBrowser } from './find-browser.mjs';
import { root } from './setup.mjs';
import { figure } from './soak/figure.mjs';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    device: { type: 'string', default: 'wasm' },
    out: { type: 'string', default: 'bench/results/soak' },
  },
});
const MINUTES = Number(options.minutes);
const EVERY_S = Math.max(2, (MINUTES * 60) / 180);
/** Of the recorded camera. */
const CAMERA_HZ = 10;
const PAGE_MB = 4096 / 1024 / 1024;

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
  const samples = await soak(`http://localhost:${String(port).trim()}/?device=${options.device}`);
  report(samples);
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
  const began = performance.now();
  const samples = [];
  while (performance.now() - began < MINUTES * 60_000) {
    const before = performance.now();
    samples.push({ second: (before - began) / 1000, rssMb: await memoryMb(), ...(await look(page)) });
    await new Promise((resolve) => setTimeout(resolve, EVERY_S * 1000));
  }
  return samples;
}

function look(page) {
  return page.evaluate(() => {
    const { rates, phase, estimate } = globalThis.known;
    const latency = estimate?.latency ?? {};
    const { detect = 0, crop = 0, expression = 0, fusion = 0 } = latency;
    return {
      ...{ phase, faults: globalThis.faults, estimates: globalThis.estimates },
      ...{ faceHz: rates.face, voiceHz: rates.voice, fusionHz: rates.fusion },
      delayMs: detect + crop + expression + fusion,
    };
  });
}

/** Resident memory of the process that runs page and workers: the largest renderer. */
async function memoryMb() {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  const pages = renderers.map(({ id }) => Number(readFileSync(`/proc/${id}/statm`, 'utf8').split(' ')[1]));
  return Math.max(...pages) * PAGE_MB;
}

function report(samples) {
  const of = (name) => samples.map((sample) => sample[name]);
  const last = samples.at(-1);
  const unseen = samples.map(({ faceHz }) => Math.max(0, CAMERA_HZ - faceHz));
  const length = MINUTES < 2 ? `${Math.round(MINUTES * 60)} s` : `${MINUTES} min`;
  const svg = figure({
    title: `${length} of camera and microphone on ${options.device}`,
    note: `${samples.length} samples, ${last.estimates} estimates; fake devices in Chromium ${browser.version()}, a host without headers`,
    seconds: of('second'),
    strips: [
      { name: 'Memory, workers included', unit: 'MB', values: of('rssMb') },
      { name: 'Estimates', unit: '/s', values: of('fusionHz') },
      { name: 'Readings of the voice', unit: '/s', values: of('voiceHz') },
      { name: 'Looks at the face', unit: '/s', values: of('faceHz') },
      { name: 'Frames not looked at', unit: '/s', values: unseen },
      { name: 'Face to estimate', unit: 'ms', values: of('delayMs') },
    ],
  });
  const target = join(root, options.out);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(`${target}.svg`, svg);
  const quarter = Math.floor(samples.length / 4);
  const mean = (part) => part.reduce((sum, { rssMb }) => sum + rssMb, 0) / part.length;
  const [second, fourth] = [samples.slice(quarter, 2 * quarter), samples.slice(3 * quarter)].map(mean);
  const summary = {
    ...{ minutes: MINUTES, device: options.device, browser: browser.version(), estimates: last.estimates },
    ...{ rssSecondQuarterMb: Math.round(second), rssLastQuarterMb: Math.round(fourth) },
    faults: last.faults,
    samples: samples.map((sample) => ({ ...sample, faults: sample.faults.length })),
  };
  writeFileSync(`${target}.json`, `${JSON.stringify(summary, null, 1)}\n`);
  const stuck = samples.length > 1 && samples.at(-1).estimates === samples.at(-2).estimates;
  const grown = MINUTES >= 10 && fourth > second * 1.1;
  console.log({ ...summary, samples: samples.length, stuck, grown });
  if (last.faults.length > 0 || last.phase !== 'listening' || stuck || grown) process.exitCode = 1;
}
