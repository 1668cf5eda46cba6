/**
 * A recogniser in a world where anything may come in any order: what visitors do, what arrives late or not at all, workers that
 * fail and die, tracks that end, a network that goes. Every action is small; whether what follows from it happens before the
 * next one is an action of its own.
 */

import type { SampleChunk, Source } from '../../capture';
import { MemoError, type ErrorCode } from '../../errors';
import type { RequestKind, Requests } from '../../runtime/protocol';
import type { RequestOptions } from '../../runtime/worker-client';
import type { Recogniser } from '../recogniser';
import { estimateAt, FakeClient, healthyAnswers } from './fake-client';
import { FakeReader } from './fake-reader';
import { chunk, FakeSource } from './fake-source';
import { settled } from './manual-clock';
import { setUp } from './set-up';

/** What may wait for an answer; the others are answered at once. */
export const WAITING: readonly RequestKind[] = [
  'load',
  'part',
  'reset',
  'face',
  'samples',
  'voice',
  'text',
  'estimate',
  'prompt',
  'moment',
  'fill',
  'follow',
];

const OWN = { prompt: 'I am [MASK].', labels: ['happy', 'sad'] };
/** What a worker may answer with that is not the answer. */
const FAULTS: readonly ErrorCode[] = ['worker-lost', 'internal', 'device-gpu-lost', 'file-missing'];
const FILES = [new Blob(['a']), new Blob(['bc'])];

/** Ends as a worker does: nothing is answered after it, and what is no longer wanted rejects at once. */
export class RandomClient extends FakeClient {
  #ended: MemoError | null = null;
  #prompted: Requests['prompt']['answer'] = OWN;

  constructor(waits: ReadonlySet<RequestKind>) {
    const atOnce = ([kind]: [string, unknown]) => !waits.has(kind as RequestKind);
    super(Object.fromEntries(Object.entries(healthyAnswers()).filter(atOnce)));
  }

  override request<K extends RequestKind>(
    kind: K,
    body: Requests[K]['request'],
    { signal, transfer = [] }: RequestOptions = {},
  ): Promise<Requests[K]['answer']> {
    const refused = this.#ended ?? (signal?.aborted ? unwanted() : null);
    // closed by whoever has it: the worker, or where it could not be sent, the client
    for (const item of transfer) if ('close' in item) void item.close();
    if (refused !== null) return Promise.reject(refused);
    const answer = super.request(kind, body).then((given) => this.#read(kind, body, given));
    if (signal === undefined) return answer;
    const over = new AbortController();
    const left = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(unwanted()), { signal: over.signal });
    });
    return Promise.race([answer, left]).finally(() => over.abort());
  }

  override die(error?: MemoError): void {
    if (this.#ended !== null) return;
    this.#ended = error ?? new MemoError('worker-lost', 'It ended.', 'Press Start again.');
    super.die(this.#ended);
  }

  override close(options?: { readonly retire?: boolean }): void {
    this.#ended ??= unwanted();
    super.close(options);
  }

  /** As it reads now. */
  get labels(): readonly string[] {
    return this.#prompted.labels;
  }

  get ended(): boolean {
    return this.#ended !== null;
  }

  /** Of its own accord, as a healthy one would. @returns whether anything waited */
  answerOne(kind: RequestKind): boolean {
    const asked = this.waiting(kind)[0];
    if (asked === undefined) return false;
    this.take(kind);
    const rule = healthyAnswers()[kind] as ((body: unknown) => never) | undefined;
    if (rule === undefined) asked.fail(new MemoError('aborted', 'No part comes.', 'Wait.'));
    else asked.answer(rule(asked.body));
    return true;
  }

  /** The vocabulary, and by which prompt it reads. */
  #read<K extends RequestKind>(kind: K, body: Requests[K]['request'], given: Requests[K]['answer']) {
    if (kind === 'prompt') {
      const { prompt, labels } = body as Requests['prompt']['request'];
      if (labels?.includes('xyzzy')) throw new MemoError('label-invalid', 'It is no word.', 'Take another.');
      this.#prompted = { prompt: prompt ?? OWN.prompt, labels: labels ?? OWN.labels };
      return this.#prompted as Requests[K]['answer'];
    }
    if (kind !== 'estimate' || given === null) return given;
    const { labels } = this.#prompted;
    const { time } = body as Requests['estimate']['request'];
    return {
      ...estimateAt(time),
      labels,
      probabilities: labels.map(() => 1 / labels.length),
    } as typeof given;
  }
}

function unwanted(): MemoError {
  return new MemoError('aborted', 'The answer is no longer wanted.', 'Nothing needs to be done.');
}

class RandomSource extends FakeSource {
  override readonly kind;
  readonly reader?: FakeReader;

  constructor(nowMs: () => number, kind: Source['kind'], read: boolean) {
    super(nowMs);
    this.kind = kind;
    if (read) this.reader = new FakeReader(1);
  }
}

export class RandomWorld {
  readonly #parts;
  readonly recogniser: Recogniser;
  readonly sources: RandomSource[] = [];
  /** Those that an action brought about and that nothing has settled. */
  readonly unsettled = new Map<Promise<unknown>, string>();
  /** Told by an event. */
  readonly errors: MemoError[] = [];
  /** What rejected with no MemoError, or one without a cure. */
  readonly oddities: unknown[] = [];
  readonly #openings: { kind: Source['kind']; arrive(source: Source): void; fail(error: MemoError): void }[] =
    [];
  /** Actions so far. */
  readonly done: string[] = [];
  #picks = 0;

  constructor(waits: readonly RequestKind[]) {
    const open = (kind: Source['kind']) => (_a: unknown, b: unknown, c?: unknown) =>
      new Promise<Source>((arrive, fail) => {
        const signal = (kind === 'file' ? c : b) as AbortSignal;
        if (signal.aborted) fail(unwanted());
        else this.#openings.push({ kind, arrive, fail });
      });
    const sources = {
      devices: open('devices'),
      actor: open('actor'),
      file: open('file'),
      stream: open('stream'),
    };
    this.#parts = setUp(() => new RandomClient(new Set(waits)), {}, sources as never);
    this.recogniser = this.#parts.recogniser;
    this.recogniser.addEventListener('error', ({ detail }) => this.errors.push(detail));
  }

  get clients(): readonly RandomClient[] {
    return this.#parts.clients as RandomClient[];
  }

  get openings(): number {
    return this.#openings.length;
  }

  /** Not closed yet. */
  get open(): readonly RandomSource[] {
    return this.sources.filter(({ closes }) => closes === 0);
  }

  /** In the same turn as what was before, unless it is one of those that wait. */
  do(action: string, pick: number): void | Promise<void> {
    this.#picks = pick;
    this.done.push(action);
    const { recogniser } = this;
    const step = this.#visitor[action];
    if (step !== undefined) {
      try {
        const done = step.call(this, recogniser);
        if (done instanceof Promise) this.#watch(action, done);
      } catch (error) {
        this.#check(action, error);
      }
    } else return this.#around[action]!.call(this);
  }

  /** All arrives and is answered, until nothing is on its way. */
  async drain(): Promise<void> {
    this.#parts.page.set({ hidden: false, online: true });
    for (let round = 0; round < 60; round += 1) {
      await settled();
      let came = false;
      while (this.#arrive(0)) came = true;
      for (const client of this.clients)
        for (const kind of WAITING) while (client.answerOne(kind)) came = true;
      if (!came && this.unsettled.size === 0) break;
      await this.#parts.clock.advance(50);
    }
    await settled();
  }

  /** Time passes, and what is asked is answered. */
  async live(ms: number): Promise<void> {
    for (let gone = 0; gone < ms; gone += 50) {
      await this.#parts.clock.advance(50);
      for (const client of this.clients) for (const kind of WAITING) while (client.answerOne(kind));
    }
    await settled();
  }

  #watch(action: string, done: Promise<unknown>): void {
    this.unsettled.set(done, action);
    done.then(
      () => this.unsettled.delete(done),
      (error: unknown) => {
        this.unsettled.delete(done);
        this.#check(action, error);
      },
    );
  }

  #check(action: string, error: unknown): void {
    if (!(error instanceof MemoError) || error.cure.trim() === '') this.oddities.push([action, error]);
  }

  #of<T>(list: readonly T[]): T | undefined {
    return list[this.#picks % Math.max(1, list.length)];
  }

  #arrive(pick: number): boolean {
    if (this.#openings.length === 0) return false;
    const [opening] = this.#openings.splice(pick % this.#openings.length, 1);
    const source = new RandomSource(
      () => this.#parts.clock.now(),
      opening!.kind,
      opening!.kind === 'file' && pick % 2 === 0,
    );
    this.sources.push(source);
    opening!.arrive(source);
    return true;
  }

  #live(step: (source: RandomSource) => void): void {
    const source = this.#of(this.open);
    if (source !== undefined) step(source);
  }

  readonly #visitor: Readonly<Record<string, (to: Recogniser) => unknown>> = {
    start: (to) => to.start(this.#of([undefined, { camera: true, microphone: false }])),
    actor: (to) => to.startActor(),
    stream: (to) => to.startStream({ getVideoTracks: () => [] } as unknown as MediaStream),
    file: (to) => to.startFile(this.#of(FILES)!, 'talk.webm'),
    'file, opened late': (to) =>
      to.startFetched(() => Promise.resolve({ blob: FILES[0]!, name: 'talk.webm', opened: () => settled() })),
    'no file': (to) =>
      to.startFetched(() =>
        Promise.reject(new MemoError('file-missing', 'It is not there.', 'Look elsewhere.')),
      ),
    push: (to) => to.startPush(),
    'push samples': (to) => to.pushSamples(new Float32Array(4), 16_000, this.#picks / 4),
    'end push': (to) => to.endPush(),
    say: (to) => to.setText(this.#of(['well', 'oh no', ''])!),
    prompt: (to) => to.configure({ prompt: this.#of(['It was [MASK].', 'He is [MASK].', null])! }),
    labels: (to) => to.configure({ labels: this.#of([['bored', 'glad', 'sad'], null, ['xyzzy', 'sad']])! }),
    modalities: (to) =>
      to.configure({ modalities: this.#of([['face', 'voice', 'text'], ['voice'], ['text']] as const)! }),
    rates: (to) => to.configure({ saver: this.#picks % 2 === 0, smoothing: this.#picks / 2 }),
    stop: (to) => to.stop(),
    load: (to) => to.load(),
    seek: (to) => to.seek(this.#picks / 8),
    take: (to) => to.takeMoment(),
    fill: (to) => to.fillIn({ words: [0], faces: [], voice: [] }),
    mask: (to) => to.maskMoment({ words: [this.#picks % 2], faces: [], voice: [] }),
    drop: (to) => to.dropMoment(),
    follow: (to) => to.follow({ x: 0, y: 0, width: 9, height: 9 }),
    mark: (to) => void to.mark(this.#of(to.state.labels ?? ['happy'])!),
    'no marks': (to) => void to.adapter.clear(),
    dismiss: (to) => to.dismissError(),
    switch: (to) => to.handle({ name: 'start', detail: { camera: this.#picks % 2 === 0, microphone: true } }),
    captions: (to) => to.words.captions(new Blob([VTT]), 'talk.vtt'),
  };

  readonly #around: Readonly<Record<string, () => void | Promise<void>>> = {
    turn: () => Promise.resolve(),
    settle: () => settled(),
    wait: () => this.#parts.clock.advance(100 * (this.#picks + 1)),
    arrive: () => void this.#arrive(this.#picks),
    'do not arrive': () =>
      this.#openings
        .splice(this.#picks % Math.max(1, this.#openings.length), 1)[0]
        ?.fail(new MemoError('media-unreadable', 'It is a letter.', 'Choose another.')),
    end: () => this.#live((source) => source.fire('end')),
    break: () =>
      this.#live((source) =>
        source.fire('failure', new MemoError('media-unreadable', 'It breaks.', 'Take another.')),
      ),
    'lose a track': () =>
      this.#live((source) => {
        source[this.#picks % 2 === 0 ? 'camera' : 'microphone'] = 'ended';
        source.fire('trackchange');
      }),
    sound: () => this.#live((source) => source.fire('samples', chunk(0.1) as SampleChunk)),
    answer: () => {
      const kind = this.#of(WAITING)!;
      for (const client of this.clients) if (client.answerOne(kind)) return;
    },
    'answer all': () => {
      for (const client of this.clients) for (const kind of WAITING) while (client.answerOne(kind));
    },
    fault: () => {
      for (const client of this.clients)
        for (const kind of WAITING)
          if (client.waiting(kind).length > 0)
            return client
              .take(kind)
              .fail(new MemoError(this.#of(FAULTS)!, 'It failed.', 'Press Start again.'));
    },
    die: () => this.clients.at(-1)?.die(),
    hide: () => this.#parts.page.set({ hidden: true }),
    show: () => this.#parts.page.set({ hidden: false }),
    'network goes': () => this.#parts.page.set({ online: false }),
    'network comes': () => this.#parts.page.set({ online: true }),
  };

  /** The names of what can be done. */
  static get actions(): readonly string[] {
    const world = new RandomWorld([]);
    world.recogniser.close();
    return [...Object.keys(world.#visitor), ...Object.keys(world.#around)];
  }
}

const VTT = 'WEBVTT\n\n00:00.000 --> 00:00.500\nWell\n';
