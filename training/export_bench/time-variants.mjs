/**
 * Times the graphs of `python -m memobert.export_variants` and `fusion_variants` in onnxruntime-web's wasm, on one thread:
 *
 *   node training/export_bench/time-variants.mjs --report training/results/variants/variants.json --runs 60
 *
 * Reads the report and the graphs beside it, writes `timings.json` there. Variants take turns run by run, and what counts is CPU time:
 * what else the machine does then hits all of them alike, or none. The first variant is what the others are multiples of.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const WARM_UP = 5;
const LOADS = 3;

const { values } = parseArgs({
  options: { report: { type: 'string' }, runs: { type: 'string', default: '60' } },
});
if (values.report === undefined) throw new Error('Say --report: the variants.json of export_variants.');
const folder = dirname(values.report);
const runs = Number(values.runs);

const require = createRequire(import.meta.url);
const ort = require('onnxruntime-web');
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** CPU time of `work` in ms. */
async function timed(work) {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { ms: (user + system) / 1000, result };
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** Anything but zeros, the same each time: numbers of about unit variance; words, what is present and places are all 1. */
function feeds(inputs) {
  const tensors = Object.entries(inputs).map(([name, { type, dims }]) => {
    const length = dims.reduce((a, b) => a * b);
    const data =
      type === 'int32'
        ? new Int32Array(length).fill(1)
        : Float32Array.from({ length }, (_, i) => 1.4 * Math.sin(i * i));
    return [name, new ort.Tensor(type, data, dims)];
  });
  return Object.fromEntries(tensors);
}

function load(bytes) {
  return ort.InferenceSession.create(bytes, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    // as the page: a packed word table is made once, not in each run
    extra: { session: { disable_quant_qdq: '1' } },
  });
}

/** A variant ready to run, or why it is not. */
async function prepare(key, row) {
  const bytes = readFileSync(join(folder, row.path));
  const loads = [];
  try {
    // the first load of all compiles the runtime: the median leaves it out
    for (let index = 0; index < LOADS; index++) {
      const { ms, result } = await timed(() => load(bytes));
      loads.push(ms);
      if (index < LOADS - 1) await result.release();
      else return { key, session: result, feeds: feeds(row.input), loadMs: median(loads), times: [] };
    }
  } catch (cause) {
    return { key, error: String(cause.message ?? cause).split('\n')[0] };
  }
}

async function timeGraph(rows) {
  const entries = [];
  for (const [key, row] of Object.entries(rows)) entries.push(await prepare(key, row));
  const ready = entries.filter((entry) => entry.error === undefined);
  for (let index = -WARM_UP; index < runs; index++) {
    for (const entry of ready) {
      const { ms } = await timed(() => entry.session.run(entry.feeds));
      if (index >= 0) entry.times.push(ms);
    }
  }
  const [first] = ready;
  const answers = entries.map(({ key, error, times, loadMs }) => {
    if (error !== undefined) return [key, { error }];
    const medianMs = median(times);
    return [
      key,
      { medianMs, ratio: medianMs / median(first.times), loadMs, loadRatio: loadMs / first.loadMs, runs },
    ];
  });
  for (const { session } of ready) await session.release();
  return Object.fromEntries(answers);
}

const report = JSON.parse(readFileSync(values.report, 'utf8'));
const graphs = {};
for (const [name, rows] of Object.entries(report.graphs)) {
  graphs[name] = await timeGraph(rows);
  console.log(name, graphs[name]);
}
const { version } = JSON.parse(
  readFileSync(join(require.resolve('onnxruntime-web'), '..', '..', 'package.json'), 'utf8'),
);
const runtime = `onnxruntime-web ${version} wasm, 1 thread, Node ${process.version}, ${cpus()[0].model}`;
writeFileSync(join(folder, 'timings.json'), `${JSON.stringify({ runtime, graphs }, null, 2)}\n`);
