/** Faults that a real browser can be given: a worker that crashes, devices that end, a hidden page, a dead network, two tabs. */

import type { Page } from '@playwright/test';
import type { Condition } from '../src';
import { expect, recorded, test } from './support/browser';
import { fakeWorkers } from './support/fake-worker';
import { expectPhase, expectWhole, nextError, nextEstimate, openPage, press } from './support/element';

const DEVICES = ['camera', 'microphone'] as const;

/** Listening to both devices, with a worker that answers by rule. */
async function listen(page: Page): Promise<void> {
  await fakeWorkers(page);
  await openPage(page);
  await press(page, /^start/i);
  await expectPhase(page, 'listening');
  await nextEstimate(page, 'face');
}

const kept = (page: Page) =>
  page.evaluate(async () => {
    const found = document.querySelector('memo-bert')!;
    const rows = (await (await found.export('json')).text()).match(/"probabilities"/g) ?? [];
    return { rows: rows.length, tracks: window.grantedTracks.map(({ readyState }) => readyState) };
  });

test('a worker that crashes is replaced: devices, labels and timeline stay, and no error is shown', async ({
  open,
}) => {
  const page = await open({ grant: DEVICES });
  await listen(page);
  await page.evaluate(() => document.querySelector('memo-bert')!.setAttribute('labels', 'calm,tense'));
  await page.waitForFunction(() => window.estimates.at(-1)?.labels.join() === 'calm,tense');
  const before = await kept(page);
  const first = page.workers();
  const recovering = page.waitForFunction(() =>
    document.querySelector('memo-bert')!.conditions.includes('recovering'),
  );
  // the fake worker throws at this, where nobody catches it
  await page.evaluate(() =>
    document.querySelector('memo-bert')!.handle({ name: 'text', detail: { text: 'CRASH' } }),
  );
  await recovering;
  await expectPhase(page, 'listening');
  const estimate = await nextEstimate(page, 'face');
  expect(estimate.labels).toEqual(['calm', 'tense']);
  const after = await kept(page);
  expect(after.rows).toBeGreaterThan(before.rows);
  expect(after.tracks).toEqual(['live', 'live']);
  expect(await page.evaluate(() => window.errorCodes)).toEqual([]);
  expect(page.workers()).toHaveLength(1);
  expect(page.workers()[0]).not.toBe(first[0]);
});

test('a camera that is taken away is taken up again, without a question', async ({ open }) => {
  const page = await open({ grant: DEVICES });
  await listen(page);
  await page.evaluate(() => {
    const camera = window.grantedTracks.find(({ kind }) => kind === 'video')!;
    camera.stop();
    camera.dispatchEvent(new Event('ended')); // as the browser does when the device goes
  });
  await page.waitForFunction(() => window.grantedTracks.length === 3);
  await nextEstimate(page, 'face');
  await expectPhase(page, 'listening');
  const { tracks } = await kept(page);
  expect(tracks.toSorted()).toEqual(['ended', 'live', 'live']);
  await press(page, /^stop/i);
  const ended = await page.evaluate(() =>
    window.grantedTracks.every(({ readyState }) => readyState === 'ended'),
  );
  expect(ended).toBe(true);
});

/** Nothing plays until `allow`, as where autoplay is refused; what was to be played is remembered. */
async function refusePlay(page: Page): Promise<{ allow(): Promise<void> }> {
  await page.addInitScript(() => {
    const videos = new Set<HTMLMediaElement>();
    const held = Object.assign(window, { videos, refuses: true });
    const { play } = HTMLMediaElement.prototype;
    HTMLMediaElement.prototype.play = function () {
      videos.add(this);
      return held.refuses ? Promise.reject(new DOMException('no', 'NotAllowedError')) : play.call(this);
    };
  });
  return { allow: () => page.evaluate(() => void Object.assign(window, { refuses: false })) };
}

const holds = (page: Page, condition: Condition, held = true) =>
  page.waitForFunction(
    ([condition, held]) => document.querySelector('memo-bert')!.conditions.includes(condition) === held,
    [condition, held] as const,
  );

const allPlay = (page: Page) =>
  page.waitForFunction(() => {
    const { videos } = window as unknown as { videos: Set<HTMLMediaElement> };
    return [...videos].every(({ paused }) => !paused);
  });

test('a camera that a video element plays: refused it is told, and plays at the next touch; paused it plays again', async ({
  open,
}) => {
  const page = await open({ grant: DEVICES });
  const { allow } = await refusePlay(page);
  await page.addInitScript(() => Reflect.deleteProperty(window, 'MediaStreamTrackProcessor'));
  await fakeWorkers(page);
  await openPage(page);
  await press(page, /^start/i);
  await expectPhase(page, 'listening');
  await holds(page, 'no-picture');
  await allow();
  await page.keyboard.press('Shift');
  await nextEstimate(page, 'face');
  await holds(page, 'no-picture', false);
  await allPlay(page);
  const count = await page.evaluate(() => {
    const { videos } = window as unknown as { videos: Set<HTMLMediaElement> };
    for (const video of videos) video.pause();
    return videos.size;
  });
  expect(count, 'what is read, and what is shown').toBe(2);
  await allPlay(page);
  await nextEstimate(page, 'face');
  await press(page, /^stop/i);
  await expectPhase(page, 'idle');
});

test('a file that is played and may not be before a touch waits for it, and says so; paused it plays again', async ({
  open,
}) => {
  const page = await open();
  const { allow } = await refusePlay(page);
  await page.addInitScript(() => Reflect.deleteProperty(window, 'VideoDecoder'));
  await fakeWorkers(page);
  await openPage(page);
  await page.locator('input[type=file]').first().setInputFiles(recorded.clip);
  await holds(page, 'no-picture');
  await holds(page, 'no-sound');
  expect(await page.evaluate(() => window.errorCodes)).toEqual([]);
  await allow();
  await page.keyboard.press('Shift');
  await nextEstimate(page, 'face');
  await page.evaluate(() => {
    const { videos } = window as unknown as { videos: Set<HTMLMediaElement> };
    for (const video of videos) video.pause();
  });
  await expectPhase(page, 'idle');
  expect(await page.evaluate(() => window.errorCodes)).toEqual([]);
  expect(await page.evaluate(() => window.estimates.at(-1)!.time)).toBeGreaterThan(1);
});

test('a switch lets the microphone go and takes it up again: camera and timeline go on', async ({ open }) => {
  const page = await open({ grant: DEVICES });
  await listen(page);
  const before = await kept(page);
  const live = page.getByTestId('live');
  await page.getByTestId('switch-microphone').click();
  await expect(live).toHaveText('Camera on');
  await expectPhase(page, 'listening');
  await nextEstimate(page, 'face');
  await page.getByTestId('switch-microphone').click();
  await expect(live).toContainText('Microphone on');
  await nextEstimate(page, 'voice');
  const { rows, tracks } = await kept(page);
  expect(rows).toBeGreaterThan(before.rows);
  expect(tracks.toSorted()).toEqual(['ended', 'live', 'live']);
});

test('a hidden page is paused; seen again it goes on with what it had', async ({ open }) => {
  const page = await open({ grant: DEVICES });
  await listen(page);
  const before = await kept(page);
  const show = (visibility: string) =>
    page.evaluate((visibility) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, value: visibility });
      document.dispatchEvent(new Event('visibilitychange'));
    }, visibility);
  await show('hidden');
  await expectPhase(page, 'paused');
  await show('visible');
  await expectPhase(page, 'listening');
  await nextEstimate(page, 'face');
  const after = await kept(page);
  expect(after.rows).toBeGreaterThan(before.rows);
  expect(after.tracks).toEqual(['live', 'live']);
});

test('Stop: after it no frame and no sample reaches the worker, and every track has ended', async ({
  open,
}) => {
  const page = await open({ grant: DEVICES });
  await page.addInitScript(() => {
    const sent: string[] = [];
    Object.assign(window, { sent });
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, message: { kind?: string }, ...rest: never[]) {
      sent.push(message.kind ?? '');
      post.call(this, message, ...rest);
    };
  });
  await listen(page);
  const counts = await page.evaluate(async () => {
    const { sent } = window as unknown as { sent: string[] };
    const found = document.querySelector('memo-bert')!;
    const seen = sent.length;
    found.stop();
    const ended = window.grantedTracks.every(({ readyState }) => readyState === 'ended');
    // many frames' and chunks' time: rendered frames, not a clock
    for (let frame = 0; frame < 60; frame += 1) await new Promise(requestAnimationFrame);
    return { seen, ended, late: sent.slice(seen) };
  });
  expect(counts.seen).toBeGreaterThan(0);
  expect(counts.ended).toBe(true);
  expect(counts.late, 'nothing but that it is over').toEqual(['forget']);
});

test('two tabs listen side by side; one that stops leaves the other be', async ({ open }) => {
  const page = await open({ grant: DEVICES });
  await listen(page);
  const second = await page.context().newPage();
  await listen(second);
  await second.evaluate(() => document.querySelector('memo-bert')!.stop());
  await expectPhase(second, 'idle');
  await nextEstimate(page, 'face');
  await expectPhase(page, 'listening');
  expect((await kept(page)).tracks).toEqual(['live', 'live']);
});

/** What the browser says of the network. */
const setOnline = (page: Page, online: boolean) =>
  page.evaluate((online) => {
    Object.defineProperty(navigator, 'onLine', { configurable: true, value: online });
    window.dispatchEvent(new Event(online ? 'online' : 'offline'));
  }, online);

test('no network on the way to the worker’s script: it waits, says so, and goes on by itself on what it had asked for', async ({
  open,
}) => {
  const page = await open({ grant: DEVICES });
  await fakeWorkers(page);
  await page.route('**/assets/worker-*.js', (route) => route.abort('internetdisconnected'), { times: 1 });
  await openPage(page);
  await setOnline(page, false);
  await press(page, /^start/i);
  await page.waitForFunction(() =>
    document.querySelector('memo-bert')!.conditions.includes('awaiting-network'),
  );
  expect(page.workers()).toHaveLength(0);
  await setOnline(page, true);
  await expectPhase(page, 'listening');
  expectWhole(await nextEstimate(page, 'face'));
  expect(await page.evaluate(() => window.errorCodes)).toEqual([]);
});

test('the network lost in the middle of the first download: it waits, says so, and goes on by itself', async ({
  open,
}) => {
  const page = await open({ bundle: 'tiny' });
  await page.route('**/memobert*.onnx', (route) => route.abort('internetdisconnected'));
  await openPage(page);
  // the one file alone is cut off, so that the others are there to be kept; the browser says that it is offline
  await setOnline(page, false);
  await press(page, /without a camera/i);
  await page.waitForFunction(() =>
    document.querySelector('memo-bert')!.conditions.includes('awaiting-network'),
  );
  await expect(page.getByTestId('condition-awaiting-network')).toBeVisible();
  await expect(page.getByTestId('condition-offline')).toHaveCount(0);
  await page.unroute('**/memobert*.onnx');
  await setOnline(page, true);
  await expectPhase(page, 'listening', 120_000);
  expectWhole(await nextEstimate(page, 'any', 120_000));
  expect(await page.evaluate(() => window.errorCodes)).toEqual([]);
});

test('a script that is fetched late and does not come is told; the worker stays, and the next file is read', async ({
  open,
}) => {
  const page = await open();
  await fakeWorkers(page);
  await page.route('**/assets/analysis-*.js', (route) => route.abort('internetdisconnected'));
  await openPage(page);
  const input = page.locator('input[type=file]').first();
  await input.setInputFiles(recorded.silent);
  expect(await nextError(page)).toBe('file-missing');
  await expect(page.getByRole('alert').first()).toContainText('script');
  const workers = () => page.workers().filter((worker) => worker.url().includes('/assets/worker-'));
  const before = workers();
  await page.unroute('**/assets/analysis-*.js');
  await input.setInputFiles(recorded.silent);
  expectWhole(await nextEstimate(page, 'face'));
  expect(before).toHaveLength(1);
  expect(workers()).toEqual(before);
});

test('what writes a file and does not come is told where it was asked for, and comes when asked again', async ({
  open,
}) => {
  const page = await open();
  await page.goto('examples/states.html?state=file');
  const save = page.getByTestId('export-csv');
  await expect(save).toBeEnabled();
  await page.route('**/assets/export-*.js', (route) => route.abort('internetdisconnected'));
  await save.click();
  const told = page.locator('memo-export').getByTestId('error');
  await expect(told).toHaveAttribute('data-code', 'file-missing');
  const exported = page.evaluate(() => document.querySelector('memo-bert')!.export('csv'));
  await expect(exported).rejects.toThrow(/MemoError/);
  await page.unroute('**/assets/export-*.js');
  const download = page.waitForEvent('download');
  await save.click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  await expect(told).toBeHidden();
});
