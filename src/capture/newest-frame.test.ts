import { describe, expect, it } from 'vitest';
import { NewestFrame } from './newest-frame';
import type { TimedFrame } from './source';

function frameAt(time: number): { timed: TimedFrame; closed: () => number } {
  let closed = 0;
  const frame = { close: () => (closed += 1) } as unknown as ImageBitmap;
  return { timed: { frame, time }, closed: () => closed };
}

const never = new AbortController().signal;

describe('NewestFrame', () => {
  it('closes a frame that a newer one replaces, and gives the newest', async () => {
    const place = new NewestFrame();
    const [old, newer] = [frameAt(1), frameAt(2)];
    place.put(old.timed);
    place.put(newer.timed);
    expect(old.closed()).toBe(1);
    expect((await place.take(never))?.time).toBe(2);
    expect(newer.closed()).toBe(0); // the taker's to close
  });

  it('never gives the same frame twice', async () => {
    const place = new NewestFrame();
    place.put(frameAt(1).timed);
    await place.take(never);
    const next = place.take(never);
    place.put(frameAt(2).timed);
    expect((await next)?.time).toBe(2);
  });

  it('answers null to a taker whose signal aborts, and keeps the frame that comes later for the next', async () => {
    const place = new NewestFrame();
    const abort = new AbortController();
    const waiting = place.take(abort.signal);
    abort.abort();
    expect(await waiting).toBeNull();
    place.put(frameAt(3).timed);
    expect((await place.take(never))?.time).toBe(3);
  });

  it('gives the last frame after the end, then null', async () => {
    const place = new NewestFrame();
    place.put(frameAt(1).timed);
    place.end();
    expect((await place.take(never))?.time).toBe(1);
    expect(await place.take(never)).toBeNull();
  });

  it('ends a waiting taker, and closes what lies there or comes after closing', async () => {
    const place = new NewestFrame();
    const waiting = place.take(never);
    place.close();
    expect(await waiting).toBeNull();
    const late = frameAt(1);
    place.put(late.timed);
    expect(late.closed()).toBe(1);
    const lying = new NewestFrame();
    const left = frameAt(1);
    lying.put(left.timed);
    lying.close();
    lying.close();
    expect(left.closed()).toBe(1);
  });
});
