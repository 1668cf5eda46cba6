/** A file from the drop to the exports, and the parts without `<memo-bert>`; the model is a fake one, the decoding is real. */

import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import type { Estimate } from '../src';
import type { MemoTimeline } from '../src/elements';
import { expect, recorded, test } from './support/browser';
import { expectPhase, nextError, openPage } from './support/element';
import { fakeWorkers } from './support/fake-worker';

async function openFile(page: Page): Promise<void> {
  await fakeWorkers(page);
  await openPage(page);
  await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
  await page.waitForFunction(() => document.querySelector('memo-bert')?.estimate !== null);
  await expectPhase(page, 'idle');
}

const position = (page: Page) => page.evaluate(() => document.querySelector('memo-bert')?.estimate?.time);

test('a file is analysed by its own clock, and its timeline is scrubbed with the video', async ({ open }) => {
  const page = await open();
  await openFile(page);
  const times = await page.evaluate(() => window.estimates.map(({ time }) => time));
  expect(times.slice(0, 4)).toEqual([0.5, 1, 1.5, 2]);
  const slider = page.getByRole('slider');
  const seconds = Number(await slider.getAttribute('aria-valuemax'));
  expect(times.at(-1)).toBeCloseTo(seconds, 1);
  const video = page.getByTestId('player');
  const shown = () => video.evaluate((player: HTMLVideoElement) => player.currentTime);
  await expect.poll(shown, 'the picture of the answer shown').toBeCloseTo(times.at(-1)!, 1);
  await slider.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  expect(await position(page)).toBe(1);
  await expect(slider).toHaveAttribute('aria-valuetext', /^0:01\.0, \w+ \d+/);
  await expect.poll(shown).toBeCloseTo(1, 1);
  // dragged by its own controls, the answer follows
  await video.evaluate((player: HTMLVideoElement) => (player.currentTime = 2.2));
  await expect.poll(() => position(page)).toBe(2.5);
  const box = (await slider.boundingBox())!;
  await slider.click({ position: { x: box.width * 0.25, y: box.height / 2 } });
  await expect.poll(() => position(page)).toBe(Math.ceil((seconds / 4) * 2) / 2);
  await page.getByTestId('close-file').click();
  await expect(slider).toHaveCount(0);
});

test('in a right-to-left page time goes on from left to right: bands, cursor and axis agree with a click', async ({
  open,
}) => {
  const page = await open();
  await openFile(page);
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  const slider = page.getByRole('slider');
  const box = (await slider.boundingBox())!;
  const x = Math.round(box.width * 0.25);
  await slider.click({ position: { x, y: box.height / 2 } });
  const cursor = async () => {
    const { x: left, width } = (await page.locator('memo-timeline [part=cursor]').boundingBox())!;
    return Math.abs(left + width / 2 - (box.x + x));
  };
  await expect.poll(cursor).toBeLessThan(2);
  for (const part of ['memo-timeline', 'memo-evidence']) {
    const axis = page.locator(`${part} .axis span`);
    const [from, to] = [(await axis.first().boundingBox())!, (await axis.last().boundingBox())!];
    expect(from.x, part).toBeLessThan(to.x);
  }
});

for (const width of [390, 1440])
  test(`with a file open, Tab goes down the page as it is seen: ${width} px`, async ({ open }) => {
    const page = await open({ viewport: { width, height: 900 } });
    await openFile(page);
    await page.evaluate(() => document.querySelector<HTMLElement>('#main')!.focus());
    const parts: { name: string; column: number; top: number }[] = [];
    for (let turn = 0; turn < 60; turn += 1) {
      await page.keyboard.press('Tab');
      const part = await page.evaluate(() => {
        const part = document.querySelector('memo-bert')!.shadowRoot!.activeElement;
        if (part === null) return null;
        const { left, top } = part.getBoundingClientRect();
        return { name: part.localName, column: left > innerWidth / 2 ? 1 : 0, top: top + scrollY };
      });
      if (part === null && parts.length > 0) break;
      if (part !== null && parts.at(-1)?.name !== part.name) parts.push(part);
    }
    const names = parts.map(({ name }) => name);
    for (const name of ['memo-controls', 'memo-words', 'memo-timeline', 'memo-export'])
      expect(
        names.filter((of) => of === name),
        names.join(),
      ).toHaveLength(1);
    for (const column of [0, 1]) {
      const tops = parts.filter((part) => part.column === column).map(({ top }) => top);
      expect(tops, names.join()).toEqual(tops.toSorted((a, b) => a - b));
    }
  });

test('exports are read back by the browser’s own parsers', async ({ open }) => {
  const page = await open();
  await openFile(page);
  const read = await page.evaluate(async () => {
    const element = document.querySelector('memo-bert')!;
    const text = async (format: 'csv' | 'json' | 'emotionml') => (await element.export(format)).text();
    const xml = new DOMParser().parseFromString(await text('emotionml'), 'application/xml');
    const track = document.createElement('track');
    const video = document.createElement('video');
    track.src = URL.createObjectURL(await element.export('webvtt'));
    track.track.mode = 'hidden';
    video.append(track);
    await new Promise((loaded, failed) => {
      track.addEventListener('load', loaded);
      track.addEventListener('error', failed);
    });
    const { width, height } = await createImageBitmap(await element.export('png'));
    const all = (name: string) => [
      ...xml.getElementsByTagNameNS('http://www.w3.org/2009/10/emotionml', name),
    ];
    const wrong = await element.export('docx' as never).catch((error: { code: string }) => error.code);
    return {
      json: JSON.parse(await text('json')) as { estimates: Estimate[]; seconds: number },
      rows: (await text('csv'))
        .trimEnd()
        .split('\r\n')
        .map((row) => row.split(',')),
      cues: [...(track.track.cues ?? [])].map(({ startTime, endTime }) => [startTime, endTime] as const),
      parsed: xml.querySelector('parsererror') === null,
      root: [xml.documentElement.localName, xml.documentElement.getAttribute('version')],
      set: xml.documentElement.getAttribute('category-set'),
      vocabulary: all('vocabulary').map((found) => [found.id, found.getAttribute('type')]),
      items: all('item').map((item) => item.getAttribute('name')),
      emotions: all('emotion').map((emotion) => ({
        dated: emotion.hasAttribute('start') || emotion.hasAttribute('end'),
        of: emotion.getAttribute('time-ref-uri'),
        start: Number(emotion.getAttribute('offset-to-start')),
        duration: Number(emotion.getAttribute('duration')),
        shown: emotion.querySelector('reference')?.getAttribute('uri'),
        sum: [...emotion.children].reduce((sum, child) => sum + Number(child.getAttribute('value') ?? 0), 0),
      })),
      size: [width, height],
      wrong,
    };
  });
  const told = await page.evaluate(() => window.estimates);
  expect(read.json.estimates).toEqual(told);
  expect(read.rows).toHaveLength(told.length + 1);
  expect(new Set(read.rows.map((row) => row.length)).size).toBe(1);
  expect(read.cues.length).toBeGreaterThan(0);
  for (const [start, end] of read.cues) expect(end).toBeGreaterThan(start);
  expect([read.parsed, ...read.root]).toEqual([true, 'emotionml', '1.0']);
  expect(read.vocabulary).toEqual([[read.set?.slice(1), 'category']]);
  expect(read.items).toEqual(told[0]?.labels);
  expect(read.emotions).toHaveLength(told.length);
  for (const { dated, of, duration, sum } of read.emotions) {
    expect([dated, of]).toEqual([false, 'clip.webm']);
    expect(duration).toBeGreaterThan(0);
    expect(sum).toBeCloseTo(1, 3);
  }
  expect(read.emotions[0]).toMatchObject({ start: 0, duration: 500, shown: 'clip.webm#t=0.000,0.500' });
  expect(read.size).toEqual([1600, 420]);
  expect(read.wrong).toBe('input-invalid');
  const download = page.waitForEvent('download');
  await page.getByTestId('export-csv').click();
  expect((await download).suggestedFilename()).toBe('clip.csv');
});

test('where the answer is withheld, timeline and picture are pale and name no emotion', async ({ open }) => {
  const page = await open();
  await page.goto('examples/states.html?state=file&scheme=light');
  const timeline = page.locator('memo-timeline');
  const slider = timeline.getByRole('slider');
  await expect(timeline.locator('.legend')).toContainText('not sure');
  const at = async (position: number) => {
    await timeline.evaluate((part: MemoTimeline, to) => (part.position = to), position);
    return expect(slider);
  };
  await (await at(49)).toHaveAttribute('aria-valuetext', /^0:49\.0, [a-z]+ \d+/);
  await (await at(53)).toHaveAttribute('aria-valuetext', '0:53.0, not sure');
  const drawn = await timeline.evaluate((part: MemoTimeline) =>
    [...part.renderRoot.querySelectorAll('path')].map((path) => ({
      pale: getComputedStyle(path).opacity === '0.35',
      // a fifth of a second each
      from: path.getBBox().x / 5,
    })),
  );
  expect(drawn.filter(({ pale }) => pale)).toEqual(Array(7).fill({ pale: true, from: 49.4 }));
  expect(drawn.filter(({ pale }) => !pale)).toHaveLength(7);
  const brightness = await page.evaluate(async () => {
    const picture = await createImageBitmap(await document.querySelector('memo-bert')!.export('png'));
    const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')!;
    context.drawImage(picture, 0, 0);
    // the plot is from 20 to 1580 and from 20 to 300
    return [48, 53].map((second) => {
      const { data } = context.getImageData(20 + (second / 60) * 1560, 22, 10, 276);
      return data.reduce((sum, value) => sum + value, 0) / data.length;
    });
  });
  expect(brightness[0]).toBeLessThan(160);
  expect(brightness[1]).toBeGreaterThan(190);
});

test('of two faces the one that is clicked is followed; the other stays marked', async ({ open }) => {
  const page = await open({ grant: ['camera'] });
  await fakeWorkers(page);
  await openPage(page);
  await page.getByTestId('switch-microphone').click();
  await page.getByTestId('start').click();
  const faces = page.getByTestId('face');
  await expect(faces).toHaveCount(2);
  // as the visitor sees them, from the left of the mirror
  await expect(faces.nth(1)).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Follow face 1 from the left' }).click();
  await expect(faces.first()).toHaveAttribute('aria-pressed', 'true');
  await expect(faces.nth(1)).toHaveAttribute('aria-pressed', 'false');
  await expect
    .poll(() => page.evaluate(() => window.estimates.at(-1)?.faces.map(({ followed }) => followed)))
    .toEqual([false, true]);
});

test('in a file that was analysed too: it is analysed again for the one that is clicked, at the moment shown', async ({
  open,
}) => {
  const page = await open();
  await openFile(page);
  const faces = page.getByTestId('face');
  const all = await page.evaluate(() => window.estimates.length);
  /** Whom each answer since the last click followed: 0 is the left one. */
  const followed = () =>
    page.evaluate(() => [
      ...new Set(window.estimates.map((each) => each.faces.findIndex(({ followed }) => followed))),
    ]);
  const click = async (face: number) => {
    await page.evaluate(() => (window.estimates = []));
    await faces.nth(face).click();
    await page.waitForFunction((count) => window.estimates.length === count, all);
    await expectPhase(page, 'idle');
    await expect(faces.nth(face)).toHaveAttribute('aria-pressed', 'true');
  };
  expect(await followed()).toEqual([0]);
  await page.getByRole('slider').press('Home');
  await page.getByRole('slider').press('ArrowRight');
  await click(1);
  expect(await followed()).toEqual([1]);
  expect(await position(page), 'the moment that was shown').toBe(1);
  await expect(page.getByTestId('player')).toBeVisible();
  // another question, the same person
  await page.evaluate(() => {
    window.estimates = [];
    document.querySelector('memo-bert')!.labels = ['calm', 'bored'];
  });
  await page.waitForFunction((count) => window.estimates.length === count, all);
  expect(await followed()).toEqual([1]);
  await expectPhase(page, 'idle');
  await click(0);
  expect(await followed()).toEqual([0]);
});

test('chosen by the keyboard, a face keeps its focus, while the file is analysed again and after it', async ({
  open,
}) => {
  const page = await open();
  await openFile(page);
  const all = await page.evaluate(() => window.estimates.length);
  await page.getByRole('slider').press('Home');
  await page.getByRole('slider').press('ArrowRight');
  const choice = page.getByRole('button', { name: 'Follow face 2 from the left' });
  await choice.focus();
  await page.evaluate(() => {
    const element = document.querySelector('memo-bert')!;
    window.estimates = [];
    window.errorCodes = [];
    element.addEventListener('estimate', () => {
      if (document.activeElement !== element) window.errorCodes.push('the focus is lost');
    });
  });
  await choice.press('Enter');
  await page.waitForFunction((count) => window.estimates.length === count, all);
  await expectPhase(page, 'idle');
  const chosen = page.getByRole('button', { name: 'Face 2 from the left is followed' });
  await expect(chosen).toBeFocused();
  await expect(chosen).toHaveAttribute('aria-pressed', 'true');
  expect(await page.evaluate(() => window.errorCodes)).toEqual([]);
  // by the next key, whoever wants to is at the other one
  await page.keyboard.press('Shift+Tab');
  await expect(page.getByRole('button', { name: 'Follow face 1 from the left' })).toBeFocused();
});

test('a page of parts alone: they find their engine around them and by name', async ({ open }) => {
  const page = await open();
  await fakeWorkers(page);
  await page.goto('examples/parts.html');
  await expect(page.locator('memo-bars')).toContainText('angry');
  await expect(page.getByTestId('export-csv')).toBeDisabled();
  await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
  await expect(page.locator('memo-status')).toContainText('Ready');
  await expect(page.getByTestId('export-csv')).toBeEnabled();
  await expect(page.getByTestId('top')).toHaveText(/happy|sad|angry|neutral/);
  await page.getByRole('button', { name: 'Ask about fright instead' }).click();
  await expect(page.getByTestId('top')).toHaveText(/surprised|scared|neutral/);
  await expect(page.locator('memo-timeline')).toContainText('scared');
  // in Korean what runs goes on, and the button offers what it offered
  await page.getByRole('link', { name: '한국어' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('나는 어떻게 보입니까?');
  await expect(page.getByTestId('top')).toHaveText(/surprised|scared|neutral/);
  await page.getByRole('button', { name: '기분에 대해 묻기' }).click();
  await expect(page.getByTestId('top')).toHaveText(/happy|sad|angry|neutral/);
});

test('headless: in a worker, without any document, a file is analysed and frames are taken', async ({
  open,
}) => {
  const page = await open();
  await openPage(page);
  const clip = [...readFileSync(recorded.clip)];
  const found = await page.evaluate(async (bytes) => {
    // the model's side is answered in place: a worker's own workers are out of the test's reach
    const code = `
      import { Recogniser } from '${new URL('recogniser.js', location.href).href}';
      const part = { present: true, probabilities: [1, 0], contribution: 1 };
      const answers = {
        load: () => ({
          manifest: { prompt: 'I am [MASK].', labels: [{ id: 'happy' }, { id: 'sad' }], face: { rateHz: 10 } },
          backend: { name: 'wasm', forced: true },
        }),
        face: ({ frame, time }) => (frame.close(), { time, faces: [], frameWidth: 64, frameHeight: 48, latency: {} }),
        samples: () => ({}),
        voice: ({ time }) => ({ time, speaking: true, level: 0.1, muted: false, clipped: 0, latency: {} }),
        estimate: ({ time }) => ({
          time, labels: ['happy', 'sad'], probabilities: [1, 0], words: [], faces: [], latency: {}, backend: 'wasm',
          modalities: { text: part, face: part, voice: part },
        }),
        reset: () => ({}),
      };
      const client = {
        request: async (kind, body) => answers[kind](body),
        onProgress: () => () => undefined, onLost: () => () => undefined, close: () => undefined,
      };
      onmessage = async ({ data }) => {
        const options = { manifestUrl: '${location.origin}/m.json', assetBase: '${location.origin}/a/' };
        const recogniser = new Recogniser(options, { createClient: () => client });
        const times = [];
        const loop = (async () => { for await (const { time } of recogniser) times.push(time); })();
        await recogniser.startFile(new Blob([data]), 'clip.webm');
        await loop;
        const { seconds, given } = recogniser.state.timeline;
        const pushed = recogniser[Symbol.asyncIterator]();
        await recogniser.startPush({ voice: false });
        const canvas = new OffscreenCanvas(64, 48);
        canvas.getContext('2d').fillRect(0, 0, 64, 48);
        recogniser.pushFrame(canvas.transferToImageBitmap(), 7);
        let last;
        do last = (await pushed.next()).value.time; while (last < 7);
        recogniser.close();
        postMessage({ document: typeof document, times, seconds, given, last });
      };`;
    const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    const worker = new Worker(url, { type: 'module' });
    return new Promise<Record<string, unknown>>((resolve, reject) => {
      worker.addEventListener('message', ({ data }) => resolve(data as Record<string, unknown>));
      worker.addEventListener('error', ({ message }) => reject(new Error(message)));
      worker.postMessage(new Uint8Array(bytes));
    });
  }, clip);
  expect(found).toMatchObject({ document: 'undefined', given: { face: true, voice: true }, last: 7 });
  expect((found['times'] as number[]).slice(0, 3)).toEqual([0.5, 1, 1.5]);
  expect((found['times'] as number[]).at(-1)).toBeCloseTo(found['seconds'] as number, 1);
});

test('cancelled, a file keeps what was analysed; one that cannot be read is told and takes nothing of it away', async ({
  open,
}) => {
  const page = await open();
  await fakeWorkers(page);
  await openPage(page);
  const kept = await page.evaluate(
    async (bytes) => {
      const element = document.querySelector('memo-bert')!;
      const estimated = new Promise((first) => element.addEventListener('estimate', first, { once: true }));
      void element.analyse(new File([new Uint8Array(bytes)], 'clip.webm'));
      await estimated;
      element.stop();
      return JSON.parse(await (await element.export('json')).text()) as {
        estimates: unknown[];
        reached: number;
      };
    },
    [...readFileSync(recorded.clip)],
  );
  expect(kept.estimates.length).toBeGreaterThan(0);
  await expect(page.getByRole('slider')).toBeVisible();
  await page.locator('input[type=file]').first().setInputFiles(recorded.notMedia);
  expect(await nextError(page)).toBe('media-unreadable');
  await expect(page.getByRole('slider')).toBeVisible();
  await expect(page.getByTestId('player')).toBeVisible();
  const left = await page.evaluate(async () => {
    const element = document.querySelector('memo-bert')!;
    return JSON.parse(await (await element.export('json')).text()) as typeof kept;
  });
  expect(left).toEqual(kept);
});
