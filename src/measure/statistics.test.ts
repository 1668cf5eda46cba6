import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { property } from '../testing/fuzz';
import { spread } from './statistics';

describe('spread', () => {
  it('keeps the first apart', () => {
    expect(spread([900, 3, 1, 2])).toEqual({ first: 900, median: 2, p95: 3, p99: 3, runs: 3 });
  });

  it('has a 95th percentile that leaves one in twenty above it', () => {
    const runs = Array.from({ length: 20 }, (_, index) => index + 1);
    expect(spread([0, ...runs])).toMatchObject({ median: 10, p95: 19 });
  });

  it('says nothing of one', () => {
    expect(spread([])).toBeNull();
    expect(spread([5])).toBeNull();
  });

  property(
    'what was measured, whatever the order',
    100,
    [fc.array(fc.double({ min: 0, max: 1e5, noNaN: true }), { minLength: 2 })],
    ([first, ...others]) => {
      const found = spread([first ?? 0, ...others]);
      expect(others).toContain(found?.median);
      expect(others).toContain(found?.p95);
      expect(spread([first ?? 0, ...others.toReversed()])).toEqual(found);
    },
  );
});
