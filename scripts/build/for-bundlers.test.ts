import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { forBundlers } from './for-bundlers.mjs';

const ORT = 'node_modules/onnxruntime-web/dist';
const bundles = readdirSync(ORT).filter((name) => /^ort\.(?:wasm|jspi|webgpu)\.bundle\.min\.mjs$/.test(name));

it.each(bundles)('%s names itself by no name of a file', (name) => {
  const code = readFileSync(`${ORT}/${name}`, 'utf8');
  expect(code).toContain(`"${name}",import.meta.url`);
  expect(forBundlers(code)).not.toContain(`"${name}",import.meta.url`);
});

it('MediaPipe’s late import is left to the browser', () => {
  const code = readFileSync('node_modules/@mediapipe/tasks-vision/vision_bundle.mjs', 'utf8');
  const late = forBundlers(code).match(/\bimport\([^)]*\)/g);
  expect(late?.length).toBeGreaterThan(0);
  for (const each of late ?? []) expect(each).toMatch(/webpackIgnore: true.*turbopackIgnore: true/);
});
