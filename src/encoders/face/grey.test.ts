import { describe, expect, it } from 'vitest';
import { enlarge, greyAverage } from './grey';

const rgba = (...pixels: readonly (readonly [number, number, number, number])[]) =>
  Uint8ClampedArray.from(pixels.flat());

describe('greyAverage', () => {
  it('weighs the colours as ITU-R 601', () => {
    const grey = greyAverage(
      rgba([255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [10, 20, 30, 255]),
      2,
      1,
    );
    expect([...grey].map((value) => value.toFixed(3))).toEqual(['76.245', '149.685', '29.070', '18.150']);
  });

  it('averages over areas: a fine checkerboard is an even grey', () => {
    const width = 4 * 6;
    const board = new Uint8ClampedArray(4 * width * width).map((_, at) => {
      const pixel = Math.floor(at / 4);
      return at % 4 === 3 || (pixel + Math.floor(pixel / width)) % 2 === 0 ? 255 : 0;
    });
    const grey = greyAverage(board, 4, 6);
    expect(grey).toHaveLength(4 * 4);
    for (const value of grey) expect(value).toBeCloseTo(127.5, 3);
  });

  it('keeps areas apart', () => {
    const row = [0, 0, 100, 100] as const;
    const pixels = [row, row, row, row].flat().map((value) => [value, value, value, 255] as const);
    expect([...greyAverage(rgba(...pixels), 2, 2)].map(Math.round)).toEqual([0, 100, 0, 100]);
  });

  it('puts the mean of the frame where there is no frame', () => {
    const grey = greyAverage(
      rgba([50, 50, 50, 255], [150, 150, 150, 255], [0, 0, 0, 0], [9, 9, 9, 100]),
      2,
      1,
    );
    expect([...grey].map(Math.round)).toEqual([50, 150, 100, 100]);
    expect([...greyAverage(new Uint8ClampedArray(16), 2, 1)]).toEqual([0, 0, 0, 0]);
  });
});

describe('enlarge', () => {
  it('is torch.nn.functional.interpolate(mode="bilinear", align_corners=False)', () => {
    // F.interpolate(torch.tensor([[[[0., 30.], [60., 90.]]]]), size=(4, 4), mode="bilinear")
    expect([...enlarge(Float32Array.of(0, 30, 60, 90), 2, 4)]).toEqual([
      0, 7.5, 22.5, 30, 15, 22.5, 37.5, 45, 45, 52.5, 67.5, 75, 60, 67.5, 82.5, 90,
    ]);
  });

  it('leaves the same size alone', () => {
    const grey = Float32Array.of(1, 2, 3, 4);
    expect(enlarge(grey, 2, 2)).toBe(grey);
  });
});
