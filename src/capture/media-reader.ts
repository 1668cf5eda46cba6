/**
 * A video or sound file as fast as it can be decoded, by WebCodecs: frames at the times asked for, samples in order, nothing kept.
 * Mediabunny takes the containers apart (a seeking video element decodes every frame anew and waits for its clock;
 * `decodeAudioData` holds all samples of the file at once: two hours would be half a gigabyte).
 * Works where only workers exist.
 */

import { lateScript } from '../late-script';
import type { SampleChunk, TimedFrame } from './source';

export interface MediaReader {
  /** For messages. */
  readonly name: string;
  /** Length; above 0 and finite. */
  readonly seconds: number;
  readonly hasPicture: boolean;
  readonly hasSound: boolean;
  /** What is in the file and not read: this browser decodes none of it. */
  readonly leftOut: { readonly picture: boolean; readonly sound: boolean };
  /**
   * The frame shown at each of the times (s, rising); null before the first and after the picture's end. The taker closes it. Decodes a few ahead, no more.
   * Throws `media-unreadable` where the file is damaged, `media-lost` where it can no longer be read.
   */
  frames(times: Iterable<number>): AsyncGenerator<TimedFrame | null, void>;
  /** All samples in order, mono, in chunks of the file's own. Throws as `frames` does. @param from seconds: the first chunk holds that moment */
  samples(from?: number): AsyncGenerator<SampleChunk, void>;
  /** Lets decoders and file go; safe to call twice. */
  close(): void;
}

/**
 * Null where this browser, or WebCodecs in it, decodes neither picture nor sound of the file: then playing it may still work, and says what is wrong.
 * Rejects with `file-missing` or `aborted`.
 */
export async function readMedia(blob: Blob, name: string, signal: AbortSignal): Promise<MediaReader | null> {
  if (!('VideoDecoder' in globalThis) || !('AudioDecoder' in globalThis)) return null;
  const { demux } = await lateScript(() => import('./demuxed-media'));
  return demux(blob, name, signal);
}
