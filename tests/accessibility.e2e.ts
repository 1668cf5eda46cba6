/** axe in every state, language, scheme and width; the page by keys alone; reduced motion and forced colours. */

import type { Page } from '@playwright/test';
import { CANNED_MEASUREMENT } from '../src/elements/testing/canned-measurement';
import { INITIAL_OFFLINE } from '../src/offline/state';
import { axeFindings, focused } from './support/axe';
import { expect, recorded, test } from './support/browser';
import { expectPhase, openPage } from './support/element';
import { fakeWorkers } from './support/fake-worker';

const WIDTHS = [
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
];

async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
}

/** Of the page of all states: what its parts show only once something was fetched, opened or pressed. */
const SHOWN = [
  'memo-wording [data-testid=ask-own-words]',
  'memo-wording [data-code=label-invalid]',
  'memo-measure [data-testid=measure-json]',
  'memo-measure [data-code=file-missing]',
  'memo-span .track:not(.none) .hidden',
  'memo-playground [data-code=model-integrity]',
  'memo-playground [aria-busy=true]',
  'memo-adaptation [data-code=adaptation-foreign]',
];

for (const scheme of ['light', 'dark'] as const) {
  for (const language of ['en', 'ko'] as const) {
    test(`axe finds nothing in any part in any state: ${language}, ${scheme}`, async ({ open }) => {
      test.setTimeout(300_000);
      const page = await open();
      await page.goto(`examples/states.html?lang=${language}&scheme=${scheme}`);
      await expect(page.getByTestId('start').first()).toHaveText(language === 'ko' ? /시작/ : /Start/);
      expect(await page.locator('memo-bert').count()).toBeGreaterThan(12);
      for (const shown of SHOWN) await expect(page.locator(`.cell ${shown}`).first()).toBeVisible();
      await expect(page.locator('.cell').getByTestId('measure-progress').getByText('3')).toBeVisible();
      // refused, missing, busy, ended and lost
      await expect(page.locator('.cell memo-controls').getByTestId('note')).toHaveCount(5);
      for (const size of WIDTHS) {
        await page.setViewportSize(size);
        expect(await overflow(page), `${size.width} px`).toBe(0);
        expect(await axeFindings(page), `${size.width} px`).toEqual([]);
      }
    });
  }
}

test('axe finds nothing on the page at rest, while it listens, nor on the pages beside it', async ({
  open,
}) => {
  test.setTimeout(300_000);
  const page = await open({ grant: ['camera', 'microphone'], viewport: WIDTHS[0]! });
  await fakeWorkers(page);
  await openPage(page, '?device=wasm&lang=ko');
  await expect(page.getByTestId('start')).toHaveText(/시작/);
  await page.locator('.measure').scrollIntoViewIfNeeded();
  await expect(page.getByTestId('measure')).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByTestId('start').click();
  await expectPhase(page, 'listening');
  expect(await axeFindings(page)).toEqual([]);
  for (const path of [
    'model-card.html',
    'examples/gallery.html',
    'examples/parts.html',
    'examples/parts.html?lang=ko',
  ]) {
    await page.goto(path);
    for (const colorScheme of ['light', 'dark'] as const) {
      // colours that are on their way are no scheme's
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const size of WIDTHS) {
        await page.setViewportSize(size);
        expect(await overflow(page), `${path} at ${size.width} px`).toBe(0);
        expect(await axeFindings(page), `${path}, ${colorScheme}, ${size.width} px`).toEqual([]);
      }
    }
  }
});

/** A file with its timeline, a moment of it with words hidden, marks, other wording, a measurement: all there is to open. */
async function openEverything(page: Page): Promise<void> {
  await page.getByTestId('text').fill('hello there, you');
  await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
  await page.waitForFunction(() => document.querySelector('memo-bert')?.estimate !== null);
  await expectPhase(page, 'idle');
  await page.getByTestId('wording').click();
  await expect(page.getByTestId('own-words')).toBeVisible();
  await page.getByTestId('open-playground').click();
  await page.getByTestId('take').click();
  await page.getByTestId('word-0').click();
  await page.getByTestId('span-faces').getByRole('slider').last().focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('filled-face')).toBeVisible();
  await page.getByTestId('open-adaptation').click();
  await page.getByTestId('mark-happy').click();
  await page.getByTestId('mark-angry').click();
  await expect(page.getByTestId('fitted')).toBeVisible();
  await page.locator('.measure').scrollIntoViewIfNeeded();
  await expect(page.getByTestId('measure')).toBeVisible();
  await page.evaluate((measurement) => {
    Object.assign(document.querySelector('memo-measure')!, { measurement });
  }, CANNED_MEASUREMENT);
  await page.locator('memo-measure summary').click();
  await expect(page.getByTestId('measure-json')).toBeVisible();
  await expect(page.locator('memo-offline section')).toBeVisible();
}

async function inEachLook(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  for (const language of ['en', 'ko'] as const) {
    // a dialog is over the link
    await page.locator(`[hreflang=${language}]`).evaluate((link: HTMLElement) => link.click());
    await expect(page.getByTestId('start')).toHaveText(language === 'ko' ? /시작/ : /Start/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const size of WIDTHS) {
        await page.setViewportSize(size);
        await look(`${language}, ${colorScheme}, ${size.width} px`);
      }
    }
  }
}

test('axe finds nothing with everything open, nor in the guide; a switch of language closes nothing', async ({
  open,
}) => {
  test.setTimeout(300_000);
  const page = await open({ serviceWorkers: 'allow' });
  await fakeWorkers(page);
  await openPage(page);
  await openEverything(page);
  await inEachLook(page, async (name) => {
    expect(await overflow(page), name).toBe(0);
    const hidden = page.locator('memo-measure .wide').evaluate((box) => box.scrollWidth - box.clientWidth);
    expect(await hidden, `columns, ${name}`).toBe(0);
    expect(await axeFindings(page), name).toEqual([]);
  });
  for (const part of ['wording', 'open-playground', 'open-adaptation'])
    expect(await page.getByTestId(part).evaluate((line) => line.closest('details')?.open), part).toBe(true);
  await expect(page.getByTestId('filled-face')).toBeVisible();
  await expect(page.getByTestId('marked')).toHaveCount(2);
  await expect(page.getByTestId('text')).toHaveValue('hello there, you');
  await page.locator('.show-guide').click();
  await expect(page.getByTestId('guide-count')).toBeVisible();
  await inEachLook(page, async (name) => {
    expect(await axeFindings(page, 'memo-guide'), name).toEqual([]);
  });
});

test('by keys alone: everything is reached, shows that it is, and nothing holds the focus', async ({
  open,
}) => {
  const page = await open();
  await openPage(page);
  const reached: string[] = [];
  for (let turn = 0; turn < 60; turn += 1) {
    await page.keyboard.press('Tab');
    // far below, and fetched by the first key
    await expect(page.getByTestId('measure')).toBeAttached();
    const { name, outlined } = await focused(page);
    if (name === 'body') break;
    expect(outlined, name).toBe(true);
    reached.push(name);
  }
  expect(reached[0]).toBe('a:Skip to the recogniser');
  for (const name of [
    'button:Show me around',
    'a:한국어',
    'button:Start',
    'button:Camera',
    'button:Microphone',
    'button:Try it without a camera',
    'button:Open a file',
    'input:What is being said',
    'button:Read it',
    'button:Measure this device',
    'a:Model card',
    'a:Third-party licences',
  ])
    expect(reached).toContain(name);
  expect(new Set(reached).size, 'none twice').toBe(reached.length);
});

/** Presses Enter on a control. */
async function enter(page: Page, control: string): Promise<void> {
  await page.getByTestId(control).first().focus();
  await page.keyboard.press('Enter');
}

const expectFocus = (page: Page, name: string | RegExp) =>
  expect.poll(async () => (await focused(page)).name).toMatch(name);

test('who presses a button that goes by it keeps the focus nearby', async ({ open }) => {
  const page = await open();
  await fakeWorkers(page);
  await openPage(page);
  await enter(page, 'actor');
  await expectPhase(page, 'listening');
  await expectFocus(page, 'button:Stop');
  await page.keyboard.press('Enter');
  await expectPhase(page, 'idle');
  await expectFocus(page, 'button:Start');

  await page.keyboard.press('Enter'); // neither device is granted
  await expectPhase(page, 'error');
  await enter(page, 'dismiss');
  await expect(page.getByTestId('error')).toHaveCount(0);
  await expectFocus(page, 'button:Start');

  const chosen = page.waitForEvent('filechooser');
  await enter(page, 'file');
  await (await chosen).setFiles(recorded.clip);
  await expect(page.getByTestId('close-file')).toBeVisible();
  await expectPhase(page, 'idle');
  await expectFocus(page, 'button:Start');
  await page.getByTestId('captions-file').setInputFiles({
    ...{ name: 'no.vtt', mimeType: 'text/vtt', buffer: Buffer.from('no captions') },
  });
  await enter(page, 'dismiss');
  await expectFocus(page, 'button:Read it');

  await page.getByTestId('open-playground').click();
  await enter(page, 'take');
  await page.getByTestId('span-voice').getByRole('slider').last().focus();
  await page.keyboard.press('ArrowRight');
  await enter(page, 'show-all');
  await expect(page.getByTestId('show-all')).toBeDisabled();
  await expectFocus(page, 'button:Take');

  await page.getByTestId('open-adaptation').click();
  for (const word of ['happy', 'sad', 'angry']) await enter(page, `mark-${word}`);
  await enter(page, 'unmark');
  await expectFocus(page, /^button:.*sad/i);
  await page.getByTestId('unmark').last().focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('marked')).toHaveCount(1);
  await expectFocus(page, /^button:.*sad/i);
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('marked')).toHaveCount(0);
  await expectFocus(page, 'button:neutral');
  await enter(page, 'mark-happy');
  await enter(page, 'forget-marks');
  await expect(page.getByTestId('forget-marks')).toBeDisabled();
  await expectFocus(page, 'button:neutral');

  await enter(page, 'close-file');
  await expect(page.getByTestId('close-file')).toHaveCount(0);
  await expectFocus(page, 'button:Start');
});

test('on a low phone an error comes into view to whoever pressed Start; to nobody who reads elsewhere', async ({
  open,
}) => {
  const page = await open({ viewport: { width: 390, height: 560 } });
  await fakeWorkers(page);
  await openPage(page);
  await page.locator('memo-controls').evaluate((controls) => controls.scrollIntoView());
  await expect(page.locator('memo-prompt')).not.toBeInViewport();
  await page.getByTestId('start').click();
  await expect(page.getByTestId('error')).toBeInViewport();
  await enter(page, 'dismiss');
  await expectFocus(page, 'button:Start');

  await page.locator('.how').evaluate((section) => section.scrollIntoView());
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.evaluate(() =>
    document
      .querySelector('memo-bert')!
      .start()
      .catch(() => undefined),
  );
  await expect(page.getByTestId('error')).toBeVisible();
  await expect(page.locator('.how h2')).toBeInViewport();
});

test('where files are kept the focus stays while the buttons work; what went wrong is said in the page’s language', async ({
  open,
}) => {
  const page = await open();
  await openPage(page, '?device=wasm&lang=ko');
  await expect(page.locator('memo-offline section')).toBeAttached();
  const error = { code: 'not-kept', message: 'It is full.', cure: 'Make room.' };
  await page.evaluate(
    ([rest, failed]) => {
      const element = document.querySelector('memo-offline')!;
      const store = {
        subscribe(tell: (state: unknown) => void) {
          this.request = () => tell(failed);
          tell(rest);
          return () => undefined;
        },
        request: () => undefined as void,
        look: () => undefined,
      };
      element.remove();
      Object.assign(element, { store });
      document.querySelector('main')!.append(element);
    },
    [
      { ...INITIAL_OFFLINE, work: 'none' },
      { ...INITIAL_OFFLINE, work: 'keeping', error },
    ] as const,
  );
  await enter(page, 'offline-keep');
  await expect(page.getByTestId('offline-keep')).toBeDisabled();
  await expectFocus(page, /^section:/);
  await expect(page.getByRole('alert')).toHaveText(/보관하지 못했습니다\..* not-kept: It is full\.$/);
});

test('where less motion is wanted nothing moves; in forced colours a bar is still one', async ({ open }) => {
  const page = await open();
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('examples/states.html?state=waiting');
  await expect(page.getByTestId('phase')).toBeVisible();
  const moving = () =>
    page.evaluate(() => {
      // a document knows of no animation inside a shadow root
      const roots: (Document | ShadowRoot)[] = [document];
      let count = 0;
      for (const root of roots) {
        count += root.getAnimations().length;
        for (const { shadowRoot } of root.querySelectorAll('*')) if (shadowRoot) roots.push(shadowRoot);
      }
      return count;
    });
  expect(await moving()).toBe(0);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await expect.poll(moving, 'the blank breathes').toBeGreaterThan(0);
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto('examples/states.html?state=listening');
  const fill = page.locator('memo-bars li[data-label=happy] .fill');
  const ground = await page
    .locator('memo-bert')
    .evaluate((element) => getComputedStyle(element).backgroundColor);
  await expect(fill).toBeVisible();
  expect(await fill.evaluate((element) => getComputedStyle(element).backgroundColor)).not.toBe(ground);
});

test('faces that come, go and change their order leave the keyboard at the one where it was', async ({
  open,
}) => {
  const page = await open();
  await openPage(page);
  await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
    canvas.getContext('2d')!.fillRect(0, 0, 640, 480);
    const part = document.createElement('memo-preview');
    part.id = 'alone';
    Object.assign(part, {
      choosable: true,
      frameWidth: 640,
      frameHeight: 480,
      stream: canvas.captureStream(),
    });
    document.body.prepend(part);
  });
  const show = (...lefts: number[]) =>
    page.evaluate(async (lefts) => {
      const part = document.querySelector<HTMLElementTagNameMap['memo-preview']>('#alone')!;
      part.faces = lefts.map((x) => ({
        ...{ box: { x, y: 100, width: 80, height: 100 }, score: 1, expression: null, followed: x === 100 },
      }));
      await part.updateComplete;
    }, lefts);
  const preview = page.locator('#alone');
  const follow = (number: number) =>
    preview.getByRole('button', { name: `Follow face ${number} from the left` });
  await show(100, 300);
  await follow(2).focus();
  await show(310);
  await expect(preview.locator('video')).toBeFocused();
  await show(330, 100);
  await expect(follow(2)).toBeFocused();
  await show(100, 20, 320);
  await expect(follow(3)).toBeFocused();
  // who goes to the picture stays there
  await preview.locator('video').focus();
  await show(100, 20, 320);
  await expect(preview.locator('video')).toBeFocused();
});
