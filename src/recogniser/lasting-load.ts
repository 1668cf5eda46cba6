/** A load that outlasts what passes by itself: a worker that died is replaced, a network that is not there is waited for. */

import { MemoError, type ErrorCode } from '../errors';
import type { Page } from './page';

/** What a fetch that never arrived becomes: manifest, model files, detector and gate, ONNX Runtime's own scripts. */
const NETWORK_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'manifest-unreachable',
  'file-missing',
  'backend-unavailable',
]);

export interface LastingParts {
  readonly page: Pick<Page, 'online' | 'onChange'>;
  readonly signal: AbortSignal;
  /** True where a fresh worker is worth a try; the failed one has then been left. */
  mends(error: MemoError): boolean;
  /** The network is waited for, or is so no more. */
  waits(waiting: boolean): void;
}

/** Rejects with the first MemoError that neither a fresh worker nor a network would mend, or when `signal` aborts. */
export async function lastingLoad<T>(attempt: () => Promise<T>, parts: LastingParts): Promise<T> {
  const { page, signal, mends, waits } = parts;
  for (;;) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = MemoError.from(thrown);
      if (signal.aborted) throw error;
      // a server that answers with an error is no missing network: the page must be offline as well
      if (NETWORK_FAULTS.has(error.code) && !page.online) {
        waits(true);
        await networkBack(page, signal).finally(() => waits(false));
      } else if (!mends(error)) throw error;
    }
  }
}

function networkBack(page: LastingParts['page'], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (!signal.aborted && !page.online) return;
      leave();
      signal.removeEventListener('abort', look);
      if (signal.aborted)
        reject(new MemoError('aborted', 'Waiting for the network was cut short.', 'Press Start again.'));
      else resolve();
    };
    const leave = page.onChange(look);
    signal.addEventListener('abort', look);
    look();
  });
}
