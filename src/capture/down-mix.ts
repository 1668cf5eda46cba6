/** Several channels as one. */

import { StereoMix } from './stereo-mix';

/** Web Audio's down-mix of 5.1 (left, right, centre, low, surrounds): dialogue is in the centre, and a mean would bury it. 7.1 has two surrounds more. */
const SURROUND = [Math.SQRT1_2, Math.SQRT1_2, 1, 0, 0.5, 0.5, 0.5, 0.5];

/** Fills `plane` with a channel; there are as many frames as it is long. */
type Read = (plane: Float32Array<ArrayBuffer>, channel: number) => void;

/** Of one sound, chunk after chunk. */
export class DownMix {
  readonly #stereo = new StereoMix();

  mix(channels: number, frames: number, read: Read): Float32Array<ArrayBuffer> {
    if (channels !== 2) return weighted(weightsOf(channels), frames, read);
    const [left, right] = [new Float32Array(frames), new Float32Array(frames)];
    read(left, 0);
    read(right, 1);
    return this.#stereo.mix(left, right);
  }
}

function weighted(weights: readonly number[], frames: number, read: Read): Float32Array<ArrayBuffer> {
  const mixed = new Float32Array(frames);
  const plane = new Float32Array(frames);
  for (const [channel, weight] of weights.entries()) {
    read(plane, channel);
    for (let index = 0; index < frames; index += 1) {
      mixed[index] = (mixed[index] ?? 0) + (plane[index] ?? 0) * weight;
    }
  }
  return mixed;
}

/** They sum to 1: what is as loud in all is not cut off. */
function weightsOf(channels: number): number[] {
  const parts =
    channels === 6 || channels === 8 ? SURROUND.slice(0, channels) : Array<number>(channels).fill(1);
  const sum = parts.reduce((total, part) => total + part, 0);
  return parts.map((part) => part / sum);
}
