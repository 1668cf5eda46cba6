/** Pixel arithmetic of the crop, exact and free of the browser: grey, area average, enlargement as the training's. */

/** ITU-R 601, as PIL's "L" and the training have it. */
const RED = 0.299;
const GREEN = 0.587;
const BLUE = 0.114;
/** Of 0..255: at least half of the pixel comes from the frame. */
const OPAQUE = 128;

/**
 * RGBA of a square of `sizePx * step` -> grey of `sizePx`, 0..255, each the mean of `step` x `step` pixels.
 * What lies outside of the frame (transparent) becomes the mean of what lies inside.
 */
export function greyAverage(rgba: Uint8ClampedArray, sizePx: number, step: number): Float32Array {
  const grey = new Float32Array(sizePx * sizePx);
  const inside = new Uint16Array(sizePx * sizePx);
  const width = sizePx * step;
  for (let y = 0; y < width; y++) {
    const row = Math.floor(y / step) * sizePx;
    for (let x = 0; x < width; x++) {
      const at = 4 * (y * width + x);
      if ((rgba[at + 3] ?? 0) < OPAQUE) continue;
      const cell = row + Math.floor(x / step);
      const value = RED * (rgba[at] ?? 0) + GREEN * (rgba[at + 1] ?? 0) + BLUE * (rgba[at + 2] ?? 0);
      grey[cell] = (grey[cell] ?? 0) + value;
      inside[cell] = (inside[cell] ?? 0) + 1;
    }
  }
  let sum = 0;
  let count = 0;
  for (let cell = 0; cell < grey.length; cell++) {
    sum += grey[cell] ?? 0;
    count += inside[cell] ?? 0;
  }
  const outside = count === 0 ? 0 : sum / count;
  return grey.map((total, cell) => (inside[cell] ? total / inside[cell] : outside));
}

/** Bilinear, pixel centres aligned at half pixels, edges held: `torch` with `align_corners=False`. Square to square. */
export function enlarge(grey: Float32Array, fromPx: number, toPx: number): Float32Array {
  if (fromPx === toPx) return grey;
  const ratio = fromPx / toPx;
  const taps = Array.from({ length: toPx }, (_, index) => {
    const at = Math.min(Math.max((index + 0.5) * ratio - 0.5, 0), fromPx - 1);
    const low = Math.floor(at);
    return { low, high: Math.min(low + 1, fromPx - 1), part: at - low };
  });
  const value = (x: number, y: number) => grey[y * fromPx + x] ?? 0;
  const result = new Float32Array(toPx * toPx);
  taps.forEach((row, y) => {
    taps.forEach((column, x) => {
      const top = value(column.low, row.low) * (1 - column.part) + value(column.high, row.low) * column.part;
      const below =
        value(column.low, row.high) * (1 - column.part) + value(column.high, row.high) * column.part;
      result[y * toPx + x] = top * (1 - row.part) + below * row.part;
    });
  });
  return result;
}
