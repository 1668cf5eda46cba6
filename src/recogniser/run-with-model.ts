/** What a run needs once there is a model. */

import type { Source } from '../capture';
import { MemoError } from '../errors';
import type { Modality } from '../memobert/estimate';
import { isGone } from './faults';
import type { LoopListeners } from './loop';
import type { Manifest } from '../runtime/manifest';
import type { Prompting } from '../runtime/protocol';
import type { Prompted } from './prompter';
import type { Run } from './run';
import type { RecogniserState } from './state';
import type { Given, Timeline } from './timeline';

/**
 * What a timeline of it says of the whole.
 * @throws MemoError `capture-unsupported` where nothing but a face is given, and none can be found here
 */
export function recordingOf(
  { kind, file }: Run,
  source: Source,
  { prompt, labels, modalities, backend }: RecogniserState,
): Omit<Timeline, 'reached' | 'estimates'> {
  const given = givenBy(source, modalities, backend);
  const { noFaces } = backend ?? {};
  if (noFaces && !given.voice && givenBy(source, modalities, null).face) throw MemoError.from(noFaces);
  const length = { name: file?.name ?? null, seconds: source.reader?.seconds ?? null };
  // the clock of a file, and of what is pushed, is not the world's
  const date = file === null && kind !== 'push' && { began: Math.round(Date.now() - source.now() * 1000) };
  return { ...length, ...date, prompt: prompt ?? '', labels: labels ?? [], given };
}

/** Of what the run weighs, what there is. */
export function givenBy(
  { camera, microphone }: Pick<Source, 'camera' | 'microphone'>,
  modalities: readonly Modality[],
  backend: RecogniserState['backend'],
): Given {
  return {
    face: !isGone(camera) && modalities.includes('face') && !backend?.noFaces,
    voice: !isGone(microphone) && modalities.includes('voice'),
  };
}

/** The wish by which a model reads as it did: what is the bundle's own is asked for by null. */
export function askedFor({ prompt, labels }: Prompted, manifest: Manifest): Prompting {
  const own = manifest.labels.map(({ id }) => id).join() === labels.join();
  return { prompt: prompt === manifest.prompt ? null : prompt, labels: own ? null : labels };
}

/** What the state shows of a loop, beside its estimates. */
export function watching(
  run: Run,
  apply: (change: Partial<RecogniserState>) => void,
): Pick<LoopListeners, 'face' | 'voice' | 'vitals'> {
  return {
    face: ({ faces, frameWidth, frameHeight }) => apply({ faces, frameWidth, frameHeight }),
    voice: ({ speaking }) => apply({ speaking }),
    vitals: ({ conditions, rates, fileProgress, level, delayMs, gives }) => {
      run.conditions = conditions;
      const over = { ...(!gives.face && { faces: [] }), ...(!gives.voice && { speaking: false }) };
      apply({ rates, fileProgress, level, delayMs, ...over });
    },
  };
}
