/** What the bench asks of its page. Every contestant is set up once, and then run as often as is asked. */

export interface Urls {
  readonly assetBase: string;
  readonly actorBase: string;
  /** Folder of manifest.json. */
  readonly bundle: string;
  /** The peers' `node_modules`. */
  readonly peers: string;
}

/** What is measured: one thing of one family, in one realm of the page. */
export interface Contestant {
  /** Milliseconds of the `index`-th run; frames and sound depend on it alone. */
  run(index: number): Promise<number>;
  /** What it answered last, in a few words: that it found the face, say. */
  answer(): string;
}

export interface SetUp {
  readonly setUpMs: number;
  readonly firstMs: number;
}

export type Ask =
  | { readonly kind: 'urls'; readonly urls: Urls }
  | { readonly kind: 'set-up'; readonly name: string }
  | { readonly kind: 'run'; readonly name: string; readonly index: number }
  | { readonly kind: 'answer'; readonly name: string }
  /** Bytes that page and workers hold. */
  | { readonly kind: 'memory' }
  /** A frame every 100 ms for so long; those that come while one is looked at are dropped. */
  | { readonly kind: 'live'; readonly name: string; readonly seconds: number }
  /** All three in one worker, each at its rate, on frames and sound as they come. */
  | { readonly kind: 'together'; readonly name: string; readonly seconds: number; readonly stages: Stages };

/** Names of contestants that are set up. */
export interface Stages {
  readonly face: string;
  readonly voice: string;
  readonly fusion: string;
}

export interface Live {
  readonly frames: number;
  readonly dropped: number;
}

export interface Together extends Live {
  readonly seconds: number;
  readonly estimates: number;
  /** Computing, of the time. */
  readonly busy: number;
  /** From a frame's time to the end of the estimate that it is in, ms. */
  readonly delaysMs: readonly number[];
}

/** `ours-1 ...`, `ours-2 ...`: in a worker whose WebAssembly has one or two threads; `ours-gpu ...`: in one on WebGPU. */
export const OURS = /^ours-(1|2|gpu) /;

export async function setUp(make: () => Promise<Contestant>): Promise<{ contestant: Contestant } & SetUp> {
  const began = performance.now();
  const contestant = await make();
  const setUpMs = performance.now() - began;
  return { contestant, setUpMs, firstMs: await contestant.run(0) };
}

/** Milliseconds that `work` took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
