/* global GPUBufferUsage, GPUMapMode -- in the page */
/**
 * Whether ONNX Runtime's graph capture is right here: DenseFace, whose shape is always the same, run with and without on two faces in turn.
 *
 *   node bench/capture.mjs [--software] [--model public/models/small/denseface.onnx]
 *
 * Prints milliseconds of each run and how far each answer is from either face's. `--software` takes an adapter that is none, which is
 * slow and as right or wrong as another.
 */

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { findBrowser } from '../scripts/find-browser.mjs';
import { ROOT } from './serve.mjs';

const TYPES = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
const RUN_MS = 600_000;

const { values } = parseArgs({
  options: {
    software: { type: 'boolean', default: false },
    model: { type: 'string', default: 'public/models/small/denseface.onnx' },
  },
});

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const path = join(ROOT, pathname);
  if (pathname === '/')
    return void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>');
  if (!path.startsWith(ROOT) || !existsSync(path)) return void response.writeHead(404).end();
  response.writeHead(200, { 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' });
  response.end(readFileSync(path));
});
await new Promise((resolve) => server.listen(0, 'localhost', resolve));

/** In the page. */
async function compare(model) {
  const folder = '/node_modules/onnxruntime-web/dist/';
  const ort = await import(`${folder}ort.webgpu.mjs`);
  Object.assign(ort.env.wasm, { wasmPaths: folder, numThreads: 1 });
  ort.env.logLevel = 'error';
  const bytes = new Uint8Array(await (await fetch(model)).arrayBuffer());
  const common = { executionProviders: ['webgpu'], preferredOutputLocation: 'gpu-buffer' };
  const first = new Float32Array(64 * 64).map((_, index) => Math.sin(index * index));
  const faces = { first, second: first.map((value) => value / 2 - 0.2) };
  const dims = [1, 1, 64, 64];

  const plain = await ort.InferenceSession.create(bytes, common);
  const device = await ort.env.webgpu.device;
  const expected = {};
  for (const [name, data] of Object.entries(faces)) {
    const { logits } = await plain.run({ faces: new ort.Tensor('float32', data, dims) });
    expected[name] = await logits.getData();
  }

  const captured = await ort.InferenceSession.create(bytes, { ...common, enableGraphCapture: true });
  const { STORAGE, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
  const onGpu = (shape) => {
    const size = 4 * shape.reduce((product, dim) => product * dim, 1);
    const buffer = device.createBuffer({ size, usage: STORAGE | COPY_DST | COPY_SRC });
    return { buffer, tensor: ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: shape }) };
  };
  const [input, features, logits] = [dims, [1, 342], [1, 8]].map(onGpu);
  const read = async ({ size }, from) => {
    const copy = device.createBuffer({ size, usage: COPY_DST | MAP_READ });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, 0, copy, 0, size);
    device.queue.submit([encoder.finish()]);
    await copy.mapAsync(GPUMapMode.READ);
    return new Float32Array(copy.getMappedRange().slice(0));
  };
  const rows = [];
  for (const name of ['first', 'second', 'first', 'second']) {
    device.queue.writeBuffer(input.buffer, 0, faces[name]);
    const began = performance.now();
    await captured.run({ faces: input.tensor }, { features: features.tensor, logits: logits.tensor });
    const answer = await read(logits.buffer, logits.buffer);
    const away = (from) => Math.max(...answer.map((value, index) => Math.abs(value - expected[from][index])));
    const [ofFirst, ofSecond] = [away('first'), away('second')];
    rows.push({ asked: name, ms: Math.round(performance.now() - began), ofFirst, ofSecond });
  }
  return rows;
}

const browser = await chromium.launch({
  executablePath: findBrowser(),
  args: ['--no-sandbox', ...(values.software ? ['--enable-unsafe-webgpu'] : [])],
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(RUN_MS);
  await page.goto(`http://localhost:${server.address().port}/`);
  const rows = await page.evaluate(compare, `/${values.model}`);
  console.table(rows);
  const right = rows.every(({ asked, ofFirst, ofSecond }) => (asked === 'first' ? ofFirst : ofSecond) < 1e-3);
  console.log(
    right
      ? 'Right: each answer is of the face that was asked about.'
      : 'Wrong: replayed, it answers another face.',
  );
} finally {
  await browser.close();
  server.close();
}
