/** How a part finds the recogniser it shows: the `store` it was given, the element its `for` names, or the nearest one around it. */

import type { MemoRequest, RecogniserState } from '../recogniser';
import { above } from './above';

/** A `Recogniser`, `<memo-engine>` and `<memo-bert>` are such. */
export interface RecogniserStore {
  /** Calls back at once with the present state, then after changes; returns the way out. */
  subscribe(subscriber: (state: RecogniserState) => void): () => void;
  handle(request: MemoRequest): void;
}

/** On an element that parts may belong to. Global, so that two builds on a page understand each other. */
export const STORE = Symbol.for('memo-bert.store');
/** Dispatched on the document by such an element when it is connected: parts without one look again. */
export const STORE_CONNECTED = 'memo-store-connected';

export interface Linked extends Element {
  readonly store: RecogniserStore | null;
  readonly for: string | null;
}

export class StoreLink {
  #store: RecogniserStore | null = null;
  #leave: () => void = () => undefined;

  constructor(
    private readonly part: Linked,
    private readonly take: (state: RecogniserState) => void,
  ) {}

  /** Null while there is none. */
  get store(): RecogniserStore | null {
    return this.#store;
  }

  /** Takes the present state once more: it is to be said in other words. */
  again(): void {
    this.#leave();
    this.#leave = this.#store?.subscribe(this.take) ?? (() => undefined);
  }

  /** Connected, moved, or told of another store. */
  readonly renew = (): void => {
    const store = this.part.isConnected ? find(this.part) : null;
    document.removeEventListener(STORE_CONNECTED, this.renew);
    // a name may come to mean another element, and an element may come to stand around this one
    if (this.part.isConnected && this.part.store === null)
      document.addEventListener(STORE_CONNECTED, this.renew);
    if (store === this.#store) return;
    this.#leave();
    this.#store = store;
    this.#leave = store?.subscribe(this.take) ?? (() => undefined);
  };
}

function find(part: Linked): RecogniserStore | null {
  if (part.store !== null) return part.store;
  if (part.for !== null)
    return storeOf((part.getRootNode() as Document | ShadowRoot).getElementById(part.for));
  for (let node = above(part); node !== null; node = above(node)) {
    const store = storeOf(node);
    if (store !== null) return store;
  }
  return null;
}

function storeOf(node: Node | null): RecogniserStore | null {
  return node !== null && STORE in node ? (node[STORE] as RecogniserStore) : null;
}
