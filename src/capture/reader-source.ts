/** A file that is read, not played: whoever runs it takes frames and samples from `reader` at its own pace. */

import type { MediaReader } from './media-reader';
import type { Source, TimedFrame, TrackStatus } from './source';

export class ReaderSource implements Source {
  readonly kind = 'file';
  readonly stream: null = null;
  readonly microphoneMuted = false;
  readonly progress = 0;
  readonly camera: TrackStatus;
  readonly microphone: TrackStatus;

  constructor(readonly reader: MediaReader) {
    const { hasPicture, hasSound, leftOut } = reader;
    this.camera = status(hasPicture, leftOut.picture);
    this.microphone = status(hasSound, leftOut.sound);
  }

  get seconds(): number {
    return this.reader.seconds;
  }

  now(): number {
    return 0;
  }

  nextFrame(): Promise<TimedFrame | null> {
    return Promise.resolve(null);
  }

  on(): void {
    // nothing happens by itself to a file that nobody plays
  }

  close(): void {
    this.reader.close();
  }
}

function status(read: boolean, leftOut: boolean): TrackStatus {
  if (read) return 'live';
  return leftOut ? 'undecodable' : 'off';
}
