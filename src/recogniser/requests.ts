/** What may be asked of a recogniser from the elements: each travels up as a `memo-request` event. */

import type { WordSourceKind } from '../capture/words/word-source';
import type { Box } from '../memobert/estimate';

export interface RequestMap {
  /** Camera and microphone, each asked for on its own. */
  start: { camera: boolean; microphone: boolean };
  'start-actor': Record<string, never>;
  'start-file': { file: Blob; name: string };
  /** Whom to follow, by a face's box in pixels of the frame. */
  follow: { box: Box };
  /** A moment of the file that was analysed, in seconds. */
  seek: { time: number };
  stop: Record<string, never>;
  text: { text: string };
  'dismiss-error': Record<string, never>;
  /** Takes the words from elsewhere. */
  'words-choose': { source: WordSourceKind };
  /** Switches a source that listens on or off. */
  'words-start': Record<string, never>;
  'words-stop': Record<string, never>;
  /** A file, or a track of media that the page plays itself. */
  'words-captions': { file: Blob; name: string } | { track: HTMLTrackElement };
  'words-dismiss-error': Record<string, never>;
}

export type RequestName = keyof RequestMap;

export type MemoRequest = {
  [K in RequestName]: { readonly name: K; readonly detail: RequestMap[K] };
}[RequestName];

/** The event that carries a request up: bubbles, composed. */
export const REQUEST_EVENT = 'memo-request';
