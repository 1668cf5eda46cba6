import { describe, expect, it } from 'vitest';
import { ClipMeter } from '../encoders/voice/clip-meter';
import { StereoMix } from './stereo-mix';

const RATE_HZ = 8000;
const CHUNK = 400;

/** A second of a voice of this amplitude, cut off at full scale. */
const voice = (amplitude: number, hz = 220) =>
  Float32Array.from({ length: RATE_HZ }, (_, index) =>
    Math.max(-1, Math.min(1, amplitude * Math.sin((2 * Math.PI * hz * index) / RATE_HZ))),
  );
const silence = new Float32Array(RATE_HZ);

/** In chunks, as it comes. */
function mixed(mix: StereoMix, left: Float32Array, right: Float32Array): Float32Array {
  const heard = new Float32Array(left.length);
  for (let from = 0; from < left.length; from += CHUNK)
    heard.set(mix.mix(left.subarray(from, from + CHUNK), right.subarray(from, from + CHUNK)), from);
  return heard;
}
const power = (samples: Float32Array) => samples.reduce((sum, sample) => sum + sample ** 2, 0);

describe('Two channels as one', () => {
  it.each(['left', 'right'])('of a voice on the %s one alone: that one, and its clipping counts', (side) => {
    const said = voice(2);
    const heard = mixed(
      new StereoMix(),
      ...(side === 'left' ? ([said, silence] as const) : ([silence, said] as const)),
    );
    expect(heard).toEqual(said);
    const meter = new ClipMeter(4);
    meter.push(heard, RATE_HZ, 0);
    expect(meter.share).toBeCloseTo(2 / 3, 1);
  });

  it('of a voice in antiphase: the louder one', () => {
    const [loud, quiet] = [voice(0.5), voice(0.5).map((sample) => -0.9 * sample)];
    expect(mixed(new StereoMix(), loud, quiet)).toEqual(loud);
    expect(mixed(new StereoMix(), quiet, loud)).toEqual(loud);
    // of two that are as loud, either
    expect(
      power(
        mixed(
          new StereoMix(),
          loud,
          loud.map((sample) => -sample),
        ),
      ),
    ).toBeCloseTo(power(loud), 1);
  });

  it.each([
    ['alike', voice(0.5)],
    ['half as loud', voice(0.25)],
    ['of something else', voice(0.5, 700)],
  ])('of two that are %s: their mean', (_, right) => {
    const left = voice(0.5);
    const heard = mixed(new StereoMix(), left, right);
    for (const [index, sample] of heard.entries())
      expect(sample).toBeCloseTo((left[index]! + right[index]!) / 2, 6);
  });

  it('holds its choice through a pause, and changes it without a click, within a second', () => {
    const mix = new StereoMix();
    const [low, level] = [voice(0.5, 5), new Float32Array(RATE_HZ).fill(0.5)];
    mixed(mix, low, silence);
    expect(power(mixed(mix, silence, silence))).toBe(0);
    expect(mixed(mix, low, silence)).toEqual(low);
    const mean = mixed(
      mix,
      level,
      level.map((sample) => sample / 2),
    );
    const steps = mean.subarray(1).map((sample, index) => Math.abs(sample - mean[index]!));
    expect(Math.max(...steps)).toBeLessThan(0.001);
    expect(mean.at(0)).toBeCloseTo(0.5, 2);
    expect(mean.at(-1)).toBeCloseTo(0.375, 6);
  });

  it('takes no number for silence, and hears what comes after', () => {
    const mix = new StereoMix();
    mix.mix(Float32Array.of(NaN, NaN), Float32Array.of(NaN, 1));
    expect(mixed(mix, voice(0.5), silence).at(-1)).toBeCloseTo(voice(0.5).at(-1)!, 6);
  });
});
