/** A moment taken and filled in, through the engine: what is frozen stays, and the heads are fetched when they are needed. */

import { describe, expect, it, vi } from 'vitest';
import type { FaceEncoding } from '../encoders';
import { Engine } from './engine';
import type { FaceLooker } from './load';
import { forked } from './testing/onnx-bytes';
import {
  ASSET_BASE,
  BASE,
  MANIFEST_URL,
  making,
  toyBundle,
  toyMaker,
  withFusionFile,
  withHeads,
  type ToyFaults,
} from './testing/toy-bundle';

const OPTIONS = {
  ...{ manifestUrl: MANIFEST_URL, assetBase: ASSET_BASE },
  ...{ device: 'wasm' as const, allowSoftwareAdapter: false },
};
const HEADS = `${BASE}memobert-heads.onnx`;

const FACE: FaceLooker = {
  encode: (_frame, time): Promise<FaceEncoding> =>
    Promise.resolve({
      answer: {
        time,
        faces: [
          { box: { x: 1, y: 2, width: 3, height: 4 }, score: 0.9, followed: true, expression: [0.25, 0.75] },
        ],
        ...{ frameWidth: 8, frameHeight: 6, latency: {} },
      },
      feature: Float32Array.of(1, 2, 3),
      turned: false,
    }),
  fork: () => FACE,
  follow: () => undefined,
  reset: () => undefined,
  close: () => undefined,
};

async function setUp({
  heads = true,
  fusion,
  ...faults
}: ToyFaults & { heads?: boolean; fusion?: Uint8Array<ArrayBuffer> } = {}) {
  const toy = await toyBundle();
  if (heads) await withHeads(toy);
  if (fusion !== undefined) await withFusionFile(toy, fusion);
  const made: { name: string; bytes: Uint8Array }[] = [];
  const { create, ...others } = toyMaker(faults);
  const maker: ReturnType<typeof toyMaker> = {
    ...others,
    create: (name, bytes, ...how) => {
      made.push({ name, bytes });
      return create(name, bytes, ...how);
    },
  };
  const engine = new Engine(() => undefined, {
    ...{ fetch: toy.fetch, caches: null, engineFiles: toy.engineFiles, createMaker: making(maker) },
    ...{ createFace: () => Promise.resolve(FACE), host: { gpu: null, isolated: false, cores: 2 } },
  });
  const session = engine.session(1);
  await session.load(OPTIONS);
  const fusions = () => made.filter(({ name }) => name === 'memobert').map(({ bytes }) => bytes);
  return { toy, maker, engine, session, fusions };
}

async function seen(session: Awaited<ReturnType<typeof setUp>>['session'], time = 1) {
  await session.face({ frame: { close: () => undefined } as ImageBitmap, time });
  await session.samples({ samples: new Float32Array(16000).fill(0.5), sampleRateHz: 16000, time: time - 1 });
  await session.voice({ time });
  await session.text({ texts: [{ text: 'hello', start: 0, end: Infinity }] });
  return session.estimate({ time });
}

const FACES = { words: [], faces: [0], voice: [] };

describe('the evidence of an estimate', () => {
  it('tells which seconds were looked at', async () => {
    const { session } = await setUp();
    expect((await seen(session))?.evidence).toEqual({
      face: { times: [1], each: 0.1 },
      // four tokens of a quarter of a second
      voice: { times: [0, 0.25, 0.5, 0.75], each: 0.25 },
    });
    // an hour of silence and no face later
    expect((await session.estimate({ time: 3600 }))?.evidence).toEqual({
      face: { times: [], each: 0.1 },
      voice: { times: [], each: 0.25 },
    });
  });
});

describe('a moment', () => {
  it('is what the last estimate was made of, and outlasts what comes after it', async () => {
    const { session } = await setUp();
    await expect(session.moment({})).rejects.toMatchObject({ code: 'moment-missing' });
    await expect(session.fill({ masks: FACES })).rejects.toMatchObject({ code: 'moment-missing' });
    await seen(session);
    expect(await session.moment({})).toEqual({
      time: 1,
      words: ['hello'],
      face: { times: [1], each: 0.1, expressions: [[0.25, 0.75]] },
      voice: { times: [0, 0.25, 0.5, 0.75], each: 0.25 },
      heads: true,
    });
    const before = await session.fill({ masks: FACES });
    await session.reset({});
    await expect(session.moment({})).rejects.toMatchObject({ code: 'moment-missing' });
    expect(await session.fill({ masks: FACES })).toEqual(before);
    expect(before.face).toMatchObject({ frames: 1, classes: ['a', 'b'], own: [0.25, 0.75] });
  });

  it('is not of what was being estimated when another source took its place', async () => {
    const { session } = await setUp();
    await session.text({ texts: [{ text: 'hello', start: 0, end: Infinity }] });
    const estimating = session.estimate({ time: 1 });
    await Promise.resolve();
    await session.reset({});
    expect(await estimating).not.toBeNull();
    await expect(session.moment({})).rejects.toMatchObject({ code: 'moment-missing' });
  });

  it('says that its script cannot be fetched; the next one tries again', async () => {
    const { session } = await setUp();
    await seen(session);
    vi.doMock('./playground', () => {
      throw new TypeError('Failed to fetch dynamically imported module');
    });
    await expect(session.moment({})).rejects.toMatchObject({ code: 'file-missing' });
    vi.doUnmock('./playground');
    expect(await session.moment({})).toMatchObject({ time: 1 });
  });

  it('can be taken and filled in after the sound was forgotten', async () => {
    const { session } = await setUp();
    await seen(session);
    await session.forget({});
    expect(await session.moment({})).toMatchObject({ time: 1, voice: { times: [0, 0.25, 0.5, 0.75] } });
    await session.forget({});
    expect(await session.fill({ masks: { words: [], faces: [], voice: [1] } })).toMatchObject({
      voice: { tokens: 1 },
    });
  });

  it('of another session is another', async () => {
    const { engine, session } = await setUp();
    await seen(session);
    await session.moment({});
    await expect(engine.session(2).fill({ masks: FACES })).rejects.toMatchObject({ code: 'moment-missing' });
  });
});

describe('the heads', () => {
  it('are fetched, checked and opened at the first asking, once', async () => {
    const { session, toy, maker } = await setUp();
    await seen(session);
    await session.moment({});
    expect(toy.asked).not.toContain(HEADS);
    await Promise.all([session.fill({ masks: FACES }), session.fill({ masks: { ...FACES, voice: [1] } })]);
    expect(toy.asked.filter((url) => url === HEADS)).toHaveLength(1);
    expect(maker.open).toContain('memobert-heads');
  });

  it('that are not there or damaged fail the filling alone; asked again, they are fetched again', async () => {
    const { session, toy } = await setUp();
    await seen(session);
    await session.moment({});
    const whole = toy.files.get(HEADS)!;
    toy.files.delete(HEADS);
    await expect(session.fill({ masks: FACES })).rejects.toMatchObject({ code: 'file-missing' });
    toy.files.set(HEADS, Uint8Array.of(7));
    await expect(session.fill({ masks: FACES })).rejects.toMatchObject({ code: 'model-integrity' });
    toy.files.set(HEADS, whole);
    expect((await session.fill({ masks: FACES })).face?.frames).toBe(1);
    expect(await session.estimate({ time: 1 })).not.toBeNull();
  });

  it('that compute something else are not used', async () => {
    const { session } = await setUp({ wrong: { name: 'memobert-heads', everywhere: true } });
    await seen(session);
    await session.moment({});
    await expect(session.fill({ masks: FACES })).rejects.toMatchObject({ code: 'golden-mismatch' });
  });

  it('of a bundle without: words alone are filled in', async () => {
    const { session } = await setUp({ heads: false });
    await seen(session);
    expect(await session.moment({})).toMatchObject({ heads: false });
    const filling = await session.fill({ masks: { words: [0], faces: [0], voice: [0] } });
    expect([filling.words.length, filling.face, filling.voice]).toEqual([1, null, null]);
  });
});

describe('the graph that tells all hidden states', () => {
  it('is made when faces or voice are filled in first, of the same file; estimates run without', async () => {
    const { session, fusions } = await setUp({ fusion: forked });
    await seen(session);
    await session.moment({});
    await session.fill({ masks: { ...FACES, words: [0], faces: [] } });
    expect(fusions()).toHaveLength(1);
    expect(fusions()[0]).not.toEqual(forked);
    await session.fill({ masks: FACES });
    await session.fill({ masks: FACES });
    expect(fusions()).toHaveLength(2);
    expect(fusions()[1]).toEqual(forked);
  });

  it('is the one of estimates in a file that can do without nothing', async () => {
    const { session, fusions } = await setUp();
    await seen(session);
    await session.moment({});
    await session.fill({ masks: FACES });
    expect(fusions()).toHaveLength(1);
  });
});
