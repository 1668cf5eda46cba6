import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GENERATED_FILES, prepareAssets } from './prepare-assets.mjs';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'assets-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

it('makes every file once, and again what has gone missing', async () => {
  // a junction, which Windows lets everybody make
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'), 'junction');
  const { folder, made } = await prepareAssets({ root });
  expect(made).toBe(true);
  for (const file of GENERATED_FILES) expect(readFileSync(join(folder, file)).length).toBeGreaterThan(0);
  expect((await prepareAssets({ root })).made).toBe(false);
  rmSync(join(folder, 'silero_vad.onnx'));
  expect((await prepareAssets({ root })).made).toBe(true);
  writeFileSync(join(folder, 'stamp.json'), '{"recipe":0}');
  expect((await prepareAssets({ root })).made).toBe(true);
});

it('says what to do when a package is missing', async () => {
  await expect(prepareAssets({ root })).rejects.toThrow('npm ci');
});
