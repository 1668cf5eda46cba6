/** The words from elsewhere: captions, the browser's recognition (a fake one), a speech model in the page (a tiny one). */

import { fileURLToPath } from 'node:url';
import type { Page, Route } from '@playwright/test';
import type { FakeRecognition } from '../src/capture/words/testing/fake-recognition';
import { expectPhase, nextError, nextEstimate, openPage, press } from './support/element';
import { openBody } from './support/elsewhere';
import { fakeWorkers } from './support/fake-worker';
import { expect, recorded, test } from './support/browser';
import { OwnHost } from './support/own-host';
import { actorSays, brighter, duller, silence, wavFile } from './support/sound';
import { fakeRecognition, keepWords, lastWords, playTrack, said, wordsSoFar } from './support/words';

declare global {
  interface Window {
    SpeechRecognition: typeof FakeRecognition;
  }
}

async function listenToMicrophone(page: Page): Promise<void> {
  await page.getByTestId('switch-camera').click();
  await press(page, /^start/i);
  await expectPhase(page, 'listening', 110_000);
}

function choose(page: Page, source: string): Promise<void> {
  return page.getByTestId(`words-${source}`).check({ force: true });
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

test('a speech model in the page: sound in, words with times out, nothing from elsewhere, kept for offline', async ({
  open,
}) => {
  const page = await open({ bundle: 'tiny', grant: ['microphone'] });
  const folder = (path: string) => fileURLToPath(new URL(`fixtures/speech/${path}`, import.meta.url));
  const asked: string[] = [];
  const pathOf = (route: Route) => new URL(route.request().url()).pathname.replace(/.*\/speech\//, '');
  const serve = (route: Route) => {
    const path = pathOf(route);
    asked.push(path);
    return route.fulfill({ path: folder(path) });
  };
  await page.context().route('**/speech/**', serve);
  await openPage(page);
  await keepWords(page);
  await page.evaluate(() =>
    document.querySelector('memo-bert')?.setAttribute('speech', 'speech/speech.json'),
  );
  await listenToMicrophone(page);
  expect(asked, 'nothing is fetched unasked').toEqual([]);
  await choose(page, 'in-page');

  await page.context().route('**/speech/tokenizer.json', (route) => route.fulfill({ status: 404, body: '' }));
  await page.getByTestId('words-switch').click();
  await expect(page.getByRole('alert')).toContainText('tokenizer.json');
  await expectPhase(page, 'listening');
  await page.context().unroute('**/speech/tokenizer.json');
  await page.getByTestId('words-switch').click();

  await expect.poll(() => said(page)).toMatch(/I am (happy|sad)\./);
  // of a sentence that was half over none may come: of a later one
  const guessed = async () =>
    (await wordsSoFar(page)).some((state) => state.said.some(({ final }) => !final));
  await expect.poll(guessed, 'guesses come before').toBe(true);
  await expect.poll(async () => (await lastWords(page))?.said.some(({ final }) => final)).toBe(true);
  const heard = (await wordsSoFar(page)).map((state) => state.said).filter((list) => list.length > 0);
  for (const list of heard) {
    for (const [at, { start, end }] of list.entries()) {
      expect(end).toBeGreaterThanOrEqual(start);
      expect(start).toBeGreaterThanOrEqual(list[at - 1]?.end ?? 0);
      expect(Number.isFinite(end)).toBe(true);
    }
  }
  const { language } = (await lastWords(page))!;
  expect(language).toBe('en');
  const estimate = await nextEstimate(page, 'text');
  expect(estimate.time).toBeGreaterThan((await lastWords(page))!.said[0]!.start);

  // a later start finds everything but the list itself in the cache
  asked.length = 0;
  await page.getByTestId('words-switch').click();
  await page.context().route('**/speech/**', (route) => {
    asked.push(pathOf(route));
    return route.abort();
  });
  await page.getByTestId('words-switch').click();
  await expect.poll(async () => (await lastWords(page))?.status).toBe('listening');
  expect(asked).toEqual(['speech.json']);
});

test('a speech model of an origin that the page names: its files are fetched, what is said stays', async ({
  open,
}) => {
  // the suite's server sends our page's policy, which allows no other origin
  const host = await OwnHost.open();
  const page = await open({
    baseURL: host.url,
    bundle: 'tiny',
    grant: ['microphone'],
    provokes: 'm.example',
  });
  const sent: { method: string; body: Buffer | null; path: string }[] = [];
  await page.context().route('https://m.example/**', (route) => {
    const request = route.request();
    const path = new URL(request.url()).pathname.replace('/english/', '');
    sent.push({ method: request.method(), body: request.postDataBuffer(), path });
    return route.fulfill({
      path: fileURLToPath(new URL(`fixtures/speech/${path}`, import.meta.url)),
      headers: { 'access-control-allow-origin': '*' },
    });
  });
  await openBody(page, '<memo-bert speech="https://m.example/english/speech.json"></memo-bert>', 'real');
  await keepWords(page);
  await listenToMicrophone(page);
  expect(sent, 'nothing is fetched unasked').toEqual([]);
  await choose(page, 'in-page');
  await page.getByTestId('words-switch').click();
  await expect.poll(() => said(page)).toMatch(/I am (happy|sad)\./);
  expect(sent.map(({ path }) => path)).toContain('tokenizer.json');
  expect(sent.filter(({ method, body }) => method !== 'GET' || body !== null)).toEqual([]);
  await host.close();
});

/** Tokens a second, Moonshine's own limit. */
const MOONSHINE_HZ = 6;

test('a Moonshine in the page: bright and dull speech, silence; a short sound it repeats itself over gets few tokens', async ({
  open,
}) => {
  test.setTimeout(420_000);
  const page = await open();
  const folder = fileURLToPath(new URL('fixtures/moonshine/', import.meta.url));
  await page.context().route('**/moonshine/**', (route) =>
    route.fulfill({
      path: folder + new URL(route.request().url()).pathname.replace(/.*\/moonshine\//, ''),
    }),
  );
  await fakeWorkers(page);
  await openPage(page);
  await page.evaluate(() =>
    document.querySelector('memo-bert')?.setAttribute('speech', 'moonshine/speech.json'),
  );
  await keepWords(page);
  await choose(page, 'in-page');
  await page.getByTestId('words-switch').click();
  /** The words that stayed, of a file from its beginning to its end. */
  const heardIn = async (...parts: readonly Float32Array[]) => {
    const before = await page.evaluate(() => window.estimates.length);
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles(wavFile(...parts));
    const timeout = 120_000;
    await page.waitForFunction((count) => window.estimates.length > count, before, { timeout });
    await expectPhase(page, 'idle', timeout);
    const states = await wordsSoFar(page);
    expect(states.map(({ error }) => error).filter((error) => error !== null)).toEqual([]);
    return states.findLast(({ said }) => said.length > 0 && said.every(({ final }) => final))?.said ?? [];
  };
  const textOf = (words: readonly { text: string }[]) => words.map(({ text }) => text).join(' ');

  const speech = actorSays(1.4, 3.6);
  expect(await heardIn(silence(3))).toEqual([]);
  expect(textOf(await heardIn(brighter(speech), silence(1)))).toBe('I am happy.');
  expect(textOf(await heardIn(duller(speech), silence(1)))).toBe('I am sad.');

  const short = await heardIn(silence(0.5), actorSays(0.7, 1), silence(1));
  const seconds = short.at(-1)!.end - short[0]!.start;
  expect(seconds).toBeLessThan(1);
  const tokens = textOf(short).match(/\w+|\./g) ?? [];
  expect(tokens.slice(0, 4)).toEqual(['I', 'am', 'sad', '.']);
  expect(tokens).toHaveLength(Math.ceil(seconds * MOONSHINE_HZ));
});
