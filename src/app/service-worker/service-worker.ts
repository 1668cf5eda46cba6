/**
 * The page without a network: its own files from the cache, with the headers that give it threads and forbid it the rest. It serves
 * this page alone: a page of somebody else's in the same folder gets nothing from it. Weights are not its business.
 * A new version waits until no page of ours is open, until a visitor asks for it, or until none that is open was touched.
 */

import { AppCache } from './app-cache';
import { PAGE, type Build } from './build';
import type { Busy, BusyQuestion, FromServiceWorker, ToServiceWorker, Working } from './messages';
import { windowOf } from './window-of';

declare const self: ServiceWorkerGlobalScope;
declare const __MEMO_BUILD__: Build;

/** A page that does not say within this time that it is idle counts as busy. */
const ANSWER_MS = 1000;
/** Between two words to a page that waits for an answer. */
const WORKING_MS = 5000;

const { scope } = self.registration;
const app = new AppCache(__MEMO_BUILD__, { caches, scope, fetch: (...request) => fetch(...request) });

self.addEventListener('install', (event) => event.waitUntil(app.install()));

self.addEventListener('activate', (event) => {
  // the first one serves the page that brought it at once; a later one comes to pages that have left the version before
  event.waitUntil(app.prune().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request, clientId } = event;
  if (request.method !== 'GET') return;
  const file = app.fileAt(request.url);
  if (file === null) return;
  if (request.mode === 'navigate') {
    if (file.path.endsWith('.html')) event.respondWith(app.answer(file).catch(() => fetch(request)));
    return;
  }
  event.respondWith(answerFor(clientId, request, () => app.answer(file)));
});

async function answerFor(
  clientId: string,
  request: Request,
  own: () => Promise<Response>,
): Promise<Response> {
  const asking = await windowOf(clientId, self.clients);
  if (asking !== null && !isOurs(asking)) return fetch(request);
  return own().catch(() => fetch(request));
}

self.addEventListener('message', (event) => {
  const port = event.ports[0];
  const request = event.data as ToServiceWorker;
  const working = setInterval(() => port?.postMessage({ kind: 'working' } satisfies Working), WORKING_MS);
  const work = carryOut(request, event.source).catch((error: unknown): FromServiceWorker => ({
    kind: 'failed',
    message: String(error),
  }));
  event.waitUntil(
    work.then((answer) => {
      clearInterval(working);
      port?.postMessage(answer);
    }),
  );
});

async function carryOut(
  request: ToServiceWorker,
  source: Client | ServiceWorker | MessagePort | null,
): Promise<FromServiceWorker> {
  if (request.kind === 'activate') {
    const asking = source instanceof Client ? source.id : '';
    const done = !(await anotherIsBusy(asking, request.unasked));
    // not waited for: it ends when the version before is idle, and the page that asked sees to that
    if (done) void self.skipWaiting();
    return { kind: 'activating', done };
  }
  if (request.kind === 'keep') await app.keep(request.groups);
  if (request.kind === 'forget') await app.forget(request.everything);
  return { kind: 'kept', kept: await app.kept() };
}

async function anotherIsBusy(asking: string, unasked: boolean): Promise<boolean> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const others = windows.filter((client) => client.id !== asking && app.fileAt(client.url)?.path === PAGE);
  return (await Promise.all(others.map((other) => isBusy(other, unasked)))).some(Boolean);
}

function isBusy(client: WindowClient, unasked: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => resolve(true), ANSWER_MS);
    port1.onmessage = ({ data }: MessageEvent<Busy>) => {
      clearTimeout(timer);
      resolve(data.busy || (unasked && data.touched !== false));
    };
    client.postMessage({ kind: 'busy?' } satisfies BusyQuestion, [port2]);
  });
}

function isOurs({ url }: Client): boolean {
  return app.fileAt(url)?.path.endsWith('.html') === true;
}
