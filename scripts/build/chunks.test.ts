import { expect, test } from 'vitest';
import { fewFiles, filesOf } from './chunks.mjs';

const entries = {
  ...{ elements: 'elements', headless: 'headless', worker: 'worker', start: 'start', time: 'time' },
  beside: ['offline'],
};
const IMPORTS: Record<string, string[]> = {
  elements: ['button', 'runner'],
  headless: ['runner', 'csv', 'spans'],
  button: ['lit', 'errors'],
  runner: ['errors', 'loop'],
  loop: ['runner'],
  worker: ['errors', 'manifest', 'fusion', 'distribution', '/node_modules/mediapipe/vision.mjs'],
  offline: ['manifest', 'errors'],
  start: ['errors', 'fit', 'answer'],
  fit: ['distribution', 'solve'],
  marks: ['fit', 'clock'],
  time: ['bands', 'clock', 'save'],
  bands: ['spans'],
  picture: ['bands'],
};
const LATE: Record<string, string[]> = { runner: ['start', 'marks'], button: ['time', 'picture'] };
const files = filesOf(
  entries,
  (id) => IMPORTS[id] ?? [],
  (id) => LATE[id] ?? [],
);

test('each module that is needed at once has its file', () => {
  expect(Object.fromEntries(files)).toEqual({
    elements: 'elements',
    button: 'elements',
    lit: 'elements',
    runner: 'recogniser',
    loop: 'recogniser',
    errors: 'shared',
    distribution: 'shared',
    manifest: 'files',
    fusion: 'engine',
    '/node_modules/mediapipe/vision.mjs': 'vendor',
    fit: 'start',
    solve: 'start',
    spans: 'marks',
    bands: 'time',
    clock: 'time',
  });
});

test.each([
  ['shared', ['shared']],
  ['recogniser', ['shared', 'recogniser']],
  ['files', ['shared', 'files']],
  ['start', ['shared', 'start']],
  ['marks', ['marks']],
  ['time', ['marks', 'time']],
])('%s needs nothing but %j', (file, allowed) => {
  const needed = [...files].flatMap(([id, its]) => (its === file ? (IMPORTS[id] ?? []) : []));
  expect(needed.map((id) => files.get(id)).filter((its) => !allowed.includes(its ?? ''))).toEqual([]);
});

test('what nobody needs at once, or a start or its answer alone, is left alone', () => {
  for (const id of ['csv', 'start', 'answer', 'marks', 'time', 'save', 'picture'])
    expect(files.has(id)).toBe(false);
});

test('on Windows, entries are paths with backslashes and modules are not', () => {
  const id = (name: string) => `C:/memo bert/src/${name}.ts`;
  const context = {
    getModuleInfo: (asked: string) => {
      const name = Object.keys({ ...IMPORTS, ...LATE, lit: [] }).find((each) => id(each) === asked);
      if (name === undefined) return null;
      return {
        importedIds: (IMPORTS[name] ?? []).map(id),
        dynamicallyImportedIds: (LATE[name] ?? []).map(id),
      };
    },
  };
  const path = (name: string) => `C:\\memo bert\\src/${name}.ts`;
  const { groups } = fewFiles({
    ...{ elements: path('elements'), headless: path('headless'), worker: path('worker') },
    ...{ start: path('start'), time: path('time'), beside: [path('offline')] },
  }) as { groups: { name(id: string, of: typeof context): string | null }[] };
  const fileOf = (name: string) => groups.flatMap((group) => group.name(id(name), context) ?? []);
  for (const [name, file] of files) if (!name.startsWith('/')) expect(fileOf(name)).toEqual([file]);
});

test('a build without the elements is none of these', () => {
  const { groups } = fewFiles({ ...entries, elements: '/gone.ts' }) as {
    groups: { name(id: string, of: object): string | null }[];
  };
  expect(() => groups[0]?.name('/gone.ts', { getModuleInfo: () => null })).toThrow('/gone.ts is no module');
});
