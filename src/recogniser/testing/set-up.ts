/** A recogniser all of whose surroundings a test holds: clock, page, devices on their way, workers. */

// fetched late else, within a test's time and after the turn that it waits
import '../../capture/words';
import '../../speech';
import '../analysis';
import '../file-moment';
import '../with-model';
import type { Source } from '../../capture';
import type { MemoError } from '../../errors';
import type { EngineOptions } from '../../runtime/protocol';
import type { RecogniserOptions } from '../options';
import type { Page } from '../page';
import { Recogniser } from '../recogniser';
import type { SourceOpeners } from '../sources';
import type { Phase } from '../state';
import { FakeClient } from './fake-client';
import { FakeSource } from './fake-source';
import { ManualClock } from './manual-clock';

/** A source on its way, that the test lets arrive. */
export interface Opening {
  readonly signal: AbortSignal;
  arrive(source: Source): void;
  fail(error: MemoError): void;
}

export class FakePage implements Page {
  hidden = false;
  online = true;
  readonly #listeners = new Set<() => void>();

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(change: { hidden?: boolean; online?: boolean }): void {
    Object.assign(this, change);
    for (const listener of [...this.#listeners]) listener();
  }
}

/**
 * @param make each worker in turn; its number counts from 0
 * @param opens in place of what the test lets arrive
 */
export function setUp(
  make: (number: number) => FakeClient = () => new FakeClient(),
  wish: Partial<RecogniserOptions> = {},
  opens: Partial<SourceOpeners> = {},
) {
  const clock = new ManualClock();
  const page = new FakePage();
  const clients: FakeClient[] = [];
  /** What each worker was asked for. */
  const asked: EngineOptions[] = [];
  const openings: Opening[] = [];
  const open = (signal: AbortSignal) =>
    new Promise<Source>((arrive, fail) => openings.push({ signal, arrive, fail }));
  const sources: SourceOpeners = {
    devices: (_request, signal) => open(signal),
    actor: (_request, signal) => open(signal),
    file: (_blob, _name, signal) => open(signal),
    stream: (_stream, signal) => open(signal),
    ...opens,
  };
  const createClient = (options: EngineOptions) => {
    const client = make(clients.length);
    clients.push(client);
    asked.push(options);
    return client;
  };
  const recogniser = new Recogniser(
    { manifestUrl: 'https://page.test/manifest.json', assetBase: 'https://page.test/assets/', ...wish },
    { clock, page, sources, createClient },
  );
  const phases: Phase[] = [];
  recogniser.addEventListener('statechange', ({ detail }) => {
    if (phases.at(-1) !== detail.phase) phases.push(detail.phase);
  });
  const source = () => new FakeSource(() => clock.now());
  return { clock, page, clients, asked, openings, recogniser, phases, source };
}

/** As {@link setUp}, already listening to devices. */
export async function listening(make?: (number: number) => FakeClient, wish?: Partial<RecogniserOptions>) {
  const parts = setUp(make, wish);
  const source = parts.source();
  const started = parts.recogniser.start();
  parts.openings[0]!.arrive(source);
  await started;
  return { ...parts, live: source };
}
