/** Which errors a new version of the page would mend, by their very cures: another wording of one would end it in silence. */

import { expect, it } from 'vitest';
import { isOfVersion } from '../src/app/renewal';
import { MemoError } from '../src/errors';
import { scriptMissing } from '../src/late-script';
import { EngineFiles } from '../src/runtime/engine-files';
import { notStarted } from '../src/runtime/ort-not-started';
import { memoryCaches } from '../src/runtime/testing/memory-caches';
import { ASSET_BASE, toyBundle } from '../src/runtime/testing/toy-bundle';

it.each<[of: string, told: () => Promise<unknown>]>([
  ['a script', () => Promise.reject(scriptMissing())],
  ['ONNX Runtime', () => Promise.reject(notStarted('wasm', null))],
  [
    'a file of another version',
    async () => {
      const toy = await toyBundle();
      toy.files.set(`${ASSET_BASE}silero_vad.onnx`, Uint8Array.of(5));
      const parts = { fetch: toy.fetch, caches: memoryCaches() };
      return new EngineFiles(ASSET_BASE, parts, toy.engineFiles).one('silero_vad.onnx');
    },
  ],
])('a new version mends what the page itself brings: %s', async (_of, told) => {
  const error = await told().then(() => null, MemoError.from);
  expect(error !== null && isOfVersion(error)).toBe(true);
});
