/**
 * The worker's side by messages alone, in any order: loads that fail or fall from WebGPU to WebAssembly, graphs of the playground, an ONNX
 * Runtime that answers late, fails, cannot give back, or loses its GPU.
 */

import fc from 'fast-check';
import { afterAll, expect, vi } from 'vitest';
import type { ErrorCode } from '../errors';
import { scriptMissing } from '../late-script';
import { expectDistribution, property } from '../testing/fuzz';
import { Engine } from './engine';
import type { FaceLooker, LoadParts } from './load';
import { Models } from './models';
import type { FromWorker, RequestKind, Requests, ToWorker } from './protocol';
import { serve, type Port } from './serve';
import { DrawnFace, DrawnFaces } from './testing/drawn-face';
import { DrawnOrts } from './testing/drawn-ort';
import { loaded, newFrame, OPTIONS, speech } from './testing/engine-set-up';
import { forked } from './testing/onnx-bytes';
import { BASE, setManifest, toyBundle, withFusionFile, withHeads } from './testing/toy-bundle';

/** All models that were begun, so that the test can close them: the engine has no end of its own but the worker's. */
const begun = vi.spyOn(Models.prototype, 'face');
afterAll(() => begun.mockRestore());

const ADAPTER = {
  info: { vendor: 'acme', architecture: 'x', device: '', description: '' },
  features: new Set() as GPUSupportedFeatures,
} as GPUAdapter;

/** @param lean its file of MEmoBERT can do without what is for masks */
async function bundle(lean: boolean) {
  const toy = await toyBundle();
  const manifest = await withHeads(toy);
  // labels that the face's classes have words for
  setManifest(toy, { ...manifest, face: { ...manifest.face, classes: ['happiness', 'sadness'] } });
  if (lean) await withFusionFile(toy, forked);
  return toy;
}
const TOYS = [await bundle(false), await bundle(true)];

/** What an answer that is an error may say, whatever was asked in whatever order. */
const CODES: readonly ErrorCode[] = [
  ...(['input-invalid', 'aborted', 'moment-missing', 'file-missing', 'graph-invalid'] as const),
  ...(['label-invalid', 'golden-mismatch', 'device-gpu-lost', 'backend-unavailable'] as const),
];

/** Until a moment can be filled in. */
const BEGINNINGS = ['load', 'samples', 'voice', 'face', 'text', 'estimate', 'moment'] as const;

/** Most are well. */
const seldom = <T>(fault: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fault });

const FAULTS = fc.record({
  gpu: fc.boolean(),
  lean: fc.boolean(),
  /** What was asked for, and answered where it could be, before the actions. */
  begun: fc.constantFrom(0, 1, ...Array<number>(3).fill(BEGINNINGS.length)),
  wrong: seldom(
    fc.record({
      name: fc.constantFrom('denseface', 'wav2vec2', 'memobert', 'memobert-heads'),
      everywhere: fc.boolean(),
    }),
  ),
  missing: seldom(
    fc.constantFrom(...['memobert.onnx', 'memobert-heads.onnx', 'tokenizer.json', 'wav2vec2.onnx']),
  ),
  /** Cannot be given back. */
  stuck: seldom(
    fc.constantFrom('denseface', 'denseface-light', 'wav2vec2', 'speech-gate', 'memobert', 'face'),
  ),
  /** The face's detector cannot be made. */
  blind: seldom(fc.constant(true)),
  /** Closed without waiting for what is under way. */
  abrupt: fc.boolean(),
});
type Faults = typeof FAULTS extends fc.Arbitrary<infer T> ? T : never;

const of = <const K extends string>(weight: number, ...kinds: K[]) => ({
  ...{ weight, arbitrary: fc.record({ kind: fc.constantFrom(...kinds), which: fc.nat(3) }) },
});
const ACTIONS = fc.oneof(
  of(3, 'load', 'part', 'face', 'estimate'),
  of(2, 'samples', 'voice', 'text', 'prompt'),
  of(3, 'moment', 'fill', 'fill'),
  of(1, 'forget', 'reset', 'release', 'memory', 'follow', 'unknown'),
  of(6, 'some', 'some', 'some', 'settle'),
  of(1, 'fail', 'lose', 'mend'),
);
type Action = typeof ACTIONS extends fc.Arbitrary<infer T> ? T : never;
type Kind = Extract<Action['kind'], RequestKind | 'unknown'>;

class World implements Port {
  onmessage: Port['onmessage'] = null;
  readonly orts: DrawnOrts;
  readonly faces: DrawnFaces[] = [];
  readonly frames: ReturnType<typeof newFrame>[] = [];
  readonly wrong: string[] = [];
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
  /** What was asked for and not answered, by number. */
  readonly asked = new Map<number, { readonly kind: string; readonly body: unknown }>();
  /** The backend that the load's answer told; null before. */
  loadedOn: string | null = null;
  last: FromWorker | null = null;
  #blind: true | null;
  #ids = 0;
  #time = 0;

  constructor({ gpu, lean, wrong, missing, stuck, blind }: Faults) {
    const toy = TOYS[Number(lean)] ?? TOYS[0]!;
    this.files = new Map(toy.files);
    if (missing !== null) this.files.delete(BASE + missing);
    this.orts = new DrawnOrts(wrong === null ? {} : { wrong });
    this.orts.stuck = stuck;
    this.#blind = blind;
    const parts: LoadParts = {
      ...{ caches: null, engineFiles: toy.engineFiles },
      fetch: (url) => {
        const body = this.files.get(String(url));
        return Promise.resolve(new Response(body ?? null, { status: body ? 200 : 404 }));
      },
      host: {
        gpu: gpu ? { requestAdapter: () => Promise.resolve(ADAPTER) } : null,
        ...{ isolated: false, cores: 2 },
      },
      createMaker: (backend) => Promise.resolve(this.orts.maker(backend)),
      createFace: async ({ graph }): Promise<FaceLooker> => {
        await Promise.resolve();
        if (this.#blind !== null) throw scriptMissing();
        const faces = new DrawnFaces(graph, this.orts.stuck === 'face');
        this.faces.push(faces);
        return new DrawnFace(faces);
      },
    };
    const engine = new Engine((progress) => this.postMessage({ kind: 'progress', progress }), parts);
    serve(this, (session) => engine.session(session));
    this.mend = () => {
      for (const [url, content] of toy.files) this.files.set(url, content);
      this.#blind = null;
      this.orts.mend();
    };
  }

  /** All is well from now on, but what is lost. */
  readonly mend: () => void;

  postMessage(message: FromWorker): void {
    const sent = structuredClone(message);
    if (sent.kind === 'progress') return;
    const asked = this.asked.get(sent.id);
    if (asked?.kind !== sent.kind) this.wrong.push(`an answer to ${sent.kind} that nobody asked for`);
    this.asked.delete(sent.id);
    this.last = sent;
    if (sent.ok) checkAnswer(this, sent, asked?.body);
    else {
      const { code, message: said, cure } = sent.error;
      if (!CODES.includes(code) || cure === '') this.wrong.push(`${sent.kind}: ${code} ${said}`);
    }
  }

  ask(session: number, kind: string, body: unknown): void {
    const id = (this.#ids += 1);
    this.asked.set(id, { kind, body });
    this.onmessage?.({ data: { id, session, kind, body } } as MessageEvent<ToWorker>);
  }

  request(kind: Kind, which: number): void {
    const time = (this.#time += 0.1);
    const session = which === 2 ? 1 : 0;
    if (kind === 'face') {
      const frame = newFrame();
      this.frames.push(frame);
      this.ask(session, kind, { frame, time });
    } else this.ask(session, kind, bodyOf(kind, which, time));
  }

  /** A load is under way: nobody has what it opens. */
  get loads(): boolean {
    return [...this.asked.values()].some(({ kind }) => kind === 'load');
  }

  async turns(): Promise<void> {
    this.orts.turn += 1;
    await new Promise(setImmediate);
  }

  /** Everything is answered, and `besides` done; nothing hangs. */
  async settle(besides: Promise<unknown> = Promise.resolve()): Promise<void> {
    let done = false;
    void besides.then(() => (done = true));
    // files are hashed on another thread, and scripts come late
    for (let quiet = 0; quiet < 5000 && (this.asked.size > 0 || !done); quiet += 1) {
      if (this.orts.waiting > 0) quiet = 0;
      while (this.orts.waiting > 0) this.orts.end();
      await this.turns();
    }
    const hanging = [...this.asked.values()].map(({ kind }) => kind);
    expect({ hanging, done }).toEqual({ hanging: [], done: true });
  }

  check(): void {
    expect([...this.wrong, ...this.orts.wrong]).toEqual([]);
    expect(unheard.splice(0), 'rejections that nobody hears').toEqual([]);
    expect(this.orts.twice, 'made twice at once').toEqual([]);
  }

  /** Whether what the last load opened can be used for this: open, or closed a moment ago. */
  serves(role: string, backend: string): boolean {
    const { contexts, sessions, turn } = this.orts;
    const context = contexts.at(-1);
    if (context?.backend !== backend) return false;
    return sessions.some(
      ({ name, context: its, released, releasedAt }) =>
        its === context &&
        (role === 'voice' ? name === 'speech-gate' : name.startsWith('denseface')) &&
        (released === 0 || releasedAt >= turn - 1),
    );
  }
}

const MASKS = [
  { words: [], faces: [], voice: [] },
  { words: [0], faces: [0], voice: [] },
  { words: [], faces: [0], voice: [0] },
  { words: [99], faces: [], voice: [] },
];
const PROMPTS: readonly Requests['prompt']['request'][] = [
  { prompt: null, labels: null },
  { prompt: 'hello [MASK]', labels: ['sad', 'hello'] },
  { prompt: null, labels: ['hello', 'sad'] },
  { prompt: null, labels: ['happy'] },
];

function bodyOf(kind: Exclude<Kind, 'face'>, which: number, time: number): unknown {
  if (kind === 'load') return OPTIONS;
  if (kind === 'part') return { role: which < 2 ? 'face' : 'voice' };
  if (kind === 'text') return { texts: [{ text: 'hello', start: 0, end: Infinity }] };
  if (kind === 'samples') return speech(time - 1);
  if (kind === 'follow') return { box: { x: 0, y: 0, width: 1, height: 1 } };
  if (kind === 'fill') return { masks: MASKS[which] };
  if (kind === 'prompt') return PROMPTS[which];
  return kind === 'voice' || kind === 'estimate' ? { time } : {};
}

/** Of the kind that was asked for, and of the model there is. */
function checkAnswer(world: World, answer: Extract<FromWorker, { ok: true }>, asked: unknown): void {
  const { kind, body } = answer;
  const wrong = (what: string) => world.wrong.push(`${kind}: ${what}`);
  if (kind === 'load' || kind === 'part') {
    const { manifest, backend } = body;
    if (manifest.name !== 'toy') wrong('another manifest');
    if (world.loadedOn !== null && backend.name !== world.loadedOn) wrong(`${backend.name} after the load`);
    if (kind === 'load') world.loadedOn = backend.name;
    const { role } = kind === 'part' ? (asked as { role: string }) : { role: 'voice' };
    if (!world.serves(role, backend.name)) wrong(`no ${role} on ${backend.name}`);
  } else if (kind === 'face') {
    if (body.time !== (asked as { time: number }).time) wrong('of another time');
  } else if (kind === 'voice') {
    // of the end of what was heard
    if (!(body.time <= (asked as { time: number }).time + 1)) wrong('of a time to come');
  } else if (kind === 'estimate' && body !== null) {
    expectDistribution(body.probabilities);
    if (world.loadedOn !== null && body.backend !== world.loadedOn) wrong(`on ${body.backend}`);
    if (body.time !== (asked as { time: number }).time) wrong('of another time');
  } else if (kind === 'memory') {
    if (world.loadedOn !== null && (body.gpu === null) !== (world.loadedOn === 'wasm'))
      wrong('of another backend');
  } else if (kind === 'moment' && !Number.isFinite(body.time)) wrong('of no time');
  else if (kind === 'prompt' && body.labels.length < 2) wrong('without labels');
}

async function act(world: World, { kind, which }: Action): Promise<void> {
  const { orts } = world;
  if (kind === 'settle') await world.settle();
  else if (kind === 'mend') world.mend();
  else if (kind === 'fail') orts.fail();
  else if (kind === 'lose') {
    if (which === 0) orts.lose();
  } else if (kind === 'some') {
    for (let step = 0; step < 1 + 3 * which; step += 1) {
      orts.end();
      await world.turns();
    }
  } else world.request(kind, which);
}

/** Whatever happened, a load and an estimate work. */
async function expectWell(world: World): Promise<void> {
  world.mend();
  for (const [kind, body] of [
    ['load', OPTIONS],
    ['text', bodyOf('text', 0, 0)],
    ['estimate', { time: 1 }],
  ] as const) {
    world.ask(9, kind, body);
    await world.settle();
    expect(world.last, kind).toMatchObject({ kind, ok: true });
  }
}

/** Everything that was made is given back, once. */
async function expectClosed(world: World): Promise<void> {
  await world.settle(Promise.all(begun.mock.contexts.map((models) => (models as Models).close())));
  for (const faces of world.faces) if (faces.closes === 0) faces.close();
  world.check();
  const open = world.orts.sessions.filter(({ released }) => released !== 1);
  expect(open.map(({ name, context }) => `${name} on ${context.backend}`)).toEqual([]);
  expect(world.faces.filter(({ closes }) => closes > 1)).toEqual([]);
  expect(world.faces.flatMap(({ rings }) => rings).filter(({ open }) => open)).toEqual([]);
  expect(world.frames.filter(({ closed }) => !closed)).toEqual([]);
  if (!world.orts.lost) expect(world.orts.tensors.size, 'tensors that nobody disposed').toBe(0);
}

const unheard: unknown[] = [];
const note = (error: unknown) => void unheard.push(error);
process.on('unhandledRejection', note);
afterAll(() => process.off('unhandledRejection', note));

// scripts that come late take long the first time
await import('./playground');
await import('./ort-on-gpu');
await loaded();

property(
  'requests in any order, of an ONNX Runtime that answers late, fails, or loses its GPU',
  35,
  [FAULTS, fc.array(ACTIONS, { maxLength: 40, size: 'max' })],
  async (faults, actions) => {
    begun.mockClear();
    const world = new World(faults);
    for (const kind of BEGINNINGS.slice(0, faults.begun)) {
      world.request(kind, 0);
      await world.settle();
    }
    world.check();
    for (const action of actions) {
      await act(world, action);
      world.check();
    }
    const abrupt = faults.abrupt && !world.loads;
    if (!abrupt) await world.settle();
    if (!abrupt && !world.orts.lost) await expectWell(world);
    await expectClosed(world);
  },
);
