/** A text alone, without any source: asked for anew while it still changes. */

import { typedTexts } from '../capture/words/typed-words';
import type { Estimate } from '../memobert/estimate';
import type { EngineClient } from './engine-client';

/** Typing goes on meanwhile: only the newest text is answered. Rejects when `signal` aborts. */
export async function answerText(
  client: EngineClient,
  text: () => string,
  publish: (estimate: Estimate | null) => void,
  signal: AbortSignal,
): Promise<void> {
  let asked: string | null = null;
  while (asked !== text()) {
    signal.throwIfAborted();
    asked = text();
    await client.request('reset', {}, { signal });
    await client.request('text', { texts: typedTexts(asked) }, { signal });
    const estimate = await client.request('estimate', { time: 0 }, { signal });
    signal.throwIfAborted();
    publish(estimate);
  }
}
