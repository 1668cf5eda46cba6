/** Brings prompt and label words to every model that is loaded, and tells what the model then reads. */

import { MemoError } from '../errors';
import type { Prompting, Requests } from '../runtime/protocol';
import type { LoadedEngine } from './engine';
import { refusedPart } from './settings';

export type Prompted = Requests['prompt']['answer'];

type Refused = (error: MemoError, part: keyof Prompting) => void;

const brought = new WeakMap<LoadedEngine, Promise<Prompted>>();

/**
 * Once for each loaded model; what its vocabulary refuses is told, and the bundle's own holds in its place.
 * @param refused gets the MemoError `prompt-invalid` or `label-invalid`, and which of both it is about
 */
export function bringPrompt(to: LoadedEngine, wish: Prompting, refused: Refused): Promise<Prompted> {
  const done = brought.get(to) ?? bring(to, wish, refused);
  brought.set(to, done);
  return done;
}

/** Rejects with `prompt-invalid` or `label-invalid`; what held before holds on. */
export async function changePrompt(to: LoadedEngine, wish: Prompting): Promise<Prompted> {
  const done = to.client.request('prompt', wish);
  const prompted = await done;
  brought.set(to, done);
  return prompted;
}

async function bring(to: LoadedEngine, wish: Prompting, refused: Refused): Promise<Prompted> {
  const { manifest, client } = to;
  const bundled = { prompt: manifest.prompt, labels: manifest.labels.map(({ id }) => id) };
  if (wish.prompt === null && wish.labels === null) return bundled;
  try {
    return await client.request('prompt', wish);
  } catch (cause) {
    const error = MemoError.from(cause);
    const part = refusedPart(error);
    if (part === null || wish[part] === null) throw error;
    refused(error, part);
    return bring(to, { ...wish, [part]: null }, refused);
  }
}
