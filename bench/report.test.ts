import { describe, expect, it } from 'vitest';
import { GRAPHS } from './graphs.mjs';
import { figures, graphTable, groupTable, markdown, quantile } from './report.mjs';

const cells = (table: string) =>
  table.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

describe('quantile', () => {
  it('is the nearest rank, in any order', () => {
    const times = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect([0, 0.5, 0.95, 0.99, 1].map((share) => quantile(times, share))).toEqual([1, 100, 190, 198, 200]);
    expect(quantile([7], 0.99)).toBe(7);
  });
});

describe('the tables', () => {
  it('give ratios to the first that ran, and say why another did not', () => {
    const rows = [
      { name: 'a', error: 'not there' },
      { name: 'b', ...figures([2, 4, 3]), firstMs: 9.4, setUpMs: 100, answer: '1 face' },
      { name: 'c', ...figures([9, 9, 9]), firstMs: 10 },
    ];
    const [, , a, b, c] = cells(groupTable(rows));
    expect(a?.at(-1)).toBe('not run: not there');
    expect(b).toEqual(['b', '3', '3', '4', '4', '3', '9', '100', '1.00', '1 face']);
    expect(c?.slice(0, 2).concat(c[8] ?? '')).toEqual(['c', '9', '3.00']);
  });

  it('give each graph its share of the rate of a large MatMul, and its native time', () => {
    const rows = [
      { name: 'ours-1 matmul', ...figures([10]), multiplications: 100e6 },
      { name: 'native matmul', ...figures([2]), multiplications: 100e6 },
      { name: 'ours-1 graph x fp32', ...figures([4]), firstMs: 7.2, multiplications: 20e6 },
      { name: 'native graph x fp32', ...figures([1]), multiplications: 20e6 },
      { name: 'ours-1 graph y fp32', error: 'broken' },
    ];
    const [, , matmul, x, ...rest] = cells(graphTable(rows));
    expect(matmul).toEqual(['matmul', '100.0', '10', '10', '10', '', '10.0', '100 %', '2', '5.0']);
    expect(x).toEqual(['x fp32', '20.0', '4', '4', '4', '7', '5.0', '50 %', '1', '4.0']);
    expect(rest).toEqual([]);
  });

  it('make a page of what there is', () => {
    const machine = { when: 'today', cpu: 'c', cores: 2, load: ['0.1'], chromium: '1', runtime: 'r' };
    const text = markdown({
      ...{ machine, bundle: 'small 3', live: [{ name: 'human', frames: 100, dropped: 3 }] },
      groups: { face: [], graphs: [{ name: 'ours-1 graph y', error: 'broken' }] },
      costs: [{ name: 'human', bytes: 2e6, memory: 5e7 }],
      together: {
        seconds: 60,
        frames: 600,
        dropped: 1,
        busy: 0.456,
        estimates: 120,
        delays: figures([90, 110]),
      },
    });
    expect(text).toContain('| share of the worker’s time that was computing | 0.46 |');
    expect(text).toContain('| frames, dropped | 600, 1 |');
    expect(text).toContain('ours-1 graph y: not run, broken.');
    expect(text).toContain('| human | 2.0 | 50.0 |');
    expect(text).toContain('| human | 100 | 3 |');
    expect(text).not.toContain('## face');
  });
});

describe('multiplications', () => {
  it('are those of the shapes that are timed', () => {
    // layer by layer, by hand: 275 M convolutions, 13 M projection, 210 M layers, 6 M positions
    expect(GRAPHS.wav2vec2.multiplications / 1e6).toBeCloseTo(503, -1);
    expect(GRAPHS['wav2vec2-features'].multiplications + GRAPHS['wav2vec2-context'].multiplications).toBe(
      GRAPHS.wav2vec2.multiplications,
    );
    expect(GRAPHS.memobert.multiplications / 1e6).toBeCloseTo(1377, -1);
  });
});
