/** Brings prompt and label words to every model that is loaded, and tells what the model then reads. */

import { MemoError } from '../errors';
import type { Prompting, Requests } from '../runtime/protocol';
import type { LoadedEngine } from './engine';
import { refusedPart } from './settings';

export type Prompted = Requests['prompt']['answer'];

type Refused = (error: MemoError, part: keyof Prompting) => void;

export class Prompter {
  #brought: { readonly to: LoadedEngine; readonly done: Promise<Prompted> } | null = null;

  /**
   * Once for each loaded model; what its vocabulary refuses is told, and the bundle's own holds in its place.
   * @param refused gets the MemoError `prompt-invalid` or `label-invalid`, and which of both it is about
   */
  bring(to: LoadedEngine, wish: Prompting, refused: Refused): Promise<Prompted> {
    if (this.#brought?.to !== to) this.#brought = { to, done: this.#first(to, wish, refused) };
    return this.#brought.done;
  }

  /** Rejects with `prompt-invalid` or `label-invalid`; what held before holds on. */
  async change(to: LoadedEngine, wish: Prompting): Promise<Prompted> {
    const done = to.client.request('prompt', wish);
    const prompted = await done;
    this.#brought = { to, done };
    return prompted;
  }

  async #first(to: LoadedEngine, wish: Prompting, refused: Refused): Promise<Prompted> {
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
      return this.#first(to, { ...wish, [part]: null }, refused);
    }
  }
}
