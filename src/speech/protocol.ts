/** What the page and the speech worker say to each other. */

import type { SerialisedError } from '../errors';
import type { EngineOptions } from '../runtime/protocol';
import type { Heard } from './listener';
import type { SpeechAddress } from './speech-files';

export interface SpeechOptions extends Pick<EngineOptions, 'assetBase' | 'device' | 'allowSoftwareAdapter'> {
  readonly address: SpeechAddress;
}

export type ToSpeechWorker =
  | { readonly kind: 'load'; readonly options: SpeechOptions }
  /** A run begins or ends: what was heard before is forgotten, the model stays. */
  | { readonly kind: 'reset'; readonly run: number }
  /** Mono, any rate; transferred. `time` is that of the first sample. */
  | {
      readonly kind: 'samples';
      readonly samples: Float32Array<ArrayBuffer>;
      readonly sampleRateHz: number;
      readonly time: number;
      /** The sender waits: `taken` comes when all that can be made of the sound so far was told. */
      readonly waits: boolean;
    };

export type FromSpeechWorker =
  | { readonly kind: 'progress'; readonly loadedBytes: number; readonly totalBytes: number }
  | { readonly kind: 'ready'; readonly language: string }
  /** One chunk of samples was taken in, or worked off where its sender waits. */
  | { readonly kind: 'taken' }
  /** The model has done with the sound up to one chunk: also where that was taken in at once. */
  | { readonly kind: 'worked' }
  | { readonly kind: 'heard'; readonly run: number; readonly heard: Heard }
  /** The end: nothing follows. */
  | { readonly kind: 'error'; readonly error: SerialisedError };
