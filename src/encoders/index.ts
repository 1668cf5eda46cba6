/**
 * What was seen (`face/`; its `gpu/` comes where there is WebGPU), heard (`voice/`) and said (`text/`) -> features with times, by the
 * bundle's encoder graphs.
 * Knows: MediaPipe's face detector, the shape of the graphs (through `runtime`'s Graph), pictures and samples.
 * Must not know: where frames and samples come from, how a graph is run and on what, evidence and labels, the DOM.
 */
export { FaceEncoder } from './face/face-encoder';
export type { FaceEncoderOptions, FaceEncoding } from './face/face-encoder';
export type { DetectorFiles } from './face/detector';
export { VoiceEncoder } from './voice/voice-encoder';
export { fixedSteps, gridOf } from './voice/streamed-window';
export { SpeechGate } from './voice/speech-gate';
export { WordPieces } from './text/word-pieces';
