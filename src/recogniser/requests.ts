/** What may be asked of a recogniser from the elements: each travels up as a `memo-request` event. */

import type { ChosenDevices, DeviceRequest } from '../capture';
import type { WordSourceKind } from '../capture/words/word-source';
import type { Box } from '../memobert/estimate';
import type { Masks } from '../memobert/moment';

export interface RequestMap {
  /** Camera and microphone, each asked for on its own; constraints say which one. */
  start: DeviceRequest;
  /** Which camera, which microphone, from now on: constraints, `{}` for the browser's own choice; what is left out stays. */
  'devices-choose': ChosenDevices;
  'start-actor': Record<string, never>;
  'start-file': { file: Blob; name: string };
  /** Whom to follow, by a face's box in pixels of the frame. */
  follow: { box: Box };
  /** A moment of the file that was analysed, in seconds. */
  seek: { time: number };
  stop: Record<string, never>;
  text: { text: string };
  'dismiss-error': Record<string, never>;
  /** Another sentence, other words for its mask; null is the bundle's own, what is left out stays. */
  prompt: { prompt?: string | null; labels?: readonly string[] | null };
  'prompt-dismiss-error': Record<string, never>;
  /** Freezes the evidence of now; masks parts of it; lets it go. */
  'moment-take': Record<string, never>;
  'moment-mask': Masks;
  'moment-drop': Record<string, never>;
  'moment-dismiss-error': Record<string, never>;
  /** The right word of the moment that is shown, a label's id; takes a mark back, by its place. */
  mark: { word: string };
  unmark: { index: number };
  'adaptation-use': { on: boolean };
  'adaptation-keep': { kept: boolean };
  'adaptation-clear': Record<string, never>;
  /** A file that was saved. */
  'adaptation-import': { file: Blob };
  'adaptation-dismiss-error': Record<string, never>;
  /** Takes the words from elsewhere. */
  'words-choose': { source: WordSourceKind };
  /** Switches a source that listens on or off. */
  'words-start': Record<string, never>;
  'words-stop': Record<string, never>;
  /** A file, and its language as BCP 47 where it is known; or a track of media that the page plays itself. */
  'words-captions': { file: Blob; name: string; language?: string } | { track: HTMLTrackElement };
  'words-dismiss-error': Record<string, never>;
}

export type RequestName = keyof RequestMap;

export type MemoRequest = {
  [K in RequestName]: { readonly name: K; readonly detail: RequestMap[K] };
}[RequestName];

/** The event that carries a request up: bubbles, composed. */
export const REQUEST_EVENT = 'memo-request';
