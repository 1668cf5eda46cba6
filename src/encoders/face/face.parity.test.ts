/** Holds the face's way to what Python computes: `training/memobert/preprocessing_fixtures.py`. */
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../runtime/manifest';
import { FakeGraph, float32 } from '../testing/fake-graph';
import fixture from '../testing/fixtures/face.json';
import { difference, testPicture } from '../testing/parity-signals';
import type { DetectedFace, Picture } from './detector';
import { FaceEncoder } from './face-encoder';
import { apply, cropTransform, FERPLUS_FRAMING, TRAINING_PX } from './framing';
import { enlarge, greyAverage } from './grey';

const SIZE_PX = 64;

/** Some rows of a square, one after the other. */
const rowsOf = (values: Float32Array, rows: readonly number[]) =>
  rows.flatMap((row) => Array.from(values.subarray(row * SIZE_PX, (row + 1) * SIZE_PX)));

/** The red channel as grey, 0..255. */
function greyPicture(sizePx: number): Float32Array {
  const rgba = testPicture(sizePx, sizePx);
  return Float32Array.from({ length: sizePx * sizePx }, (_, index) => rgba[4 * index] ?? 0);
}

function detected({ box, leftEye, rightEye }: (typeof fixture.crops)[number]): DetectedFace {
  return { box, leftEye, rightEye, score: 1 };
}

describe('grey', () => {
  const rgba = Uint8ClampedArray.from(fixture.grey.rgba);

  it('is PIL\'s "L" of each pixel, but for its rounding', () => {
    expect(difference(greyAverage(rgba, 8, 1), fixture.grey.single).largest).toBeLessThan(0.51);
  });

  it('is averaged over areas as in Python, what is outside of the frame too', () => {
    expect(difference(greyAverage(rgba, 4, 2), fixture.grey.byTwo).largest).toBeLessThan(0.51);
  });

  it('shrinks a large picture as torch.nn.functional.avg_pool2d does', () => {
    const { step, rows, values } = fixture.area;
    const shrunk = greyAverage(testPicture(step * SIZE_PX, step * SIZE_PX), SIZE_PX, step);
    expect(difference(rowsOf(shrunk, rows), values).largest).toBeLessThan(0.3);
    expect(difference(rowsOf(shrunk, rows), values).mean).toBeLessThan(0.06);
  });
});

describe('framing', () => {
  it('has the constants that the reference has', () => {
    expect({ ...FERPLUS_FRAMING, trainingPx: TRAINING_PX }).toEqual(fixture.framing);
  });

  it.each(fixture.crops)('$name: the same matrix', (face) => {
    const matrix = cropTransform(detected(face), SIZE_PX);
    // Frame points are in the thousands: 1e-6 of scale and turn moves them by less than 0.01 pixels.
    for (const name of ['a', 'b', 'c', 'd'] as const) expect(matrix[name]).toBeCloseTo(face.matrix[name], 6);
    for (const name of ['e', 'f'] as const) expect(matrix[name]).toBeCloseTo(face.matrix[name], 4);
  });

  it.each(fixture.crops)('$name: the same corners in the frame', (face) => {
    const matrix = cropTransform(detected(face), SIZE_PX);
    const places = face.corners.map((corner) => apply(matrix, corner));
    const wanted = [0, 0, SIZE_PX, 0, SIZE_PX, SIZE_PX, 0, SIZE_PX];
    expect(
      difference(
        places.flatMap(({ x, y }) => [x, y]),
        wanted,
      ).largest,
    ).toBeLessThan(0.001);
  });
});

describe('the graph’s input', () => {
  const { rows } = fixture.enlarge;

  it('is enlarged from 48 to 64 pixels as torch.nn.functional.interpolate does', () => {
    const larger = enlarge(greyPicture(TRAINING_PX), TRAINING_PX, SIZE_PX);
    expect(difference(rowsOf(larger, rows), fixture.enlarge.values).largest).toBeLessThan(0.001);
  });

  it('has the manifest’s mean taken off and is divided by its deviation', async () => {
    const { mean, std, values } = fixture.normalise;
    const graph = new FakeGraph(() => ({ features: float32([1, 1], [0]), logits: float32([1, 2], [0, 0]) }));
    const [first] = fixture.crops;
    if (!first) throw new Error('The fixture has no crops.');
    const encoder = new FaceEncoder(
      { graph, face: { ...faceManifest, mean, std } },
      {
        detector: { look: () => [detected(first)], close: () => undefined },
        cropper: {
          crop: () => enlarge(greyPicture(TRAINING_PX), TRAINING_PX, SIZE_PX),
          close: () => undefined,
        },
      },
    );
    // Only its size is read here; node has no ImageBitmap.
    await encoder.encode({ width: 640, height: 480 } as Picture, 0);
    const asked = graph.asked[0]?.faces;
    expect(asked?.dims).toEqual([1, 1, SIZE_PX, SIZE_PX]);
    expect(difference(rowsOf(asked?.data as Float32Array, rows), values).largest).toBeLessThan(2e-5);
  });
});

const faceManifest: Manifest['face'] = {
  sizePx: SIZE_PX,
  mean: 0,
  std: 1,
  rateHz: 10,
  maxFrames: 36,
  featureSize: 1,
  classes: ['neutral', 'happiness'],
};
