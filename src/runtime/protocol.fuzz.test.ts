import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { ERROR_CODES, MemoError } from '../errors';
import type { FaceEncoding } from '../encoders';
import { anyJson, anyNumber, anyText, pcm, pcmPlan } from '../testing/arbitraries';
import { expectDistribution, expectFinite, property } from '../testing/fuzz';
import { Engine } from './engine';
import type { FaceLooker } from './load';
import type { EngineOptions, FromWorker, ToWorker } from './protocol';
import { serve, type Port } from './serve';
import { ASSET_BASE, MANIFEST_URL, making, toyBundle, toyMaker } from './testing/toy-bundle';
import type { WorkerLike } from '../start-worker';
import { WorkerClient } from './worker-client';

const toy = await toyBundle();
const OPTIONS: EngineOptions = {
  ...{ manifestUrl: MANIFEST_URL, assetBase: ASSET_BASE },
  ...{ device: 'wasm', allowSoftwareAdapter: false },
};

const FACE: FaceLooker = {
  encode: (_frame, time): Promise<FaceEncoding> =>
    Promise.resolve({
      answer: { time, faces: [], frameWidth: 8, frameHeight: 6, latency: {} },
      feature: Float32Array.of(1, 2, 3),
      turned: false,
    }),
  fork: () => FACE,
  follow: () => undefined,
  reset: () => undefined,
  close: () => undefined,
};

/** The worker's side of the border, asked by messages alone. */
class Asked implements Port {
  onmessage: Port['onmessage'] = null;
  readonly answers: FromWorker[] = [];
  #settled: () => void = () => undefined;
  #id = 0;

  constructor() {
    const parts = {
      fetch: toy.fetch,
      caches: null,
      engineFiles: toy.engineFiles,
      createMaker: making(toyMaker()),
      createFace: () => Promise.resolve(FACE),
    };
    const host = { gpu: null, isolated: false, cores: 1 };
    const engine = new Engine(() => undefined, { ...parts, host });
    serve(this, (session) => engine.session(session));
  }

  postMessage(message: FromWorker): void {
    this.answers.push(structuredClone(message));
    this.#settled();
  }

  send(data: unknown): void {
    this.onmessage?.({ data } as MessageEvent<ToWorker>);
  }

  /** The one answer to a request. */
  async ask(kind: string, body: unknown): Promise<Extract<FromWorker, { id: number }>> {
    const id = (this.#id += 1);
    this.send({ id, session: 1, kind, body });
    const mine = () => this.answers.filter((answer) => answer.kind !== 'progress' && answer.id === id);
    while (mine().length === 0) await new Promise<void>((settled) => (this.#settled = settled));
    expect(mine()).toHaveLength(1);
    const [answer] = mine();
    this.answers.length = 0;
    return answer as Extract<FromWorker, { id: number }>;
  }
}

async function loaded(): Promise<Asked> {
  const asked = new Asked();
  expect(await asked.ask('load', OPTIONS)).toMatchObject({ ok: true });
  return asked;
}

class Frame {
  static open = 0;
  readonly width = 8;
  readonly height = 6;

  constructor() {
    Frame.open += 1;
  }

  close(): void {
    Frame.open -= 1;
  }
}
const someNumber = fc.oneof(anyNumber, fc.double({ min: 0, max: 100, noNaN: true }));
const text = fc.record({ text: fc.oneof(anyText, anyJson), start: someNumber, end: someNumber });
/** Requests as the page makes them, with what it should not put in. */
const odd = fc.oneof(
  fc.record({ kind: fc.constant('face'), body: fc.record({ time: someNumber }) }),
  fc.record({
    kind: fc.constant('samples'),
    body: fc.record({
      samples: pcmPlan(900),
      sampleRateHz: fc.oneof(fc.constantFrom(16_000, 48_000), anyNumber),
      time: someNumber,
    }),
  }),
  fc.record({ kind: fc.constantFrom('voice', 'estimate'), body: fc.record({ time: someNumber }) }),
  fc.record({ kind: fc.constant('text'), body: fc.record({ texts: fc.array(text, { maxLength: 3 }) }) }),
  fc.record({
    kind: fc.constantFrom('face', 'samples', 'voice', 'estimate', 'text', 'load', 'prompt', 'follow'),
    body: anyJson,
  }),
  fc.record({
    kind: fc.constantFrom('close', 'constructor', 'toString', '__proto__', 'nothing', ''),
    body: anyJson,
  }),
);

describe('the worker', () => {
  /** Loaded once; a reset before each case. */
  let asked: Asked | null = null;

  property(
    'requests with anything in them',
    300,
    [fc.array(odd, { minLength: 1, maxLength: 8 })],
    async (requests) => {
      asked ??= await loaded();
      await asked.ask('reset', {});
      await asked.ask('text', { texts: [{ text: 'hello', start: 0, end: Infinity }] });
      for (const { kind, body } of requests) {
        const given = typeof body === 'object' && body !== null ? { ...body } : body;
        if (kind === 'face' && typeof given === 'object' && given !== null)
          Object.assign(given, { frame: new Frame() });
        if (
          kind === 'samples' &&
          typeof given === 'object' &&
          given !== null &&
          'samples' in given &&
          'length' in Object(given.samples)
        )
          Object.assign(given, { samples: pcm(given.samples as Parameters<typeof pcm>[0]) });
        const answer = await asked.ask(kind, given);
        if (!answer.ok) {
          expect(answer.error.code, `${kind}: ${answer.error.message}`).toBe('input-invalid');
          expect(answer.error.cure).not.toBe('');
        } else if (answer.kind === 'estimate' && answer.body !== null) {
          expectDistribution(answer.body.probabilities);
          expectFinite([answer.body.time]);
        } else if (answer.kind === 'voice') {
          expectFinite([answer.body.time, answer.body.level]);
        }
      }
      await asked.ask('text', { texts: [{ text: 'hello', start: 0, end: Infinity }] });
      await asked.ask('face', { frame: new Frame(), time: 2e12 });
      await asked.ask('samples', {
        samples: new Float32Array(16_000).fill(0.1),
        sampleRateHz: 16_000,
        time: 2e12 - 1,
      });
      expect(await asked.ask('voice', { time: 2e12 })).toMatchObject({ ok: true, body: { speaking: true } });
      expect(Frame.open, 'every frame is closed').toBe(0);
      const last = await asked.ask('estimate', { time: 2e12 });
      const present = { present: true };
      expect(last, 'it goes on as before').toMatchObject({
        ok: true,
        body: { modalities: { text: present, face: present, voice: present } },
      });
    },
  );

  property('messages of any form', 300, [fc.array(anyJson, { maxLength: 4 })], async (messages) => {
    const asked = new Asked();
    for (const message of messages) asked.send(message);
    expect(await asked.ask('reset', {}), 'it goes on answering').toMatchObject({ ok: false });
  });
});

class ScriptedWorker extends EventTarget implements WorkerLike {
  readonly sent: ToWorker[] = [];
  terminate(): void {}
  postMessage(message: unknown): void {
    this.sent.push(message as ToWorker);
  }
  say(data: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
}

describe('WorkerClient', () => {
  const message = fc.oneof(
    anyJson,
    fc.record({
      id: fc.integer({ min: 0, max: 4 }),
      kind: fc.constantFrom('text', 'progress', ''),
      ok: fc.oneof(fc.boolean(), anyJson),
      body: anyJson,
      error: anyJson,
    }),
  );
  property('answers of any form', 400, [fc.array(message, { maxLength: 6 })], async (messages) => {
    const worker = new ScriptedWorker();
    const client = new WorkerClient(worker);
    client.onProgress(() => undefined);
    const faults: unknown[] = [];
    const asked = [1, 2, 3].map(() =>
      client.request('text', { texts: [] }).catch((error: unknown) => void faults.push(error)),
    );
    const uncaught: unknown[] = [];
    const note = (error: unknown) => void uncaught.push(error);
    process.on('uncaughtException', note);
    for (const each of messages) worker.say(each);
    for (const { id, kind } of worker.sent) worker.say({ id, kind, ok: true, body: {} });
    await Promise.all(asked);
    // an EventTarget tells of a listener's error in a tick of its own
    await new Promise((done) => setImmediate(done));
    process.off('uncaughtException', note);
    expect(uncaught).toEqual([]);
    for (const fault of faults) expect(fault).toBeInstanceOf(MemoError);
    client.close();
  });
});

describe('MemoError', () => {
  const thrown = fc.oneof(
    fc.anything({
      withNullPrototype: true,
      withBigInt: true,
      withTypedArray: true,
      withDate: true,
      withMap: true,
    }),
    fc.record({
      code: fc.oneof(fc.constantFrom(...ERROR_CODES), anyText),
      message: fc.oneof(anyText, anyJson),
      cure: fc.oneof(anyText, anyJson),
      cause: anyJson,
    }),
    anyText.map((message) => new TypeError(message)),
    fc.constantFrom('name', 'message').map((key) => Object.assign(new Error('x'), { [key]: Symbol('odd') })),
    fc.constantFrom(Symbol('odd'), Object.create(null), { toString: null, valueOf: null }),
  );
  property('anything that is thrown', 1000, [thrown], (value) => {
    const error = MemoError.from(value);
    expect(ERROR_CODES).toContain(error.code);
    const arrived = MemoError.from(structuredClone(error.toJSON()));
    expect([arrived.code, arrived.message, arrived.cure]).toEqual([error.code, error.message, error.cure]);
    expect(MemoError.from(error)).toBe(error);
  });
});
