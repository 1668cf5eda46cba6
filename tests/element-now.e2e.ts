/** What `<memo-bert>` says of itself in the very task in which something changes. */

import { expect, test } from './support/browser';
import { openBody } from './support/elsewhere';

test('what listeners read of the element is what they are told, at once', async ({ open }) => {
  const page = await open();
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  const told = await page.evaluate(async () => {
    const found = document.querySelector('memo-bert')!;
    const seen: unknown[] = [];
    found.addEventListener('statechange', ({ detail }) => seen.push([detail.phase, found.state]));
    found.addEventListener('error', ({ detail }) => {
      let known: unknown;
      found.subscribe(({ phase, error }) => (known = [phase, error?.code]))();
      seen.push([detail.code, found.state, known]);
    });
    const started = found.start().catch(({ code }: { code: string }) => code);
    const after = found.state;
    return { after, started: await started, seen };
  });
  expect(told.after).toBe('asking');
  expect(told.started).toBe('devices-denied');
  expect(told.seen).toEqual([
    ['asking', 'asking'],
    ['error', 'error'],
    ['devices-denied', 'error', ['error', 'devices-denied']],
  ]);
});

test('an option that is written in the task of a start counts for it', async ({ open }) => {
  const page = await open();
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  const [before, after] = await page.evaluate(async () => {
    const found = document.querySelector('memo-bert')!;
    const start = () =>
      found.start().then(
        () => 'resolved',
        ({ code }: { code: string }) => code,
      );
    const first = await start();
    found.bundle = 'models/other/manifest.json';
    return [first, [await start(), found.state]];
  });
  expect(before).toBe('devices-denied');
  // by the new one, and not ended by the update that brings it
  expect(after).toEqual(['devices-denied', 'error']);
});

test('modalities that are written in the task of a start are its own', async ({ open }) => {
  const page = await open();
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  const told = await page.evaluate(async () => {
    const found = document.querySelector('memo-bert')!;
    const start = () => found.start().catch(({ code }: { code: string }) => code);
    const first = await start();
    found.modalities = 'voice';
    const second = start();
    let known: readonly string[] = [];
    found.subscribe(({ modalities }) => (known = modalities))();
    return [first, found.state, known, await second];
  });
  expect(told).toEqual(['devices-denied', 'asking', ['voice'], 'microphone-denied']);
});

test('a property of another kind is told by its name, and its default holds', async ({ open }) => {
  const page = await open();
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  const wrong = { labels: [1, 2], prompt: {}, modalities: { face: true }, speech: 5 };
  const [told, started] = await page.evaluate(async (wrong) => {
    const found = document.querySelector('memo-bert')!;
    Object.assign(found, wrong);
    await found.updateComplete;
    const told = found.attributeErrors.map(({ code, message }) => [code, message]);
    return [told, await found.start().catch(({ code }: { code: string }) => code)];
  }, wrong);
  expect(told).toEqual(
    ['speech', 'modalities', 'prompt', 'labels'].map((name) => [
      'attribute-invalid',
      expect.stringContaining(`The attribute ${name} cannot be`),
    ]),
  );
  // by all devices, which is the default
  expect(started).toBe('devices-denied');
  expect(await page.evaluate(() => window.errorCodes)).toEqual([
    ...['speech', 'modalities', 'prompt', 'labels'].map(() => 'attribute-invalid'),
    'devices-denied',
  ]);
});

test('what is no request is told, and everything goes on', async ({ open }) => {
  const page = await open();
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  const { told, state } = await page.evaluate(async () => {
    const found = document.querySelector('memo-bert')!;
    const told: unknown[] = [];
    const all = new Promise<void>((resolve) =>
      found.addEventListener('error', ({ detail }) => {
        if (told.push([detail.code, detail.message]) === 4) resolve();
      }),
    );
    const asked: unknown[] = [undefined, { name: 'begin', detail: {} }, { name: 'text', detail: 'happy' }];
    for (const request of asked) found.handle(request as never);
    found.dispatchEvent(new CustomEvent('memo-request'));
    await all;
    return { told: told.toSorted(), state: found.state };
  });
  expect(told).toEqual([
    ['input-invalid', 'The details of the request "text" cannot be "happy".'],
    ['input-invalid', 'The name of a request cannot be "begin".'],
    ['input-invalid', 'The request cannot be "null".'],
    ['input-invalid', 'The request cannot be "undefined".'],
  ]);
  expect(state).toBe('idle');
});

test('a subscriber that throws at its first call is not called again', async ({ open }) => {
  const page = await open();
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  const calls = await page.evaluate(async () => {
    const found = document.querySelector('memo-bert')!;
    let calls = 0;
    try {
      found.subscribe(() => {
        calls += 1;
        throw new Error('not mine');
      });
    } catch {
      // as it should
    }
    const told = new Promise<void>((resolve) =>
      found.subscribe(({ promptError }) => {
        if (promptError !== null) resolve();
      }),
    );
    found.handle({ name: 'prompt', detail: { prompt: 'no mask' } });
    await told;
    return calls;
  });
  expect(calls).toBe(1);
});
