/** An engine client whose answers a test gives, at once by rule or one by one. */

import { MemoError } from '../../errors';
import type { Estimate } from '../../memobert/estimate';
import type { Moment } from '../../memobert/moment';
import type { Manifest } from '../../runtime/manifest';
import type { Progress } from '../../runtime/progress';
import type { BackendReport, RequestKind, Requests } from '../../runtime/protocol';
import type { EngineClient } from '../engine-client';

export interface Asked<K extends RequestKind = RequestKind> {
  readonly kind: K;
  readonly body: Requests[K]['request'];
  answer(body: Requests[K]['answer']): void;
  fail(error: MemoError): void;
}

export const WEBGPU: BackendReport = {
  name: 'webgpu',
  forced: false,
  reason: null,
  adapter: 'test',
  threads: 1,
  graphs: {
    face: { name: 'denseface', precision: 'fp32' },
    voice: { name: 'wav2vec2', precision: 'fp32' },
    fusion: { name: 'memobert', precision: 'fp32' },
  },
};

/** As much of one as the recogniser reads. */
export const MANIFEST = {
  name: 'toy',
  version: '1',
  prompt: 'I am [MASK].',
  labels: [
    { id: 'happy', word: 'happy' },
    { id: 'sad', word: 'sad' },
  ],
  face: { rateHz: 10 },
} as unknown as Manifest;

export function estimateAt(time: number, latency: Estimate['latency'] = {}): Estimate {
  const absent = { present: false, probabilities: null, contribution: 0 };
  return {
    time,
    prompt: 'I am [MASK].',
    labels: ['happy', 'sad'],
    probabilities: [0.75, 0.25],
    words: [],
    modalities: { text: absent, face: absent, voice: absent },
    evidence: { face: { times: [], each: 0.1 }, voice: { times: [], each: 0.06 } },
    faces: [],
    latency,
    backend: 'webgpu',
  };
}

/** Two words, two faces, three moments of voice. */
export const MOMENT: Moment = {
  time: 1,
  words: ['hello', 'there'],
  face: { times: [0.8, 0.9], each: 0.1, expressions: [null, null] },
  voice: { times: [0.82, 0.88, 0.94], each: 0.06 },
  heads: true,
};

const ANSWER = { labels: ['happy', 'sad'], whole: [0.75, 0.25], masked: [0.5, 0.5] };

export type Answers = { [K in RequestKind]?: (body: Requests[K]['request']) => Requests[K]['answer'] };

/** What a healthy engine says at once; a kind taken out of it waits for the test, and a part of the model never comes before all. */
export function healthyAnswers(): Answers {
  return {
    load: () => ({ manifest: MANIFEST, backend: WEBGPU }),
    face: ({ time }) => ({ time, faces: [], frameWidth: 640, frameHeight: 480, latency: {} }),
    samples: () => ({}),
    voice: ({ time }) => ({ time, speaking: false, level: 0, muted: false, clipped: 0, latency: {} }),
    text: () => ({}),
    estimate: ({ time }) => estimateAt(time),
    prompt: ({ prompt, labels }) => ({
      prompt: prompt ?? 'I am [MASK].',
      labels: labels ?? ['happy', 'sad'],
    }),
    moment: () => MOMENT,
    fill: ({ masks }) => ({ masks, words: [], face: null, voice: null, answer: ANSWER }),
    follow: () => ({}),
    memory: () => ({ gpu: null }),
    forget: () => ({}),
    reset: () => ({}),
    release: () => ({}),
  };
}

export class FakeClient implements EngineClient {
  /** Every request ever made, in order. */
  readonly kinds: RequestKind[] = [];
  readonly bodies: { [K in RequestKind]: Requests[K]['request'][] } = {
    load: [],
    part: [],
    face: [],
    samples: [],
    voice: [],
    text: [],
    estimate: [],
    prompt: [],
    moment: [],
    fill: [],
    follow: [],
    memory: [],
    forget: [],
    reset: [],
    release: [],
  };
  closed = false;
  quietSeconds = 0;
  /** Closed as one that nobody new should get. */
  retired = false;
  readonly #waiting: Asked[] = [];
  #progress: (progress: Progress) => void = () => undefined;
  #lost: (error: MemoError) => void = () => undefined;

  constructor(readonly answers: Answers = healthyAnswers()) {}

  request<K extends RequestKind>(kind: K, body: Requests[K]['request']): Promise<Requests[K]['answer']> {
    this.kinds.push(kind);
    this.bodies[kind].push(body);
    const rule = this.answers[kind];
    if (rule !== undefined) return Promise.resolve(rule(body));
    return new Promise((answer, fail) => {
      this.#waiting.push({ kind, body, answer, fail } as Asked);
    });
  }

  /** Requests of a kind that wait for an answer. */
  waiting<K extends RequestKind>(kind: K): Asked<K>[] {
    return this.#waiting.filter((asked) => asked.kind === kind) as unknown as Asked<K>[];
  }

  /** Takes the oldest waiting request of a kind. */
  take<K extends RequestKind>(kind: K): Asked<K> {
    const index = this.#waiting.findIndex((asked) => asked.kind === kind);
    const [asked] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (asked === undefined) throw new Error(`no ${kind} request waits`);
    return asked as unknown as Asked<K>;
  }

  count(kind: RequestKind): number {
    return this.bodies[kind].length;
  }

  onProgress(listener: (progress: Progress) => void): () => void {
    this.#progress = listener;
    return () => undefined;
  }

  onLost(listener: (error: MemoError) => void): () => void {
    this.#lost = listener;
    return () => undefined;
  }

  tell(progress: Progress): void {
    this.#progress(progress);
  }

  die(lost = new MemoError('worker-lost', 'The worker ended.', 'Press Start again.')): void {
    for (const asked of this.#waiting.splice(0)) asked.fail(lost);
    this.#lost(lost);
  }

  close({ retire = false }: { readonly retire?: boolean } = {}): void {
    this.closed = true;
    this.retired = retire;
    const aborted = new MemoError('aborted', 'The client was closed.', 'Press Start again.');
    for (const asked of this.#waiting.splice(0)) asked.fail(aborted);
  }
}
