/** Seconds of black pictures and silence. */

import type { MediaReader, SampleChunk, TimedFrame } from '../../capture';

export class FakeReader implements MediaReader {
  readonly name = 'clip.webm';
  readonly hasPicture = true;
  readonly hasSound = true;
  readonly leftOut = { picture: false, sound: false };
  closed = false;
  /** Where each reading of the sound began, seconds. */
  readonly from: number[] = [];

  constructor(readonly seconds: number) {}

  async *frames(times: Iterable<number>): AsyncGenerator<TimedFrame, void> {
    for (const time of times) yield { frame: { close: () => undefined } as unknown as ImageBitmap, time };
  }

  async *samples(from = 0): AsyncGenerator<SampleChunk, void> {
    this.from.push(from);
    for (let time = Math.floor(from); time < this.seconds; time += 1)
      yield { samples: new Float32Array(100), sampleRateHz: 100, time };
  }

  close(): void {
    this.closed = true;
  }
}
