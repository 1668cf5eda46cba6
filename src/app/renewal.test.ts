import { expect, it } from 'vitest';
import { MemoError } from '../errors';
import { isOfVersion, noteRenewal, renewedLately } from './renewal';

const HOUR_MS = 3_600_000;

it('does not come twice within the hour, and keeps what others left in the history', () => {
  const history = { state: null as unknown, replaceState: (next: unknown) => (history.state = next) };
  expect(renewedLately(history, 1)).toBe(false);
  history.state = { memoReloaded: true };
  noteRenewal(history, 1000);
  expect(history.state).toEqual({ memoReloaded: true, memoRenewed: 1000 });
  expect(renewedLately(history, 1000 + HOUR_MS - 1)).toBe(true);
  expect(renewedLately(history, 1000 + HOUR_MS)).toBe(false);
});

it.each<[code: 'file-missing' | 'backend-unavailable' | 'worker-lost', cure: string]>([
  ['file-missing', 'Check the address; a file of another origin must allow this page.'],
  ['backend-unavailable', 'Use device="auto" or device="wasm", or a browser and a computer with WebGPU.'],
  ['worker-lost', 'Press Start again.'],
])('a new version is no cure of %s: %s', (code, cure) => {
  expect(isOfVersion(new MemoError(code, '', cure))).toBe(false);
});
