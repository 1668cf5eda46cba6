import { describe, expect, it } from 'vitest';
import { faultsOf, summarise } from './judge.mjs';

/** Forty samples of a run that goes well, but for what `change` makes of each. */
function samples(change: (index: number) => object = () => ({})) {
  return Array.from({ length: 40 }, (_, index) => ({
    ...{ second: 10 * index, phase: 'listening', faults: [], estimates: 20 * index, rssMb: 1000 },
    ...change(index),
  }));
}

const run = { minutes: 30 };

describe('a soak', () => {
  it('that goes well has nothing wrong', () => {
    expect(faultsOf(samples(), run)).toEqual([]);
  });

  it('may fill its memory at first', () => {
    expect(
      faultsOf(
        samples((index) => ({ rssMb: index < 10 ? 500 : 1000 })),
        run,
      ),
    ).toEqual([]);
  });

  it.each([
    ['memory', { rssMb: 1051 }, 30, /grew by 5\.1 %/],
    ['an error', { faults: ['worker-lost'] }, 1, /worker-lost/],
    ['another phase', { phase: 'paused' }, 1, /paused/],
    ['no new estimate', { estimates: 1 }, 1, /no estimate from second 300 to 390/],
  ])('with %s in its last quarter is told', (_, change, minutes, told) => {
    const wrong = faultsOf(
      samples((index) => (index >= 30 ? change : {})),
      { minutes },
    );
    expect(wrong.join()).toMatch(told);
  });

  it('stuck in its middle alone is told, with the seconds; a moment is not', () => {
    const stuck = samples((index) => (index === 20 || index === 21 ? { estimates: 380 } : {}));
    expect(faultsOf(stuck, run)).toEqual(['no estimate from second 190 to 210']);
    const faster = stuck.map((sample) => ({ ...sample, second: sample.second / 5 }));
    expect(faultsOf(faster, run)).toEqual([]);
  });

  it('of a few minutes is not judged by its memory', () => {
    expect(
      faultsOf(
        samples((index) => ({ rssMb: 1000 + index })),
        { minutes: 1 },
      ),
    ).toEqual([]);
  });

  it('that broke off is told, with samples and without', () => {
    expect(faultsOf([], { minutes: 1, broke: 'the page crashed' })).toEqual([
      'broke off: the page crashed',
      'no samples',
    ]);
    expect(faultsOf(samples(), { minutes: 1, broke: 'the page crashed' })).toHaveLength(1);
  });

  it('is summed up by quarters; what a sample lacks counts for nothing', () => {
    const { rssMb, delayMs } = summarise(
      samples((index) => ({ rssMb: 1000 + Math.floor(index / 10), delayMs: index % 2 === 0 ? null : index })),
    );
    expect(rssMb).toEqual({ mean: 1001.5, p95: 1003, quarters: [1000, 1001, 1002, 1003] });
    expect(delayMs).toEqual({ mean: 20, p95: 37, quarters: [5, 15, 25, 35] });
  });
});
