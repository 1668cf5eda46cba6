/** The page and its element in English and Korean: switched without a new page, told apart by where an element stands. */

import type { Page } from '@playwright/test';
import { expect, recorded, test } from './support/browser';
import { expectPhase, nextEstimate, openPage } from './support/element';
import { fakeWorkers } from './support/fake-worker';

const htmlLang = (page: Page) => page.evaluate(() => document.documentElement.lang);

/** Names of the scripts that were fetched so far. */
async function scripts(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => path.endsWith('.js')),
  );
}

test('an English visitor fetches no Korean; switched while it runs, everything is said anew and goes on', async ({
  open,
}) => {
  const page = await open();
  await fakeWorkers(page);
  await openPage(page);
  expect(await htmlLang(page)).toBe('en');
  expect((await scripts(page)).filter((path) => /\/ko[-.]/.test(path))).toEqual([]);
  await page.getByTestId('actor').click();
  await nextEstimate(page);
  await page.getByRole('link', { name: '한국어' }).click();
  await expect(page.getByTestId('stop')).toHaveText(/정지/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/함께 읽습니다/);
  await expect(page).toHaveTitle(/감정 표현 인식기/);
  expect(await htmlLang(page)).toBe('ko');
  expect(new URL(page.url()).search).toBe('?device=wasm&lang=ko');
  // what is taken in when the state comes, not only what is rendered
  await expect(page.getByTestId('live')).toHaveText(/그림 배우/);
  await expect(page.getByTestId('modality-text')).toContainText('답에 준 영향');
  await expect(page.getByTestId('announcement')).toHaveText(/가장 그럴듯한 단어: \w+ \([가-힣]+\)/);
  // the vocabulary is English, its meaning stands beside
  await expect(page.getByTestId('bars')).toContainText('happy 기쁨');
  await expect(page.locator('memo-bars')).toContainText('모델의 어휘는 영어입니다');
  await expect(page.locator('memo-prompt [part=sentence]')).toHaveAttribute('lang', 'en');
  await expectPhase(page, 'listening');
  await nextEstimate(page);
  await page.goBack();
  await expect(page.getByTestId('stop')).toHaveText(/Stop/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^A face, a voice/);
  expect(await htmlLang(page)).toBe('en');
  await expectPhase(page, 'listening');
});

test('the address keeps the language, and nothing else does', async ({ open }) => {
  const page = await open();
  await openPage(page, '?device=wasm&lang=ko');
  await expect(page.getByTestId('start')).toHaveText(/시작/);
  await page.reload();
  await expect(page.getByTestId('start')).toHaveText(/시작/);
  await expect(page.getByRole('link', { name: '한국어' })).toHaveAttribute('aria-current', 'true');
  const kept = await page.evaluate(async () => ({
    stored: localStorage.length + sessionStorage.length,
    cookie: document.cookie,
  }));
  expect(kept).toEqual({ stored: 0, cookie: '' });
  await page.goto('?device=wasm');
  await expect(page.getByTestId('start')).toHaveText(/Start/);
});

test('an element speaks the language of where it stands, wherever it is moved', async ({ open }) => {
  const page = await open();
  await openPage(page);
  await page.evaluate(() => {
    document.querySelector('memo-bert')!.setAttribute('lang', 'ko');
    const other = document.createElement('div');
    other.id = 'other';
    other.innerHTML = '<memo-engine id="e"></memo-engine><memo-controls for="e"></memo-controls>';
    document.body.append(other);
  });
  const own = page.locator('memo-bert').getByTestId('start');
  const other = page.locator('#other').getByTestId('start');
  await expect(own).toHaveText(/시작/);
  await expect(other).toHaveText(/Start/);
  const set = (lang: string) =>
    page.evaluate((value) => document.querySelector('#other')!.setAttribute('lang', value), lang);
  await set('ko-KR');
  await expect(other).toHaveText(/시작/);
  await set('fr'); // not written here
  await expect(other).toHaveText(/Start/);
  await page.evaluate(() => {
    document.querySelector('memo-bert')!.append(document.querySelector('#other memo-controls')!);
  });
  await expect(page.locator('memo-bert > memo-controls').getByTestId('start')).toHaveText(/시작/);
});

test('moved without a restart, an element and its parts speak the language of where they stand then', async ({
  open,
}) => {
  const page = await open();
  await openPage(page);
  await page.evaluate(() => {
    const other = document.createElement('div');
    other.innerHTML =
      '<p lang="ko"></p><memo-engine id="e"></memo-engine><memo-controls for="e"></memo-controls>';
    document.body.append(other);
    const korean = other.querySelector('p')!;
    korean.moveBefore(other.querySelector('memo-controls')!, null);
    korean.moveBefore(document.querySelector('memo-bert')!, null);
  });
  await expect(page.locator('p > memo-controls').getByTestId('start')).toHaveText(/시작/);
  await expect(page.locator('p > memo-bert').getByTestId('start')).toHaveText(/시작/);
  await expect(page.locator('p > memo-bert').getByRole('group').first()).toHaveAttribute('lang', 'ko');
  // from here on it follows what changes there
  await page.evaluate(() => document.querySelector('p:has(memo-bert)')!.setAttribute('lang', 'en'));
  await expect(page.locator('p > memo-bert').getByTestId('start')).toHaveText(/Start/);
});

test('an error is said by its code, its own words one click away', async ({ open }) => {
  const page = await open();
  await openPage(page, '?device=wasm&lang=ko');
  await page.getByTestId('start').click();
  const error = page.getByTestId('error');
  await expect(error).toContainText('카메라와 마이크를 모두 쓸 수 없습니다');
  await expect(error.getByText(/Neither camera nor microphone/)).toBeHidden();
  await error.getByText('자세한 설명(영어)').click();
  await expect(error.getByText(/Neither camera nor microphone/)).toBeVisible();
  await error.getByRole('button', { name: '닫기' }).click();
  await expect(error).toHaveCount(0);
});

const BESIDE = [
  { path: 'model-card.html', heading: null, title: /모델 카드/ },
  { path: 'examples/gallery.html', heading: '넣는 방법', title: /넣는 방법/ },
  { path: 'examples/states.html?state=listening', heading: '모든 부품의 모든 상태', title: /모든 상태/ },
] as const;

for (const { path, heading, title } of BESIDE) {
  test(`${path}: English until it is switched, then Korean, kept by the address and back again`, async ({
    open,
  }) => {
    const page = await open();
    // before its script, a link is one
    await page.goto(path, { waitUntil: 'networkidle' });
    expect(await htmlLang(page)).toBe('en');
    await page.evaluate(() => Object.assign(window, { same: true }));
    await page.getByRole('link', { name: '한국어' }).click();
    await expect(page).toHaveTitle(title);
    expect(await htmlLang(page)).toBe('ko');
    if (heading !== null) await expect(page.getByRole('heading', { level: 1 })).toHaveText(heading);
    const here = new URL(page.url());
    expect(here.searchParams.get('lang')).toBe('ko');
    await page.goBack();
    await expect(page.getByRole('link', { name: 'English' })).toHaveAttribute('aria-current', 'true');
    await expect(page).not.toHaveTitle(title);
    expect(await page.evaluate(() => 'same' in window), 'no page was loaded anew').toBe(true);
    await page.goto(here.href);
    await expect(page).toHaveTitle(title);
  });
}

test('the language goes along from page to page; the card itself says that it is English', async ({
  open,
}) => {
  const page = await open();
  await openPage(page, '?device=wasm&lang=ko');
  await expect(page.getByTestId('start')).toHaveText(/시작/);
  await page.getByRole('link', { name: '모델 카드' }).click();
  await expect(page.locator('[data-text=about]')).toHaveText(/카드의 글과 표는 영어입니다/);
  await expect(page.getByRole('main')).toHaveAttribute('lang', 'en');
  await page.getByRole('link', { name: 'memo-bert' }).click();
  await expect(page.getByTestId('start')).toHaveText(/시작/);
  await page.getByRole('link', { name: '내 페이지에 넣는 방법' }).click();
  await expect(page.getByRole('button', { name: '복사 HTML' }).first()).toBeVisible();
  await page.getByRole('link', { name: '모든 부품의 모든 상태' }).click();
  await page.getByRole('link', { name: '어둡게' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('모든 부품의 모든 상태');
  expect(new URL(page.url()).search).toBe('?lang=ko&scheme=dark');
});

test('words, their answer and the code shown outlast a switch of language in the gallery', async ({
  open,
}) => {
  const page = await open();
  await fakeWorkers(page);
  await page.goto('examples/gallery.html');
  const words = page.locator('section[aria-labelledby=words]');
  await words.getByTestId('text').fill('What on earth is this?');
  await words.getByTestId('send').click();
  await expect(words.getByTestId('top')).toHaveText(/^(happy|surprised|angry)$/);
  const code = await page.locator('figure code').allTextContents();
  await page.getByRole('link', { name: '한국어' }).click();
  await expect(words.getByTestId('send')).toHaveText('문장 읽기');
  await expect(words.getByTestId('text')).toHaveValue('What on earth is this?');
  await expect(words.getByTestId('top')).toHaveText(/^(happy|surprised|angry)$/);
  expect(await page.locator('figure code').allTextContents()).toEqual(code);
});

test('parts alone say in which language they stand, and their engine tells a screen reader what changes, once', async ({
  open,
}) => {
  const page = await open();
  await fakeWorkers(page);
  await page.goto('examples/parts.html');
  await page.evaluate(() => (document.documentElement.lang = 'de'));
  for (const part of ['memo-status .now', 'memo-bars [data-testid=bars]', 'memo-controls .row'])
    await expect(page.locator(`${part}:lang(en)`).first()).toBeVisible();
  const announcement = page.getByTestId('announcement');
  await expect(announcement).toBeEmpty();
  await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
  await expect(announcement).toContainText('Most likely:');
  await expect(announcement).toHaveAttribute('lang', 'en');
  await page.evaluate(() => (document.documentElement.lang = 'ko'));
  await expect(page.locator('memo-bars [data-testid=bars]:lang(ko)')).toBeVisible();
  // the vocabulary stays English
  await expect(page.locator('memo-bars .label [lang=en]:lang(en)')).toHaveCount(4);
});

test('Korean in place of a label is neither slanted nor in the serif, which are for the English labels', async ({
  open,
}) => {
  const page = await open();
  await page.goto('examples/states.html?lang=ko');
  const looks = (selector: string) =>
    page
      .locator(selector)
      .evaluateAll((all) => [
        ...new Set(all.map((one) => getComputedStyle(one)).map((style) => style.fontStyle)),
      ]);
  await expect(page.locator('memo-prompt .word:lang(ko)').first()).toHaveText('확실하지 않음');
  await expect(page.locator('memo-modalities .answer b:lang(ko)').first()).toHaveText('확실하지 않음');
  expect(await looks('.word:lang(ko), .answer b:lang(ko)')).toEqual(['normal']);
  expect(await looks('.word:lang(en), .answer b:lang(en)')).toEqual(['italic']);
  const family = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((one) => getComputedStyle(one).fontFamily);
  const sans = await family('memo-bars');
  expect(await family('memo-prompt .word:lang(ko)')).toBe(sans);
  expect(await family('memo-modalities .answer b:lang(ko)')).toBe(sans);
});
