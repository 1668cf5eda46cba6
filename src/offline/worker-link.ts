/** The page's side of its service worker: registration, questions, and the version that waits. */

import { MemoError } from '../errors';
import type { Group } from '../app/service-worker/build';
import type {
  Busy,
  FromServiceWorker,
  KeptGroups,
  ToServiceWorker,
  Working,
} from '../app/service-worker/messages';

/** As much of a registration as is used. */
export type Registration = Pick<
  ServiceWorkerRegistration,
  'active' | 'waiting' | 'installing' | 'addEventListener' | 'unregister' | 'update'
>;
/** As much of `navigator.serviceWorker`. */
export type Container = Pick<ServiceWorkerContainer, 'controller' | 'addEventListener'> & {
  register(url: string, options: RegistrationOptions): Promise<Registration>;
  readonly ready: Promise<Registration>;
};

/** Between two questions whether the next version may take over. */
const ASK_AGAIN_MS = 500;
/** Between two looks whether something came of who was asked; it says more often that it works. */
const LOOK_MS = 10_000;
/** So many looks in a row at nothing: it was ended. */
const MOST_SILENT = 3;

export interface WorkerLinkOptions {
  /** Something is here that a reload would end or lose. */
  readonly busy: () => boolean;
  /** See `OfflineParts`. */
  readonly touched: () => boolean;
  /** A new version is installed, and waits. */
  readonly onWaiting: () => void;
  /** The first version began to serve this page, which came from the network. */
  readonly onFirst: () => void;
  /** Another version serves this page from now on: only a reload brings its scripts. */
  readonly onTaken: () => void;
}

export class WorkerLink {
  #registration: Registration | null = null;

  /** @param url of the script, in the folder that it serves */
  constructor(
    private readonly container: Container,
    private readonly url: string,
    private readonly options: WorkerLinkOptions,
  ) {
    let controlled = container.controller !== null;
    container.addEventListener('controllerchange', () => {
      if (controlled) options.onTaken();
      else options.onFirst();
      controlled = true;
    });
    container.addEventListener('message', ({ data, ports }) => {
      if ((data as { kind?: string } | null)?.kind !== 'busy?') return;
      ports[0]?.postMessage({ busy: options.busy(), touched: options.touched() } satisfies Busy);
    });
  }

  /**
   * Registers, where that has not been done yet; resolves once a version is active.
   * @throws MemoError `not-kept`: the browser refuses, or the first version cannot be installed; it may be tried again
   */
  async open(): Promise<void> {
    if (this.#registration !== null) return;
    const { container, url, options } = this;
    const registration = await container.register(url, { updateViaCache: 'none' }).catch((cause: unknown) => {
      throw noWorker(cause);
    });
    const watch = () => {
      const { installing } = registration;
      installing?.addEventListener('statechange', () => {
        if (installing.state === 'installed' && registration.active !== null) options.onWaiting();
      });
    };
    registration.addEventListener('updatefound', watch);
    watch();
    if (registration.waiting !== null && registration.active !== null) options.onWaiting();
    await Promise.race([container.ready, notInstalled(registration)]);
    this.#registration = registration;
  }

  keep(groups: readonly Group[]): Promise<KeptGroups> {
    return this.#change({ kind: 'keep', groups });
  }

  kept(): Promise<KeptGroups> {
    return this.#kept({ kind: 'kept' });
  }

  /** Of what was never opened there is nothing to forget. */
  async forget(everything: boolean): Promise<void> {
    if (this.#registration !== null) await this.#change({ kind: 'forget', everything });
  }

  /**
   * Lets the version that waits take over, and resolves when it does; false where another tab is at work, or none waits.
   * Chromium may end the version before while it looks whether that one is idle, and not look again (seen in 156): so it is asked until it
   * has, and nobody should talk to the version before meanwhile, which would wake it.
   * @param unasked no visitor asked for it: false also where somebody has touched this page, or another tab
   * @throws MemoError `not-kept` where the one that waits does not answer
   */
  async activate(unasked: boolean): Promise<boolean> {
    const registration = this.#registration;
    const waiting = registration?.waiting ?? null;
    if (waiting === null) return false;
    for (;;) {
      if (unasked && this.options.touched()) return false;
      const answer = await ask(waiting, { kind: 'activate', unasked });
      if (answer.kind !== 'activating' || !answer.done) return false;
      if (registration?.waiting !== waiting) return true;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  /** Whether there is a new version; one that is found is told as waiting. */
  async lookForUpdate(): Promise<void> {
    await this.#registration?.update();
  }

  async unregister(): Promise<void> {
    await this.#registration?.unregister();
  }

  /** In the version that serves, and then in the one that waits: it took over what was kept as it came, and would not know. */
  async #change(request: ToServiceWorker): Promise<KeptGroups> {
    const kept = await this.#kept(request);
    const { waiting, installing } = this.#registration ?? {};
    // one that still installs looks by itself what is asked for, but would go on after the end
    const ends = request.kind === 'forget' && request.everything;
    // what they cannot keep is no fault of this one
    for (const next of [waiting, ends && installing])
      if (next) await ask(next, request).catch(() => undefined);
    return kept;
  }

  async #kept(request: ToServiceWorker): Promise<KeptGroups> {
    const active = this.#registration?.active ?? null;
    if (active === null) throw notKept('there is no service worker');
    const answer = await ask(active, request);
    if (answer.kind === 'kept') return answer.kept;
    throw notKept(answer.kind === 'failed' ? answer.message : 'the service worker answers something else');
  }
}

/** Rejects where the first version cannot be installed: the browser tells nobody else, and `ready` waits for ever. */
function notInstalled({ active, installing, waiting }: Registration): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (active !== null) return;
    const first = installing ?? waiting;
    const look = () => {
      if (first === null || first.state === 'redundant')
        reject(notKept('a file of the page could not be fetched or stored'));
    };
    first?.addEventListener('statechange', look);
    look();
  });
}

/** @throws MemoError `not-kept` where nothing comes for long: a browser ends a service worker without a word */
function ask(
  worker: Pick<ServiceWorker, 'postMessage'>,
  request: ToServiceWorker,
): Promise<FromServiceWorker> {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    let silent = 0;
    const end = () => {
      clearInterval(timer);
      port1.close();
    };
    port1.onmessage = ({ data }: MessageEvent<FromServiceWorker | Working>) => {
      silent = 0;
      if (data.kind === 'working') return;
      end();
      resolve(data);
    };
    worker.postMessage(request, [port2]);
    // looks are counted: after a sleep one comes at once, before what was said meanwhile
    const timer = setInterval(() => {
      silent += 1;
      if (silent < MOST_SILENT) return;
      end();
      reject(notKept('the service worker does not answer'));
    }, LOOK_MS);
  });
}

/** The browser lets this page have none. */
export function noWorker(cause?: unknown): MemoError {
  return new MemoError(
    'not-kept',
    'Nothing can be kept here: this page has no service worker.',
    'Open it over https or on localhost, in a window that is not private, and load it again.',
    cause,
  );
}

export function notKept(cause: string): MemoError {
  return new MemoError(
    'not-kept',
    `Not everything could be kept: ${cause}.`,
    'Check the connection and the room on this device, then press "Keep for offline" again.',
  );
}
