/** What an error tells its reader to do can be done with the package alone. */

import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errors } from '../src/elements/strings/ko-errors';

const SOURCES = ['src/encoders', 'src/runtime'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(?!.*\.test\.ts$).*\.ts$/.test(name))
    .map((name) => `${folder}/${name}`),
);

it('no cure tells a visitor to choose the CPU, for which no part has a control: an author sets an attribute', () => {
  const choosing = SOURCES.filter((path) => /choose the CPU/i.test(readFileSync(path, 'utf8')));
  expect(choosing).toEqual([]);
  for (const { what, cure } of Object.values(errors)) expect(`${what} ${cure}`).not.toMatch(/CPU/);
});

it('no cure names a source: the package has none of them', () => {
  const all = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
    /^(?!.*(\.test\.ts$|testing\/)).*\.ts$/.test(name),
  );
  expect(all.length).toBeGreaterThan(200);
  const naming = all.filter((name) =>
    readFileSync(`src/${name}`, 'utf8')
      .split('\n')
      .some((line) => /^\s*['"`].*\bsrc\//.test(line)),
  );
  expect(naming).toEqual([]);
});

it('no cure names a script that only this repository has', () => {
  expect(SOURCES.length).toBeGreaterThan(60);
  const naming = SOURCES.filter((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .some((line) => /['"`].*scripts\//.test(line) && !/^\s*(?:\/\/|\/?\*)/.test(line)),
  );
  expect(naming).toEqual([]);
});
