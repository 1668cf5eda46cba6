/**
 * Measures our stages and whole updates beside the peers, in one Chromium, on the same frames and sound:
 *
 *   node bench/run.mjs [--bundle public/models/small] [--runs 200] [--seconds 240] [--only face,voice] [--out bench/results]
 *     [--webgpu] [--native cpu|webgpu]
 *
 * Writes `results.json` and `results.md`. The peers come from `bench/package.json`, installed at the first run. A contestant that
 * cannot run says why in its row; the others go on. README.md says what is measured and how.
 */

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { npm } from '../scripts/npm.mjs';
import { filesOf, MATMUL } from './graphs.mjs';
import { nativeContestants } from './native.mjs';
import { figures, markdown } from './report.mjs';
import { BENCH, ROOT, withBrowser } from './serve.mjs';

const WARM_UP = 3;
/** Fewer than these tell nothing, however long they take. */
const LEAST_RUNS = 20;
const LIVE_SECONDS = 10;
const TOGETHER_SECONDS = 60;

const { values } = parseArgs({
  options: {
    bundle: { type: 'string', default: join(ROOT, 'public/models/small') },
    runs: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '240' },
    webgpu: { type: 'boolean', default: false },
    native: { type: 'string', default: 'cpu' },
    only: { type: 'string', default: 'face,voice,fusion,graphs,costs,live,together' },
    out: { type: 'string', default: join(BENCH, 'results') },
  },
});
const only = new Set(values.only.split(','));
const bundle = resolve(values.bundle);
const manifest = JSON.parse(readFileSync(join(bundle, 'manifest.json'), 'utf8'));

const GROUPS = {
  face: ['ours-1 face update', 'ours-2 face update', 'ours-1 face update, denseface', 'human', 'face-api'],
  voice: [
    'ours-1 voice update, whole',
    'ours-1 voice update, whole, fp32',
    'ours-1 voice update, streamed',
    'ours-2 voice update, whole',
    'ours-2 voice update, streamed',
    'transformers.js',
  ],
  fusion: [
    'ours-1 fusion update, all rows',
    'ours-1 fusion update',
    'ours-2 fusion update, all rows',
    'ours-2 fusion update',
  ],
  graphs: ['ours-1 matmul', 'native matmul'].concat(
    filesOf(manifest).flatMap(({ title }) => [`ours-1 graph ${title}`, `native graph ${title}`]),
  ),
};
if (values.webgpu) {
  GROUPS.face.push('ours-gpu face update');
  GROUPS.voice.push('ours-gpu voice update, streamed');
  GROUPS.fusion.push('ours-gpu fusion update, all rows', 'ours-gpu fusion update');
  GROUPS.graphs.push(
    ...filesOf(manifest)
      .filter(({ backends }) => backends?.includes('webgpu') ?? true)
      .map(({ title }) => `ours-gpu graph ${title}`),
  );
}
const FAMILIES = {
  'ours, all three': ['ours-1 face update', 'ours-1 voice update, whole', 'ours-1 fusion update'],
  'ours, face alone': ['ours-1 face update'],
  human: ['human'],
  'face-api': ['face-api'],
  'transformers.js': ['transformers.js'],
};
const TOGETHER = {
  face: 'ours-1 face update',
  voice: 'ours-1 voice update, streamed',
  fusion: 'ours-1 fusion update',
};
const LIVE = ['ours-1 face update', 'human', 'face-api'];

/** Peers stay out of the package: they have a lock of their own. Scripts of theirs would fetch from elsewhere. */
function installPeers() {
  if (!existsSync(join(BENCH, 'node_modules'))) {
    const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
    spawnSync(...npm(['ci', '--ignore-scripts']), { cwd: BENCH, stdio: 'inherit', env });
  }
  // a folder as transformers.js wants one
  const folder = join(BENCH, 'node_modules/.models/wav2vec2');
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  const { path } = manifest.graphs.wav2vec2.fp32;
  copyFileSync(join(bundle, path), join(folder, 'onnx/model.onnx'));
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ model_type: 'wav2vec2' }));
}

/** A contestant that can be run, wherever it lives. */
async function prepare(name, page, native) {
  try {
    if (!name.startsWith('native ')) {
      const times = await page.ask({ kind: 'set-up', name });
      return { name, ...times, run: (index) => page.ask({ kind: 'run', name, index }), times: [] };
    }
    if (native === null) throw new Error('onnxruntime-node is not installed');
    const { run } = await native(name);
    return { name, firstMs: await run(), run, times: [] };
  } catch (error) {
    return { name, error: String(error.message).split('\n')[0] };
  }
}

/** All of a group take turns: a b c a b c ... */
async function runGroup(names, page, native) {
  const entries = [];
  for (const name of names) entries.push(await prepare(name, page, native));
  const ready = entries.filter(({ error }) => error === undefined);
  const began = performance.now();
  for (let index = 1 - WARM_UP; index <= Number(values.runs); index += 1) {
    const late = performance.now() - began > Number(values.seconds) * 1000;
    if (late && index > LEAST_RUNS) break;
    for (const entry of ready) {
      if (entry.error !== undefined) continue;
      try {
        const ms = await entry.run(index + WARM_UP);
        if (index > 0) entry.times.push(ms);
      } catch (error) {
        entry.error = String(error.message).split('\n')[0];
      }
    }
  }
  const rows = [];
  for (const entry of entries) rows.push(await toRow(entry, page));
  return rows;
}

async function toRow({ name, error, times, setUpMs, firstMs }, page) {
  if (error !== undefined) return { name, error };
  const answer = name.startsWith('native ') ? '' : await page.ask({ kind: 'answer', name });
  const graph = filesOf(manifest).find(({ title }) => name.endsWith(` graph ${title}`));
  const multiplications = name.endsWith(' matmul') ? MATMUL.multiplications : graph?.multiplications;
  console.log(name, figures(times), answer);
  return { name, ...figures(times), firstMs, setUpMs, answer, multiplications };
}

/** What a family holds in a page of its own after twenty runs, and what it fetched for it. */
async function costOf(name, contestants, open) {
  const page = await open();
  try {
    for (const contestant of contestants) {
      await page.ask({ kind: 'set-up', name: contestant });
      for (let index = 0; index < 20; index += 1) await page.ask({ kind: 'run', name: contestant, index });
    }
    return { name, memory: await page.ask({ kind: 'memory' }), bytes: page.bytes() };
  } finally {
    await page.close();
  }
}

async function measure(open) {
  const page = await open();
  const report = { machine: machine(page.version), bundle: `${manifest.name} ${manifest.version}` };
  const native = nativeContestants(bundle, manifest, values.native);
  const groups = {};
  for (const [name, names] of Object.entries(GROUPS)) {
    if (only.has(name)) groups[name] = await runGroup(names, page, native);
  }
  const live = [];
  for (const name of only.has('live') ? LIVE : []) {
    const entry = await prepare(name, page, native);
    if (entry.error === undefined)
      live.push({ name, ...(await page.ask({ kind: 'live', name, seconds: LIVE_SECONDS })) });
  }
  const together = only.has('together') ? { together: await allAtOnce(page, native) } : {};
  await page.close();
  const costs = [];
  for (const [name, contestants] of Object.entries(only.has('costs') ? FAMILIES : {})) {
    await costOf(name, contestants, open).then(
      (cost) => costs.push(cost),
      (error) => console.error(`${name}: ${error.message}`),
    );
  }
  return { ...report, groups, live, costs, ...together };
}

/** In one worker, as in our page. */
async function allAtOnce(page, native) {
  for (const name of Object.values(TOGETHER)) {
    const { error } = await prepare(name, page, native);
    if (error !== undefined) throw new Error(`${name}: ${error}`);
  }
  const asked = { kind: 'together', name: TOGETHER.face, seconds: TOGETHER_SECONDS, stages: TOGETHER };
  const { delaysMs, ...counted } = await page.ask(asked);
  const found = { ...counted, delays: figures(delaysMs) };
  console.log('all three at once', found);
  return found;
}

function machine(chromium) {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules/onnxruntime-web/package.json')));
  return {
    ...{ when: new Date().toISOString().slice(0, 10), cpu: cpus()[0].model, cores: cpus().length },
    ...{ load: loadavg().map((load) => load.toFixed(1)), chromium },
    runtime: `onnxruntime-web ${version} wasm`,
  };
}

installPeers();
const report = await withBrowser(bundle, measure);
mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, 'results.json'), `${JSON.stringify(report, null, 2)}\n`);
writeFileSync(join(values.out, 'results.md'), markdown(report));
