import { expect, it } from 'vitest';
import { checkFolder } from './setup.mjs';

it.each(['/home/x/a b/memo-bert', 'C:\\Users\\Zoë\\memo bert (1)', '/tmp/a%20b/memo-bert'])(
  '%s is a folder to build in',
  (folder) => {
    expect(() => {
      checkFolder(folder);
    }).not.toThrow();
  },
);

it.each(['C:\\c#\\memo-bert', '/tmp/why?/memo-bert'])('%s is none, and it is said', (folder) => {
  expect(() => {
    checkFolder(folder);
  }).toThrow(/with "[#?]" in its name: rename or move/);
});

it('a mark of addresses keeps Vitest alone from finding packages', () => {
  const folder = 'C:\\100%\\memo-bert';
  expect(() => {
    checkFolder(folder);
  }).not.toThrow();
  expect(() => {
    checkFolder(folder, 'Vitest');
  }).toThrow('Vitest cannot work in a folder with "%" in its name');
});
