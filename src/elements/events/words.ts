import type { WordsState } from '../../recogniser';

/** `words`: where the words come from, what was said, or what is wrong with it; a run goes on without words. */
export type MemoWordsEvent = CustomEvent<WordsState>;
