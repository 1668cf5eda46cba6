import { expect, test, vi } from 'vitest';
import { measure } from '.';
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

test('a measurement that cannot be fetched is told as that', async () => {
  vi.doMock('./measure', () => {
    throw new TypeError('Failed to fetch dynamically imported module');
  });
  const options = { manifestUrl: 'https://page.test/manifest.json', assetBase: 'https://page.test/' };
  await expect(measure(options)).rejects.toMatchObject({ code: 'file-missing' });
  vi.doUnmock('./measure');
});
