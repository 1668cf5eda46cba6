import { describe, expect, it } from 'vitest';
import { spread, Transcript } from './transcript';

const said = ({ words }: Transcript) => words.map(({ text, final }) => (final ? text : `${text}?`)).join(' ');

describe('Transcript', () => {
  it('replaces a guess by the next one, and by what was settled', () => {
    const transcript = new Transcript();
    transcript.guess(spread('I am hat', 0, 1, false));
    transcript.guess(spread('I am hap', 0, 2, false));
    expect(said(transcript)).toBe('I? am? hap?');
    transcript.settle(spread('I am happy', 0, 2, true));
    expect(said(transcript)).toBe('I am happy');
    transcript.guess(spread('to', 3, 4, false));
    expect(said(transcript)).toBe('I am happy to?');
  });

  it('forgets what was said long before the last word', () => {
    const transcript = new Transcript();
    transcript.settle(spread('long ago', 0, 2, true));
    transcript.settle(spread('now', 31.5, 32.5, true));
    expect(said(transcript)).toBe('now');
  });
});

describe('spread', () => {
  it('gives no word no time, and never goes back', () => {
    expect(spread('  ', 1, 2, true)).toEqual([]);
    expect(spread('a b', 3, 2, true).map(({ start, end }) => [start, end])).toEqual([
      [3, 3],
      [3, 3],
    ]);
  });
});
