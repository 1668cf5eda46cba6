/**
 * What takes an answer apart, on the built-in actor with the shipped model: the seconds looked at, other prompts and words, the
 * four tasks on masked words, faces and voice, marks and what follows from them. Then the parts' own ways, without a model.
 */

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import type { Estimate } from '../src';
import { expect, recorded, test } from './support/browser';
import { expectPhase, expectWhole, nextEstimate, openPage } from './support/element';
import { fakeWorkers } from './support/fake-worker';
import { drag, filled } from './support/playground';

const estimate = (page: Page): Promise<Estimate | null> =>
  page.evaluate(() => document.querySelector('memo-bert')?.estimate ?? null);

async function say(page: Page, text: string): Promise<void> {
  await page.getByTestId('text').fill(text);
  await page.getByTestId('send').click();
  await page.waitForFunction(() => document.querySelector('memo-bert')?.estimate?.modalities.text.present);
}

test('a clip of the actor, taken apart: seconds looked at, the four tasks, marks', async ({ open }) => {
  test.setTimeout(300_000);
  const page = await open();
  await openPage(page);
  await page.getByTestId('text').fill('What a wonderful surprise, thank you');
  // by the file's own clock: as many faces as on a fast machine
  await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
  await nextEstimate(page, 'any', 120_000);
  await expectPhase(page, 'idle', 200_000);
  const seen = (await estimate(page))!;
  expectWhole(seen);
  for (const { times, each } of [seen.evidence.face, seen.evidence.voice]) {
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Math.max(...times)).toBeLessThan(seen.time + 1);
    expect(seen.time - Math.min(...times)).toBeLessThan(8);
    expect(each).toBeGreaterThan(0);
  }
  for (const modality of ['face', 'voice'])
    expect(
      Number(await page.getByTestId(`looked-at-${modality}`).getAttribute('data-seconds')),
    ).toBeGreaterThan(0.3);

  await page.getByTestId('open-playground').click();
  await page.getByTestId('take').click();
  await expect(page.getByTestId('taken')).toContainText('0:');
  await page.getByTestId('word-2').click();
  const words = await filled(page, 'words');
  await expect(words.getByRole('listitem')).toHaveCount(6);
  await expect(words).toContainText('wonderful');

  await drag(page, 'faces', 0.3, 0.7);
  const face = await filled(page, 'face');
  await expect(face.getByRole('row')).toHaveCount(9);
  await expect(face).toContainText(/likeliest expression is the same for \d+/);
  await page.getByTestId('span-voice').getByRole('slider').last().focus();
  for (let at = 0; at < 10; at += 1) await page.keyboard.press('ArrowRight');
  const voice = await filled(page, 'voice');
  await expect(voice).toContainText(/Root mean square error of the hidden features: \d/);
  await expect(await filled(page, 'answer')).toContainText('with this hidden');
  const state = await page.evaluate(() => {
    let moment;
    document.querySelector('memo-bert')?.subscribe((known) => (moment = known.moment))();
    return moment as unknown as import('../src').MomentState;
  });
  await expect(page.getByTestId('taken')).not.toContainText('Filling');
  expect(state.error).toBeNull();
  expect(state.masks.voice.length).toBe(10);
  console.log('filled in', JSON.stringify({ ...state.filling, masks: undefined }));

  await page.getByTestId('show-all').click();
  await expect(page.getByTestId('filled-face')).toHaveCount(0);
  await page.getByTestId('open-adaptation').click();
  await page.getByTestId('mark-scared').click();
  await expect(page.getByTestId('effect')).toContainText('another word');
  await page.getByTestId('mark-sad').click();
  await page.getByTestId('mark-scared').click();
  await expect(page.getByTestId('marked')).toHaveCount(3);
  const marks = await page
    .getByTestId('marked')
    .evaluateAll((rows: HTMLElement[]) =>
      rows.map(({ dataset: { before, after } }) => [Number(before), Number(after)]),
    );
  const total = (at: 0 | 1) => marks.reduce((sum, mark) => sum + (mark[at] ?? 0), 0);
  expect(total(1)).toBeGreaterThan(total(0));
  expect((await estimate(page))?.unadapted).toBeDefined();
  expectWhole((await estimate(page))!);
  await page.getByTestId('use-marks').click();
  await page.waitForFunction(() => document.querySelector('memo-bert')?.estimate?.unadapted === undefined);
});

test('a file was scrubbed to a moment: that one is taken, not its end', async ({ open }) => {
  const page = await open({ bundle: 'tiny' });
  await openPage(page);
  await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
  await nextEstimate(page, 'any', 120_000);
  await expectPhase(page, 'idle', 200_000);
  await page.getByTestId('open-playground').click();
  await page.getByTestId('take').click();
  const taken = page.getByTestId('taken');
  await expect(taken).toContainText(/\d:\d\d\.\d/);
  const atEnd = await taken.textContent();
  const timeline = page.getByTestId('timeline');
  await timeline.focus();
  await page.keyboard.press('Home');
  for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowRight');
  const seconds = Number(await timeline.getAttribute('aria-valuenow'));
  expect(seconds).toBeGreaterThan(0);
  await page.getByTestId('take').click();
  await expect(taken).not.toHaveText(atEnd ?? '', { timeout: 120_000 });
  await expect(taken).toContainText(`0:0${seconds.toFixed(1)}`);
  await expect(page.getByTestId('span-faces')).toBeVisible();
});

test('live, on the actor: a moment is filled in while the loop goes on', async ({ open }) => {
  test.setTimeout(300_000);
  const page = await open({ bundle: 'tiny' });
  await openPage(page);
  await page.getByTestId('actor').click();
  const { evidence } = await nextEstimate(page, 'face', 150_000);
  expect(evidence.face.times.length).toBeGreaterThan(0);
  await page.getByTestId('open-playground').click();
  await page.getByTestId('take').click();
  await page.getByTestId('span-faces').getByRole('slider').last().focus();
  await page.keyboard.press('End');
  await filled(page, 'face');
  await expect(page.getByTestId('taken')).toContainText(/\d:\d\d\.\d/);
  await nextEstimate(page);
  await expectPhase(page, 'listening');
});

test('other sentences and words with the shipped vocabulary; what it refuses is told and nothing is lost', async ({
  open,
}) => {
  const page = await open();
  await openPage(page);
  await say(page, 'You stole my work and lied about it');
  await page.getByTestId('wording').click();
  for (const size of [4, 8, 7]) {
    await page.getByTestId(`ask-words-${size}`).check({ force: true });
    await page.waitForFunction(
      (count) => document.querySelector('memo-bert')?.estimate?.labels.length === count,
      size,
    );
    expectWhole((await estimate(page))!);
  }
  await page.getByTestId('ask-sentence-He is [MASK].').check({ force: true });
  await expect(page.locator('memo-prompt')).toContainText('He is');
  expect((await estimate(page))?.labels).toHaveLength(7);
  await page.getByTestId('own-words').fill('bored, excited, furious');
  await page.getByTestId('ask-own-words').click();
  await page.waitForFunction(() => document.querySelector('memo-bert')?.estimate?.labels.length === 3);
  // the shipped weights believe in their own “angry” more than in all three
  expect((await estimate(page))?.reliability).toMatchObject({
    abstained: true,
    reasons: expect.arrayContaining(['other-words']) as unknown,
  });
  await expect(page.locator('memo-prompt')).toContainText('another word fits better');
  await expect(page.locator('memo-prompt .words li').first()).toContainText('angry');
  for (const word of ['bored', 'excited', 'furious'])
    await expect(page.locator('memo-bars').first()).toContainText(word);
  for (const [field, text, code] of [
    ['words', 'happy, qzxqzx', 'label-invalid'],
    ['words', 'happy', 'label-invalid'],
    ['sentence', 'I am happy.', 'prompt-invalid'],
  ] as const) {
    await page.getByTestId(`own-${field}`).fill(text);
    await page.getByTestId(`ask-own-${field}`).click();
    const error = page.locator('memo-wording').getByTestId('error');
    await expect(error).toHaveAttribute('data-code', code);
    await error.getByTestId('dismiss').click();
    await expect(error).toHaveCount(0);
  }
  expect((await estimate(page))?.labels).toEqual(['bored', 'excited', 'furious']);
});

async function openFake(page: Page): Promise<void> {
  await fakeWorkers(page);
  await openPage(page);
  await say(page, 'hello there, you');
}

test('marks are kept only when asked, come back with the page, and go out and in as a file', async ({
  open,
}) => {
  const page = await open();
  await openFake(page);
  const kept = () =>
    page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('memo-bert')));
  await page.getByTestId('open-adaptation').click();
  await page.getByTestId('mark-happy').click();
  await page.getByTestId('mark-angry').click();
  expect(await kept()).toHaveLength(0);
  await page.getByTestId('keep-marks').click();
  await expect(page.getByTestId('keep-marks')).toBeChecked();
  expect(await kept()).toHaveLength(1);
  const download = page.waitForEvent('download');
  await page.getByTestId('save-marks').click();
  const saved = readFileSync(await (await download).path(), 'utf8');
  expect(JSON.parse(saved)).toMatchObject({ format: 1, marks: [{ word: 'happy' }, { word: 'angry' }] });

  await openPage(page);
  await page.getByTestId('open-adaptation').click();
  await expect(page.getByTestId('marks-kept'), 'before there is a model').toBeVisible();
  await say(page, 'hello there, you');
  await expect(page.getByTestId('marked')).toHaveCount(2);
  await expect(page.getByTestId('marks-kept')).toHaveCount(0);
  expect((await estimate(page))?.unadapted).toBeDefined();
  await page.getByTestId('unmark').first().click();
  await expect(page.getByTestId('effect')).toContainText('another word');
  expect((await estimate(page))?.unadapted).toBeUndefined();
  await page.getByTestId('forget-marks').click();
  await expect(page.getByTestId('marked')).toHaveCount(0);
  expect(await kept()).toHaveLength(0);

  const give = (text: string) =>
    page.getByTestId('adaptation-file').setInputFiles({
      ...{ name: 'marks.json', mimeType: 'application/json' },
      buffer: Buffer.from(text),
    });
  await give(saved);
  await expect(page.getByTestId('marked')).toHaveCount(2);
  for (const [text, code] of [
    ['{', 'adaptation-invalid'],
    [saved.replace('I am [MASK].', 'It was [MASK].'), 'adaptation-foreign'],
  ] as const) {
    await give(text);
    await expect(page.locator('memo-adaptation').getByTestId('error')).toHaveAttribute('data-code', code);
    await expect(page.getByTestId('marked')).toHaveCount(2);
  }
  // other words: marks of their own
  await page.getByTestId('wording').click();
  await page.getByTestId('ask-words-4').check({ force: true });
  await expect(page.getByTestId('marked')).toHaveCount(0);
});

test('what is kept can be forgotten before the model is there', async ({ open }) => {
  const page = await open();
  await openFake(page);
  await page.getByTestId('open-adaptation').click();
  await expect(page.getByTestId('marks-kept')).toHaveCount(0);
  await page.getByTestId('mark-happy').click();
  await page.getByTestId('keep-marks').click();
  await openPage(page);
  await page.getByTestId('open-adaptation').click();
  await page.getByTestId('forget-marks').click();
  await expect(page.getByTestId('marks-kept')).toHaveCount(0);
  await expect(page.getByTestId('forget-marks')).toBeDisabled();
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
});

test('what is kept can be let go with the last mark taken back; a first impression cannot be marked', async ({
  open,
}) => {
  const page = await open();
  await openFake(page);
  await page.getByTestId('open-adaptation').click();
  await page.getByTestId('mark-happy').click();
  const keep = page.getByTestId('keep-marks');
  await keep.click();
  await expect(keep).toBeChecked();
  await page.getByTestId('unmark').click();
  await expect(page.getByTestId('marked')).toHaveCount(0);
  await expect(keep).toBeChecked();
  await keep.click();
  await expect(keep).not.toBeChecked();
  await expect(keep).toBeDisabled();
  expect(
    await page.evaluate(() => Object.keys(localStorage).filter((key) => /adaptation/.test(key))),
  ).toEqual([]);

  await expect(page.getByTestId('mark-happy')).toBeEnabled();
  await page.evaluate(() => {
    const element = document.querySelector('memo-bert')!;
    const part = document.createElement('memo-adaptation');
    part.store = {
      handle: () => undefined,
      subscribe: (tell) =>
        element.subscribe((state) =>
          tell({ ...state, estimate: state.estimate && { ...state.estimate, provisional: true } }),
        ),
    };
    part.id = 'early';
    document.body.append(part);
  });
  await expect(page.locator('#early').getByTestId('mark-happy')).toBeDisabled();
});

test('a choice that is not taken is not shown as taken', async ({ open }) => {
  const page = await open();
  await openFake(page);
  await page.getByTestId('wording').click();
  await page.getByTestId('ask-words-7').waitFor({ state: 'attached' });
  await page.locator('memo-bert').evaluate((element) => {
    const root = element.shadowRoot!;
    const wording = root.querySelector('memo-prompt')!.shadowRoot!.querySelector('memo-wording')!;
    for (const part of [wording, root.querySelector('memo-words')!])
      part.addEventListener('memo-request', (event) => event.preventDefault());
    // it tells what holds, as it does of what is refused
    wording.addEventListener('memo-request', () => wording.requestUpdate());
  });
  for (const [chosen, holds] of [
    ['ask-words-4', 'ask-words-7'],
    ['words-captions', 'words-typed'],
  ] as const) {
    await page.getByTestId(chosen).click({ force: true });
    await expect(page.getByTestId(holds)).toBeChecked();
    await expect(page.getByTestId(chosen)).not.toBeChecked();
  }
});

test('a span is hidden by dragging and by keys, words by clicks and by the keyboard', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await fakeWorkers(page);
  await openPage(page);
  await page.getByTestId('start').click();
  await nextEstimate(page, 'face');
  await say(page, 'hello there, you');
  await page.getByTestId('open-playground').click();
  await page.getByTestId('take').click();
  const masks = () =>
    page.evaluate(() => {
      let found = '';
      document
        .querySelector('memo-bert')
        ?.subscribe(({ moment }) => (found = JSON.stringify(moment.masks)))();
      return JSON.parse(found) as import('../src').Masks;
    });
  await drag(page, 'faces', 0.65, 0.25);
  await expect.poll(async () => (await masks()).faces).toEqual([2, 3, 4, 5, 6]);
  const ends = page.getByTestId('span-faces').getByRole('slider');
  await ends.first().focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(async () => (await masks()).faces).toEqual([1, 2, 3, 4, 5, 6]);
  await expect(ends.first()).toHaveAttribute('aria-valuetext', '0.9 s before the end');
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await masks()).faces).toEqual([]);
  // with nothing hidden too its ends go where the keys move them
  const told = page.getByTestId('told');
  await ends.first().focus();
  for (let press = 0; press < 3; press += 1) await page.keyboard.press('ArrowRight');
  await expect(ends.first()).toHaveAttribute('aria-valuenow', '3');
  await expect(ends.first()).toHaveAttribute('aria-valuetext', 'nothing hidden, 0.7 s before the end');
  // withheld, as beside the bars, and told once where nothing is hidden
  const answer = await filled(page, 'answer');
  await expect(answer.getByText('not sure')).toHaveCount(1);
  await expect(answer).not.toContainText('with this hidden');
  await expect(told).toHaveText(/own answer: not sure$/);
  await ends.last().focus();
  for (let press = 0; press < 2; press += 1) await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await masks()).faces).toEqual([3, 4]);
  await expect(answer).toContainText('with this hidden');
  await expect(told).toHaveText(/^The hidden face: neutral .*own answer: not sure$/);
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await masks()).faces).toEqual([]);
  const word = page.getByTestId('word-1');
  await word.focus();
  await page.keyboard.press('Space');
  await expect(word).toHaveAttribute('aria-pressed', 'true');
  await page.getByTestId('word-0').click();
  await expect.poll(async () => (await masks()).words).toEqual([0, 1]);
  await word.click();
  await expect.poll(async () => (await masks()).words).toEqual([0]);
  await page.getByTestId('show-all').click();
  await expect.poll(async () => (await masks()).words).toEqual([]);
});
