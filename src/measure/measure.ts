/** How fast this device is: the model loaded anew in a worker of its own, and each of its stages run many times, one after another. */

import { MemoError } from '../errors';
import { STAGES, type Stage } from '../memobert/estimate';
import type { EngineClient } from '../recogniser';
import { EARLY_ROLES, type EarlyRole } from '../runtime/manifest';
import type { LoadStep } from '../runtime/progress';
import type { BackendReport, EngineOptions } from '../runtime/protocol';
import type { MeasureInput } from './actor-input';
import { spread, type Spread } from './statistics';

export const MEASUREMENT_FORMAT = 'memo-bert-measurement/1';

/** Plain data: `JSON.stringify` keeps all of it. Milliseconds throughout. */
export interface Measurement {
  readonly format: typeof MEASUREMENT_FORMAT;
  /** ISO 8601. */
  readonly takenAt: string;
  readonly userAgent: string;
  readonly cores: number;
  /** Without cross-origin isolation WebAssembly has one thread. */
  readonly isolated: boolean;
  readonly bundle: { readonly name: string; readonly version: string };
  readonly backend: BackendReport;
  /** Until the first answer can be asked for. */
  readonly load: {
    readonly ms: number;
    /** Of the model's files; from the cache or the network. */
    readonly bytes: number;
    readonly steps: Readonly<Record<Exclude<LoadStep, 'ready'>, number>>;
    /** Until the face, and then the voice, could be read, while the rest was on its way; null where that was not told, missing before 0.2. */
    readonly parts?: Readonly<Record<EarlyRole, number | null>>;
  };
  /** Computing alone, as the worker clocks it; null of a stage that did not run twice. */
  readonly stages: Readonly<Record<Stage, Spread | null>>;
  /** From a frame and samples that are at hand to the estimate, messages to the worker included. */
  readonly answer: Spread | null;
  /** Bytes that the page and its workers hold with the model loaded; null where the browser does not count them. */
  readonly memory: number | null;
}

export interface MeasureParts {
  /** A worker that nobody else uses; closed at the end. */
  readonly client: EngineClient;
  readonly input: MeasureInput;
  /** Milliseconds; `performance.now` unless a test has another. */
  readonly now?: () => number;
  /** Bytes; the browser's own count unless a test has another. */
  readonly countMemory?: () => Promise<number | null>;
}

export interface MeasureWishes {
  /** Estimates, the first included; 20 unless said. */
  readonly rounds?: number;
  readonly signal?: AbortSignal;
  /** `round` counts from 1, 0 while the model loads, one past `rounds` while memory is counted. */
  readonly tell?: (round: number, rounds: number) => void;
}

/** A round is half a second of the source: as far apart as readings of the voice are. */
const ROUND_S = 0.5;
const FRAMES_A_ROUND = 3;

/** Rejects with the MemoError of what failed, or `aborted`. */
export async function measureWith(
  options: EngineOptions,
  { client, input, now = () => performance.now(), countMemory = memoryOfPage }: MeasureParts,
  { rounds = 20, signal, tell = () => undefined }: MeasureWishes = {},
): Promise<Measurement> {
  const asking = signal === undefined ? {} : { signal };
  try {
    tell(0, rounds);
    const { load, loaded } = await timedLoad(client, options, now, asking);
    const durations = new Map<Stage, number[]>(STAGES.map((stage) => [stage, []]));
    const answers: number[] = [];
    await client.request('text', { texts: [{ text: input.text, start: 0, end: Infinity }] }, asking);
    for (let round = 0; round < rounds; round += 1) {
      tell(round + 1, rounds);
      answers.push(await oneRound({ client, input, now }, round, durations, asking));
    }
    const { name, version } = loaded.manifest;
    tell(rounds + 1, rounds);
    return {
      ...place(),
      bundle: { name, version },
      backend: loaded.backend,
      load,
      stages: Object.fromEntries(
        STAGES.map((stage) => [stage, spread(durations.get(stage) ?? [])]),
      ) as Measurement['stages'],
      answer: spread(answers),
      memory: await untilCancelled(countMemory(), signal),
    };
  } catch (error) {
    throw MemoError.from(error);
  } finally {
    client.close({ retire: true });
  }
}

/**
 * Of the page and all its workers, WebAssembly's memory among it. Chromium counts where the page is cross-origin isolated,
 * at its next garbage collection, which may be 20 seconds away (https://wicg.github.io/performance-measure-memory/).
 */
async function memoryOfPage(): Promise<number | null> {
  const { performance } = globalThis as {
    performance?: { measureUserAgentSpecificMemory?: () => Promise<{ bytes: number }> };
  };
  try {
    return (await performance?.measureUserAgentSpecificMemory?.())?.bytes ?? null;
  } catch {
    return null; // not isolated: a SecurityError
  }
}

function untilCancelled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new MemoError('aborted', 'The measurement was cut short.', 'Measure again.'));
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}

type Asking = { readonly signal?: AbortSignal };

function place(): Pick<Measurement, 'format' | 'takenAt' | 'userAgent' | 'cores' | 'isolated'> {
  return {
    format: MEASUREMENT_FORMAT,
    takenAt: new Date().toISOString(),
    userAgent: globalThis.navigator?.userAgent ?? '',
    cores: globalThis.navigator?.hardwareConcurrency ?? 1,
    isolated: globalThis.crossOriginIsolated ?? false,
  };
}

async function timedLoad(client: EngineClient, options: EngineOptions, now: () => number, asking: Asking) {
  const steps = { fetch: 0, compile: 0, 'warm-up': 0, verify: 0 };
  const began = now();
  let step: LoadStep = 'fetch';
  let since = began;
  let bytes = 0;
  const turn = (next: LoadStep) => {
    if (step !== 'ready') steps[step] += now() - since;
    since = now();
    step = next;
  };
  const leave = client.onProgress((progress) => {
    bytes = progress.totalBytes;
    turn(progress.step);
  });
  const loading = client.request('load', options, asking);
  const parts: Record<EarlyRole, number | null> = { face: null, voice: null };
  for (const role of EARLY_ROLES) {
    const came = () => (parts[role] = now() - began);
    client.request('part', { role }, asking).then(came, () => undefined); // what fails is the load's to tell
  }
  const loaded = await loading;
  turn('ready');
  leave();
  return { loaded, load: { ms: now() - began, bytes, steps, parts: { ...parts } } };
}

/** Milliseconds from the last frame at hand to the estimate. */
async function oneRound(
  { client, input, now }: Required<Omit<MeasureParts, 'countMemory'>>,
  round: number,
  durations: ReadonlyMap<Stage, number[]>,
  asking: Asking,
): Promise<number> {
  const keep = (latency: Readonly<Partial<Record<Stage, number>>>, stages: readonly Stage[]) => {
    for (const stage of stages) {
      const ms = latency[stage];
      if (ms !== undefined) durations.get(stage)?.push(ms);
    }
  };
  const start = round * ROUND_S;
  const end = start + ROUND_S;
  let began = now();
  for (let frame = 1; frame <= FRAMES_A_ROUND; frame += 1) {
    const time = start + (frame / FRAMES_A_ROUND) * ROUND_S;
    const picture = input.frame(time);
    began = now();
    const { latency } = await client.request(
      'face',
      { frame: picture, time },
      { transfer: [picture], ...asking },
    );
    keep(latency, ['detect', 'crop', 'expression']);
  }
  const samples = stretch(input, start, end);
  const body = { samples, sampleRateHz: input.sampleRateHz, time: start };
  await client.request('samples', body, { transfer: [samples.buffer], ...asking });
  const voice = await client.request('voice', { time: end }, asking);
  keep(voice.latency, ['speech-gate', 'voice']);
  const estimate = await client.request('estimate', { time: end }, asking);
  if (estimate !== null) keep(estimate.latency, ['fusion']);
  return now() - began;
}

/** What is heard from one moment to another, the recording played over and over. */
function stretch(
  { samples, sampleRateHz }: MeasureInput,
  start: number,
  end: number,
): Float32Array<ArrayBuffer> {
  const from = Math.round(start * sampleRateHz);
  const length = Math.round(end * sampleRateHz) - from;
  return Float32Array.from({ length }, (_, index) => samples[(from + index) % samples.length] ?? 0);
}
