import { describe, expect, it } from 'vitest';
import { Utterances, type Span } from './utterances';

const RATE = 100;

/** Speech where a test says, in seconds; the gate forgets nothing. */
function hearing(...speech: readonly (readonly [number, number])[]) {
  const gate = {
    spanSince: (from: number): Span | null => {
      const later = speech.filter(([, end]) => end * RATE > from && end * RATE <= heardS * RATE + 1);
      const [first, last] = [later[0], later.at(-1)];
      return first === undefined || last === undefined
        ? null
        : { start: Math.max(first[0] * RATE, from), end: last[1] * RATE };
    },
  };
  const utterances = new Utterances(gate, RATE);
  let heardS = 0;
  let fromS = 0;
  return {
    utterances,
    /** What there is to do at a time, in seconds. */
    at: (seconds: number) => {
      heardS = seconds;
      const next = utterances.next({ start: fromS * RATE, end: seconds * RATE });
      if (next === null) return null;
      utterances.done(next);
      return { start: next.start / RATE, end: next.end / RATE, final: next.final };
    },
    forgetUntil: (seconds: number) => (fromS = seconds),
  };
}

describe('Utterances', () => {
  it('guesses while an utterance grows, and settles it after a pause', () => {
    const { at } = hearing([1, 2], [1, 3]);
    expect(at(0.9)).toBeNull();
    expect(at(2)).toEqual({ start: 0.75, end: 2, final: false });
    expect(at(2.2), 'nothing new worth a guess').toBeNull();
    expect(at(3)).toEqual({ start: 0.75, end: 3, final: false });
    expect(at(3.8)).toEqual({ start: 0.75, end: 3.25, final: true });
    expect(at(9)).toBeNull();
  });

  it('begins the next utterance where the last one was settled', () => {
    const { at } = hearing([1, 2], [5, 6]);
    expect(at(3)?.final).toBe(true);
    expect(at(6)).toEqual({ start: 4.75, end: 6, final: false });
  });

  it('takes what gathered meanwhile as one: whoever is slow gets the newest and queues nothing', () => {
    const { at } = hearing([1, 2], [4, 5], [6, 7]);
    expect(at(8)).toEqual({ start: 0.75, end: 7.25, final: true });
    expect(at(8.1)).toBeNull();
  });

  it('cuts an utterance that nobody ends, and goes on behind the cut', () => {
    const { at } = hearing([0.25, 20], [0.25, 21]);
    expect(at(20)).toEqual({ start: 0, end: 15, final: true });
    expect(at(20)).toEqual({ start: 15, end: 20, final: false });
  });

  it('does not ask for what is forgotten', () => {
    const { at, forgetUntil } = hearing([1, 12]);
    forgetUntil(10);
    expect(at(12)?.start).toBe(10);
  });

  it('passes over clicks, and over all that came before a reset', () => {
    expect(hearing([1, 1.1]).at(3)).toBeNull();
    const { at, utterances } = hearing([1, 2]);
    utterances.reset(5 * RATE);
    expect(at(6)).toBeNull();
  });
});
