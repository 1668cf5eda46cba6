/**
 * Frames of a camera's track; the newest wins.
 * A track's size may change at any frame (a phone turned): nothing here remembers one.
 */

import { lateScript } from '../late-script';
import { NewestFrame } from './newest-frame';
import type { TimedFrame } from './source';

export interface FramePump {
  /** See `Source.nextFrame`. */
  nextFrame(signal: AbortSignal): Promise<TimedFrame | null>;
  /** Stops reading; does not stop the track. Safe to call twice. */
  close(): void;
}

/** Reads a live track, by MediaStreamTrackProcessor where there is one (Chromium), else through a video element. Rejects with `file-missing`. */
export async function pumpTrack(track: MediaStreamTrack, now: () => number): Promise<FramePump> {
  if ('MediaStreamTrackProcessor' in globalThis) return new ProcessorPump(track, now);
  const { TrackElementPump } = await lateScript(() => import('./element-frames'));
  return new TrackElementPump(track, now);
}

class ProcessorPump implements FramePump {
  readonly #newest = new NewestFrame();
  readonly #reader: ReadableStreamDefaultReader<VideoFrame>;

  constructor(
    track: MediaStreamTrack,
    private readonly now: () => number,
  ) {
    // one buffered frame: the processor drops the rest, as we would
    const processor = new MediaStreamTrackProcessor({
      track: track as MediaStreamVideoTrack,
      maxBufferSize: 1,
    });
    this.#reader = processor.readable.getReader();
    void this.#read();
  }

  nextFrame(signal: AbortSignal): Promise<TimedFrame | null> {
    return this.#newest.take(signal);
  }

  close(): void {
    this.#newest.close();
    this.#reader.cancel().catch(() => undefined); // rejects when the track broke off: nothing left to free
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const { value } = await this.#reader.read();
        if (value === undefined) break;
        this.#newest.put({ frame: value, time: this.now() });
      }
    } catch {
      // a broken track reads as an ended one; its `ended` event tells the rest
    }
    this.#newest.end();
  }
}
