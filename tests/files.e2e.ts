/** Media files, good and bad: each bad one is a typed error that is shown, and Start works again afterwards. */

import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { Page } from '@playwright/test';
import { expectPhase, expectWhole, nextError, nextEstimate, openPage } from './support/element';
import { fakeWorkers } from './support/fake-worker';
import { expect, recorded, test } from './support/browser';

test('a video with sound, one without, and sound alone; a canvas that was recorded is transparent, and decoded once', async ({
  open,
}) => {
  const page = await open();
  const workers: string[] = [];
  page.on('worker', (worker) => workers.push(worker.url()));
  await openPage(page);
  const input = page.locator('input[type=file]').first();
  await input.setInputFiles(recorded.clip);
  expectWhole(await nextEstimate(page, 'face'));
  await expectPhase(page, 'idle');
  await input.setInputFiles(recorded.silent);
  const silent = await nextEstimate(page, 'face');
  expect(silent.modalities.voice.present).toBe(false);
  await expectPhase(page, 'idle');
  await input.setInputFiles(recorded.voice);
  const heard = await nextEstimate(page, 'voice');
  expect(heard.modalities.face.present).toBe(false);
  expectWhole(heard);
  expect(workers).not.toEqual([]);
  expect(workers.filter((url) => url.startsWith('blob:'))).toEqual([]);
});

test('files that are no media, broken or of 0 seconds; then a good one', async ({ open }) => {
  const page = await open({ bundle: 'tiny' });
  await openPage(page);
  const input = page.locator('input[type=file]').first();
  const bad: [string, string][] = [
    [recorded.notMedia, 'media-unreadable'],
    [recorded.broken, 'media-unreadable'],
    [recorded.empty, 'media-empty'],
  ];
  for (const [index, [file, code]] of bad.entries()) {
    await input.setInputFiles(file);
    expect(await nextError(page, index)).toBe(code);
    await expect(page.getByRole('alert').first()).toBeVisible();
  }
  await input.setInputFiles(recorded.clip);
  expectWhole(await nextEstimate(page, 'face'));
});

test('dropped on a live run, a file that cannot be opened is told and the run goes on; one that opens takes its place', async ({
  open,
}) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await fakeWorkers(page);
  await openPage(page);
  await page.getByTestId('start').click();
  await nextEstimate(page, 'face');
  const drop = async (path: string) => {
    const data = await page.evaluateHandle(
      ([bytes, name]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(bytes)], name));
        return transfer;
      },
      [[...readFileSync(path)], basename(path)] as const,
    );
    await page.locator('memo-bert').dispatchEvent('drop', { dataTransfer: data });
  };
  const tracks = () => page.evaluate(() => window.grantedTracks.map(({ readyState }) => readyState));
  const bad: [string, string][] = [
    [recorded.notMedia, 'media-unreadable'],
    [recorded.broken, 'media-unreadable'],
    [recorded.empty, 'media-empty'],
  ];
  for (const [index, [file, code]] of bad.entries()) {
    await drop(file);
    expect(await nextError(page, index)).toBe(code);
    await expect(page.getByTestId('error')).toHaveAttribute('data-code', code);
    expectWhole(await nextEstimate(page, 'face'));
    await expectPhase(page, 'listening');
    expect(await tracks()).toEqual(['live', 'live']);
  }
  await drop(recorded.clip);
  await expect(page.getByTestId('file-progress')).toContainText('analysed');
  await expect(page.getByTestId('error')).toHaveCount(0);
  expect(await tracks()).toEqual(['ended', 'ended']);
});

/** A page with a drawn stream that it listens to. */
async function openOnStream(open: () => Promise<Page>): Promise<Page> {
  const page = await open();
  await fakeWorkers(page);
  await openPage(page);
  await page.evaluate(() => {
    const element = document.querySelector('memo-bert')!;
    const canvas = document.createElement('canvas');
    canvas.getContext('2d');
    element.stream = canvas.captureStream(10);
    return element.start();
  });
  return page;
}

/** It goes on after what was broken, and is the page's to end. */
async function endsWithItsProperty(page: Page): Promise<void> {
  await expectPhase(page, 'listening');
  await page.evaluate(() => (document.querySelector('memo-bert')!.stream = null));
  await expectPhase(page, 'idle');
}

test('a stream that goes on beside a file that was broken still ends with its property', async ({ open }) => {
  const page = await openOnStream(open);
  const rejected = await page.evaluate(() => {
    const letter = new File(['Dear all'], 'letter.mp4');
    return document
      .querySelector('memo-bert')!
      .analyse(letter)
      .catch(({ code }: { code: string }) => code);
  });
  expect(rejected).toBe('media-unreadable');
  await endsWithItsProperty(page);
});

test('of two files that are opened beside a stream the second is broken: the stream still ends with its property', async ({
  open,
}) => {
  const page = await openOnStream(open);
  const rejected = await page.evaluate(async () => {
    const element = document.querySelector('memo-bert')!;
    const first = element.analyse('/?first');
    const second = element.analyse(new File(['Dear all'], 'letter.mp4'));
    await first;
    return second.catch(({ code }: { code: string }) => code);
  });
  expect(rejected).toBe('media-unreadable');
  await endsWithItsProperty(page);
});

test('a stream that is no longer given does not outlive a broken file that was to take its place', async ({
  open,
}) => {
  const page = await openOnStream(open);
  const rejected = await page.evaluate(() => {
    const element = document.querySelector('memo-bert')!;
    const analysed = element.analyse(new File(['Dear all'], 'letter.mp4'));
    element.stream = null;
    return analysed.catch(({ code }: { code: string }) => code);
  });
  expect(rejected).toBe('media-unreadable');
  await expectPhase(page, 'idle');
});

/** Sound of this many seconds, made in the page: 8 kHz, a byte a sample. */
function tone(seconds: number): File {
  const rateHz = 8000;
  const minute = Uint8Array.from({ length: 60 * rateHz }, (_, at) => 128 + 60 * Math.sin(at / 6));
  const header = new DataView(new ArrayBuffer(44));
  const text = (at: number, said: string) =>
    [...said].forEach((letter, index) => header.setUint8(at + index, letter.charCodeAt(0)));
  text(0, 'RIFF');
  header.setUint32(4, 36 + seconds * rateHz, true);
  text(8, 'WAVEfmt ');
  header.setUint32(16, 16, true);
  header.setUint16(20, 1, true);
  header.setUint16(22, 1, true);
  header.setUint32(24, rateHz, true);
  header.setUint32(28, rateHz, true);
  header.setUint16(32, 1, true);
  header.setUint16(34, 8, true);
  text(36, 'data');
  header.setUint32(40, seconds * rateHz, true);
  return new File([header, ...Array<Uint8Array<ArrayBuffer>>(seconds / 60).fill(minute)], 'long.wav');
}

test('a file of two hours: answers from its start, how far it is, and what was analysed stays when it is left', async ({
  open,
}) => {
  const page = await open();
  await fakeWorkers(page);
  await openPage(page);
  await page.evaluate(`document.querySelector('memo-bert').analyse((${tone.toString()})(7200))`);
  await page.waitForFunction(() => window.estimates.length > 5);
  await expect(page.getByTestId('file-progress')).toContainText('of 2:00:00 analysed');
  await expectPhase(page, 'listening');
  await page.getByTestId('stop').click();
  await expectPhase(page, 'idle');
  const [told, kept] = await page.evaluate(async () => {
    const json = await (await document.querySelector('memo-bert')!.export('json')).text();
    const { seconds, estimates } = JSON.parse(json) as { seconds: number; estimates: unknown[] };
    return [window.estimates.length, { seconds, estimates: estimates.length }];
  });
  expect(kept.seconds).toBe(7200);
  expect(kept.estimates).toBe(told);
});

test('hours of picture without sound, where there is no WebCodecs: it is played; with sound it is too long', async ({
  open,
}) => {
  const page = await open();
  await fakeWorkers(page);
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, 'VideoDecoder');
    Object.defineProperty(HTMLMediaElement.prototype, 'duration', { get: () => 3 * 3600 });
  });
  await openPage(page);
  const input = page.locator('input[type=file]').first();
  await input.setInputFiles(recorded.silent);
  expectWhole(await nextEstimate(page, 'face'));
  // by the method: it may have come to its end, and the button would be Start again
  await page.evaluate(() => document.querySelector('memo-bert')!.stop());
  await input.setInputFiles(recorded.clip);
  expect(await nextError(page)).toBe('media-unreadable');
  await expect(page.getByRole('alert').first()).toContainText('too long');
});

test('a file that goes from the disk, read again for other words: it is told, and what was analysed is there and saved', async ({
  open,
}, info) => {
  const page = await open();
  await fakeWorkers(page);
  await openPage(page);
  const moved = info.outputPath('moved.webm');
  copyFileSync(recorded.clip, moved);
  await page.locator('input[type=file]').first().setInputFiles(moved);
  await page.waitForFunction(() => document.querySelector('memo-bert')?.estimate !== null);
  await expectPhase(page, 'idle');
  const saved = () =>
    page.evaluate(async () => (await document.querySelector('memo-bert')!.export('csv')).text());
  const before = await saved();
  rmSync(moved);
  await page.evaluate(() => document.querySelector('memo-bert')!.setAttribute('labels', 'happy,sad'));
  expect(await nextError(page)).toBe('media-lost');
  await expect(page.getByRole('alert').first()).toContainText('moved.webm could no longer be read');
  expect(await saved()).toBe(before);
});
