/**
 * A moment of a file that was analysed before: the worker has gone on since, so the seconds that the answer there was made of are
 * gone through once more, by the same steps. Nothing of it is told; the worker then holds that moment's evidence.
 */

import type { Source } from '../capture';
import { MemoError } from '../errors';
import type { TimedText } from '../runtime/protocol';
import type { AnalysisListeners, AnalysisParts } from './analysis';

export { choose } from './chosen-faces';

export interface Revisit {
  /** Of the answer shown, seconds: the analysis comes by it again. */
  readonly time: number;
  /** What was said when that answer was made. */
  readonly texts: readonly TimedText[];
  /** The file, opened anew; closed in any case. */
  readonly source: Source;
  readonly parts: Omit<AnalysisParts, 'reader' | 'from' | 'until'>;
}

/** Less than any two answers of a file are apart, seconds. */
const JUST_BEFORE = 1e-3;

/** Rejects with a MemoError; `moment-missing` where the file can only be played. */
export async function revisit({ time, texts, source, parts }: Revisit, signal: AbortSignal): Promise<void> {
  const { client } = parts;
  try {
    const { reader } = source;
    if (reader === undefined) throw notRead();
    await client.request('reset', {}, { signal });
    await client.request('text', { texts }, { signal });
    const { Analysis } = await import('./analysis');
    const range = { reader, from: time - JUST_BEFORE, until: time };
    await new Analysis({ ...parts, ...range }, UNTOLD, signal).run();
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

/** While the analysis goes on, the worker's evidence is of where it is, not of the moment shown. */
export function stillRead(): MemoError {
  return new MemoError(
    'moment-missing',
    'The file is still being analysed: a moment before cannot be gone back to yet.',
    'Wait until it is done, or cancel it, then take the moment.',
  );
}
