/**
 * Properties over made-up input, by fast-check: each is a test of its own, with a seed that stays, so that a run is the same
 * everywhere. What failed once is in `past-failures.ts` and comes first.
 *
 * `MEMO_FUZZ_RUNS=50` runs fifty times as many cases; `MEMO_FUZZ_SEED=7` runs others (`random`: new ones each time). A failure
 * prints seed, path and the smallest example: put them into `past-failures.ts` with the fix.
 */

import { cpuUsage } from 'node:process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ERROR_CODES, MemoError, type ErrorCode } from '../errors';
import { PAST_FAILURES } from './past-failures';

const SEED = 20_220_527;
const TIMEOUT_MS = 600_000;
/** CPU seconds for one case, whatever else the machine does: beyond it something grows faster than its input. */
const MOST_CPU_S = 5;

const factor = Number(import.meta.env['MEMO_FUZZ_RUNS'] ?? 1);
const seed = import.meta.env['MEMO_FUZZ_SEED'] as string | undefined;

declare module 'vitest' {
  interface TaskMeta {
    /** Cases that a property really tried; `scripts/read-reports.mjs` adds them up. */
    fuzzCases?: number;
  }
}

type Arbitraries<T extends unknown[]> = { [K in keyof T]: fc.Arbitrary<T[K]> };

/**
 * One test: `holds` must neither throw nor reject for any value.
 * @param name unique; the key of its examples in `past-failures.ts`
 * @param runs without `MEMO_FUZZ_RUNS`
 */
export function property<T extends [unknown, ...unknown[]]>(
  name: string,
  runs: number,
  arbitraries: Arbitraries<T>,
  holds: (...values: T) => void | Promise<void>,
): void {
  const past = (PAST_FAILURES[name] ?? []).map(({ example }) => example as T);
  it(name, { timeout: TIMEOUT_MS * Math.max(1, factor) }, async ({ task }) => {
    task.meta.fuzzCases = 0;
    const timed = async (values: T) => {
      task.meta.fuzzCases = (task.meta.fuzzCases ?? 0) + 1;
      const began = cpuUsage().user;
      await holds(...values);
      expect((cpuUsage().user - began) / 1e6, 'CPU seconds of one case').toBeLessThan(MOST_CPU_S);
    };
    await fc.assert(fc.asyncProperty(fc.tuple<T>(...arbitraries), timed), {
      numRuns: Math.max(1, Math.round(runs * factor)) + past.length,
      examples: past.map((values) => [values]),
      ...(seed === 'random' ? {} : { seed: seed === undefined ? SEED : Number(seed) }),
    });
  });
}

/** What `step` gives, or the MemoError that it refuses its input with; anything else that it throws is a fault. */
export async function outcome<T>(
  step: () => T | Promise<T>,
): Promise<{ readonly value: T } | { readonly refusal: MemoError }> {
  try {
    return { value: await step() };
  } catch (error) {
    if (!(error instanceof MemoError)) throw error;
    expect(ERROR_CODES).toContain(error.code);
    expect(error.message.trim()).not.toBe('');
    expect(error.cure.trim()).not.toBe('');
    return { refusal: error };
  }
}

/** As {@link outcome}; the refusal must have one of these codes. Null where there was one. */
export async function valueOr<T>(codes: readonly ErrorCode[], step: () => T | Promise<T>): Promise<T | null> {
  const result = await outcome(step);
  if ('value' in result) return result.value;
  expect(codes, result.refusal.message).toContain(result.refusal.code);
  return null;
}

export function expectFinite(values: ArrayLike<number>): void {
  // an `expect` for each of thousands of numbers takes longer than what is tested
  const odd = Array.prototype.findIndex.call(values, (value: number) => !Number.isFinite(value));
  if (odd >= 0) throw new Error(`[${odd}] is ${values[odd]}`);
}

/** The same numbers in the same order; NaN is like NaN. */
export function expectSame(got: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(got.length).toBe(wanted.length);
  const odd = Array.prototype.findIndex.call(got, (value: number, at) => !Object.is(value, wanted[at]));
  if (odd >= 0) throw new Error(`[${odd}] is ${got[odd]}, not ${wanted[odd]}`);
}

export function expectWithin(values: ArrayLike<number>, low: number, high: number): void {
  const odd = Array.prototype.findIndex.call(values, (value: number) => !(value >= low && value <= high));
  if (odd >= 0) throw new Error(`[${odd}] is ${values[odd]}, not within ${low} and ${high}`);
}

/** Not negative, and 1 in all. */
export function expectDistribution(values: readonly number[]): void {
  expectWithin(values, 0, 1);
  expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
}
