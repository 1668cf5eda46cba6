/* global atob, customElements, document, File, queueMicrotask -- in the page */
/**
 * What the built page answers over clips of real people, with the shipped bundle on wasm; `npm run build` comes first.
 *
 *     node training/browser_path/evaluate-clips.mjs --clips CLIPS [--json FILE]
 *
 * CLIPS has a `clips.csv` with `file` and `transcript`. Each clip is made into WebM by ffmpeg, in a temporary folder, for not every
 * browser decodes it, and analysed as a visitor's file is, once with its words typed and once without. A number that is not finite, a
 * distribution that does not sum to 1, an error of the page and a clip without an estimate end the run. No picture, sound or word of
 * a clip is in the report.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { chromium } from '@playwright/test';
import { preview } from 'vite';
import { findBrowser } from '../../scripts/find-browser.mjs';
import { checkEstimates, summarise } from './clip-answers.mjs';
import { readTable } from './labels.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const BUNDLE = 'models/small/';
const CLIP_MS = 300_000;
const CODECS = ['-c:v', 'libvpx', '-crf', '10', '-b:v', '2M', '-c:a', 'libopus', '-b:a', '96k'];

const { values } = parseArgs({ options: { clips: { type: 'string' }, json: { type: 'string' } } });
if (!values.clips) {
  console.error('Give --clips CLIPS, a folder with clips.csv.');
  process.exit(2);
}
const folder = resolve(values.clips);
const json = values.json && resolve(values.json);
const rows = await readTable(join(folder, 'clips.csv'), ['file', 'transcript']);

/** @returns {Promise<string>} the clip as WebM, base64 */
async function converted(file, into) {
  const out = join(into, `${basename(file)}.webm`);
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-i', join(folder, file), ...CODECS, out]);
  return readFile(out, 'base64');
}

/** In the page: analyses a file beside words, and gives its timeline. */
async function analyse({ name, packed, words }) {
  const element = document.querySelector('memo-bert');
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const errors = [];
  const note = ({ detail: { code, message } }) => errors.push(`${code}: ${message}`);
  element.addEventListener('error', note);
  element.handle({ name: 'text', detail: { text: words } });
  await element.analyse(new File([bytes], name));
  const timeline = await new Promise((done) => {
    const leave = element.subscribe((state) => {
      if (errors.length === 0 && (element.state !== 'idle' || state.timeline?.name !== name)) return;
      done(state.timeline);
      queueMicrotask(() => leave());
    });
  });
  element.removeEventListener('error', note);
  if (errors.length > 0) throw new Error(errors.join('; '));
  return timeline;
}

/** The graphs that the page fetched, as its manifest knows them. */
function describe(manifest, paths) {
  const files = Object.entries(manifest.graphs).flatMap(([name, versions]) =>
    Object.entries(versions).map(([precision, file]) => ({ name, precision, ...file })),
  );
  return files
    .filter(({ path }) => paths.has(path))
    .map(
      ({ name, precision, path, sha256 }) => `${name} ${precision} (${path}, sha256 ${sha256.slice(0, 12)})`,
    );
}

// from the root: its config says which headers and where the built page is
process.chdir(ROOT);
const temporary = await mkdtemp(join(tmpdir(), 'memo-clips-'));
const server = await preview({ preview: { port: 0, host: '127.0.0.1' } });
const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
try {
  // what it serves nobody sees, and which graphs are fetched is to be seen
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  page.setDefaultTimeout(CLIP_MS);
  const base = `http://127.0.0.1:${server.httpServer.address().port}/`;
  const fetched = new Set();
  context.on('request', (request) => {
    if (request.url().startsWith(base + BUNDLE)) fetched.add(request.url().slice((base + BUNDLE).length));
  });
  await page.goto(`${base}?device=wasm`);
  await page.waitForFunction(() => customElements.get('memo-bert') !== undefined);
  const clips = [];
  for (const { file, transcript } of rows) {
    const packed = await converted(file, temporary);
    const answer = async (words) => {
      const timeline = await page.evaluate(analyse, { name: file, packed, words });
      if (timeline.estimates.length === 0) throw new Error(`The page has no estimate of ${file}.`);
      checkEstimates(timeline.estimates);
      return summarise(timeline);
    };
    clips.push({ file, withWords: await answer(transcript), withoutWords: await answer('') });
    console.error(JSON.stringify(clips.at(-1)));
  }
  const manifest = JSON.parse(await readFile(join('dist', BUNDLE, 'manifest.json'), 'utf8'));
  const report = JSON.stringify({ graphs: describe(manifest, fetched), clips }, null, 2);
  if (json) await writeFile(json, `${report}\n`);
  console.log(report);
} finally {
  await browser.close();
  await server.close();
  await rm(temporary, { recursive: true });
}
