/** What the worker says of the GPU's memory. */

import { expect, it } from 'vitest';
import { Engine } from './engine';
import type { FaceLooker } from './load';
import { ASSET_BASE, MANIFEST_URL, making, toyBundle, toyMaker } from './testing/toy-bundle';

const OPTIONS = {
  ...{ manifestUrl: MANIFEST_URL, assetBase: ASSET_BASE },
  ...{ device: 'wasm' as const, allowSoftwareAdapter: false },
};

async function load(
  gpuBuffers?: () => { buffers: number; bytes: number },
  encode: FaceLooker['encode'] = () => Promise.reject(new Error('not looked at')),
) {
  let released = 0;
  const face: FaceLooker = {
    encode,
    fork: () => face,
    follow: () => undefined,
    reset: () => undefined,
    release: () => (released += 1),
    close: () => undefined,
  };
  const toy = await toyBundle();
  const maker = Object.assign(toyMaker({}), gpuBuffers === undefined ? {} : { gpuBuffers });
  const engine = new Engine(() => undefined, {
    ...{ fetch: toy.fetch, caches: null, engineFiles: toy.engineFiles, createMaker: making(maker) },
    ...{ createFace: () => Promise.resolve(face), host: { gpu: null, isolated: false, cores: 2 } },
  });
  const session = engine.session(1);
  await session.load(OPTIONS);
  return { session, releases: () => released };
}

it('is the count of the GPU’s buffers as it stands', async () => {
  let buffers = 2;
  const { session } = await load(() => ({ buffers, bytes: 16 * buffers }));
  expect(await session.memory({})).toEqual({ gpu: { buffers: 2, bytes: 32 } });
  buffers = 5;
  expect(await session.memory({})).toEqual({ gpu: { buffers: 5, bytes: 80 } });
});

it('is none without a GPU', async () => {
  const { session } = await load();
  expect(await session.memory({})).toEqual({ gpu: null });
});

it('is given back by a session that ends', async () => {
  const { session, releases } = await load();
  await session.text({ texts: [] });
  await session.release({});
  expect(releases()).toBe(1);
});

it('is given back when the look under way has ended, which would take it anew', async () => {
  let looked: () => void = () => undefined;
  const { session, releases } = await load(undefined, () => {
    return new Promise((_resolve, reject) => (looked = () => reject(new Error('no face'))));
  });
  const frame = { close: () => undefined } as unknown as VideoFrame;
  const looking = expect(session.face({ frame, time: 0 })).rejects.toThrow('no face');
  await Promise.resolve(); // the look has begun
  await session.release({});
  expect(releases()).toBe(0);
  looked();
  await looking;
  await Promise.resolve();
  expect(releases()).toBe(1);
});
