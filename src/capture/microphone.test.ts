import { setImmediate } from 'node:timers/promises';
import { beforeEach, afterEach, describe, expect, it, vi } from 'vitest';
import { SampleRing } from '../encoders/voice/ring';
import { openMicrophone } from './microphone';
import { asTrack, FakeNode, FakeTrack, useFakeMedia } from './testing/fake-media';

useFakeMedia();
beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const RATE_HZ = 1000;
const CHUNK = 50;

/** A voice that never rests: its n-th sample is n + 1. */
async function speech() {
  const track = Object.assign(new FakeTrack('audio'), { sampleRateHz: RATE_HZ });
  const ring = new SampleRing(60 * RATE_HZ, RATE_HZ);
  const began = performance.now();
  const now = () => (performance.now() - began) / 1000;
  const microphone = await openMicrophone(asTrack(track), now, ({ samples, time }) =>
    ring.push(samples, time),
  );
  const posted: (() => void)[] = [];
  let frames = 0;
  return {
    ring,
    microphone,
    now,
    /** The audio thread goes on; what it posts waits for the page. */
    speak(seconds: number) {
      for (let left = seconds * RATE_HZ; left > 0; left -= CHUNK) {
        vi.advanceTimersByTime((1000 * CHUNK) / RATE_HZ);
        const [startFrame, postedMs] = [frames, Date.now()];
        const samples = Float32Array.from({ length: CHUNK }, (_, index) => startFrame + index + 1);
        frames += CHUNK;
        posted.push(() => FakeNode.last!.post(samples, startFrame, postedMs));
      }
    },
    arrive: () => posted.splice(0).forEach((give) => give()),
  };
}

describe('A microphone', () => {
  it.each([0.2, 1, 3])(
    'loses nothing while the page is busy for %s s, and gains no silence',
    async (busyS) => {
      const { ring, microphone, now, speak, arrive } = await speech();
      for (let chunks = 0; chunks < 20; chunks += 1) {
        speak(CHUNK / RATE_HZ);
        arrive();
      }
      speak(busyS);
      arrive();
      speak(CHUNK / RATE_HZ);
      arrive();
      const heard = ring.last(60 * RATE_HZ);
      expect(heard).toEqual(Float32Array.from({ length: (1.05 + busyS) * RATE_HZ }, (_, index) => index + 1));
      expect(ring.endTimeS).toBeCloseTo(now());
      microphone.close();
    },
  );

  it('whose audio clock stood still goes on at the time it is', async () => {
    const { ring, microphone, now, speak, arrive } = await speech();
    speak(1);
    arrive();
    vi.advanceTimersByTime(90_000);
    speak(CHUNK / RATE_HZ);
    arrive();
    expect(ring.endTimeS).toBeCloseTo(now());
    expect(ring.length).toBe(CHUNK);
    microphone.close();
  });

  it('that is closed twice is closed: browsers refuse the second time until they are done', async () => {
    const refused = vi.fn();
    process.on('unhandledRejection', refused);
    const { microphone } = await speech();
    microphone.close();
    microphone.close();
    await setImmediate();
    process.off('unhandledRejection', refused);
    expect(refused).not.toHaveBeenCalled();
  });
});
