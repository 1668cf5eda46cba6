/** A source whose frames, samples and end a test gives. */

import type { SampleChunk, Source, SourceEvents, TimedFrame } from '../../capture';
import type { SourceKind, TrackStatus } from '../state';

export class FakeSource implements Source {
  readonly kind: SourceKind = 'devices';
  readonly stream: MediaStream | null = null;
  camera: TrackStatus = 'live';
  microphone: TrackStatus = 'live';
  cameraMuted = false;
  microphoneMuted = false;
  microphoneSilent = false;
  progress: number | null = null;
  /** What `setRunning` was last told. */
  running: boolean | null = null;
  closes = 0;
  framesTaken = 0;
  framesClosed = 0;
  /** Frames that can be had at once; beyond them a taker waits. */
  framesLeft = Number.POSITIVE_INFINITY;
  readonly #listeners: { [K in keyof SourceEvents]: SourceEvents[K][] } = {
    samples: [],
    trackchange: [],
    end: [],
    words: [],
    failure: [],
  };

  constructor(private readonly nowMs: () => number) {}

  now(): number {
    return this.nowMs() / 1000;
  }

  nextFrame(signal: AbortSignal): Promise<TimedFrame | null> {
    if (signal.aborted) return Promise.resolve(null);
    if (this.framesLeft <= 0) {
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)));
    }
    this.framesLeft -= 1;
    this.framesTaken += 1;
    const frame = { close: () => (this.framesClosed += 1) } as unknown as ImageBitmap;
    return Promise.resolve({ frame, time: this.now() });
  }

  on<K extends keyof SourceEvents>(event: K, listener: SourceEvents[K]): void {
    this.#listeners[event].push(listener);
  }

  fire<K extends keyof SourceEvents>(event: K, ...detail: Parameters<SourceEvents[K]>): void {
    for (const listener of this.#listeners[event]) {
      (listener as (...detail: Parameters<SourceEvents[K]>) => void)(...detail);
    }
  }

  setRunning(running: boolean): void {
    this.running = running;
  }

  close(): void {
    this.closes += 1;
  }
}

export function chunk(value: number, length = 4): SampleChunk {
  return { samples: new Float32Array(length).fill(value), sampleRateHz: 48_000, time: 0 };
}
