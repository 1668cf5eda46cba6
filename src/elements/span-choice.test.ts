import { describe, expect, it } from 'vitest';
import { cellsOf, dragged, keyed, spanOf } from './span-choice';

describe('a span of cells', () => {
  it('is dragged either way, and stays on the track', () => {
    expect(dragged(2, 5, 10)).toEqual({ from: 2, to: 6 });
    expect(dragged(5, 2, 10)).toEqual({ from: 2, to: 6 });
    expect(dragged(3, 3, 10)).toEqual({ from: 3, to: 4 });
    expect(dragged(-4, 99, 10)).toEqual({ from: 0, to: 10 });
    expect(dragged(0, 3, 0)).toEqual({ from: 0, to: 0 });
  });

  it('is moved by the keys of its ends, one taking the other along', () => {
    const span = { from: 2, to: 4 };
    expect(keyed(span, 'to', 'ArrowRight', 10)).toEqual({ from: 2, to: 5 });
    expect(keyed(span, 'from', 'ArrowLeft', 10)).toEqual({ from: 1, to: 4 });
    expect(keyed(span, 'from', 'PageUp', 10)).toEqual({ from: 7, to: 7 });
    expect(keyed(span, 'to', 'PageDown', 10)).toEqual({ from: 0, to: 0 });
    expect(keyed(span, 'to', 'End', 10)).toEqual({ from: 2, to: 10 });
    expect(keyed(span, 'from', 'Home', 10)).toEqual({ from: 0, to: 4 });
    expect(keyed(span, 'to', 'Escape', 10)).toEqual({ from: 0, to: 0 });
    expect(keyed(span, 'to', 'a', 10)).toBeNull();
    expect(keyed({ from: 0, to: 10 }, 'to', 'ArrowRight', 10)).toEqual({ from: 0, to: 10 });
  });

  it('is a list of cells and back', () => {
    expect(cellsOf({ from: 2, to: 5 })).toEqual([2, 3, 4]);
    expect(spanOf([2, 3, 4])).toEqual({ from: 2, to: 5 });
    expect(spanOf(cellsOf({ from: 3, to: 3 }))).toEqual({ from: 0, to: 0 });
  });
});
