/**
 * From camera, microphone, file, stream or actor to timestamped frames, samples and words.
 * Knows of the browser only; must not know of models, workers or elements.
 */

export type { ChosenDevices, DeviceRequest, DevicesSoFar, DeviceWanted } from './devices';
export type { MediaReader } from './media-reader';
export type { PushedSource } from './pushed-source';
export {
  MOST_CHUNKS,
  type SampleChunk,
  type Source,
  type SourceEvents,
  type SourceKind,
  type TimedFrame,
  type TrackStatus,
} from './source';
