/**
 * A worker that the browser refused at once. One of another origin is started by a script of the page's own origin that imports
 * it; else what was posted is answered with why. Fetched when that happens.
 */

import { MemoError } from './errors';
import type { Standing } from './start-worker';

type Asked = ConstructorParameters<typeof Worker>;

/**
 * @param start what was refused
 * @param standing becomes the worker, or what answers in its place
 * @param calls what its methods were given until now
 */
export function otherWorker(
  start: () => Worker,
  standing: Standing,
  calls: readonly (readonly unknown[])[],
): void {
  // ended before it began
  if (calls.some((given) => given.length === 0)) return;
  try {
    const { worker, address } = otherwise(start);
    become(standing, worker, address);
  } catch (reason) {
    answer(standing, typeof Worker === 'undefined' ? noWorkers(reason) : refused(reason));
  }
  for (const [message, transfer] of calls) standing.postMessage(message, transfer as Transferable[]);
}

function become(standing: Standing, worker: Worker, address: string): void {
  /** Posted before it has said anything; null once it has. */
  let asked: unknown[] | null = [];
  const tell = (event: Event) => standing.dispatchEvent(event);
  standing.terminate = () => worker.terminate();
  standing.postMessage = (message: unknown, transfer: unknown) => {
    asked?.push(message);
    worker.postMessage(message, transfer as Transferable[]);
  };
  worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    asked = null;
    tell(new MessageEvent('message', { data }));
  });
  worker.addEventListener('messageerror', () => tell(new MessageEvent('messageerror')));
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    const { message = '' } = event as Partial<ErrorEvent>;
    if (asked === null || message !== '') {
      tell(Object.assign(new Event('error'), { message }));
      return;
    }
    // what a browser says of a script that it could not fetch, or was not to: nothing
    answer(standing, blocked(address));
    for (const each of asked) standing.postMessage(each);
  });
}

/** Whatever is asked is answered with the error, as either worker does: the engine's to a number, that of speech to nobody. */
function answer(standing: Standing, error: MemoError): void {
  standing.postMessage = (message: { readonly id?: number }) => {
    const data = { id: message.id, kind: 'error', ok: false, error };
    queueMicrotask(() => standing.dispatchEvent(new MessageEvent('message', { data })));
  };
}

/** @throws what the browser says of it */
function otherwise(start: () => Worker): { worker: Worker; address: string } {
  const [url, options] = askedOf(start);
  const page = globalThis.location as Location | undefined;
  const { origin, href: address } = new URL(url, page?.href);
  // the same again, for its reason
  if (page === undefined || origin === page.origin) return { worker: start(), address };
  const name = JSON.stringify(address);
  // a bundler may have made a classic one of it, which looks for the rest of it beside its location; both have run before a message is given to them
  const script =
    options?.type === 'module'
      ? `import ${name};`
      : `Object.defineProperty(self,"location",{value:new URL(${name})});importScripts(${name});`;
  // not taken back: a browser may read it later than it is told of it
  const own = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  return { worker: new Worker(own, options), address };
}

/** What a bundler finds a worker by, `new Worker(new URL(…))`, says its address to nobody else. */
function askedOf(start: () => Worker): Asked {
  const { Worker } = globalThis;
  let asked: Asked = [''];
  globalThis.Worker = class {
    constructor(...given: Asked) {
      asked = given;
    }
  } as unknown as typeof Worker;
  try {
    start();
  } finally {
    globalThis.Worker = Worker;
  }
  return asked;
}

function noWorkers(cause: unknown): MemoError {
  return new MemoError(
    'backend-unavailable',
    'The model runs in a worker, and none can be started from here.',
    'Run it in a page or in a dedicated worker, not in a service worker, a shared worker or on a server; an extension has its offscreen document for it.',
    cause,
  );
}

function refused(cause: unknown): MemoError {
  return new MemoError(
    'file-missing',
    `A worker could not be started: ${String(cause)}`,
    'Serve the scripts from the page’s own origin, and let Trusted Types pass them.',
    cause,
  );
}

function blocked(address: string): MemoError {
  return new MemoError(
    'file-missing',
    `A worker of another origin could not be started: ${address}`,
    'Check the connection; the host of the scripts must allow this page by CORS, and the page’s policy must have blob: and that host in worker-src. Or serve the scripts from the page’s own origin.',
  );
}
