/** Pictures of an element that plays, where each is made by a promise of its own. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ElementPump } from './element-frames';

/** A picture on its way: the test says when it comes, or that it does not. */
interface Made {
  come(): Promise<void>;
  fail(): Promise<void>;
  closes: number;
}

let made: Made[];
/** What the element calls when it presents its next picture. */
let present: ((now: number, about: { mediaTime: number }) => void) | null;

const video = {
  requestVideoFrameCallback: (callback: typeof present) => ((present = callback), 1),
  cancelVideoFrameCallback: () => void (present = null),
} as unknown as HTMLVideoElement;

const never = new AbortController().signal;
const settled = async () => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

beforeEach(() => {
  made = [];
  present = null;
  const make = () =>
    new Promise<object>((resolve, reject) => {
      const picture: Made = {
        closes: 0,
        come: () => (resolve({ close: () => (picture.closes += 1) }), settled()),
        fail: () => (reject(new DOMException('no picture', 'InvalidStateError')), settled()),
      };
      made.push(picture);
    });
  vi.stubGlobal('createImageBitmap', make);
  vi.stubGlobal('VideoFrame', undefined);
  Reflect.deleteProperty(globalThis, 'VideoFrame'); // Safari and Firefox before they had it
});
afterEach(() => vi.unstubAllGlobals());

/** Presents pictures at these times, s; none has come yet. */
function playing(...times: readonly number[]): ElementPump {
  const pump = new ElementPump(video, (mediaTime) => mediaTime);
  for (const mediaTime of times) present?.(0, { mediaTime });
  return pump;
}

test('a picture that comes after a later one is closed, and not given in its place', async () => {
  const pump = playing(1, 2);
  await made[1]!.come();
  await made[0]!.come();
  expect((await pump.nextFrame(never))?.time).toBe(2);
  expect(made.map(({ closes }) => closes)).toEqual([1, 0]);
});

test('nor is it given after a later one was taken', async () => {
  const pump = playing(1, 2);
  const first = pump.nextFrame(never);
  await made[1]!.come();
  expect((await first)?.time).toBe(2);
  const next = pump.nextFrame(never);
  await made[0]!.come();
  present?.(0, { mediaTime: 3 });
  await made[2]!.come();
  expect((await next)?.time).toBe(3);
  expect(made.map(({ closes }) => closes)).toEqual([1, 0, 0]);
});

test('where a later one fails, the one before it still counts', async () => {
  const pump = playing(1, 2);
  await made[1]!.fail();
  await made[0]!.come();
  expect((await pump.nextFrame(never))?.time).toBe(1);
});

test('what comes after the pump was closed is closed, whatever its order', async () => {
  const pump = playing(1, 2, 3);
  await made[0]!.come();
  pump.close();
  await made[2]!.come();
  await made[1]!.come();
  expect(made.map(({ closes }) => closes)).toEqual([1, 1, 1]);
  expect(await pump.nextFrame(never)).toBeNull();
});
