/** What an error tells its reader to do can be done with the package alone. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const SOURCES = ['src/encoders', 'src/runtime'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(?!.*\.test\.ts$).*\.ts$/.test(name))
    .map((name) => `${folder}/${name}`),
);

it('no cure names a script that only this repository has', () => {
  expect(SOURCES.length).toBeGreaterThan(60);
  const naming = SOURCES.filter((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .some((line) => /['"`].*scripts\//.test(line) && !/^\s*(?:\/\/|\/?\*)/.test(line)),
  );
  expect(naming).toEqual([]);
});
