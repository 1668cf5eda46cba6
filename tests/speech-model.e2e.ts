/** The words that a speech model in the page hears (a tiny one): from the bundle's folder or another origin, and what it makes of sounds. */

import { fileURLToPath } from 'node:url';
import type { Route } from '@playwright/test';
import { expect, test } from './support/browser';
import { expectPhase, nextEstimate, openPage } from './support/element';
import { openBody } from './support/elsewhere';
import { fakeWorkers } from './support/fake-worker';
import { OwnHost } from './support/own-host';
import { actorSays, brighter, duller, silence, wavFile } from './support/sound';
import { choose, keepWords, lastWords, listenToMicrophone, said, wordsSoFar } from './support/words';

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
