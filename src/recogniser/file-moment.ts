/**
 * A moment of a file that was analysed before: the worker has gone on since, so the seconds that the answer there was made of are
 * gone through once more, by the same steps. Nothing of it is told; the worker then holds that moment's evidence.
 */

import { MemoError } from '../errors';
import { lateScript } from '../late-script';
import { momentMissing } from '../memobert/moment';
import type { AnalysisListeners } from './analysis';
import type { LoadedEngine } from './engine';
import type { Recorder } from './recorder';
import { saidAt } from './said';
import type { Run } from './run';
import type { SourceOpeners } from './sources';
import type { RecogniserState } from './state';

export { choose } from './chosen-faces';
export { Moments } from './moments';

/** What the recogniser has as the moment is gone back to. */
export interface Present {
  readonly state: RecogniserState;
  readonly recorder: Recorder | null;
  readonly run: Run | null;
  readonly loaded: LoadedEngine;
  readonly sources: Pick<SourceOpeners, 'file'>;
}

/** Less than any two answers of a file are apart, seconds. */
const JUST_BEFORE = 1e-3;

/** The worker sees and hears once more what the answer shown was made of. Rejects with `moment-missing`, or `aborted`. */
export async function goBack(present: () => Promise<Present>, signal: AbortSignal): Promise<void> {
  try {
    await goThrough(await present(), signal);
  } catch (cause) {
    throw signal.aborted ? movedOn() : cause;
  }
}

async function goThrough(present: Present, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { state, recorder, run, loaded, sources } = present;
  const { media, estimate, timeline } = state;
  if (estimate === null) throw momentMissing();
  if (run !== null) throw stillRead();
  if (media === null || !recorder?.steps) throw momentMissing();
  const { client } = loaded;
  // the file, opened anew
  const source = await sources.file(media, timeline?.name ?? '', signal);
  try {
    const { reader } = source;
    if (reader === undefined) throw notRead();
    await client.request('reset', {}, { signal });
    const { time } = estimate;
    await client.request('text', { texts: saidAt(recorder.said, time) }, { signal });
    const { Analysis } = await lateScript(() => import('./analysis'));
    // the analysis comes by the answer again
    const range = { reader, from: time - JUST_BEFORE, until: time };
    const { steps, choices } = recorder;
    await new Analysis({ ...steps, client, timeline, choices, ...range }, UNTOLD, signal).run();
    signal.throwIfAborted();
  } finally {
    source.close();
  }
}

const UNTOLD: AnalysisListeners = {
  sound: () => Promise.resolve(),
  reach: () => Promise.resolve(),
  face: () => undefined,
  voice: () => undefined,
  estimate: () => undefined,
};

function notRead(): MemoError {
  return new MemoError(
    'moment-missing',
    'No moment of this file can be gone back to: this browser plays it, and cannot read it.',
    'Take the moment while it plays, or give the file in another format, such as MP4 or WebM.',
  );
}

/** Something else was started, or all was stopped, before the moment was there. */
function movedOn(): MemoError {
  return new MemoError('aborted', 'The moment was not taken: something else began.', 'Take it again.');
}

/** While the analysis goes on, the worker's evidence is of where it is, not of the moment shown. */
function stillRead(): MemoError {
  return new MemoError(
    'moment-missing',
    'The file is still being analysed: a moment before cannot be gone back to yet.',
    'Wait until it is done, or cancel it, then take the moment.',
  );
}
