/** A `<track>` inside of the element, as inside of a `<video>`: the captions of what `src` names, taken as its words. */

import { MemoError } from '../errors';
import type { RecogniserState, RequestMap } from '../recogniser';
import type { RecogniserLike } from './recogniser-like';

/** The address that each recogniser was given last, until it is taken back: what a visitor chose after it stays chosen. */
const given = new WeakMap<RecogniserLike, string>();

/**
 * Gives the captions to the recogniser and resolves when they are its words, as long as that file is open; null where all is
 * well, or there is nothing to give.
 * @param url absolute, of what is analysed: what is not `src` has other words
 * @returns `captions-unreachable`: the run goes on without
 */
export async function giveTrack(
  element: ParentNode & { readonly src: string | null | undefined },
  url: string,
  recogniser: RecogniserLike,
  signal: AbortSignal,
): Promise<MemoError | null> {
  const track = trackOf(element);
  const own = element.src ?? '';
  if (!URL.canParse(own, document.baseURI) || url !== new URL(own, document.baseURI).href) return null;
  if (track === null || track.src === given.get(recogniser)) return null;
  const { src, label, srclang } = track;
  let file: Blob;
  try {
    file = await fetchBlob(src, signal);
  } catch (cause) {
    return signal.aborted ? null : unreachable(src, cause);
  }
  if (signal.aborted) return null;
  const name = label || (src.split('/').at(-1) ?? src);
  await taken(recogniser, { file, name, language: srclang });
  given.set(recogniser, src);
  takeBackAfter(recogniser, signal);
  return null;
}

/** Words of this file alone: once it is closed or anything else begins, typed ones again, unless a visitor chose meanwhile. */
function takeBackAfter(recogniser: RecogniserLike, signal: AbortSignal): void {
  const { captions } = recogniser.state.words;
  let own: Blob | null = null;
  // subscribers hear of a start before its source is there, and of one that is analysed again only once it is back
  const gone = ({ media }: RecogniserState) => {
    own ??= media;
    return media !== own || (own === null && signal.aborted);
  };
  when(recogniser, gone, () => {
    const { words } = recogniser.state;
    if (words.source !== 'captions' || words.captions !== captions) return;
    given.delete(recogniser);
    recogniser.handle({ name: 'words-choose', detail: { source: 'typed' } });
  });
}

/** Does it once, as soon as a state from now on is so. */
function when(recogniser: RecogniserLike, isSo: (state: RecogniserState) => boolean, act: () => void): void {
  let over = false;
  let leave: () => void = () => undefined;
  leave = recogniser.subscribe((state) => {
    if (over || !isSo(state)) return;
    over = true;
    leave();
    act();
  });
  if (over) leave(); // told at once, before there was a way out
}

/** The default one, else the first, of those that say what is said. */
function trackOf(element: ParentNode): HTMLTrackElement | null {
  const kinds = [':not([kind])', '[kind=captions]', '[kind=subtitles]'];
  const all = kinds.map((kind) => `:scope > track[src]${kind}`).join();
  const found = [...element.querySelectorAll<HTMLTrackElement>(all)];
  return found.find((track) => track.default) ?? found[0] ?? null;
}

/** Resolves when the captions were read, well or not; the words tell of what is wrong with them. */
function taken(recogniser: RecogniserLike, detail: RequestMap['words-captions']): Promise<void> {
  return new Promise((resolve) => {
    const { captions, error } = recogniser.state.words;
    recogniser.handle({ name: 'words-captions', detail });
    when(recogniser, ({ words }) => words.captions !== captions || words.error !== error, resolve);
  });
}

async function fetchBlob(url: string, signal: AbortSignal): Promise<Blob> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.blob();
}

function unreachable(url: string, cause: unknown): MemoError {
  return new MemoError(
    'captions-unreachable',
    `The captions ${url} could not be fetched.`,
    'Check the address of the track; one of another origin must allow this page, by CORS and by its own policy.',
    cause,
  );
}
