/** Requests of several sessions in any order and at once, of graphs that answer late, fail, or are lost with their GPU. */

import fc from 'fast-check';
import { expect } from 'vitest';
import { MemoError } from '../errors';
import { expectDistribution, outcome, property } from '../testing/fuzz';
import { Engine } from './engine';
import { gpuLost } from './gpu-loss';
import type { Handlers } from './session';
import { FakeFace, newFrame, OPTIONS, speech } from './testing/engine-set-up';
import { making, toyBundle, toyMaker, withHeads } from './testing/toy-bundle';

const toy = await toyBundle();
await withHeads(toy);

const LABELS = [null, ['sad', 'happy'], ['hello', 'sad'], ['happy']] as const;

const of = <const K extends string>(weight: number, ...kinds: K[]) => ({
  ...{
    weight,
    arbitrary: fc.record({ kind: fc.constantFrom(...kinds), session: fc.nat(1), labels: fc.nat(3) }),
  },
});
const ACTIONS = fc.oneof(
  of(6, 'estimate', 'text'),
  of(3, 'moment', 'reset'),
  of(3, 'face', 'samples', 'voice', 'prompt'),
  of(3, 'fill', 'forget', 'release', 'load', 'part', 'memory', 'follow'),
  of(5, 'answer', 'turn'),
  of(1, 'settle', 'fail', 'lose'),
);
type Action = typeof ACTIONS extends fc.Arbitrary<infer T> ? T : never;
type Kind = Exclude<Action['kind'], 'answer' | 'turn' | 'settle' | 'fail' | 'lose'>;

/** What holds in a session as far as its page has been told. */
interface Known {
  /** Labels of the last prompt that was answered; null while one is under way. */
  labels: string | null;
  prompts: number;
  /** Raised by each reset, and when the session ends. */
  source: number;
  /** Estimates asked for since, and answered; a moment is of one of them. */
  estimates: number;
}

const fresh = (source = 0): Known => ({ labels: 'happy,sad', prompts: 0, source, estimates: 0 });

class World {
  readonly maker = toyMaker();
  readonly frames: ReturnType<typeof newFrame>[] = [];
  readonly known = [fresh(), fresh()];
  readonly wrong: string[] = [];
  lost = false;
  holds = false;
  time = 0;
  readonly engine: Engine;
  readonly #runs: ((error?: MemoError) => void)[] = [];
  readonly #under = new Set<Promise<unknown>>();

  constructor() {
    const { maker } = this;
    const create: typeof maker.create = async (...how) => {
      const graph = await maker.create(...how);
      return { ...graph, run: (...given) => this.#turn().then(() => graph.run(...given)) };
    };
    this.engine = new Engine(() => undefined, {
      ...{ fetch: toy.fetch, caches: null, engineFiles: toy.engineFiles },
      host: { gpu: null, isolated: false, cores: 1 },
      createMaker: making({ ...maker, create }),
      createFace: () => Promise.resolve(new FakeFace()),
    });
  }

  /** A graph's run waits for its answer. */
  #turn(): Promise<void> {
    if (this.lost) return Promise.reject(gpuLost(''));
    if (!this.holds) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#runs.push((error) => (error === undefined ? resolve() : reject(error)));
    });
  }

  answer(error?: MemoError): void {
    this.#runs.shift()?.(error);
  }

  /** The GPU goes: whatever runs fails, and whatever is asked from then on. */
  lose(): void {
    this.lost = true;
    while (this.#runs.length > 0) this.answer(gpuLost(''));
  }

  /** Each is answered once, or refused with a MemoError; what it is answered with goes to `check`. */
  ask<K extends keyof Handlers>(
    session: number,
    kind: K,
    body: Parameters<Handlers[K]>[0],
    check: (answer: Awaited<ReturnType<Handlers[K]>>) => void = () => undefined,
  ): void {
    const handler = this.engine.session(session)[kind] as (body: unknown) => ReturnType<Handlers[K]>;
    const asked = outcome(() => handler(body)).then((result) => {
      if ('value' in result) check(result.value as Awaited<ReturnType<Handlers[K]>>);
    });
    const noted: Promise<unknown> = asked
      .catch((error: unknown) => this.wrong.push(`${kind}: ${String(error)}`))
      .finally(() => this.#under.delete(noted));
    this.#under.add(noted);
  }

  /** Everything that is under way is answered; nothing hangs. */
  async settle(): Promise<void> {
    // files are hashed on another thread, and scripts come late: 5000 turns without a run are none to come
    for (let quiet = 0; quiet < 5000 && this.#under.size > 0; quiet += 1) {
      if (this.#runs.length > 0) quiet = 0;
      while (this.#runs.length > 0) this.answer();
      await new Promise(setImmediate);
    }
    expect(this.#under.size, 'requests that hang').toBe(0);
  }
}

async function act(world: World, action: Action): Promise<void> {
  const { kind } = action;
  if (kind === 'answer') world.answer();
  else if (kind === 'turn') await new Promise(setImmediate);
  else if (kind === 'settle') await world.settle();
  else if (kind === 'fail') world.answer(new MemoError('graph-invalid', 'it failed', 'none'));
  else if (kind === 'lose') world.lose();
  else ask(world, kind, action.session, action.labels);
}

function ask(world: World, kind: Kind, session: number, labels: number): void {
  const time = (world.time += 0.1);
  const known = world.known[session] ?? fresh();
  const { source } = known;
  if (kind === 'load') world.ask(session, kind, OPTIONS);
  if (kind === 'part') world.ask(session, kind, { role: 'face' });
  if (kind === 'text') world.ask(session, kind, { texts: [{ text: 'hello', start: 0, end: Infinity }] });
  if (kind === 'samples') world.ask(session, kind, speech(time));
  if (kind === 'voice') world.ask(session, kind, { time });
  if (kind === 'follow') world.ask(session, kind, { box: { x: 0, y: 0, width: 1, height: 1 } });
  if (kind === 'fill') world.ask(session, kind, { masks: { words: [], faces: [], voice: [] } });
  if (kind === 'memory' || kind === 'forget') world.ask(session, kind, {});
  if (kind === 'face') {
    const frame = newFrame();
    world.frames.push(frame);
    world.ask(session, kind, { frame, time });
  }
  if (kind === 'estimate') {
    world.ask(session, kind, { time }, (estimate) => {
      if (estimate === null) return;
      expectDistribution(estimate.probabilities);
      if (world.known[session] === known && source === known.source) known.estimates += 1;
      // whoever was told of a prompt takes what comes from then on for one of it
      const told = estimate.labels.join();
      if (known.labels !== null && told !== known.labels) world.wrong.push(`${told}, not ${known.labels}`);
    });
  }
  if (kind === 'moment') {
    const { estimates } = known;
    world.ask(session, kind, {}, () => {
      // nothing of this source was estimated when it was asked for, nor since
      if (source === known.source && estimates === 0 && known.estimates === 0)
        world.wrong.push('a moment of another source');
    });
  }
  if (kind === 'prompt') {
    const words = LABELS[labels] ?? null;
    known.prompts += 1;
    const { prompts } = known;
    known.labels = null;
    world.ask(session, kind, { prompt: null, labels: words }, (answer) => {
      if (prompts === known.prompts) known.labels = answer.labels.join();
    });
  }
  if (kind === 'reset') {
    world.ask(session, kind, {});
    Object.assign(known, { source: source + 1, estimates: 0 });
  }
  if (kind === 'release') {
    world.ask(session, kind, {});
    world.known[session] = fresh(source + 1);
  }
}

// scripts that come late take long the first time
await import('./playground');
await new World().engine.session(0).load(OPTIONS);

property(
  'requests of two sessions in any order, of graphs that answer late or fail',
  40,
  [fc.boolean(), fc.array(ACTIONS, { maxLength: 40, size: 'max' })],
  async (loaded, actions) => {
    const world = new World();
    if (loaded) await world.engine.session(0).load(OPTIONS);
    world.holds = true;
    for (const action of actions) await act(world, action);
    await world.settle();
    expect(world.wrong).toEqual([]);
    expect(world.frames.filter(({ closed }) => !closed)).toEqual([]);
    // all is well again
    world.holds = false;
    if (world.lost) return; // that takes a fresh worker
    await world.engine.session(9).load(OPTIONS);
    await world.engine.session(9).text({ texts: [{ text: 'hello', start: 0, end: Infinity }] });
    expect((await world.engine.session(9).estimate({ time: 1 }))?.labels).toEqual(['happy', 'sad']);
    expect(world.maker.open.size).toBeGreaterThanOrEqual(4);
  },
);
