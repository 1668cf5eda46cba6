/** Templates for Svelte 5, which listens by `on` and the event's name: `import type {} from 'memo-bert/svelte'`. Types only. */

import type { HTMLAttributes } from 'svelte/elements';
import type {} from '../elements';
import type { Attributes, EventName, EventOf, Properties, Tag, TellingTag } from './attributes';

type Listeners = { [N in EventName as `on${N}`]?: (event: EventOf<N>) => void };
type Own<T extends Tag> = Properties<HTMLElementTagNameMap[T]> &
  (T extends TellingTag ? Attributes & Listeners : unknown);

export type MemoSvelte = {
  [T in Tag]: Omit<HTMLAttributes<HTMLElementTagNameMap[T]>, keyof Own<T>> & Own<T>;
};

declare module 'svelte/elements' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- merges into Svelte's own
  interface SvelteHTMLElements extends MemoSvelte {}
}
