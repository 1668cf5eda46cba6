/**
 * All three stages in one worker, as in our page: each at its rate and with one run under way, a frame that comes meanwhile replaces
 * the one before it, and stages take turns where one lets go.
 */

import type { Ask, Contestant, Together } from './protocol';

const FRAME_MS = 100;
/** Of voice and estimates. */
const BEAT_MS = 500;

export async function together(
  contestants: ReadonlyMap<string, Contestant>,
  { seconds, stages }: Extract<Ask, { kind: 'together' }>,
): Promise<Together> {
  const find = (name: string): Contestant => {
    const contestant = contestants.get(name);
    if (contestant === undefined) throw new Error(`${name} is not set up.`);
    return contestant;
  };
  const [face, voice, fusion] = [find(stages.face), find(stages.voice), find(stages.fusion)];
  const endMs = seconds * 1000;
  const began = performance.now();
  const now = () => performance.now() - began;
  const busy = new Busy(now);
  const delaysMs: number[] = [];
  let looked = 0;
  let newestMs: number | null = null;

  /** `run` at each beat of `everyMs` that comes when it is idle. */
  const repeat = async (everyMs: number, run: (beat: number) => Promise<void>) => {
    for (let beat = 1; beat * everyMs < endMs; beat = Math.max(beat + 1, Math.floor(now() / everyMs))) {
      const waitMs = beat * everyMs - now();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      await run(beat);
    }
  };
  await Promise.all([
    repeat(FRAME_MS, async (beat) => {
      await busy.during(() => face.run(beat));
      looked += 1;
      newestMs = beat * FRAME_MS;
    }),
    repeat(BEAT_MS, (beat) => busy.during(() => voice.run(beat))),
    repeat(BEAT_MS, async (beat) => {
      const seenMs = newestMs;
      await busy.during(() => fusion.run(beat));
      if (seenMs !== null) delaysMs.push(now() - seenMs);
    }),
  ]);
  const frames = Math.ceil(endMs / FRAME_MS) - 1;
  const took = now();
  return {
    ...{ seconds: took / 1000, frames, dropped: frames - looked },
    ...{ estimates: delaysMs.length, busy: busy.ms / took, delaysMs },
  };
}

/** How long at least one of them was at work. */
class Busy {
  ms = 0;
  #under = 0;
  #since = 0;

  constructor(private readonly now: () => number) {}

  async during(run: () => Promise<unknown>): Promise<void> {
    if (this.#under === 0) this.#since = this.now();
    this.#under += 1;
    try {
      await run();
    } finally {
      this.#under -= 1;
      if (this.#under === 0) this.ms += this.now() - this.#since;
    }
  }
}
