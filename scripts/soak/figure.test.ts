import { expect, it } from 'vitest';
import { figure } from './figure.mjs';

const draw = (values: (number | null)[]) =>
  figure({
    ...{ title: 'A & B', notes: ['n', 'x < y'], seconds: values.map((_, index) => index) },
    strips: [{ name: 'memory', unit: 'MB', values }],
  });

it('draws each value that is there, and says first and last', () => {
  const svg = draw([10, null, 20, 30]);
  const points = /points="([^"]*)"/.exec(svg)?.[1]?.split(' ') ?? [];
  expect(points).toHaveLength(3);
  const heights = points.map((point) => Number(point.split(',')[1]));
  expect(heights).toEqual(heights.toSorted((a, b) => b - a));
  expect(svg).toContain('10.0 → 30.0 MB');
  expect(svg).toContain('A &amp; B');
  expect(svg).toContain('x &lt; y');
});

it.each([[[]], [[null]], [[0, 0]]])('has no NaN for %j', (values) => {
  expect(draw(values)).not.toMatch(/NaN|Infinity/);
});
