import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, vi } from 'vitest';
import type { Box } from '../../memobert/estimate';
import type { Manifest } from '../../runtime/manifest';
import { anyNumber } from '../../testing/arbitraries';
import { expectDistribution, expectFinite, expectWithin, property, valueOr } from '../../testing/fuzz';
import { FakeGraph, float32 } from '../testing/fake-graph';
import { softCanvas, softFrame } from '../testing/soft-canvas';
import { CanvasCropper } from './crop';
import { fromDetection, type DetectedFace, type Picture } from './detector';
import { FaceEncoder } from './face-encoder';
import { tiles } from './finder';
import { apply, cropTransform, FERPLUS_FRAMING, middle } from './framing';
import { enlarge, greyAverage } from './grey';
import { FaceTracker, overlap } from './tracker';

const face: Manifest['face'] = {
  ...{ sizePx: 64, mean: 129, std: 65, rateHz: 10, maxFrames: 36, featureSize: 3 },
  classes: ['neutral', 'happiness'],
};

const side = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.constantFrom(1, 2, 3, 63, 1080, 1920, 4096, 8191, 16_384),
);

/** As the detector may give it, and as it should not. */
function rawDetection(number: fc.Arbitrary<number>) {
  return fc.record({
    boundingBox: fc.record({
      originX: number,
      originY: number,
      width: number,
      height: number,
      angle: fc.constant(0),
    }),
    keypoints: fc.array(fc.record({ x: number, y: number, score: fc.constant(1), label: fc.constant('') }), {
      minLength: 1,
      maxLength: 7,
    }),
    categories: fc.array(
      fc.record({
        score: number,
        index: fc.constant(0),
        categoryName: fc.constant(''),
        displayName: fc.constant(''),
      }),
      { maxLength: 1 },
    ),
  });
}

const plausible = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -0.5, max: 1.5, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(0, NaN, Infinity, 1e30, -1e30, 5e-324) },
);

const box = fc.record({
  x: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
  y: fc.double({ min: -1e4, max: 1e4, noNaN: true }),
  width: fc.double({ min: 1, max: 1e4, noNaN: true }),
  height: fc.double({ min: 1, max: 1e4, noNaN: true }),
});

function expectUsable({ box: { x, y, width, height }, score, leftEye, rightEye }: DetectedFace): void {
  expectFinite([x, y, width, height, x + width, y + height, leftEye.x, leftEye.y, rightEye.x, rightEye.y]);
  expectWithin([score], 0, 1);
  expect(Math.min(width, height)).toBeGreaterThan(0);
}

describe('fromDetection', () => {
  property('a detection of any numbers', 2000, [rawDetection(anyNumber)], (raw) => {
    const found = fromDetection(raw, { x: 3, y: 5, width: 640, height: 480 }, 0.4);
    if (found === null) return;
    expectUsable(found);
    for (const sizePx of [48, 768]) expectFinite(Object.values(cropTransform(found, sizePx)));
  });

  property(
    'the eyes of a face lie level and where the training has them',
    500,
    [box, fc.double({ min: -3, max: 3, noNaN: true })],
    (at, roll) => {
      const centre = { x: at.x + at.width / 2, y: at.y + at.height / 2 };
      const reach = Math.sqrt(at.width * at.height) / 5;
      const eye = (sign: number) => ({
        x: centre.x + sign * reach * Math.cos(roll),
        y: centre.y + sign * reach * Math.sin(roll),
      });
      const [leftEye, rightEye] = [eye(-1), eye(1)];
      const transform = cropTransform({ box: at, score: 1, leftEye, rightEye }, 48);
      const eyes = apply(transform, middle(leftEye, rightEye));
      expect(eyes.x).toBeCloseTo(48 * FERPLUS_FRAMING.eyesX, 3);
      expect(eyes.y).toBeCloseTo(48 * FERPLUS_FRAMING.eyesY, 3);
      expect(apply(transform, leftEye).y).toBeCloseTo(apply(transform, rightEye).y, 3);
      expect(apply(transform, leftEye).x).toBeLessThan(apply(transform, rightEye).x);
    },
  );
});

describe('tiles', () => {
  property(
    'a frame of any size',
    300,
    [fc.oneof(side, fc.constant(0)), fc.oneof(side, fc.constant(0))],
    (width, height) => {
      const places = tiles({ width, height });
      expect(places.length, 'each is looked at once in a while').toBeLessThanOrEqual(1000);
      for (const place of places) {
        expectFinite(Object.values(place));
        expect(place.width).toBeGreaterThan(0);
      }
      if (Math.min(width, height) < 64 || Math.max(width, height) / Math.min(width, height) > 20) return;
      for (const x of [0, width / 3, width]) {
        for (const y of [0, height / 2, height]) {
          const within = (tile: Box) =>
            x >= tile.x - 1e-6 &&
            x <= tile.x + tile.width + 1e-6 &&
            y >= tile.y - 1e-6 &&
            y <= tile.y + tile.height + 1e-6;
          expect(places.some(within), `${x}, ${y} is in a tile`).toBe(true);
        }
      }
    },
  );
});

describe('FaceTracker', () => {
  const frames = fc.array(
    fc.tuple(fc.array(box, { maxLength: 4 }), fc.double({ min: -2, max: 3, noNaN: true })),
    { maxLength: 8 },
  );
  property('faces that come, go and leap', 1000, [frames], (seen) => {
    const tracker = new FaceTracker();
    let timeS = 0;
    for (const [boxes, stepS] of seen) {
      timeS += stepS;
      const followed = tracker.follow(boxes, timeS);
      if (followed !== null) expect(boxes[followed]).toBeDefined();
      if (followed !== null) expect(tracker.expected).toEqual(boxes[followed]);
      for (const a of boxes) for (const b of boxes) expectWithin([overlap(a, b)], 0, 1 + 1e-9);
    }
    tracker.reset();
    expect(tracker.expected).toBeNull();
    const largest = { x: 0, y: 0, width: 2e4, height: 2e4 };
    expect(tracker.follow([{ x: 1, y: 1, width: 1, height: 1 }, largest], timeS)).toBe(1);
  });
});

describe('grey', () => {
  const pixels = fc.record({
    sizePx: fc.integer({ min: 1, max: 6 }),
    step: fc.integer({ min: 1, max: 16 }),
    toPx: fc.integer({ min: 1, max: 65 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  });
  property('pixels of any colour, opaque or not', 250, [pixels], ({ sizePx, step, toPx, bytes }) => {
    const rgba = Uint8ClampedArray.from(
      { length: 4 * (sizePx * step) ** 2 },
      (_, at) => bytes[at % bytes.length] ?? 0,
    );
    const grey = greyAverage(rgba, sizePx, step);
    expect(grey).toHaveLength(sizePx ** 2);
    expectWithin(grey, 0, 255.001);
    const large = enlarge(grey, sizePx, toPx);
    expect(large).toHaveLength(toPx ** 2);
    expectWithin(
      large,
      grey.reduce((a, b) => Math.min(a, b)) - 1e-3,
      grey.reduce((a, b) => Math.max(a, b)) + 1e-3,
    );
  });
});

describe('FaceEncoder', () => {
  beforeAll(() => void vi.stubGlobal('OffscreenCanvas', softCanvas));
  afterAll(() => void vi.unstubAllGlobals());

  /** Answers with what it was shown: a NaN in the picture is one in the features. */
  const meanGraph = () =>
    new FakeGraph(({ faces }) => {
      const data = faces?.data as Float32Array;
      const mean = data.reduce((sum, value) => sum + value / data.length, 0);
      return { features: float32([1, 3], [mean, 0, -mean]), logits: float32([1, 2], [mean, 1e30 * mean]) };
    });

  function encoderOf(raws: readonly Parameters<typeof fromDetection>[0][], graph: FakeGraph): FaceEncoder {
    const look = (_: Picture, region: Box) =>
      raws.flatMap((raw) => fromDetection(raw, region, 256 / Math.max(region.width, region.height)) ?? []);
    const detector = { look, close: () => undefined };
    return new FaceEncoder({ graph, face }, { detector, cropper: new CanvasCropper(face.sizePx) });
  }

  const scaled = rawDetection(plausible).map((raw) => ({
    ...raw,
    boundingBox: {
      ...raw.boundingBox,
      originX: 256 * raw.boundingBox.originX,
      originY: 256 * raw.boundingBox.originY,
      width: 256 * raw.boundingBox.width,
      height: 256 * raw.boundingBox.height,
    },
  }));
  property(
    'faces anywhere, in frames of any size',
    150,
    [fc.array(scaled, { maxLength: 3 }), side, side],
    async (raws, width, height) => {
      const frame = softFrame(width, height);
      const { answer, feature } = await encoderOf(raws, meanGraph()).encode(frame, 1);
      expect([answer.frameWidth, answer.frameHeight]).toEqual([width, height]);
      for (const { box: at, score, followed, expression } of answer.faces) {
        expectFinite(Object.values(at));
        expectWithin([score], 0, 1);
        expect(followed).toBe(expression !== null);
        if (expression !== null) expectDistribution(expression);
      }
      if (feature instanceof Float32Array) {
        expect(feature).toHaveLength(face.featureSize);
        expectFinite(feature);
      }
    },
  );

  property(
    'a face graph that answers with any numbers',
    100,
    [fc.array(anyNumber, { minLength: 5, maxLength: 5 })],
    async (numbers) => {
      const centre = { x: 0.5, y: 0.5, score: 1, label: '' };
      const raw = {
        boundingBox: { originX: 60, originY: 60, width: 90, height: 90, angle: 0 },
        keypoints: Array(6).fill(centre),
        categories: [],
      };
      const graph = new FakeGraph(() => ({
        features: float32([1, 3], numbers.slice(0, 3)),
        logits: float32([1, 2], numbers.slice(3)),
      }));
      const encoding = await valueOr(['graph-invalid'], () =>
        encoderOf([raw], graph).encode(softFrame(64, 64), 1),
      );
      if (encoding === null) return;
      if (encoding.feature instanceof Float32Array) expectFinite(encoding.feature);
      for (const { expression } of encoding.answer.faces) expectDistribution(expression ?? [1]);
    },
  );
});
