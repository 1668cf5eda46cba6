/**
 * Frames of a camera's track or of a video element; the newest wins.
 * A track's size may change at any frame (a phone turned): nothing here remembers one.
 */

import { NewestFrame } from './newest-frame';
import type { TimedFrame } from './source';

export interface FramePump {
  /** See `Source.nextFrame`. */
  nextFrame(signal: AbortSignal): Promise<TimedFrame | null>;
  /** Stops reading; does not stop the track. Safe to call twice. */
  close(): void;
}

/** Reads a live track, by MediaStreamTrackProcessor where there is one (Chromium), else through a video element. */
export function pumpTrack(track: MediaStreamTrack, now: () => number): FramePump {
  return 'MediaStreamTrackProcessor' in globalThis
    ? new ProcessorPump(track, now)
    : new TrackElementPump(track, now);
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

/** Frames of a playing video element, as it presents them. The element stays its owner's. */
export class ElementPump implements FramePump {
  readonly #newest = new NewestFrame();
  #request: number;
  #closed = false;

  constructor(
    private readonly video: HTMLVideoElement,
    /** Seconds on the source's clock, from the frame's time in the media (s). */
    private readonly time: (mediaTime: number) => number,
  ) {
    this.#request = this.#await();
  }

  nextFrame(signal: AbortSignal): Promise<TimedFrame | null> {
    return this.#newest.take(signal);
  }

  /** The media is over; its last frame can still be taken. */
  end(): void {
    this.#newest.end();
  }

  close(): void {
    this.#closed = true;
    this.video.cancelVideoFrameCallback(this.#request);
    this.#newest.close();
  }

  #await(): number {
    return this.video.requestVideoFrameCallback((_now, { mediaTime }) => void this.#present(mediaTime));
  }

  async #present(mediaTime: number): Promise<void> {
    if (this.#closed) return;
    this.#request = this.#await();
    const time = this.time(mediaTime);
    try {
      const frame =
        'VideoFrame' in globalThis
          ? new VideoFrame(this.video, { timestamp: Math.round(mediaTime * 1e6) })
          : await createImageBitmap(this.video);
      this.#newest.put({ frame, time }); // closes it if this pump closed meanwhile
    } catch {
      // the element lost its picture between callback and here (stopped, or changing size): the next one serves
    }
  }
}

/** A live track through a video element that is in no document. */
class TrackElementPump implements FramePump {
  readonly #video = document.createElement('video');
  readonly #pump: ElementPump;

  constructor(track: MediaStreamTrack, now: () => number) {
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = new MediaStream([track]);
    this.#pump = new ElementPump(this.#video, now);
    track.addEventListener('ended', () => this.#pump.end(), { once: true });
    this.#video.play().catch(() => this.#pump.end()); // rejects only when closed before it began
  }

  nextFrame(signal: AbortSignal): Promise<TimedFrame | null> {
    return this.#pump.nextFrame(signal);
  }

  close(): void {
    this.#pump.close();
    this.#video.pause();
    this.#video.srcObject = null;
  }
}
