import { expect, test } from 'vitest';
import { lateScript } from './late-script';

test('gives what was imported', async () => {
  await expect(lateScript(() => Promise.resolve({ Loop: 1 }))).resolves.toEqual({ Loop: 1 });
});

test('says what to do where a script cannot be fetched', async () => {
  const cause = new TypeError('Failed to fetch dynamically imported module');
  await expect(lateScript(() => Promise.reject(cause))).rejects.toMatchObject({
    code: 'file-missing',
    cause,
  });
});
