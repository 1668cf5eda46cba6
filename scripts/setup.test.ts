import { expect, it } from 'vitest';
import { checkFolder, checkNode } from './setup.mjs';

// the bounds are those of engines, which packages.test.ts holds
it.each(['20.19.0', '20.20.2', '22.12.0', '22.13.1', '23.0.0', '24.0.0', '26.1.0'])(
  'Node %s will do',
  (version) => {
    expect(() => {
      checkNode(version);
    }).not.toThrow();
  },
);

it.each(['18.20.4', '20.18.3', '21.0.0', '21.7.3', '22.0.0', '22.11.0'])(
  'Node %s will not, and what will is said',
  (version) => {
    expect(() => {
      checkNode(version);
    }).toThrow(`Node ${version}: install the newest Node (or 20.19 and later of 20, 22.12 and later of 22)`);
  },
);

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
