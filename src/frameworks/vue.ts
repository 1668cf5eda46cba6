/**
 * Templates and TSX for Vue 3: `import type {} from 'memo-bert/vue'`. Tell Vue's compiler that `memo-*` are elements:
 * `compilerOptions.isCustomElement`. Types only.
 */

import type { DefineComponent, HTMLAttributes, ReservedProps } from 'vue';
import type { Attributes, EventName, EventsOf, Properties, Tag, TellingTag } from './attributes';

type Listeners<T extends Tag> = {
  [N in EventName<T> as `on${Capitalize<N>}`]?: ((event: EventsOf<T>[N]) => void) | undefined;
};
type Own<T extends Tag> = Properties<HTMLElementTagNameMap[T]> &
  Listeners<T> &
  (T extends TellingTag ? Attributes : unknown);
type Props<T extends Tag> = ReservedProps & Omit<HTMLAttributes, keyof Own<T>> & Own<T>;

export type MemoVue = { [T in Tag]: DefineComponent<Props<T>> };

declare module 'vue' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- merges into Vue's own
  interface GlobalComponents extends MemoVue {}
}
