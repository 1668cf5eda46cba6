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
