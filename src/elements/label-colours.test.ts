import { describe, expect, it } from 'vitest';
import { LABEL_COLOURS, labelColour } from './label-colours';
import { theme } from './theme';

type Rgb = readonly [number, number, number];
const SCHEMES = ['light', 'dark'] as const;

/** Linear light, 0 to 1. */
function linear(hex: string): Rgb {
  const part = (at: number) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

/** WCAG 2.2's relative luminance. */
const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => y - x);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

/** Oklab of linear sRGB (Ottosson 2020). */
function oklab([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Full dichromacy on linear sRGB (Machado, Oliveira, Fernandes 2009, severity 1). */
const VISIONS: Record<string, readonly [Rgb, Rgb, Rgb]> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function seen(hex: string, vision: readonly [Rgb, Rgb, Rgb]): Rgb {
  const [r, g, b] = linear(hex);
  const row = ([x, y, z]: Rgb) => Math.min(1, Math.max(0, x * r + y * g + z * b));
  return oklab([row(vision[0]), row(vision[1]), row(vision[2])]);
}

function surface(name: string, scheme: (typeof SCHEMES)[number]): string {
  const found = new RegExp(`--_${name}: var\\([^,]+, light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(
    theme.cssText,
  );
  return found?.[scheme === 'light' ? 1 : 2] ?? '';
}

describe.each(SCHEMES)('label colours, %s', (scheme) => {
  const colours = Object.entries(LABEL_COLOURS).map(([label, colour]) => [label, colour[scheme]] as const);

  it.each(colours)('%s can be read on every surface', (_label, colour) => {
    for (const name of ['surface', 'sunken']) {
      expect(contrast(colour, surface(name, scheme))).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(Object.keys(VISIONS))('differ under %s', (name) => {
    const vision = VISIONS[name] ?? VISIONS['usual']!;
    const distances = colours.flatMap(([, a], index) =>
      colours.slice(index + 1).map(([, b]) => {
        const [x, y] = [seen(a, vision), seen(b, vision)];
        return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
      }),
    );
    expect(Math.min(...distances)).toBeGreaterThan(0.04);
  });
});

describe.each(SCHEMES)('text, %s', (scheme) => {
  it.each(['ink', 'muted', 'live'])('%s can be read on every surface', (name) => {
    for (const under of ['surface', 'sunken']) {
      expect(contrast(surface(name, scheme), surface(under, scheme))).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('edges of fields stand out', () => {
    expect(contrast(surface('edge', scheme), surface('surface', scheme))).toBeGreaterThanOrEqual(3);
  });
});

describe('labelColour', () => {
  const hexes = (labels: readonly string[]) =>
    labels.map((label) => labelColour(label, labels).replace(/.*light-dark/, ''));

  it('is under a safe name', () => {
    expect(labelColour('very bored', ['very bored'])).toContain('--memo-colour-very-bored');
  });

  it.each([
    ['happy', 'calm', 'bored', 'worried'],
    ['calm', 'neutral', 'bored', 'happy', 'worried', 'sad', 'contempt', 'tired'],
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'],
  ])('differs for each of %s, %s, %s, %s ...', (...labels) => {
    expect(new Set(hexes(labels)).size).toBe(labels.length);
    const own = labels.filter((label) => Object.hasOwn(LABEL_COLOURS, label));
    for (const label of own) expect(labelColour(label, labels)).toBe(labelColour(label, [label]));
  });

  it('takes the hues once more beyond as many as there are', () => {
    const labels = ['happy', ...'abcdefghijk'];
    expect(new Set(hexes(labels)).size).toBe(8);
    expect(hexes(labels).at(8)).toBe(hexes(labels).at(0));
    expect(hexes(labels).at(9)).toBe(hexes(labels).at(1));
  });
});
