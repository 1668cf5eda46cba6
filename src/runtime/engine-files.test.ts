import { beforeEach, expect, it } from 'vitest';
import { EngineFiles } from './engine-files';
import { memoryCaches } from './testing/memory-caches';
import { ASSET_BASE, toyBundle, type ToyBundle } from './testing/toy-bundle';

const GATE = `${ASSET_BASE}silero_vad.onnx`;
let toy: ToyBundle;
let caches = memoryCaches();

beforeEach(async () => {
  toy = await toyBundle();
  caches = memoryCaches();
});

const files = () => new EngineFiles(ASSET_BASE, { fetch: toy.fetch, caches }, toy.engineFiles);

it('come from below the asset base, once', async () => {
  expect(await files().missing(['silero_vad.onnx'])).toEqual(['silero_vad.onnx']);
  expect(await files().one('silero_vad.onnx')).toEqual(Uint8Array.of(4));
  expect(await files().missing(['silero_vad.onnx'])).toEqual([]);
  await files().one('silero_vad.onnx');
  expect(toy.asked).toEqual([GATE]);
});

it.each<[how: string, harm: () => void, code: string]>([
  ['exchanged', () => toy.files.set(GATE, Uint8Array.of(5)), 'model-integrity'],
  ['missing', () => toy.files.delete(GATE), 'file-missing'],
])('one that is %s is refused by name', async (_how, harm, code) => {
  harm();
  await expect(files().one('silero_vad.onnx')).rejects.toMatchObject({
    code,
    message: expect.stringContaining('silero_vad.onnx') as string,
  });
});
