/** The words from elsewhere: captions, and the browser's recognition (a fake one). */

import type { Page } from '@playwright/test';
import type { FakeRecognition } from '../src/capture/words/testing/fake-recognition';
import { expectPhase, nextError, nextEstimate, openPage, press } from './support/element';
import { fakeWorkers } from './support/fake-worker';
import { expect, recorded, test } from './support/browser';
import {
  choose,
  fakeRecognition,
  keepWords,
  lastWords,
  listenToMicrophone,
  playTrack,
  said,
} from './support/words';

declare global {
  interface Window {
    SpeechRecognition: typeof FakeRecognition;
  }
}

function chooseCaptions(page: Page, name: string, text: string): Promise<void> {
  const buffer = Buffer.from(text);
  return page.getByTestId('captions-file').setInputFiles({ name, mimeType: 'text/vtt', buffer });
}

/** With a recognition that a test speaks for. */
async function openWithoutModel(page: Page): Promise<void> {
  await fakeWorkers(page);
  await fakeRecognition(page);
  await openPage(page);
}

test('captions, a track and the browser’s recognition give words while the run goes on', async ({ open }) => {
  const page = await open({ bundle: 'tiny', grant: ['microphone'] });
  await fakeRecognition(page);
  await openPage(page);
  await keepWords(page);
  await listenToMicrophone(page);

  await chooseCaptions(page, 'letter.vtt', 'Dear all,\n\nno captions here');
  await expect(page.getByRole('alert')).toContainText('line 1 ');
  await page.getByTestId('dismiss').click();
  await chooseCaptions(page, 'talk.vtt', 'WEBVTT\n\n00:00.000 --> 59:00.000\n<b>Tom &amp; I</b> love this');
  await expect(page.getByTestId('said')).toHaveText(/Tom & I love this/);
  await nextEstimate(page, 'text');

  // the second shows the first once more above its own line
  await playTrack(
    page,
    'WEBVTT\n\n00:00.200 --> 00:01.000\nhello <i>from</i>\n\n00:01.000 --> 00:01.800\nhello from\na track',
  );
  await expect.poll(() => said(page)).toContain('hello from a track');
  expect(await said(page)).not.toContain('from hello');
  await playTrack(page, null);
  await expect.poll(async () => (await lastWords(page))?.error).toBe('captions-unreachable');

  await choose(page, 'browser');
  await expect(page.getByTestId('words-place')).toContainText('sends the sound');
  expect(await page.evaluate(() => window.SpeechRecognition.started.length), 'unasked').toBe(0);
  await page.getByTestId('words-switch').click();
  await expect.poll(async () => (await lastWords(page))?.status).toBe('listening');
  await page.evaluate(() => window.SpeechRecognition.started[0]?.say('I am so hap', false));
  await expect(page.getByTestId('said').locator('.interim')).toHaveCount(4);
  await page.evaluate(() => window.SpeechRecognition.started[0]?.say('I am so happy', true));
  await expect(page.getByTestId('said').locator('.final')).toHaveText(['I', 'am', 'so', 'happy']);
  await nextEstimate(page, 'text');
  await page.evaluate(() => window.SpeechRecognition.started[0]?.fire('error', 'not-allowed'));
  await expect(page.getByRole('alert')).toHaveAttribute('data-code', 'recognition-denied');
  await expectPhase(page, 'listening');
});

test('whoever lets the browser send the sound is not told beside Start that nothing is sent', async ({
  open,
}) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openWithoutModel(page);
  const consent = page.getByTestId('consent');
  await expect(consent).toContainText('nothing is sent');
  await choose(page, 'browser');
  await expect(page.getByTestId('words-place')).toContainText('sends the sound');
  await expect(page.getByTestId('words-switch')).toHaveAccessibleDescription(/Speak English/);
  await expect(page.getByTestId('words-english')).toBeVisible();
  await expect(consent).toContainText('nothing is sent');
  await page.getByTestId('words-switch').click();
  await expect(consent).toContainText(/sends the sound to its maker/);
  await expect(consent).not.toContainText('nothing is sent');
  // without the microphone it hears nothing to send
  await page.getByTestId('switch-microphone').click();
  await expect(consent).toContainText('nothing is sent');
  await page.getByTestId('switch-microphone').click();

  // the choice outlives a run
  await press(page, /^start/i);
  await expectPhase(page, 'listening');
  await press(page, /^stop/i);
  await expect(consent).toContainText(/sends the sound to its maker/);
  await page.getByTestId('words-switch').click();
  await expect(consent).toContainText('nothing is sent');
});

test('beside what listens it is said what it waits for, and bytes stand beside the status, not in it', async ({
  open,
}) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openWithoutModel(page);
  const status = page.getByTestId('words-status');
  await choose(page, 'browser');
  await page.getByTestId('words-switch').click();
  await expect(status).toHaveText('Begins when you press Start');
  await press(page, /^start/i);
  await expect(status).toHaveText('Listening');
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => new Promise(() => undefined);
    const microphone = window.grantedTracks.find(({ kind }) => kind === 'audio')!;
    microphone.stop();
    microphone.dispatchEvent(new Event('ended')); // as the browser does when the device goes
  });
  await expect(status).toHaveText('Goes on when the microphone is back');
  await press(page, /^stop/i);
  await page.getByTestId('words-switch').click();
  await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
  await page.waitForFunction(() => window.estimates.length > 0);
  await expectPhase(page, 'idle');
  await page.getByTestId('words-switch').click();
  await expect(status).toHaveText('Begins with the next start or file');

  const words = page.locator('memo-words');
  const load = (loadedBytes: number) =>
    words.evaluate((part, loadedBytes) => {
      const { words } = part as HTMLElementTagNameMap['memo-words'];
      const change = { source: 'in-page', on: true, status: 'starting', loadedBytes, totalBytes: 4e6 };
      Object.assign(part, { words: { ...words, ...change } });
    }, loadedBytes);
  for (const bytes of [1e6, 2e6]) {
    await load(bytes);
    await expect(status).toHaveText('Getting ready');
    await expect(words.getByRole('progressbar')).toHaveAttribute('aria-valuenow', String(bytes / 4e4));
    await expect(words.getByRole('progressbar')).toHaveText(`${bytes / 1e6}.0 of 4.0 MB`);
  }
  await load(4e6);
  await expect(words.getByRole('progressbar')).toHaveCount(0);
});

test('the browser’s recognition hears a microphone that is on, and nobody in a hidden tab', async ({
  open,
}) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openWithoutModel(page);
  const hide = (visibility: 'hidden' | 'visible') =>
    page.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, value: state });
      document.dispatchEvent(new Event('visibilitychange'));
    }, visibility);
  const aborted = () => page.evaluate(() => window.SpeechRecognition.started.map(({ aborted }) => aborted));
  const status = page.getByTestId('words-status');
  await page.getByTestId('switch-microphone').click();
  await press(page, /^start/i);
  await expectPhase(page, 'listening');
  await choose(page, 'browser');
  await page.getByTestId('words-switch').click();
  await expect(page.getByRole('alert')).toHaveAttribute('data-code', 'words-unsupported');
  await expect(page.getByTestId('live')).toHaveText('Camera on');
  expect(await aborted()).toEqual([]);
  await press(page, /^stop/i);

  await page.getByTestId('switch-microphone').click();
  await press(page, /^start/i);
  await page.getByTestId('words-switch').click();
  await expect(status).toHaveAttribute('data-status', 'listening');
  await expect(page.getByTestId('live')).toContainText('Microphone on');
  await hide('hidden');
  await expectPhase(page, 'paused');
  expect(await aborted()).toEqual([true]);
  await hide('visible');
  await expect(status).toHaveAttribute('data-status', 'listening');
  expect(await aborted()).toEqual([true, false]);
});

test('a file read faster than it plays has the words of its captions, or of a track, at their own times', async ({
  open,
}) => {
  const page = await open({ bundle: 'tiny' });
  await openPage(page);
  const withText = async () => {
    await page.evaluate(() => (window.estimates = []));
    await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
    await page.waitForFunction(() => window.estimates.length > 0);
    await expectPhase(page, 'idle');
    return page.evaluate(() =>
      window.estimates.filter(({ modalities }) => modalities.text.present).map(({ time }) => time),
    );
  };
  await chooseCaptions(page, 'clip.vtt', 'WEBVTT\n\n00:01.100 --> 00:01.900\nhello');
  expect((await withText()).slice(0, 3)).toEqual([1.5, 2, 2.5]);
  await playTrack(page, 'WEBVTT\n\n00:01.600 --> 00:02.400\n<i>hello</i>');
  expect((await withText()).slice(0, 2)).toEqual([2, 2.5]);
});

test('a track inside of the element is the words of its src; one that is not there is told, and the file goes on', async ({
  open,
}) => {
  const page = await open();
  await fakeWorkers(page);
  const vtt = 'WEBVTT\n\n00:01.100 --> 00:01.900\nhello from inside';
  await page
    .context()
    .route('**/inside.webm', (route) => route.fulfill({ path: recorded.clip, contentType: 'video/webm' }));
  await page
    .context()
    .route('**/inside.vtt', (route) => route.fulfill({ body: vtt, contentType: 'text/vtt' }));
  await openPage(page);
  const start = (track: string) =>
    page.evaluate(async (src) => {
      const element = document.querySelector('memo-bert')!;
      for (const old of element.querySelectorAll(':scope > track')) old.remove();
      const chapters = Object.assign(document.createElement('track'), { kind: 'chapters', src: 'none.vtt' });
      const captions = Object.assign(document.createElement('track'), { kind: 'captions', src });
      element.append(chapters, captions);
      element.src = 'inside.webm';
      await element.start();
    }, track);
  await start('inside.vtt');
  await expectPhase(page, 'idle');
  await expect(page.getByTestId('captions')).toHaveText('inside.vtt, 1 cue');
  await expect.poll(() => page.evaluate(() => window.errorCodes)).toEqual([]);
  // another device is another recogniser, which was given nothing yet
  await page.evaluate(() => {
    const element = document.querySelector('memo-bert')!;
    element.device = 'auto';
    return element.updateComplete;
  });
  await expect(page.getByTestId('words-typed')).toBeChecked();
  await start('inside.vtt');
  await expectPhase(page, 'idle');
  await expect(page.getByTestId('captions')).toHaveText('inside.vtt, 1 cue');
  // a file of the visitor's own has other words
  await page.evaluate(() => (window.estimates = []));
  await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
  await page.waitForFunction(() => window.estimates.length > 0);
  await expectPhase(page, 'idle');
  await expect(page.getByTestId('words-typed')).toBeChecked();
  expect(
    await page.evaluate(() => window.estimates.filter(({ modalities }) => modalities.text.present)),
  ).toEqual([]);
  await start('inside.vtt');
  await expectPhase(page, 'idle');
  await expect(page.getByTestId('words-captions')).toBeChecked();
  await choose(page, 'typed');
  await start('missing.vtt');
  expect(await nextError(page)).toBe('captions-unreachable');
  await expectPhase(page, 'idle');
  expect(await page.evaluate(() => window.estimates.length)).toBeGreaterThan(0);
  await expect(page.getByTestId('words-typed'), 'what was chosen stays').toBeChecked();
});
