/**
 * As much of the Web Speech API as is used (draft of https://webaudio.github.io/web-speech-api/); the compiler's DOM knows
 * only parts of it. `available`, `install` and `processLocally` are new: a browser may lack them.
 */

export interface RecognitionOptions {
  readonly langs: readonly string[];
  readonly processLocally: boolean;
}

export type RecognitionAvailability = 'unavailable' | 'downloadable' | 'downloading' | 'available';

export interface RecognitionResult {
  readonly isFinal: boolean;
  readonly length: number;
  readonly [index: number]: { readonly transcript: string; readonly confidence: number } | undefined;
}

export interface RecognitionEvents {
  start: Event;
  end: Event;
  speechstart: Event;
  result: Event & {
    /** Of the whole session. */
    readonly results: { readonly length: number; readonly [index: number]: RecognitionResult | undefined };
  };
  error: Event & { readonly error: string };
}

export interface Recognition {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  processLocally?: boolean;
  start(): void;
  abort(): void;
  addEventListener<K extends keyof RecognitionEvents>(
    type: K,
    listener: (event: RecognitionEvents[K]) => void,
  ): void;
}

export interface RecognitionClass {
  new (): Recognition;
  available?(options: RecognitionOptions): Promise<RecognitionAvailability>;
  install?(options: RecognitionOptions): Promise<boolean>;
}

/** The browser's own; null where it has none. */
export function recognitionClass(): RecognitionClass | null {
  const scope = globalThis as {
    SpeechRecognition?: RecognitionClass;
    webkitSpeechRecognition?: RecognitionClass;
  };
  return scope.SpeechRecognition ?? scope.webkitSpeechRecognition ?? null;
}

/** Where the browser would listen: on the device, there after fetching a language pack, or at a service that it sends the sound to. */
export type RecognitionPlace = 'device' | 'installable' | 'service';
