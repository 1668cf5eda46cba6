/* global customElements, document -- in the page */
/**
 * Whether the built page opens a bundle on wasm, what that takes, and what it then answers, in a real Chromium.
 *
 *     npm run build && node training/browser_path/open-bundle.mjs --bundle FOLDER [--minutes 10] [--json FILE]
 *
 * The page loads the bundle as it loads its own: each file against its sha256, each graph against its golden vectors. Then
 * the built-in actor plays until an estimate has heard, seen and read it. A load that fails ends with the page's own
 * error, and status 1. Memory is the largest that the page's process ever held (Linux; null elsewhere).
 */
import { readFileSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { findBrowser } from '../../scripts/find-browser.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const MOUNT = '/opened';

const { values } = parseArgs({
  options: {
    bundle: { type: 'string' },
    minutes: { type: 'string', default: '10' },
    json: { type: 'string' },
  },
});
if (!values.bundle) {
  console.error('Give --bundle FOLDER, a folder with manifest.json.');
  process.exit(2);
}
const folder = resolve(values.bundle);
const timeout = Number(values.minutes) * 60_000;

/** The bundle's folder beside the built page, so that the page's policy holds for it as for its own. */
const bundlePlugin = {
  name: 'opened-bundle',
  configurePreviewServer(server) {
    server.middlewares.use(MOUNT, async (request, response) => {
      const path = join(folder, decodeURIComponent(new URL(request.url, 'http://bundle').pathname));
      try {
        if (!path.startsWith(folder + sep)) throw new Error('outside of the bundle');
        const data = await readFile(path);
        response.setHeader(
          'Content-Type',
          path.endsWith('.json') ? 'application/json' : 'application/octet-stream',
        );
        response.end(data);
      } catch {
        response.statusCode = 404;
        response.end();
      }
    });
  },
};

/** In the page: collects what the element says, then starts it. */
function begin(manifestUrl) {
  const element = document.querySelector('memo-bert');
  const told = { steps: [], estimates: [], errors: [], began: performance.now() };
  globalThis.told = told;
  element.addEventListener('progress', ({ detail: { step, item, totalBytes } }) => {
    const last = told.steps.at(-1);
    if (last?.step === step && last.item === item) return;
    told.steps.push({ step, item, totalBytes, atMs: performance.now() - told.began });
  });
  element.addEventListener('estimate', ({ detail }) => {
    told.estimates.push({ ...detail, atMs: performance.now() - told.began });
  });
  element.addEventListener('error', ({ detail: { code, message, cause } }) => {
    told.errors.push(`${code}: ${message}${cause instanceof Error ? ` (${cause.message})` : ''}`);
  });
  element.bundle = manifestUrl;
}

/** Milliseconds by step: each lasts until the next one is told. */
function durations(steps) {
  const spent = {};
  steps.forEach(({ step, atMs }, index) => {
    const next = steps[index + 1];
    if (next) spent[step] = (spent[step] ?? 0) + next.atMs - atMs;
  });
  return Object.fromEntries(Object.entries(spent).map(([step, ms]) => [step, Math.round(ms)]));
}

/** Largest resident size in MB of any process below `pid`; the page's is by far the largest. */
function peakMegabytes(pid) {
  try {
    const status = (id) => readFileSync(`/proc/${id}/status`, 'utf8');
    const field = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0);
    const parents = new Map();
    for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        parents.set(Number(id), field(status(id), 'PPid'));
      } catch {
        // it ended meanwhile
      }
    }
    const below = (id) => id === pid || (parents.has(id) && below(parents.get(id)));
    const sizes = [...parents.keys()].filter(below).map((id) => field(status(id), 'VmHWM'));
    return Math.round(Math.max(...sizes) / 1024);
  } catch {
    return null;
  }
}

/** Loads and runs the bundle; throws the page's error. */
async function open(page, base) {
  page.setDefaultTimeout(timeout);
  await page.goto(`${base}?device=wasm`);
  await page.waitForFunction(() => customElements.get('memo-bert') !== undefined);
  await page.evaluate(begin, `${MOUNT}/manifest.json`);
  await page
    .getByRole('button', { name: /without a camera/i })
    .first()
    .click();
  await page.waitForFunction(() => {
    const { errors, estimates } = globalThis.told;
    const whole = ({ modalities }) => Object.values(modalities).every(({ present }) => present);
    return errors.length > 0 || estimates.some(whole);
  });
  const { steps, estimates, errors } = await page.evaluate(() => globalThis.told);
  if (errors.length > 0) throw new Error(errors[0]);
  const memory = await page.evaluate(() => performance.measureUserAgentSpecificMemory?.());
  const whole = estimates.at(-1);
  return {
    totalBytes: steps.at(-1).totalBytes,
    verified: steps.filter(({ step }) => step === 'verify').map(({ item }) => item),
    loadMs: durations(steps),
    readyMs: Math.round(steps.find(({ step }) => step === 'ready').atMs),
    firstEstimateMs: Math.round(estimates[0].atMs),
    wholeEstimateMs: Math.round(whole.atMs),
    latencyMs: whole.latency,
    labels: whole.labels,
    probabilities: whole.probabilities,
    memoryMb: memory ? Math.round(memory.bytes / 2 ** 20) : null,
  };
}

// from the root: its config says which headers and where the built page is
process.chdir(ROOT);
const server = await preview({ plugins: [bundlePlugin], preview: { port: 0, host: '127.0.0.1' } });
const browser = await chromium.launchServer({ executablePath: findBrowser(), args: ['--no-sandbox'] });
let client;
try {
  client = await chromium.connect(browser.wsEndpoint());
  const page = await client.newPage();
  const opened = await open(page, `http://127.0.0.1:${server.httpServer.address().port}/`);
  const report = { ...opened, peakMb: peakMegabytes(browser.process().pid) };
  const json = JSON.stringify(report, null, 2);
  if (values.json) await writeFile(values.json, `${json}\n`);
  console.log(json);
} catch (error) {
  console.error(`The page could not open ${values.bundle}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await client?.close();
  await browser.close();
  await server.close();
}
