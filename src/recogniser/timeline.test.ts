import { describe, expect, it } from 'vitest';
import type { Doubt } from '../memobert/reliability';
import { estimateAt, type Timeline } from './timeline';
import { marks, segments } from './timeline-marks';
import { CANNED_TIMELINE, estimated } from './testing/canned-timeline';

describe('a timeline', () => {
  const LIVE = { ...CANNED_TIMELINE, name: null, seconds: null };
  const spansOf = (timeline: Timeline) => segments(timeline).map(({ start, end }) => [start, end]);

  it('of a file lets an estimate stand for what leads up to it, a second at most, from the beginning on', () => {
    const spans = spansOf(CANNED_TIMELINE);
    expect(spans[0]).toEqual([0, 0.5]);
    expect(spans.slice(3, 6)).toEqual([
      [1.5, 2.25],
      [2.25, 3],
      [6, 7],
    ]);
    expect(spans.at(-1)).toEqual([8.5, 9.5]);
  });

  it('of a file shorter than a step has one estimate that stands for all of it', () => {
    const short = { ...CANNED_TIMELINE, seconds: 0.3, reached: 0.3, estimates: [estimated(0.3, 0.5)] };
    expect(spansOf(short)).toEqual([[0, 0.3]]);
    expect([0, 0.2, 0.3].map((time) => estimateAt(short, time)?.time)).toEqual([0.3, 0.3, 0.3]);
  });

  it('of a live source lets it stand until the next, a second at most, and none beyond the end', () => {
    const spans = spansOf(LIVE);
    expect(spans.slice(3, 6)).toEqual([
      [2.25, 3],
      [3, 4],
      [7, 7.5],
    ]);
    expect(spans.at(-1)).toEqual([9.5, 10]);
  });

  it.each([
    [0, 0.9, null],
    [0.5, 0.9, 0.9],
    [1.49, 0.2, 0.7],
    [3.9, null, 0.1],
    [4.5, null, null],
    [6.5, 0.6, null],
    [9.99, null, 0.6],
  ])('says at %d s what stood there', (time, inFile, live) => {
    expect(estimateAt(CANNED_TIMELINE, time)?.probabilities[0] ?? null).toBe(inFile);
    expect(estimateAt(LIVE, time)?.probabilities[0] ?? null).toBe(live);
  });

  it('marks where nobody was seen and nobody spoke, gaps included, not what was never given', () => {
    expect(marks(CANNED_TIMELINE)).toEqual([
      { kind: 'no-face', start: 3, end: 7 },
      { kind: 'silence', start: 3, end: 10 },
    ]);
    expect(marks(LIVE)).toEqual([
      { kind: 'no-face', start: 4, end: 7.5 },
      { kind: 'silence', start: 4, end: 10 },
    ]);
    expect(marks({ ...CANNED_TIMELINE, given: { face: true, voice: false } })).toHaveLength(1);
    const givenFrom = [
      { face: false, voice: true, from: 0 },
      { face: false, voice: false, from: 4.5 },
      { face: true, voice: false, from: 5 },
      { face: true, voice: true, from: 6 },
      { face: true, voice: false, from: 9.5 },
    ];
    expect(marks({ ...CANNED_TIMELINE, givenFrom })).toEqual([
      { kind: 'silence', start: 3, end: 4.5 },
      { kind: 'no-face', start: 5, end: 7 },
      { kind: 'silence', start: 6, end: 9.5 },
    ]);
    const late = { ...CANNED_TIMELINE, estimates: CANNED_TIMELINE.estimates.slice(4, 5) };
    expect(marks(late)[0], 'nobody at first').toEqual({ kind: 'no-face', start: 0, end: 2 });
    expect(marks({ ...LIVE, estimates: late.estimates })[0]).toMatchObject({ start: 4 });
    const nothing = { ...CANNED_TIMELINE, estimates: [] };
    expect(marks(nothing)).toEqual([
      { kind: 'no-face', start: 0, end: 10 },
      { kind: 'silence', start: 0, end: 10 },
    ]);
  });
});

it('marks no absence that an answer does not tell of: nobody has looked or listened lately', () => {
  const silent = [1, 2, 3].map((time) => estimated(time, 0.5, { face: false, voice: false }));
  const told = (reasons: readonly Doubt[]) =>
    silent.map((estimate) => ({ ...estimate, reliability: { abstained: true, reasons } }));
  const kinds = (reasons: readonly Doubt[]) =>
    marks({ ...CANNED_TIMELINE, reached: 3, estimates: told(reasons) }).map(({ kind }) => kind);
  expect(kinds([])).toEqual([]);
  expect(kinds(['silence'])).toEqual(['silence']);
  expect(kinds(['no-face', 'silence'])).toEqual(['no-face', 'silence']);
});

describe('a timeline of an answer every two seconds', () => {
  const estimates = [2, 4, 6, 8, 10].map((time) => ({ ...estimated(time, 0.5), interval: 2 }));
  const slow = { ...CANNED_TIMELINE, estimates };

  it('has no holes, and marks none', () => {
    expect(estimateAt(slow, 3.5)).not.toBeNull();
    for (const timeline of [slow, { ...slow, name: null, seconds: null }]) {
      const spans = segments(timeline);
      expect(spans.slice(1).every(({ start }, index) => start === spans[index]?.end)).toBe(true);
      expect(marks(timeline)).toEqual([]);
    }
  });

  it('marks where there was none for longer', () => {
    expect(marks({ ...slow, estimates: estimates.toSpliced(1, 2) })).toEqual([
      { kind: 'no-face', start: 2, end: 5 },
      { kind: 'silence', start: 2, end: 5 },
    ]);
    expect(estimateAt({ ...slow, estimates: estimates.toSpliced(1, 2) }, 4)).toBeNull();
  });
});
