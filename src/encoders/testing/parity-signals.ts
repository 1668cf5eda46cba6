/**
 * The pictures and sounds of the parity fixtures, by the formulas of `training/memobert/preprocessing_reference.py`:
 * both languages make the same ones, and no file of them is needed.
 */

/** RGBA, row-major: slow shades, an edge and detail of 5 pixels, each channel its own. */
export function testPicture(width: number, height: number): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(4 * width * height);
  const turn = 2 * Math.PI;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const disc = (2 * x - width) ** 2 + (2 * y - height) ** 2 < (height / 2) ** 2 ? 30 : 0;
      const at = 4 * (y * width + x);
      for (let channel = 0; channel < 3; channel++) {
        const shade = 50 * Math.sin(turn * ((1.3 * x) / width + (0.7 * y) / height + channel / 3));
        const medium = 30 * Math.sin(turn * (x / 37 - y / 53) + channel);
        const fine = 14 * Math.sin(turn * (x / 5 + y / 7) - channel);
        rgba[at + channel] = Math.floor(128.5 + shade + medium + fine + disc);
      }
      rgba[at + 3] = 255;
    }
  }
  return rgba;
}

/** A chirp from 100 Hz to 0.8 of the lower Nyquist rate, and a voice-like sum of harmonics. */
export function testSound(
  rateHz: number,
  seconds: number,
  lowestRateHz = Math.min(rateHz, 16_000),
): Float32Array {
  const top = 0.4 * lowestRateHz;
  return Float32Array.from({ length: Math.round(rateHz * seconds) }, (_, index) => {
    const time = index / rateHz;
    const chirp = Math.sin(2 * Math.PI * (100 * time + ((top - 100) / (2 * seconds)) * time ** 2));
    let voice = 0;
    for (let k = 1; k <= 20; k++) voice += Math.sin(2 * Math.PI * 140 * k * time + k * k) / k;
    return 0.2 * chirp + 0.15 * voice * (0.6 + 0.4 * Math.sin(2 * Math.PI * 4 * time)) + 0.01;
  });
}

export interface Difference {
  readonly mean: number;
  readonly largest: number;
}

/** Absolute, element by element. NaN where one has no value for the other's. */
export function difference(got: ArrayLike<number>, wanted: ArrayLike<number>): Difference {
  if (got.length !== wanted.length) return { mean: NaN, largest: NaN };
  const each = Array.from(wanted, (value, index) => Math.abs((got[index] ?? NaN) - value));
  return { mean: each.reduce((sum, value) => sum + value, 0) / each.length, largest: Math.max(...each) };
}

/** Root mean square of the difference over that of what was wanted, in decibels. */
export function errorDb(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (got.length !== wanted.length) return NaN;
  let error = 0;
  let power = 0;
  Array.from(wanted).forEach((value, index) => {
    error += ((got[index] ?? NaN) - value) ** 2;
    power += value ** 2;
  });
  return 10 * Math.log10(error / power);
}
