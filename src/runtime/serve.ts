/** Requests from a port -> the engine -> answers, each once; a failure arrives at the page as the MemoError it was. */

import { MemoError } from '../errors';
import type { Handlers } from './session';
import type { FromWorker, RequestKind, Requests, ToWorker } from './protocol';

/** A worker's global scope, or one end of a MessageChannel. */
export interface Port {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

/** @param open the handlers of a session, by its number */
export function serve(port: Port, open: (session: number) => Handlers): void {
  port.onmessage = ({ data }) => {
    const { id, kind } = data;
    answer(open(data.session), kind, data.body).then(
      // one kind at a time is right by `answer`; the union of all pairs is more than TypeScript follows
      (body) => port.postMessage({ id, kind, ok: true, body } as FromWorker),
      (error: unknown) => port.postMessage({ id, kind, ok: false, error: MemoError.from(error).toJSON() }),
    );
  };
}

async function answer<K extends RequestKind>(
  handlers: Handlers,
  kind: K,
  body: Requests[K]['request'],
): Promise<Requests[K]['answer']> {
  return handlers[kind](body);
}
