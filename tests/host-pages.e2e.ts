/** `<memo-bert>` in pages that were not made for it: rows and dialogs, their own ways with text, a root of ten pixels, presses that come twice or late. */

import type { Page } from '@playwright/test';
import type { MemoBert } from '../src/elements';
import { expect, recorded, test } from './support/browser';
import { expectPhase, openPage } from './support/element';
import { fakeWorkers } from './support/fake-worker';

declare global {
  interface Window {
    /** What was asked and cancelled, and the phase that it found. */
    cancelled: [string, string][];
  }
}

/** Somebody else's page, without a model. */
async function openHost(page: Page, style: string, body: string, policy = ''): Promise<void> {
  await fakeWorkers(page);
  const html = `<!doctype html><html lang="en"><head><title>Elsewhere</title><style>${style}</style>
<script type="module" src="./memo-bert.js"></script></head><body>${body}</body></html>`;
  const headers: Record<string, string> = policy === '' ? {} : { 'content-security-policy': policy };
  await page.route('**/host.html', (route) =>
    route.fulfill({ contentType: 'text/html', headers, body: html }),
  );
  await openPage(page, 'host.html');
}

test('it has a width where its page asks it for one, and keeps to less', async ({ open }) => {
  const page = await open();
  const hosts = {
    row: 'display: flex',
    column: 'display: flex; flex-direction: column; align-items: center',
    centred: 'display: grid; place-items: center',
    inline: '--display: inline-block',
    floating: '--float: left',
    absolute: '--position: absolute',
    narrow: 'display: flex; inline-size: 280px',
    phone: 'display: grid; inline-size: 320px; padding: 16px; box-sizing: border-box',
  };
  const style = `memo-bert { display: var(--display, block); float: var(--float, none); position: var(--position, relative) }`;
  const places = Object.entries(hosts).map(
    ([name, css]) =>
      `<div id="${name}" style="${css}"><div><memo-bert device="wasm"></memo-bert></div></div>`,
  );
  await openHost(
    page,
    style,
    `${places.join('')}<dialog><memo-bert device="wasm"></memo-bert></dialog><script>document.querySelector('dialog').showModal()</script>`,
  );
  for (const place of [...Object.keys(hosts).map((name) => `#${name}`), 'dialog']) {
    const host = page.locator(`${place} memo-bert`);
    await expect(host.getByTestId('start'), place).toBeAttached();
    const { width, beyond } = await host.evaluate((element) => ({
      width: element.getBoundingClientRect().width,
      beyond: [element, element.parentElement!, element.parentElement!.parentElement!].map(
        ({ scrollWidth, clientWidth }) => scrollWidth - clientWidth,
      ),
    }));
    expect(width, place).toBeGreaterThan(250);
    expect(Math.max(...beyond), place).toBeLessThanOrEqual(0);
  }
});

const WAYS_WITH_TEXT = `.hero { text-align: center; text-transform: uppercase; letter-spacing: 0.2em; word-spacing: 1em; white-space: pre;
  text-indent: 3em; font: italic 700 1em / 3 serif; text-shadow: 1px 1px red; direction: rtl }`;

test('how a page sets its own text is not how labels and numbers are', async ({ open }) => {
  const page = await open();
  const element = '<memo-bert device="wasm"></memo-bert>';
  await openHost(
    page,
    WAYS_WITH_TEXT,
    `<div class="plain">${element}</div><div class="hero">${element}</div>`,
  );
  const looks = (place: string) =>
    page.locator(`${place} memo-bert`).evaluate((host) => {
      const one = host.shadowRoot!.querySelector('memo-controls')!.shadowRoot!.querySelector('.note')!;
      const {
        textAlign,
        textTransform,
        letterSpacing,
        whiteSpace,
        fontWeight,
        fontStyle,
        textShadow,
        direction,
      } = getComputedStyle(one);
      const { height } = host.getBoundingClientRect();
      return {
        ...{ textAlign, textTransform, letterSpacing, whiteSpace },
        ...{ fontWeight, fontStyle, textShadow, direction, height },
      };
    });
  const plain = await looks('.plain');
  expect(plain.height).toBeGreaterThan(300);
  expect(await looks('.hero')).toEqual(plain);
});

test('where a root is ten pixels the text is as large as its page’s, and what is pressed is large enough', async ({
  open,
}) => {
  const page = await open();
  await openHost(
    page,
    'html { font-size: 62.5% } body { font-size: 1.6rem }',
    '<memo-bert device="wasm"></memo-bert>',
  );
  const host = page.locator('memo-bert');
  await expect(host.getByTestId('start')).toBeVisible();
  expect(await host.evaluate((element) => getComputedStyle(element).fontSize)).toBe('16px');
  const heights = await host.evaluate((element) => {
    const shadows = [element.shadowRoot!];
    for (const shadow of shadows)
      for (const each of shadow.querySelectorAll('*')) if (each.shadowRoot) shadows.push(each.shadowRoot);
    return shadows.flatMap((shadow) =>
      [...shadow.querySelectorAll<HTMLElement>('button, summary, label.choice')]
        .filter((each) => each.checkVisibility())
        .map((each) => [each.textContent.trim(), each.getBoundingClientRect().height] as const),
    );
  });
  expect(heights.length).toBeGreaterThan(5);
  expect(heights.filter(([, height]) => height < 24)).toEqual([]);
});

test('in forced colours the chosen sentence is set off by more than its weight', async ({ open }) => {
  const page = await open();
  await openHost(page, '', '<memo-bert device="wasm"></memo-bert>');
  await page.locator('memo-wording summary').click();
  await page.emulateMedia({ forcedColors: 'active' });
  await page.locator('memo-wording .chip:has(input)').first().waitFor();
  const grounds = await page
    .locator('memo-wording .chip:has(input)')
    .evaluateAll((chips) =>
      chips.map((chip) => [chip.querySelector('input')!.checked, getComputedStyle(chip).backgroundColor]),
    );
  const chosen = new Set(grounds.filter(([checked]) => checked).map(([, ground]) => ground));
  const others = new Set(grounds.filter(([checked]) => !checked).map(([, ground]) => ground));
  expect([chosen.size, others.size]).toEqual([1, 1]);
  expect(chosen).not.toEqual(others);
});

test('a double click on Start starts', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openHost(page, '', '<memo-bert device="wasm"></memo-bert>');
  await page.getByTestId('start').dblclick();
  await expectPhase(page, 'listening');
});

test('a press that was meant for Cancel, as a file ends, starts no camera; one that is meant for Start does', async ({
  open,
}) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openHost(page, '', '<memo-bert device="wasm"></memo-bert>');
  const pressed = page.evaluate(async () => {
    const element = document.querySelector('memo-bert')!;
    await new Promise<void>((ended) =>
      element.addEventListener('statechange', () => element.state === 'idle' && ended()),
    );
    const { shadowRoot } = element.shadowRoot!.querySelector('memo-controls')!;
    const start = () => shadowRoot!.querySelector<HTMLElement>('[data-testid=start]');
    while (start() === null) await new Promise(requestAnimationFrame);
    start()!.click();
    return { state: element.state, enough: performance.now() + 500 };
  });
  await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
  const { state, enough } = await pressed;
  expect(state).toBe('idle');
  await page.waitForFunction((then) => performance.now() > then, enough);
  await page.getByTestId('start').click();
  await expectPhase(page, 'listening');
});

test('a press that was meant for Stop, as a sentence is answered, starts no camera', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openHost(page, '', '<memo-bert device="wasm"></memo-bert>');
  const enough = page.evaluate(async () => {
    const element = document.querySelector('memo-bert')!;
    await new Promise<void>((answered) =>
      element.addEventListener('statechange', () => element.state === 'idle' && answered()),
    );
    const { shadowRoot } = element.shadowRoot!.querySelector('memo-controls')!;
    const start = () => shadowRoot!.querySelector<HTMLElement>('[data-testid=start]');
    while (start() === null) await new Promise(requestAnimationFrame);
    start()!.click();
    return performance.now() + 500;
  });
  await page.getByRole('textbox').first().fill('what a day');
  await page.getByRole('textbox').first().press('Enter');
  await page.waitForFunction((then) => performance.now() > then, await enough);
  await expectPhase(page, 'idle');
  expect(await page.evaluate(() => window.grantedTracks.length)).toBe(0);
});

test('the keyboard’s focus stays in the controls where Stop goes, or cannot be Start', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'] });
  await openHost(page, '', '<memo-bert device="wasm" modalities="text"></memo-bert>');
  const focused = () =>
    page.evaluate(() => {
      const { activeElement } = document.querySelector('memo-bert')!.shadowRoot!;
      return activeElement?.shadowRoot?.activeElement?.getAttribute('data-testid');
    });
  const change = (run: (element: MemoBert) => void) =>
    page.evaluate(`(${run.toString()})(document.querySelector('memo-bert'))`);
  await page.getByTestId('actor').click();
  await expectPhase(page, 'listening');
  await page.getByTestId('stop').focus();
  // over by itself
  await change((element) => element.stop());
  await expect.poll(focused).toBe('actor');

  await change((element) => element.removeAttribute('modalities'));
  for (const device of ['camera', 'microphone']) await page.getByTestId(`switch-${device}`).click();
  await page.getByTestId('actor').click();
  await expectPhase(page, 'listening');
  await page.getByTestId('stop').press('Enter');
  await expect(page.getByTestId('start')).toBeDisabled();
  await expect.poll(focused).toBe('switch-camera');
});

test('without a device chosen, Start says why it cannot be pressed', async ({ open }) => {
  const page = await open();
  await openHost(page, '', '<memo-bert device="wasm"></memo-bert>');
  for (const device of ['camera', 'microphone']) await page.getByTestId(`switch-${device}`).click();
  await expect(page.getByTestId('start')).toBeDisabled();
  await expect(page.getByTestId('start')).toHaveAccessibleDescription(
    await page.getByTestId('note').innerText(),
  );
});

test('what is hidden is not seen: an element, and an engine with its parts', async ({ open }) => {
  const page = await open();
  await openHost(
    page,
    '',
    '<memo-bert device="wasm" hidden></memo-bert><memo-engine hidden><memo-bars></memo-bars></memo-engine>',
  );
  await page.waitForFunction(() => customElements.get('memo-engine') !== undefined);
  await expect(page.locator('memo-bars').last()).toBeAttached();
  for (const part of ['memo-bert', 'memo-engine memo-bars']) await expect(page.locator(part)).toBeHidden();
});

for (const [where, body] of [
  ['a memo-bert', '<memo-bert device="wasm" id="asked"></memo-bert>'],
  [
    'an engine around the part',
    '<memo-engine device="wasm" id="asked"><memo-controls></memo-controls></memo-engine>',
  ],
  [
    'an engine that the part names',
    '<memo-engine device="wasm" id="asked"></memo-engine><memo-controls for="asked"></memo-controls>',
  ],
] as const) {
  test(`what is asked is not done when the page cancels it on ${where}`, async ({ open }) => {
    const page = await open({ grant: ['camera', 'microphone'] });
    await openHost(page, '', body);
    await page.getByTestId('start').waitFor();
    await page.evaluate(() => {
      const asked = document.querySelector('#asked') as MemoBert;
      window.cancelled = [];
      const cancel = (event: HTMLElementEventMap['memo-request']) => {
        event.preventDefault();
        window.cancelled.push([event.detail.name, asked.state]);
        // the next press is let through
        asked.removeEventListener('memo-request', cancel);
      };
      asked.addEventListener('memo-request', cancel);
    });
    await page.getByTestId('start').click();
    const after = () => page.evaluate(() => (document.querySelector('#asked') as MemoBert).state);
    expect(await after()).toBe('idle');
    expect(await page.evaluate(() => window.cancelled)).toEqual([['start', 'idle']]);
    await page.getByTestId('start').click();
    await expect.poll(after).toBe('listening');
  });
}

test('files that are dropped are asked for as well: a page may cancel that', async ({ open }) => {
  const page = await open();
  await openHost(page, '', '<memo-bert device="wasm"></memo-bert>');
  const outcome = await page.evaluate(async () => {
    const found = document.querySelector('memo-bert')!;
    const asked: string[] = [];
    found.addEventListener('memo-request', (event) => {
      event.preventDefault();
      asked.push(event.detail.name);
    });
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['WEBVTT'], 'said.vtt'));
    dataTransfer.items.add(new File(['sound'], 'clip.webm'));
    found.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
    await new Promise(requestAnimationFrame);
    return [...asked, found.state];
  });
  expect(outcome).toEqual(['words-captions', 'start-file', 'idle']);
});

test('Trusted Types that pass no worker are told as what they are, and with what to do', async ({ open }) => {
  const page = await open({ grant: ['camera', 'microphone'], provokes: 'trusted-types' });
  const policy = "require-trusted-types-for 'script'; trusted-types lit-html";
  await openHost(page, '', '<memo-bert device="wasm"></memo-bert>', policy);
  await page.getByTestId('start').click();
  const told = page.getByRole('alert');
  await expect(told).toHaveAttribute('data-code', 'file-missing');
  await expect(told).toContainText('TrustedScriptURL');
  await expect(told).toContainText('let Trusted Types pass them');
});
