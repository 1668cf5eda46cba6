/** When what lies on the device may have changed by what a recogniser did. */

import type { MemoProgressEvent, MemoStateChangeEvent } from '../elements';

/** Calls back when a run begins to listen and when all of a model has come; returns the way out. */
export function whenLoaded(engine: EventTarget, callback: () => void): () => void {
  const changed = (event: Event) => {
    // told at each silence and each lost face as well
    const { phase, previous } = (event as MemoStateChangeEvent).detail;
    if (phase === 'listening' && previous !== phase) callback();
  };
  const progressed = (event: Event) => {
    // a run listens from the face on: the rest comes later
    if ((event as MemoProgressEvent).detail.step === 'ready') callback();
  };
  engine.addEventListener('statechange', changed);
  engine.addEventListener('progress', progressed);
  return () => {
    engine.removeEventListener('statechange', changed);
    engine.removeEventListener('progress', progressed);
  };
}
