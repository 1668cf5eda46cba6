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
  const arrival = progress.expect(1000);
  for (const bytes of [100, 400, 300, 1000, 1000]) arrival.fetched(bytes, 'a');
  progress.step('compile', 'denseface');
  expect(told.map(({ loadedBytes }) => loadedBytes)).toEqual([0, 100, 400, 1000, 1000]);
  expect(told.slice(1).every(({ totalBytes }) => totalBytes === 1000)).toBe(true);
});

it('adds up what comes at the same time', () => {
  const { told, progress } = record();
  const [model, build] = [progress.expect(1000), progress.expect(500)];
  model.fetched(600, 'a');
  build.fetched(500, 'b');
  model.fetched(1000, 'a');
  expect(told.map(({ loadedBytes }) => loadedBytes)).toEqual([600, 1100, 1500]);
  expect(told.every(({ totalBytes }) => totalBytes === 1500)).toBe(true);
});

it('goes on counting where a load needs more, and ends whole where that is given up', () => {
  const { told, progress } = record();
  progress.expect(1000).fetched(1000, 'a');
  const more = progress.expect(100);
  progress.step('fetch', 'b');
  more.fetched(40, 'b');
  more.giveUp();
  progress.step('compile', 'a');
  const pairs = told.map(({ loadedBytes, totalBytes }) => [loadedBytes, totalBytes]);
  expect(pairs).toEqual([
    [1000, 1000],
    [1000, 1100],
    [1040, 1100],
    [1040, 1040],
  ]);
});

it('counts what is computed as well; the fraction never falls and ends at 1', () => {
  const { told, progress } = record();
  progress.expect(1000).fetched(1000, 'a');
  for (let round = 0; round < 2; round += 1) {
    for (const step of ['compile', 'warm-up', 'verify'] as const) progress.step(step, 'denseface');
  }
  progress.expect(5000);
  for (let step = 0; step < 20; step += 1) progress.step('compile', 'denseface-light');
  progress.step('ready', 'small');
  const fractions = told.map(({ fraction }) => fraction);
  expect(fractions[0]).toBeCloseTo(0.6);
  expect(fractions[3]).toBeGreaterThan(fractions[0]!);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  expect(fractions.at(-2)).toBeLessThan(1);
  expect(fractions.at(-1)).toBe(1);
});

it('keeps small pieces to itself until they add up', () => {
  const { told, progress } = record();
  const arrival = progress.expect(1_000_000);
  for (let bytes = 100; bytes <= 1_000_000; bytes += 100) arrival.fetched(bytes, 'a');
  expect(told).toHaveLength(200);
  expect(told.at(-1)?.loadedBytes).toBe(1_000_000);
});
