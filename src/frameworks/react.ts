/**
 * JSX for React 19, which passes properties to elements and listens by `on` and the event's name: `import type {} from 'memo-bert/react'`.
 * Types only.
 */

import type { ClassAttributes, HTMLAttributes } from 'react';
import type { Attributes, EventName, EventsOf, Properties, Tag, TellingTag } from './attributes';

type Listeners<T extends Tag> = {
  [N in EventName<T> as `on${N}`]?: ((event: EventsOf<T>[N]) => void) | undefined;
};
type Own<T extends Tag> = Properties<HTMLElementTagNameMap[T]> &
  Listeners<T> &
  (T extends TellingTag ? Attributes : unknown);

export type MemoJsx = {
  [T in Tag]: ClassAttributes<HTMLElementTagNameMap[T]> &
    Omit<HTMLAttributes<HTMLElementTagNameMap[T]>, keyof Own<T> | 'onError' | 'onProgress'> &
    Own<T>;
};

declare module 'react' {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- React's own
  namespace JSX {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- merges into React's own
    interface IntrinsicElements extends MemoJsx {}
  }
}
