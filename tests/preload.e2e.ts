/** The model readied ahead of a start, and alone where words are all that is wanted; what is nothing to be analysed. */

import { expect, test } from './support/browser';
import { element, openBody } from './support/elsewhere';
import { expectPhase, expectWhole, nextEstimate } from './support/element';

test('load() readies the model and asks for no device; a start after it asks the host for no graph again', async ({
  open,
}) => {
  const page = await open({ grant: ['camera', 'microphone'], bundle: 'tiny' });
  const graphs: string[] = [];
  page.context().on('request', (request) => {
    if (request.url().endsWith('.onnx')) graphs.push(request.url());
  });
  await openBody(page, '<memo-bert device="wasm"></memo-bert>', 'real');
  const phases = (await element(page, async (found) => {
    const seen: string[] = [];
    found.addEventListener('statechange', ({ detail }) => seen.push(detail.phase));
    found.addEventListener('progress', () => seen.push('progress'));
    await found.load();
    return [...seen, found.state];
  })) as string[];
  expect(phases).toContain('loading');
  expect(phases).toContain('progress');
  expect(phases.at(-1)).toBe('idle');
  expect(await page.evaluate(() => window.grantedTracks.length)).toBe(0);
  expect(graphs.length).toBeGreaterThan(0);
  const loaded = graphs.length;
  await element(page, (found) => found.start());
  expectWhole(await nextEstimate(page));
  await expectPhase(page, 'listening');
  expect(graphs).toHaveLength(loaded);
});

test('load() rejects with the error that is shown', async ({ open }) => {
  const page = await open({ bundle: 'tiny' });
  await openBody(page, '<memo-bert device="wasm" bundle="models/nowhere/manifest.json"></memo-bert>', 'real');
  const told = await element(page, (found) =>
    found.load().catch(({ code }: { code: string }) => [code, found.state]),
  );
  expect(told).toEqual(['manifest-unreachable', 'error']);
});

test('where words are all that is wanted, start() readies the model, asks for no device, and words are answered', async ({
  open,
}) => {
  const page = await open({ bundle: 'tiny' });
  await openBody(page, '<memo-bert device="wasm" modalities="text"></memo-bert>', 'real');
  expect(await element(page, (found) => found.start().then(() => found.state))).toBe('idle');
  expect(await page.evaluate(() => [window.grantedTracks.length, window.errorCodes])).toEqual([0, []]);
  await element(page, (found) => found.handle({ name: 'text', detail: { text: 'what a day' } }));
  const estimate = await nextEstimate(page, 'text');
  expectWhole(estimate);
  expect(estimate.modalities.face.present).toBe(false);
});

test('a start of words alone ends a run of devices', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'], bundle: 'tiny' });
  await openBody(page, '<memo-bert device="wasm"></memo-bert>', 'real');
  await element(page, (found) => found.start());
  await expectPhase(page, 'listening');
  await element(page, (found) => {
    found.modalities = 'text';
    return found.start();
  });
  await expectPhase(page, 'idle');
  const ended = await page.evaluate(() => window.grantedTracks.map(({ readyState }) => readyState));
  expect(ended).toEqual(['ended', 'ended']);
});

test('what is neither a file, a stream nor an address is told as such, and nothing is asked for it', async ({
  open,
}) => {
  const page = await open({ bundle: 'tiny' });
  await openBody(page, '<memo-bert device="wasm"></memo-bert>');
  const asked: string[] = [];
  page.context().on('request', (request) => asked.push(request.url()));
  const codes = await page.evaluate(async () => {
    const found = document.querySelector('memo-bert')!;
    const code = (run: Promise<void>) => run.then(String, (error: { code: string }) => error.code);
    const frame = document.body.appendChild(document.createElement('iframe'));
    const other = frame.contentWindow as unknown as typeof globalThis;
    const given: readonly unknown[] = [5, {}, null, new other.MediaStream()];
    const told: unknown[] = [];
    for (const each of given) told.push(await code(found.analyse(each as Blob)));
    for (const wrong of [{ stream: {} }, { stream: null, src: 5 }]) {
      Object.assign(found, wrong);
      told.push(await code(found.start()));
    }
    return told;
  });
  expect(codes).toEqual(Array.from({ length: 6 }, () => 'input-invalid'));
  expect(asked.filter((url) => /object|undefined|\/(?:5|null)$/.test(url))).toEqual([]);
});
