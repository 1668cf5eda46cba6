/**
 * Speech -> words by a Whisper or Moonshine model in the page: a worker of its own, loaded when somebody asks for it.
 * Knows of capture's words, the encoders' voice gate, runtime's files and backends. Must not know of the recogniser or elements.
 *
 * What stands here is the page's side; the worker's side is reached through SpeechClient alone.
 */

export type { SpeechAddress } from './speech-files';
export { SpeechClient, type SpeechListeners } from './speech-client';
export { SpeechWords } from './speech-words';
