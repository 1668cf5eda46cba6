import { describe, expect, it } from 'vitest';
import type { Estimate } from '../memobert/estimate';
import type { Timeline } from '../recogniser';
import { CANNED_TIMELINE, estimated, withheld } from '../recogniser/testing/canned-timeline';
import { bandPaths, columnsOf, Drawer, joined, rangeOf, type Drawing } from './timeline-bands';

describe('columnsOf', () => {
  it('weighs what stood in a column by how long, and leaves gaps empty', () => {
    const columns = columnsOf(CANNED_TIMELINE, 10);
    const happy = columns.map((column) => column && Math.round(column.values[0]! * 1000) / 1000);
    expect(happy).toEqual([0.8, 0.3, 0.175, null, null, null, 0.6, 0.6, 0.6, 0.6]);
    for (const { values } of columns.filter((column) => column !== null))
      expect(values[0]! + values[1]!).toBeCloseTo(1);
  });

  it('is empty without estimates and without any length', () => {
    expect(columnsOf({ ...CANNED_TIMELINE, estimates: [] }, 4)).toEqual([null, null, null, null]);
    expect(columnsOf({ ...CANNED_TIMELINE, estimates: [], seconds: null, reached: 0 }, 2)).toEqual([
      null,
      null,
    ]);
  });

  it('takes a live source from its first estimate on', () => {
    const live = {
      ...CANNED_TIMELINE,
      ...{ name: null, seconds: null },
      reached: 12,
      estimates: [estimated(10, 1), estimated(11, 0)],
    };
    expect(rangeOf(live)).toEqual({ from: 10, to: 12 });
    expect(columnsOf(live, 2).map((column) => column?.values[0])).toEqual([1, 0]);
  });

  it('takes a file from its beginning to its end, however short', () => {
    const short = { ...CANNED_TIMELINE, seconds: 0.3, reached: 0.3, estimates: [estimated(0.3, 1)] };
    expect(columnsOf(short, 3).map((column) => column?.values[0])).toEqual([1, 1, 1]);
    // one that can only be played does not say how long it is
    expect(columnsOf({ ...short, seconds: null }, 2).map((column) => column?.values[0])).toEqual([1, 1]);
  });

  it('tells where the answer was withheld for half of a column or more', () => {
    const estimates = [
      estimated(0.4, 0.5),
      withheld(estimated(1, 0.5)),
      estimated(1.6, 0.5),
      withheld(estimated(2, 0.5)),
      withheld(estimated(3, 0.5)),
    ];
    const columns = columnsOf({ ...CANNED_TIMELINE, seconds: 3, reached: 3, estimates }, 3);
    expect(columns.map((column) => column?.withheld)).toEqual([true, false, true]);
  });

  it('takes two hours in a moment', () => {
    const estimates = Array.from({ length: 28_800 }, (_, index) => estimated(index / 4, 0.5));
    const began = performance.now();
    expect(columnsOf({ ...CANNED_TIMELINE, seconds: 7200, estimates }, 300)).toHaveLength(300);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe('Drawer', () => {
  const drawing = (timeline: Timeline, drawer = new Drawer(100)) => {
    const { range, columns, marks } = drawer.draw(timeline, false);
    return { range, columns, marks };
  };

  /** As a recorder has it: one list that grows. */
  function growing(about: Partial<Timeline>, seconds: number, drawer: Drawer) {
    const estimates: Estimate[] = [];
    const drawn = new Set<Drawing>();
    let timeline: Timeline = { ...CANNED_TIMELINE, ...about, estimates, reached: 0 };
    for (let time = 0.25; time <= seconds; time += 0.25) {
      estimates.push(estimated(time, time % 1, { face: time % 40 < 20 }));
      timeline = { ...timeline, reached: time };
      drawn.add(drawer.draw(timeline, true));
    }
    return { timeline, drawn };
  }

  it('goes through a file of ten minutes no more often than there are columns, not at each of 2400 answers', () => {
    const drawer = new Drawer(100);
    const { timeline, drawn } = growing({ seconds: 600 }, 600, drawer);
    expect(drawn.size).toBeLessThanOrEqual(101);
    expect(drawn.size).toBeGreaterThan(90);
    expect(drawing(timeline, drawer), 'whole at its end').toEqual(drawing(timeline));
    expect(drawer.draw(timeline, false), 'scrubbed').toBe(drawer.draw({ ...timeline }, false));
  });

  it('keeps the bands with what it drew: an answer that shows nothing more makes none anew', () => {
    const drawer = new Drawer(100);
    const { timeline } = growing({ name: null, seconds: null }, 600, drawer);
    const { columns, bands } = drawer.draw(timeline, true);
    expect(bands.clear).toEqual(bandPaths(columns, 2, false));
    expect(bands.pale).toEqual(['', '']);
    expect(drawer.draw({ ...timeline, reached: 600.25 }, true).bands).toBe(bands);
    expect(drawer.draw({ ...timeline, reached: 700 }, true).bands).not.toBe(bands);
  });

  it('of a live source follows it as closely as it can be seen', () => {
    const { drawn } = growing({ name: null, seconds: null }, 600, new Drawer(100));
    expect(drawn.size).toBeLessThan(700);
    const { timeline, drawn: short } = growing({ name: null, seconds: null }, 10, new Drawer(100));
    expect(short.size).toBe(timeline.estimates.length);
  });

  it('draws another list at once: another run, or an adaptation', () => {
    const drawer = new Drawer(100);
    const { timeline } = growing({ seconds: 600 }, 300, drawer);
    const adapted = timeline.estimates.map((estimate) => ({ ...estimate, probabilities: [1, 0] }));
    expect(drawer.draw({ ...timeline, estimates: adapted }, true).columns[0]?.values).toEqual([1, 0]);
  });
});

describe('bandPaths', () => {
  const column = (...values: number[]) => ({ values, withheld: false });

  it('stacks the labels, the first at the bottom, with a piece for each stretch', () => {
    const [first, second] = bandPaths([column(0.25, 0.75), null, column(1, 0)], 2, false);
    expect(first).toBe('M0 0.75L1 0.75L1 1L0 1ZM2 0L3 0L3 1L2 1Z');
    expect(second).toBe('M0 0L1 0L1 0.75L0 0.75ZM2 0L3 0L3 0L2 0Z');
  });

  it('gives those that are withheld apart from the others', () => {
    const columns = [column(1), { ...column(1), withheld: true }, column(1)];
    expect(bandPaths(columns, 1, true)).toEqual(['M1 0L2 0L2 1L1 1Z']);
    expect(bandPaths(columns, 1, false)).toEqual(['M0 0L1 0L1 1L0 1ZM2 0L3 0L3 1L2 1Z']);
  });
});

describe('bandPaths of neighbours that are equally high', () => {
  const column = (...values: number[]) => ({ values, withheld: false });

  it('draws them as one step, as far as they can be told apart', () => {
    const columns = [column(0.25, 0.75), column(0.250001, 0.749999), column(0.5, 0.5), column(0.5, 0.5)];
    const [first, second] = bandPaths(columns, 2, false);
    expect(first).toBe('M0 0.75L2 0.75L2 0.5L4 0.5L4 1L0 1Z');
    expect(second).toBe('M0 0L4 0L4 0.5L2 0.5L2 0.75L0 0.75Z');
  });
});

describe('joined', () => {
  const mark = (kind: 'no-face' | 'silence', start: number, end: number) => ({ kind, start, end });

  it('makes one of those of a kind between which nobody sees a gap', () => {
    const given = [
      mark('no-face', 0, 2),
      mark('silence', 1, 4),
      mark('no-face', 2.5, 5),
      mark('silence', 9, 11),
    ];
    expect(joined(given, 1)).toEqual([mark('no-face', 0, 5), mark('silence', 1, 4), mark('silence', 9, 11)]);
    expect(joined(given, 0.1)).toEqual(given);
  });

  it('leaves fewer than can be told apart, however long it went', () => {
    const hour = Array.from({ length: 1200 }, (_, index) => mark('silence', index * 3, index * 3 + 1.5));
    expect(joined(hour, 3600 / 300).length).toBeLessThanOrEqual(300);
  });
});
