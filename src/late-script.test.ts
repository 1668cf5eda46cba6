import { afterEach, expect, test, vi } from 'vitest';
import { measure } from '.';
import { lateScript } from './late-script';
import { noPage } from './recogniser/page';
import { Recogniser } from './recogniser/recogniser';
import { SpeechClient } from './speech';

const OPTIONS = { manifestUrl: 'https://page.test/manifest.json', assetBase: 'https://page.test/' };

afterEach(() => vi.unstubAllGlobals());

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
  await expect(measure(OPTIONS)).rejects.toMatchObject({ code: 'file-missing' });
  vi.doUnmock('./measure');
});

test('a worker that the browser refuses at once is told with its reason and what to do', async () => {
  const cause = new TypeError("This document requires 'TrustedScriptURL' assignment.");
  vi.stubGlobal(
    'Worker',
    class {
      constructor() {
        throw cause;
      }
    },
  );
  const refused = expect.objectContaining({
    code: 'file-missing',
    message: expect.stringContaining('TrustedScriptURL') as string,
    cure: expect.stringContaining('own origin') as string,
    cause,
  }) as unknown;
  const recogniser = new Recogniser(OPTIONS, { page: noPage });
  await expect(recogniser.load()).rejects.toEqual(refused);
  expect(recogniser.state).toMatchObject({ phase: 'error', error: refused });
  recogniser.close();
  const address = { url: 'https://page.test/speech.json', file: null };
  const speech = { ...OPTIONS, address, device: 'auto', allowSoftwareAdapter: false } as const;
  const told = await new Promise((lost) => {
    new SpeechClient(speech).listen({ lost, progress: lost, ready: lost, heard: lost });
  });
  expect(told).toEqual(refused);
});
