/**
 * Accuracy of the browser's own path over labelled face pictures, in a real Chromium.
 *
 *     node training/browser_path/evaluate-faces.mjs --folder PICTURES --labels labels.csv [--limit N]
 *         [--bundle public/models/small] [--graph denseface|denseface-light] [--raw CROPS] [--json FILE]
 *
 * Each picture becomes a VideoFrame and goes through src/encoders/face: detector, largest face, levelled crop, DenseFace.
 * `--graph` takes another of the bundle's face graphs than its manifest names for wasm (`face.graphs.wasm`, else denseface).
 * `--raw` names a folder with a tight crop of the same name for each picture: DenseFace alone on it, to compare with.
 * labels.csv has `file` and `label`, one of the manifest's face.classes.
 */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { withHarness } from './browser.mjs';
import { quantile, readLabels, score, top } from './labels.mjs';

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    labels: { type: 'string' },
    limit: { type: 'string' },
    bundle: { type: 'string', default: 'public/models/small' },
    graph: { type: 'string' },
    raw: { type: 'string' },
    json: { type: 'string' },
  },
});
if (!values.folder || !values.labels) {
  console.error('Give --folder PICTURES and --labels labels.csv.');
  process.exit(2);
}
if (values.graph && !['denseface', 'denseface-light'].includes(values.graph)) {
  console.error('--graph is denseface or denseface-light.');
  process.exit(2);
}

const rows = (await readLabels(resolve(values.labels))).slice(
  0,
  values.limit ? Number(values.limit) : undefined,
);
const folders = { path: values.folder, ...(values.raw ? { raw: values.raw } : {}) };
const options = { bundle: values.bundle, part: 'face', folders, faceGraph: values.graph };

const report = await withHarness(options, async ({ classes, graphs, look }) => {
  const unknown = rows.find(({ label }) => !classes.includes(label));
  if (unknown) throw new Error(`"${unknown.label}" of ${unknown.file} is none of ${classes.join(', ')}.`);
  const path = [];
  const raw = [];
  const latency = { detect: [], crop: [], expression: [] };
  for (const [index, { file }] of rows.entries()) {
    const answer = await look('path', file, { kind: 'path' });
    path.push(top(classes, answer.probabilities[0]));
    for (const [stage, ms] of Object.entries(answer.latencyMs)) latency[stage]?.push(ms);
    if (values.raw) {
      const alone = await look('raw', file, { kind: 'whole' });
      raw.push(top(classes, alone.probabilities[0]));
    }
    if (process.stderr.isTTY) process.stderr.write(`\r${index + 1} of ${rows.length}`);
  }
  const truth = rows.map(({ label }) => label);
  return { graphs, ...summarise(truth, path, raw, latency) };
});

function summarise(truth, path, raw, latency) {
  const found = path.flatMap((label, index) => (label === null ? [] : [index]));
  const pick = (list) => found.map((index) => list[index]);
  return {
    pictures: truth.length,
    notFound: truth.length - found.length,
    browserPath: score(truth, path),
    browserPathWhereFound: score(pick(truth), pick(path)),
    ...(raw.length > 0
      ? {
          rawCrops: score(truth, raw),
          rawCropsWhereFound: score(pick(truth), pick(raw)),
          sameAnswerWhereFound: found.filter((index) => path[index] === raw[index]).length / found.length,
        }
      : {}),
    medianMs: Object.fromEntries(
      Object.entries(latency).flatMap(([stage, ms]) => (ms.length > 0 ? [[stage, quantile(ms, 0.5)]] : [])),
    ),
  };
}

const percent = (value) => `${(100 * value).toFixed(1)} %`;
const line = (name, { accuracy, uar, count }) =>
  console.error(`${name}: accuracy ${percent(accuracy)}, UAR ${percent(uar)} (${count})`);
console.error(`\n${report.graphs.join(', ')}`);
console.error(`${report.notFound} of ${report.pictures} faces not found`);
line("browser's path, a face not found counts as wrong", report.browserPath);
line("browser's path, where a face was found", report.browserPathWhereFound);
if (report.rawCrops) {
  line('DenseFace on the raw crops', report.rawCrops);
  line('DenseFace on the raw crops, the same faces', report.rawCropsWhereFound);
  console.error(`same answer: ${percent(report.sameAnswerWhereFound)}`);
}
const json = JSON.stringify(report, null, 2);
if (values.json) await writeFile(values.json, `${json}\n`);
console.log(json);
