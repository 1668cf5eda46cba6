import { expect, it } from 'vitest';
import { LoadProgress } from './load-progress';
import type { Progress } from './progress';

function record(): { told: Progress[]; progress: LoadProgress } {
  const told: Progress[] = [];
  return { told, progress: new LoadProgress((step) => told.push(step)) };
}

it('never falls, and ends with all bytes told', () => {
  const { told, progress } = record();
  progress.step('fetch', 'manifest.json');
  progress.expect(1000);
  for (const bytes of [100, 400, 300, 1000, 1000]) progress.fetched(bytes, 'a');
  progress.step('compile', 'denseface');
  expect(told.map(({ loadedBytes }) => loadedBytes)).toEqual([0, 100, 400, 1000, 1000]);
  expect(told.slice(1).every(({ totalBytes }) => totalBytes === 1000)).toBe(true);
});

it('goes on counting where a load needs more, and ends whole where that is given up', () => {
  const { told, progress } = record();
  progress.expect(1000);
  progress.fetched(1000, 'a');
  progress.expect(100);
  progress.step('fetch', 'b');
  progress.fetched(40, 'b');
  progress.giveUp();
  progress.step('compile', 'a');
  const pairs = told.map(({ loadedBytes, totalBytes }) => [loadedBytes, totalBytes]);
  expect(pairs).toEqual([
    [1000, 1000],
    [1000, 1100],
    [1040, 1100],
    [1040, 1040],
  ]);
});

it('keeps small pieces to itself until they add up', () => {
  const { told, progress } = record();
  progress.expect(1_000_000);
  for (let bytes = 100; bytes <= 1_000_000; bytes += 100) progress.fetched(bytes, 'a');
  expect(told).toHaveLength(200);
  expect(told.at(-1)?.loadedBytes).toBe(1_000_000);
});
