/** Several channels as one. */

/** Web Audio's down-mix of 5.1 (left, right, centre, low, surrounds): dialogue is in the centre, and a mean would bury it. 7.1 has two surrounds more. */
const SURROUND = [Math.SQRT1_2, Math.SQRT1_2, 1, 0, 0.5, 0.5, 0.5, 0.5];

/** @param read fills `plane` with a channel; there are as many frames as it is long */
export function downMix(
  channels: number,
  frames: number,
  read: (plane: Float32Array<ArrayBuffer>, channel: number) => void,
): Float32Array<ArrayBuffer> {
  const mixed = new Float32Array(frames);
  const plane = new Float32Array(frames);
  for (let channel = 0; channel < channels; channel += 1) {
    const weight = channels === 6 || channels === 8 ? (SURROUND[channel] ?? 0) : 1 / channels;
    read(plane, channel);
    for (let index = 0; index < frames; index += 1) {
      mixed[index] = (mixed[index] ?? 0) + (plane[index] ?? 0) * weight;
    }
  }
  return mixed;
}
