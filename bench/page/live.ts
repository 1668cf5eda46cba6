/** Answers to what run.mjs asks of one contestant. */

import type { Ask, Contestant, Live } from './protocol';

const FRAME_MS = 100;

export async function answer(request: Ask, contestant: Contestant | undefined): Promise<unknown> {
  if (contestant === undefined) throw new Error('Set it up first.');
  if (request.kind === 'run') return contestant.run(request.index);
  if (request.kind === 'answer') return contestant.answer();
  if (request.kind === 'live') return live(contestant, request.seconds);
  throw new Error(`A contestant is not asked for "${request.kind}".`);
}

/** As a camera would have it: a frame is there when its time has come, and nothing waits. */
async function live(contestant: Contestant, seconds: number): Promise<Live> {
  const frames = Math.round((seconds * 1000) / FRAME_MS);
  const began = performance.now();
  let taken = 0;
  let frame = 0;
  while (frame < frames) {
    await contestant.run(frame);
    taken += 1;
    // the next that comes after this one is done
    const next = Math.ceil((performance.now() - began) / FRAME_MS);
    await new Promise((resolve) => setTimeout(resolve, began + next * FRAME_MS - performance.now()));
    frame = Math.max(frame + 1, next);
  }
  return { frames, dropped: Math.max(0, frames - taken) };
}
