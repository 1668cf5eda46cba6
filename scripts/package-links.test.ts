import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { lostLinks, REPOSITORY_ALONE } from './package-links.mjs';

const shipped = ['README.md', 'docs/words.md', 'docs/page.png', 'public/models/small/README.md'];
const lost = (page: string, text: string) => lostLinks(new Map([[page, text]]), shipped);

it.each([
  [
    'README.md',
    '[words](docs/words.md#captions) ![page](docs/page.png) [here](#top) [away](https://a.example/b.md)',
  ],
  ['docs/words.md', '[card](../public/models/small/README.md) [home](../README.md)'],
  ['public/models/small/README.md', '[of the repository alone](../../../training/results/)'],
])('%s: what is shipped is no lost link', (page, text) => {
  expect(lost(page, text)).toEqual([]);
});

it('what is not shipped is, in a table and a picture too', () => {
  const text = '| a |\n| - |\n| [b](b.md#c) |\n\n![d](../src/d.png) [parts](../examples/parts.html)';
  expect(lost('docs/words.md', text)).toEqual(['docs/words.md → b.md#c', 'docs/words.md → ../src/d.png']);
});

it('README tells which folders are not in the package', () => {
  const told = /^The package.+\n(?:.+\n)*/m.exec(readFileSync('README.md', 'utf8'))?.[0];
  for (const folder of REPOSITORY_ALONE) expect(told).toContain(`\`${folder}/\``);
});
