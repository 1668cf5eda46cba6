/** The actor's voice: recordings of the lines, made with eSpeak NG, and how far each moment opens the mouth. */

import { MemoError } from '../../errors';
import type { ExpressionName } from './expression';
import { lineAt, type Scene, type TimedScene } from './script';

export interface Line {
  readonly sound: AudioBuffer;
  /** Loudness, 0 to 1 of the line's loudest moment, {@link LOUDNESS_HZ} a second. */
  readonly loudness: Float32Array;
}

export type Speech = ReadonlyMap<ExpressionName, Line>;

const LOUDNESS_HZ = 40;

/** Fetches and decodes `<base><expression>.mp3` for every scene; rejects with `file-missing`. */
export async function loadSpeech(
  base: string,
  scenes: readonly Scene[],
  context: BaseAudioContext,
  signal: AbortSignal,
): Promise<Speech> {
  const lines = scenes.map(async ({ expression }): Promise<[ExpressionName, Line]> => {
    const url = `${base}${expression}.mp3`;
    try {
      const response = await fetch(url, { signal });
      if (!response.ok) throw new Error(`HTTP status ${response.status}`);
      const sound = await context.decodeAudioData(await response.arrayBuffer());
      return [expression, { sound, loudness: loudnessOf(sound.getChannelData(0), sound.sampleRate) }];
    } catch (cause) {
      if (signal.aborted) throw new MemoError('aborted', 'Opening was cut short.', 'Press Start again.');
      throw new MemoError(
        'file-missing',
        `The actor's voice could not be loaded: ${url}`,
        'Copy the folder public/actor to where the page looks for it, or set actorBase.',
        cause,
      );
    }
  });
  return new Map(await Promise.all(lines));
}

/** 0 to 1: how far speech opens the mouth `seconds` into the script. */
export function voiceAt(scenes: readonly TimedScene[], speech: Speech, seconds: number): number {
  const said = lineAt(scenes, seconds);
  if (said === null) return 0;
  const loudness = speech.get(said.scene.expression)?.loudness ?? new Float32Array(0);
  const at = said.into * LOUDNESS_HZ;
  const before = loudness[Math.floor(at)] ?? 0;
  const after = loudness[Math.floor(at) + 1] ?? 0;
  return before + (after - before) * (at - Math.floor(at));
}

/** Root mean squares of consecutive stretches, scaled to a peak of 1. */
export function loudnessOf(samples: Float32Array, sampleRateHz: number): Float32Array {
  const size = Math.round(sampleRateHz / LOUDNESS_HZ);
  const loudness = new Float32Array(Math.ceil(samples.length / size));
  let peak = 0;
  for (let index = 0; index < loudness.length; index += 1) {
    const stretch = samples.subarray(index * size, (index + 1) * size);
    let sum = 0;
    for (const sample of stretch) sum += sample * sample;
    loudness[index] = Math.sqrt(sum / stretch.length);
    peak = Math.max(peak, loudness[index] ?? 0);
  }
  return peak > 0 ? loudness.map((value) => value / peak) : loudness;
}
