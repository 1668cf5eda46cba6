/** What a template may write on each element: its own properties, by the names of the class, each optional. Types only. */

import type { LitElement } from 'lit';
import type { MemoBertEventMap, MemoMeasuredEvent } from '../elements';

type Key<E> = Exclude<keyof E, keyof LitElement | symbol>;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Properties that can be written: methods and what only tells are left out. */
type Writable<E> = {
  [K in Key<E>]: E[K] extends (...given: never[]) => unknown
    ? never
    : Same<Pick<E, K>, Readonly<Pick<E, K>>> extends true
      ? never
      : K;
}[Key<E>];

/** Undefined is as left out, with `exactOptionalPropertyTypes` too. */
export type Properties<E> = { [K in Writable<E>]?: E[K] | undefined };

/** The tags of this package. */
export type Tag = Extract<keyof HTMLElementTagNameMap, `memo-${string}`>;
/** Those that tell: `<memo-bert>` and `<memo-engine>`. */
export type TellingTag = 'memo-bert' | 'memo-engine';
/** The events of a tag that are ours. */
export type EventsOf<T extends Tag> = T extends TellingTag
  ? Pick<MemoBertEventMap, 'estimate' | 'statechange' | 'progress' | 'error' | 'words'>
  : T extends 'memo-measure'
    ? { measured: MemoMeasuredEvent }
    : unknown;
export type EventName<T extends Tag> = keyof EventsOf<T> & string;

/** Kebab-case attributes, as HTML has them. */
export interface Attributes {
  'asset-base'?: string | null | undefined;
  'rate-face'?: number | string | null | undefined;
  'rate-voice'?: number | string | null | undefined;
  'rate-fusion'?: number | string | null | undefined;
}
