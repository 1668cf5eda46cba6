/**
 * Sources of words: captions, the browser's recognition. Knows of the browser only; a speech model in the page is
 * `src/speech`'s, and looks the same.
 */

export { BaseWordSource } from './base-source';
export { BrowserWords } from './browser-words';
export { CaptionWords, type CaptionFile } from './caption-words';
export { readCaptions, type Captions } from './captions';
export { recognitionClass, type RecognitionClass, type RecognitionPlace } from './recognition-api';
export { recognitionPlace } from './recognition-place';
export { TrackWords } from './track-words';
export { Transcript } from './transcript';
export {
  WORD_SOURCES,
  type Word,
  type WordListeners,
  type WordScene,
  type WordSource,
  type WordSourceKind,
  type WordStatus,
} from './word-source';
