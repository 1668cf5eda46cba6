import { expect, it } from 'vitest';
import { windowOf } from './window-of';

const page = { id: 'page', type: 'window' };
const other = { id: 'other', type: 'window' };
/** As Firefox is: of a worker whose imports are not there yet, `get` says nothing. */
const clients = {
  get: () => new Promise<never>(() => undefined),
  matchAll: ({ type }: { type: string }) =>
    Promise.resolve([page, other].filter((each) => each.type === type)),
};

it('is found by its id', async () => {
  expect(await windowOf('other', clients)).toBe(other);
});

it('is none for a worker that loads, and that is known at once', async () => {
  expect(await windowOf('worker', clients)).toBeNull();
});
