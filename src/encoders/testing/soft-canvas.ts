/** An OffscreenCanvas for node: nearest pixels, and the errors that the standard asks for. */

import type { Picture } from '../face/detector';

interface SoftFrame {
  readonly width: number;
  readonly height: number;
  /** Grey 0 to 255. */
  shade(x: number, y: number): number;
}

/** A frame of slow shades. */
export function softFrame(width: number, height: number): Picture {
  const frame: SoftFrame = { width, height, shade: (x, y) => (x * 3 + y * 5) % 256 };
  return frame as unknown as Picture;
}

class SoftContext {
  #transform = [1, 0, 0, 1, 0, 0];
  #drawn: SoftFrame | null = null;

  /** Ignores what is not finite, as the standard says. */
  setTransform(...values: number[]): void {
    if (values.every((value) => Number.isFinite(value))) this.#transform = values;
  }

  drawImage(frame: SoftFrame): void {
    this.#drawn = frame;
  }

  getImageData(_x: number, _y: number, width: number, height: number): { data: Uint8ClampedArray } {
    // `long`: what is no number is 0
    if ((width | 0) === 0 || (height | 0) === 0) throw new DOMException('no pixels', 'IndexSizeError');
    const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = this.#transform;
    const data = new Uint8ClampedArray(4 * width * height);
    const frame = this.#drawn;
    const determinant = a * d - b * c;
    if (frame === null || determinant === 0) return { data };
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [dx, dy] = [x + 0.5 - e, y + 0.5 - f];
        const [sx, sy] = [
          Math.floor((d * dx - c * dy) / determinant),
          Math.floor((a * dy - b * dx) / determinant),
        ];
        if (!(sx >= 0 && sy >= 0 && sx < frame.width && sy < frame.height)) continue;
        data.fill(frame.shade(sx, sy), 4 * (y * width + x), 4 * (y * width + x) + 3);
        data[4 * (y * width + x) + 3] = 255;
      }
    }
    return { data };
  }
}

export class softCanvas {
  readonly #context = new SoftContext();

  constructor(
    public width: number,
    public height: number,
  ) {}

  getContext(): SoftContext {
    return this.#context;
  }
}
