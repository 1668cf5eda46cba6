/** What is there of a model works while the rest is on its way. What fails is the load's to tell. */

import type { Clock } from './clock';
import type { EarlyEngine } from './engine';
import { Loop, type LoopListeners } from './loop';
import type { Run } from './run';
import type { Settings } from './settings';

/** The load goes before; what encoders say themselves costs nothing to ask for. */
const RATES = { face: 4, voice: 1, fusion: 4 };

export interface EarlyParts {
  readonly clock: Clock;
  /** What the run weighs. */
  readonly modalities: Settings['modalities'];
  /** Whether this is still what is there. */
  holds(): boolean;
}

/**
 * In place of the loop that a smaller part had.
 * @returns a loop to start; null where nothing is to be done
 */
export async function earlyLoop(
  run: Run,
  early: EarlyEngine | null,
  { clock, modalities: weighed, holds }: EarlyParts,
  on: Pick<LoopListeners, 'face' | 'voice' | 'estimate' | 'vitals'>,
): Promise<Loop | null> {
  const { source } = run;
  if (early === null || source === null || run.mending) return null;
  // a source with a transport rests until nothing of it is lost; a file that is read has no moment that is now
  if (source.setRunning !== undefined || source.reader !== undefined) return null;
  const { client, manifest, backend } = early;
  const modalities = early.modalities.filter((each) => weighed.includes(each));
  if (modalities.length === 0) return null;
  // what is seen and heard from now on counts when all is there
  if (run.loop === null) await client.request('reset', {}, { signal: run.abort.signal });
  if (run.stage !== 'waiting' || !holds()) return null;
  run.loop?.close();
  const loop: Loop = new Loop(
    { client, source, clock, modalities, backend: backend.name, faceHz: manifest.face.rateHz, rates: RATES },
    {
      ...on,
      ended: () => undefined,
      failed: () => {
        if (run.loop === loop) run.loop = null;
      },
    },
  );
  return loop;
}
