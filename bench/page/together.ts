/** All three stages in one worker, as in our page: each at its rate, what comes while another computes waits or is dropped. */

import type { Ask, Contestant, Together } from './protocol';

const FRAME_MS = 100;
/** Of voice and estimates. */
const BEAT_MS = 500;

export async function together(
  contestants: ReadonlyMap<string, Contestant>,
  { seconds, stages }: Extract<Ask, { kind: 'together' }>,
): Promise<Together> {
  const [face, voice, fusion] = [stages.face, stages.voice, stages.fusion].map((name) => {
    const contestant = contestants.get(name);
    if (contestant === undefined) throw new Error(`${name} is not set up.`);
    return contestant;
  }) as [Contestant, Contestant, Contestant];
  const began = performance.now();
  const now = () => performance.now() - began;
  const frames = Math.round((seconds * 1000) / FRAME_MS);
  const delaysMs: number[] = [];
  let [busyMs, looked, lastFrame, lastBeat] = [0, 0, -1, 0];
  while (now() < seconds * 1000) {
    const beat = Math.floor(now() / BEAT_MS);
    const frame = Math.floor(now() / FRAME_MS);
    if (beat > lastBeat) {
      busyMs += (await voice.run(beat)) + (await fusion.run(beat));
      if (lastFrame >= 0) delaysMs.push(now() - lastFrame * FRAME_MS);
      lastBeat = beat;
    } else if (frame > lastFrame) {
      // the newest; those before it are dropped
      busyMs += await face.run(frame);
      looked += 1;
      lastFrame = frame;
    } else {
      const next = Math.min((lastFrame + 1) * FRAME_MS, (lastBeat + 1) * BEAT_MS);
      await new Promise((resolve) => setTimeout(resolve, next - now()));
    }
  }
  const took = now();
  return {
    ...{ seconds: took / 1000, frames, dropped: Math.max(0, frames - looked) },
    ...{ estimates: delaysMs.length, busy: busyMs / took, delaysMs },
  };
}
