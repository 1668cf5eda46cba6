import { describe, expect, it } from 'vitest';
import { labelSpoken, megabytes, percent, splitPrompt, topIndex } from './format';
import { milliseconds, rate } from './late-format';

describe('percent', () => {
  it.each([
    [0, '0'],
    [0.001, '<1'],
    [0.005, '1'],
    [0.624, '62'],
    [0.999, '>99'],
    [1, '100'],
    [Number.NaN, '0'],
  ])('%s is %s per cent', (value, shown) => {
    expect(percent(value)).toBe(`${shown}%`);
  });
});

describe('numbers', () => {
  it('are as long as they are precise', () => {
    expect(megabytes(56_774_000)).toBe('56.8');
    expect(milliseconds(9.14)).toBe('9.1');
    expect(milliseconds(14.6)).toBe('15');
    expect(rate(4)).toBe('4.0');
  });
});

describe('topIndex', () => {
  it('is the first of the highest, and -1 of nothing', () => {
    expect(topIndex([0.2, 0.4, 0.4])).toBe(1);
    expect(topIndex([])).toBe(-1);
  });
});

describe('splitPrompt', () => {
  it('is cut at the mask', () => {
    expect(splitPrompt('I am [MASK].')).toEqual(['I am ', '.']);
    expect(splitPrompt('[MASK] it is')).toEqual(['', ' it is']);
    expect(splitPrompt('I am')).toEqual(['I am ', '']);
  });
});

describe('labelSpoken', () => {
  it('is the word alone where it needs no meaning, whatever the word', () => {
    expect(labelSpoken('happy')).toBe('happy');
    expect(labelSpoken('constructor')).toBe('constructor');
  });
});
