import { expect, it } from 'vitest';
import type { Manifest } from '../../runtime/manifest';
import { FakeGraph, float32 } from '../testing/fake-graph';
import { BLIND, fromDetection, noWebGl, type DetectedFace, type Picture } from './detector';
import { FaceEncoder } from './face-encoder';

const face: Manifest['face'] = {
  sizePx: 2,
  mean: 100,
  std: 50,
  rateHz: 10,
  maxFrames: 36,
  featureSize: 3,
  classes: ['neutral', 'happiness'],
};
// Only its size is read here; node has no ImageBitmap.
const frame = { width: 640, height: 480 } as Picture;

function detected(x: number, side: number): DetectedFace {
  const point = { x, y: 0 };
  return {
    box: { x, y: 0, width: side, height: side },
    score: 0.9,
    leftEye: point,
    rightEye: point,
  };
}

const denseface = () =>
  new FakeGraph(() => ({ features: float32([1, 3], [7, 8, 9]), logits: float32([1, 2], [0, Math.log(3)]) }));

function make(faces: readonly DetectedFace[], graph = denseface()) {
  const log: string[] = [];
  const seen = { faces };
  const encoder = new FaceEncoder(
    { graph, face },
    {
      detector: { look: () => seen.faces, close: () => log.push('detector') },
      cropper: {
        crop: (_, { box }) => {
          log.push(`crop ${String(box.x)}`);
          return Float32Array.of(0, 100, 150, 250);
        },
        close: () => log.push('cropper'),
      },
    },
  );
  return { encoder, graph, log, seen };
}

it('answers all faces, and the expression of the followed one', async () => {
  const { encoder, graph, log } = make([detected(5, 40), detected(300, 90)]);
  const { answer, feature } = await encoder.encode(frame, 1.5);
  expect(feature).toEqual(Float32Array.of(7, 8, 9));
  expect(answer).toMatchObject({ time: 1.5, frameWidth: 640, frameHeight: 480 });
  expect(answer.light?.brightness).toBe(125);
  expect(answer.light?.contrast).toBeCloseTo(90.1, 1);
  expect(answer.faces).toEqual([
    { box: { x: 5, y: 0, width: 40, height: 40 }, score: 0.9, followed: false, expression: null },
    {
      box: { x: 300, y: 0, width: 90, height: 90 },
      score: 0.9,
      followed: true,
      expression: [expect.closeTo(0.25), expect.closeTo(0.75)],
    },
  ]);
  expect(Object.keys(answer.latency)).toEqual(['detect', 'crop', 'expression']);
  expect(log).toEqual(['crop 300']);
  expect(graph.asked[0]?.faces).toEqual(float32([1, 1, 2, 2], [-2, 0, 1, 3]));
});

it('gives no feature without a face', async () => {
  const { encoder, graph } = make([]);
  const { answer, feature } = await encoder.encode(frame, 0);
  expect(feature).toBeNull();
  expect(answer.faces).toEqual([]);
  expect(Object.keys(answer.latency)).toEqual(['detect']);
  expect(graph.asked).toHaveLength(0);
});

it('shows another face, but does not take it for the one out of sight, until reset', async () => {
  const { encoder, seen } = make([detected(0, 50)]);
  await encoder.encode(frame, 0);
  seen.faces = [detected(400, 50)];
  const { answer, feature } = await encoder.encode(frame, 0.1);
  expect(feature).toBeNull();
  expect(answer.faces).toMatchObject([{ followed: false, expression: null }]);
  encoder.reset();
  expect((await encoder.encode(frame, 0.2)).feature).not.toBeNull();
});

it('refuses logits that are not over the manifest classes', async () => {
  const graph = new FakeGraph(() => ({
    features: float32([1, 3], [1, 2, 3]),
    logits: float32([1, 8], new Float32Array(8)),
  }));
  await expect(make([detected(0, 50)], graph).encoder.encode(frame, 0)).rejects.toMatchObject({
    code: 'graph-invalid',
  });
});

it('goes on when the picture is rotated or changes its size between two frames', async () => {
  const { encoder, seen } = make([detected(100, 90)]);
  await encoder.encode(frame, 0);
  seen.faces = [detected(110, 90)];
  const rotated = await encoder.encode({ width: 480, height: 640 } as Picture, 0.1);
  expect(rotated.answer).toMatchObject({ frameWidth: 480, frameHeight: 640 });
  expect(rotated.answer.faces[0]?.followed).toBe(true);
  const grown = await encoder.encode({ width: 1920, height: 1080 } as Picture, 0.2);
  expect(grown.answer).toMatchObject({ frameWidth: 1920, frameHeight: 1080 });
  expect(grown.feature).not.toBeNull();
});

it('closes what it owns', () => {
  const { encoder, log } = make([]);
  encoder.close();
  expect(log).toEqual(['detector', 'cropper']);
});

it('reads MediaPipe detections in pixels, and drops one without eyes', () => {
  const keypoints = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6].map((x) => ({ x, y: x / 2, label: '', score: 1 }));
  const detection = {
    boundingBox: { originX: 5, originY: 10, width: 15, height: 20, angle: 0 },
    categories: [{ score: 0.8, index: 0, categoryName: '', displayName: '' }],
    keypoints,
  };
  const region = { x: 1_000, y: -50, width: 100, height: 200 };
  expect(fromDetection(detection, region, 0.5)).toMatchObject({
    box: { x: 1_010, y: -30, width: 30, height: 40 },
    score: 0.8,
    leftEye: { x: 1_010, y: -40 },
    rightEye: { x: 1_020, y: -30 },
  });
  expect(fromDetection({ ...detection, keypoints: keypoints.slice(0, 1) }, region, 1)).toBeNull();
  expect(fromDetection({ ...detection, boundingBox: undefined }, region, 1)).toBeNull();
});

it('says that WebGL is missing where a worker has none, and then sees nobody', async () => {
  const noFaces = noWebGl({ getContext: () => null });
  expect(noFaces).toMatchObject({
    code: 'capture-unsupported',
    cure: expect.stringContaining('hardware acceleration') as string,
  });
  expect(noWebGl({ getContext: () => ({}) } as unknown as OffscreenCanvas)).toBeNull();
  const cropper = { crop: () => Float32Array.of(), close: () => undefined };
  const blind = new FaceEncoder({ graph: denseface(), face }, { detector: BLIND, cropper, noFaces });
  expect(blind.fork().noFaces).toBe(noFaces);
  const { answer, feature } = await blind.encode(frame, 1);
  expect(answer).toMatchObject({ time: 1, faces: [] });
  expect(feature).toBeNull();
});

it('tells in which frame it turns to somebody else', async () => {
  const [first, second] = [detected(5, 40), detected(300, 90)];
  const { encoder, seen } = make([first]);
  const turned = async (timeS: number) => (await encoder.encode(frame, timeS)).turned;
  expect([await turned(0), await turned(0.1)]).toEqual([false, false]);
  seen.faces = [first, second];
  encoder.follow(second.box);
  expect([await turned(0.2), await turned(0.3)]).toEqual([true, false]);
  encoder.follow(first.box);
  seen.faces = [];
  expect(await turned(0.4)).toBe(true);
});
