/** Templates for Svelte 5, which listens by `on` and the event's name: `import type {} from 'memo-bert/svelte'`. Types only. */

import type { HTMLAttributes } from 'svelte/elements';
import type { Attributes, EventName, EventsOf, Properties, Tag, TellingTag } from './attributes';

type Listeners<T extends Tag> = {
  [N in EventName<T> as `on${N}`]?: ((event: EventsOf<T>[N]) => void) | undefined;
};
type Own<T extends Tag> = Properties<HTMLElementTagNameMap[T]> &
  Listeners<T> &
  (T extends TellingTag ? Attributes : unknown);

export type MemoSvelte = {
  [T in Tag]: Omit<HTMLAttributes<HTMLElementTagNameMap[T]>, keyof Own<T>> & Own<T>;
};

declare module 'svelte/elements' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- merges into Svelte's own
  interface SvelteHTMLElements extends MemoSvelte {}
}
