import { expect, test } from 'vitest';
import { filesOf } from './chunks.mjs';

const entries = { elements: 'elements', headless: 'headless' };
const IMPORTS: Record<string, string[]> = {
  elements: ['button', 'runner'],
  headless: ['runner', 'csv'],
  button: ['lit', 'errors'],
  runner: ['errors', 'loop'],
  loop: ['runner'],
};
const importsOf = (id: string) => IMPORTS[id] ?? [];

test('what both need is one file, what only the elements need another', () => {
  expect(Object.fromEntries(filesOf(entries, importsOf))).toEqual({
    elements: 'elements',
    button: 'elements',
    lit: 'elements',
    errors: 'recogniser',
    runner: 'recogniser',
    loop: 'recogniser',
  });
});

test('the headless file needs nothing of the elements', () => {
  const files = filesOf(entries, importsOf);
  const needed = [...files].flatMap(([id, file]) => (file === 'recogniser' ? importsOf(id) : []));
  expect(needed.map((id) => files.get(id))).toEqual(needed.map(() => 'recogniser'));
});

test('what nobody needs at once is left alone', () => {
  expect(filesOf(entries, importsOf).has('csv')).toBe(false);
});
