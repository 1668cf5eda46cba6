/** What is measured with where nobody brings frames and samples: the built-in actor, each time the same. */

import {
  ACTOR_HEIGHT,
  ACTOR_WIDTH,
  drawActor,
  expressionAt,
  loadSpeech,
  SCENES,
  timed,
} from '../capture/actor';
import { MemoError } from '../errors';

export interface MeasureInput {
  /** A picture with one face at a moment, seconds; taken over. */
  frame(seconds: number): ImageBitmap | VideoFrame;
  /** Somebody speaks throughout; mono, played over and over. */
  readonly samples: Float32Array;
  readonly sampleRateHz: number;
  /** What is said. */
  readonly text: string;
}

/** As most microphones. */
const RATE_HZ = 48_000;
const SPOKEN = SCENES.filter(({ expression }) => expression === 'happy');

/**
 * Needs a page: a worker decodes no sound. Rejects with `file-missing` or `capture-unsupported`.
 * @param base folder with the actor's speech, absolute; ends with a slash
 */
export async function actorInput(base: string, signal: AbortSignal): Promise<MeasureInput> {
  const context = new OffscreenCanvas(ACTOR_WIDTH, ACTOR_HEIGHT).getContext('2d');
  if (context === null) {
    throw new MemoError(
      'capture-unsupported',
      'The actor cannot be drawn: this browser gives no canvas.',
      'Measure with another browser.',
    );
  }
  const speech = await loadSpeech(base, SPOKEN, new OfflineAudioContext(1, 1, RATE_HZ), signal);
  const scenes = timed(SCENES);
  return {
    frame(seconds) {
      drawActor(context, expressionAt(scenes, seconds), seconds, 0.5);
      return context.canvas.transferToImageBitmap();
    },
    samples: speech.get('happy')?.sound.getChannelData(0) ?? new Float32Array(RATE_HZ),
    sampleRateHz: RATE_HZ,
    text: SPOKEN[0]?.line ?? '',
  };
}
