/** The page's side of its service worker: registration, questions, and the version that waits. */

import { MemoError } from '../errors';
import type { Group } from '../app/service-worker/build';
import type { Busy, FromServiceWorker, KeptGroups, ToServiceWorker } from '../app/service-worker/messages';

/** As much of a registration as is used. */
export type Registration = Pick<
  ServiceWorkerRegistration,
  'active' | 'waiting' | 'installing' | 'addEventListener' | 'unregister'
>;
/** As much of `navigator.serviceWorker`. */
export type Container = Pick<ServiceWorkerContainer, 'controller' | 'addEventListener'> & {
  register(url: string, options: RegistrationOptions): Promise<Registration>;
  readonly ready: Promise<Registration>;
};

/** Between two questions whether the next version may take over. */
const ASK_AGAIN_MS = 500;

export interface WorkerLinkOptions {
  /** Something runs here that a reload would end. */
  readonly busy: () => boolean;
  /** A new version is installed, and waits. */
  readonly onWaiting: () => void;
  /** The first version began to serve this page, which came from the network. */
  readonly onFirst: () => void;
  /** Another version serves this page from now on: only a reload brings its scripts. */
  readonly onTaken: () => void;
}

export class WorkerLink {
  private constructor(private readonly registration: Registration) {}

  /** Registers; resolves once a version is active. @param url of the script, in the folder that it serves */
  static async open(container: Container, url: string, options: WorkerLinkOptions): Promise<WorkerLink> {
    let controlled = container.controller !== null;
    container.addEventListener('controllerchange', () => {
      if (controlled) options.onTaken();
      else options.onFirst();
      controlled = true;
    });
    container.addEventListener('message', ({ data, ports }) => {
      if ((data as { kind?: string } | null)?.kind !== 'busy?') return;
      ports[0]?.postMessage({ busy: options.busy() } satisfies Busy);
    });
    const registration = await container.register(url, { updateViaCache: 'none' });
    const watch = () => {
      const { installing } = registration;
      installing?.addEventListener('statechange', () => {
        if (installing.state === 'installed' && registration.active !== null) options.onWaiting();
      });
    };
    registration.addEventListener('updatefound', watch);
    watch();
    if (registration.waiting !== null && registration.active !== null) options.onWaiting();
    await container.ready;
    return new WorkerLink(registration);
  }

  keep(groups: readonly Group[]): Promise<KeptGroups> {
    return this.#kept({ kind: 'keep', groups });
  }

  kept(): Promise<KeptGroups> {
    return this.#kept({ kind: 'kept' });
  }

  forget(everything: boolean): Promise<KeptGroups> {
    return this.#kept({ kind: 'forget', everything });
  }

  /**
   * Lets the version that waits take over, and resolves when it does; false where another tab is at work, or none waits.
   * Chromium may end the version before while it looks whether that one is idle, and not look again (seen in 156): so it is asked until it
   * has, and nobody should talk to the version before meanwhile, which would wake it.
   */
  async activate(): Promise<boolean> {
    const { waiting } = this.registration;
    if (waiting === null) return false;
    for (;;) {
      const answer = await ask(waiting, { kind: 'activate' });
      if (answer.kind !== 'activating' || !answer.done) return false;
      if (this.registration.waiting !== waiting) return true;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  async unregister(): Promise<void> {
    await this.registration.unregister();
  }

  async #kept(request: ToServiceWorker): Promise<KeptGroups> {
    const { active } = this.registration;
    if (active === null) throw notKept('there is no service worker');
    const answer = await ask(active, request);
    if (answer.kind === 'kept') return answer.kept;
    throw notKept(answer.kind === 'failed' ? answer.message : 'the service worker answers something else');
  }
}

function ask(
  worker: Pick<ServiceWorker, 'postMessage'>,
  request: ToServiceWorker,
): Promise<FromServiceWorker> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }: MessageEvent<FromServiceWorker>) => {
      port1.close();
      resolve(data);
    };
    worker.postMessage(request, [port2]);
  });
}

export function notKept(cause: string): MemoError {
  return new MemoError(
    'not-kept',
    `Not everything could be kept: ${cause}.`,
    'Check the connection and the room on this device, then press "Keep for offline" again.',
  );
}
