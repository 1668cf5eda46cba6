import { expect, it } from 'vitest';
import { filesOf, graphsOf } from './manifest-files';
import { BASE, MANIFEST_URL, olderManifest, toyBundle, withHeads } from './testing/toy-bundle';

const toy = await toyBundle();

it('names every file of a bundle once', () => {
  const paths = filesOf(toy.manifest).map(({ path }) => BASE + path);
  const served = [...toy.files.keys()].filter((url) => url.startsWith(BASE) && url !== MANIFEST_URL);
  expect(paths.toSorted()).toEqual(served.toSorted());
});

it('names what fills in faces and voice where it is', async () => {
  const manifest = await withHeads(await toyBundle());
  expect(graphsOf(manifest)).toContain('memobert-heads');
  expect(filesOf(manifest).map(({ path }) => path)).toContain('memobert-heads.onnx');
});

it('names the light face encoder only where it is', () => {
  expect(graphsOf(toy.manifest).toSorted()).toEqual(['denseface', 'denseface-light', 'memobert', 'wav2vec2']);
  expect(graphsOf(olderManifest(toy)).toSorted()).toEqual(['denseface', 'memobert', 'wav2vec2']);
});
