/** Requests from a port -> the engine -> answers, each once; a failure arrives at the page as the MemoError it was. */

import { MemoError } from '../errors';
import type { Handlers } from './session';
import type { FromWorker, RequestKind, Requests, ToWorker } from './protocol';
import { outOfMemory } from './out-of-memory';
import { checkRequest } from './request-check';

/** A worker's global scope, or one end of a MessageChannel. */
export interface Port {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

/** @param open the handlers of a session, by its number */
export function serve(port: Port, open: (session: number) => Handlers): void {
  port.onmessage = ({ data }) => {
    if (!isRequest(data)) return; // nobody to answer to
    const { id, kind } = data;
    answer(open(data.session), kind, data.body).then(
      // one kind at a time is right by `answer`; the union of all pairs is more than TypeScript follows
      (body) => port.postMessage({ id, kind, ok: true, body } as FromWorker),
      (thrown: unknown) => {
        // MediaPipe's own shortage comes as whatever its WebAssembly threw
        const error = thrown instanceof MemoError ? thrown : (outOfMemory(thrown) ?? MemoError.from(thrown));
        port.postMessage({ id, kind, ok: false, error: error.toJSON() });
      },
    );
  };
}

function isRequest(data: unknown): boolean {
  return (
    typeof data === 'object' &&
    data !== null &&
    'id' in data &&
    'kind' in data &&
    typeof data.kind === 'string' &&
    'session' in data &&
    typeof data.session === 'number'
  );
}

async function answer<K extends RequestKind>(
  handlers: Handlers,
  kind: K,
  body: Requests[K]['request'],
): Promise<Requests[K]['answer']> {
  // an own one: every object has a `constructor`
  if (!Object.hasOwn(handlers, kind)) {
    throw new MemoError(
      'input-invalid',
      `The worker knows no request "${kind}".`,
      'Reload the page: its scripts and the worker’s are of two versions.',
    );
  }
  checkRequest(kind, body);
  return handlers[kind](body);
}
