/** What the engine says of a missing GPU or WebGL and what the element says in Korean are the same cases. */

import { expect, it } from 'vitest';
import { ko } from '../src/elements/strings/ko';
import { noWebGl } from '../src/encoders/face/detector';
import { chooseBackend, type Host } from '../src/runtime/backends';

const software = { info: { vendor: 'mesa', description: 'llvmpipe' }, features: new Set() } as unknown;

const GPUS: readonly Host['gpu'][] = [
  null,
  { requestAdapter: () => Promise.resolve(null) },
  { requestAdapter: () => Promise.resolve(software as GPUAdapter) },
];

it('has Korean words for each reason', async () => {
  const asked = { device: 'auto', allowSoftwareAdapter: false } as const;
  const chosen = GPUS.map((gpu) => chooseBackend(asked, { gpu, isolated: true, cores: 2 }));
  const reasons = (await Promise.all(chosen)).map(({ reason }) => reason ?? 'none');
  expect(new Set(reasons).size).toBe(GPUS.length);
  const webGl = noWebGl({ getContext: () => null })?.message ?? 'none';
  expect(Object.keys(ko.status.reasons).toSorted()).toEqual([...reasons, webGl, 'other'].toSorted());
});
