/** A text alone, without any source: asked for anew while it still changes, and of a fresh worker where one fails over it. */

import { typedTexts } from '../capture/words/typed-words';
import type { Estimate } from '../memobert/estimate';
import type { LoadedEngine } from './engine';
import type { EngineClient } from './engine-client';

export interface TextParts {
  load(): Promise<LoadedEngine>;
  /** True where a fresh worker is worth a try. */
  leaves(error: unknown): boolean;
  text(): string;
  publish(estimate: Estimate | null): void;
}

/** Typing goes on meanwhile: only the newest text is answered. Rejects when `signal` aborts. */
export async function answerText(parts: TextParts, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { client } = await parts.load();
    try {
      await answerNewest(client, parts, signal);
      return;
    } catch (error) {
      if (signal.aborted || !parts.leaves(error)) throw error;
    }
  }
}

async function answerNewest(
  client: EngineClient,
  { text, publish }: TextParts,
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
