/** A span of cells on a track, `to` not included; empty where both are the same. Chosen by dragging or by the keys of its two ends. */

export interface CellSpan {
  readonly from: number;
  readonly to: number;
}

export function isEmpty({ from, to }: CellSpan): boolean {
  return from === to;
}

/** From the cell where dragging began to the one where it is, both included. */
export function dragged(begun: number, at: number, count: number): CellSpan {
  const inside = (cell: number) => Math.min(Math.max(cell, 0), count - 1);
  const [a, b] = [inside(begun), inside(at)];
  return count < 1 ? { from: 0, to: 0 } : { from: Math.min(a, b), to: Math.max(a, b) + 1 };
}

const STEPS: Readonly<Record<string, number>> = {
  ...{ ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 },
  ...{ PageUp: 5, PageDown: -5 },
};

/** Null for a key that says nothing. An end that is moved past the other takes it along. */
export function keyed(
  { from, to }: CellSpan,
  end: 'from' | 'to',
  key: string,
  count: number,
): CellSpan | null {
  if (key === 'Escape') return { from: 0, to: 0 };
  const now = end === 'from' ? from : to;
  const wanted = key === 'Home' ? 0 : key === 'End' ? count : now + (STEPS[key] ?? Number.NaN);
  if (Number.isNaN(wanted)) return null;
  const at = Math.min(Math.max(wanted, 0), count);
  return end === 'from' ? { from: at, to: Math.max(at, to) } : { from: Math.min(at, from), to: at };
}

export function cellsOf({ from, to }: CellSpan): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

/** The span of cells that stand together; empty for none. */
export function spanOf(cells: readonly number[]): CellSpan {
  const [first] = cells;
  return first === undefined ? { from: 0, to: 0 } : { from: first, to: (cells.at(-1) ?? first) + 1 };
}
