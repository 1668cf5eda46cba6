import { expect, it } from 'vitest';
import { importsOf } from './preloads.mjs';

it('what an entry imports at whatever depth, each once, the nearest first', () => {
  const bundle = {
    'a.js': { imports: ['c.js', 'b.js'] },
    'b.js': { imports: ['c.js', 'a.js'] },
    'c.js': { imports: [] },
    'd.js': { imports: ['c.js'] },
    'style.css': {},
  };
  expect(importsOf({ imports: ['b.js'] }, bundle)).toEqual(['b.js', 'c.js', 'a.js']);
  expect(importsOf({ imports: [] }, bundle)).toEqual([]);
});
