import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { groupOf, listBuild } from './build-list.mjs';

describe('the group of', () => {
  it.each([
    ['index.html', 'shell'],
    ['memo-bert.js', 'shell'],
    ['app.webmanifest', 'shell'],
    ['icons/icon.svg', 'shell'],
    ['assets/worker-DwL28lsv.js', 'shell'],
    ['assets/index-Ce1zcIgT.css', 'shell'],
    ['assets/ort.wasm.bundle.min-Cvo_s67G.js', 'wasm'],
    ['assets/ort-wasm-simd-threaded-qyIweqWS.mjs', 'wasm'],
    ['assets/ort.webgpu.bundle.min-C2THw3GP.js', 'webgpu'],
    ['assets/ort-wasm-simd-threaded.asyncify-CGX8rfbW.mjs', 'webgpu'],
    ['assets/ort.jspi.bundle.min-B1vXw3Gq.js', 'webgpu'],
    ['assets/ort-wasm-simd-threaded.jspi-D0x8rfbZ.mjs', 'webgpu'],
    ['assets/transformers.web-eGZqqbhv.js', 'speech'],
    ['generated/mediapipe/vision_wasm_module_internal.js', 'engine'],
    ['actor/happy.mp3', 'extra'],
    ['models/small/README.md', 'extra'],
    ['generated/LICENCES.txt', 'extra'],
    // weights and WebAssembly are somebody else's
    ['models/small/manifest.json', null],
    ['models/small/memobert.onnx', null],
    ['generated/silero_vad.onnx', null],
    ['generated/face_detector.tflite', null],
    ['generated/mediapipe/vision_wasm_module_internal.wasm', null],
    ['assets/ort-wasm-simd-threaded-DcHrbrbl.wasm', null],
    ['generated/stamp.json', null],
    ['service-worker.js', null],
    // no page of the app
    ['examples/parts.html', null],
    ['assets/states-cy0ua1ku.js', null],
    ['screenshots/wide.png', null],
  ])('%s is %s', (path, group) => {
    expect(groupOf(path)).toBe(group);
  });
});

describe('the list of a build', () => {
  const folder = mkdtempSync(join(tmpdir(), 'memo-list-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };

  it('has each file by its hash; its version is of all of them, weights too, and not of the service worker', async () => {
    write('index.html', '<html>');
    write('models/small/memobert.onnx', 'weights');
    write('service-worker.js', 'first');
    const first = await listBuild(folder);
    expect(first.version).toMatch(/^[0-9a-f]{16}$/);
    expect(first.files).toEqual([
      {
        ...{ path: 'index.html', bytes: 6, group: 'shell' },
        sha256: createHash('sha256').update('<html>').digest('hex'),
      },
    ]);
    write('service-worker.js', 'second');
    expect(await listBuild(folder)).toEqual(first);
    write('models/small/memobert.onnx', 'Weights');
    const second = await listBuild(folder);
    expect(second.files).toEqual(first.files);
    expect(second.version).not.toBe(first.version);
  });
});
