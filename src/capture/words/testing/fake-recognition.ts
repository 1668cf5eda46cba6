/** A SpeechRecognition that says what a test tells it; injected in a page or handed to a source. Needs nothing but an EventTarget. */

import type { RecognitionAvailability, RecognitionOptions } from '../recognition-api';

interface Said {
  readonly transcript: string;
  readonly isFinal: boolean;
  /** 0 to 1; 0 where the browser does not say. */
  readonly confidence: number;
}

export class FakeRecognition extends EventTarget {
  /** Every one that was started, oldest first. */
  static started: FakeRecognition[] = [];
  static availability: RecognitionAvailability = 'unavailable';
  static installs: RecognitionOptions[] = [];
  static installable = true;

  lang = '';
  continuous = false;
  interimResults = false;
  processLocally = false;
  aborted = false;
  readonly #settled: Said[] = [];

  static reset(): void {
    FakeRecognition.started = [];
    FakeRecognition.installs = [];
    FakeRecognition.availability = 'unavailable';
    FakeRecognition.installable = true;
  }

  static available({ processLocally }: RecognitionOptions): Promise<RecognitionAvailability> {
    return Promise.resolve(processLocally ? FakeRecognition.availability : 'available');
  }

  static install(options: RecognitionOptions): Promise<boolean> {
    FakeRecognition.installs.push(options);
    return Promise.resolve(FakeRecognition.installable);
  }

  start(): void {
    FakeRecognition.started.push(this);
    this.dispatchEvent(new Event('start'));
  }

  abort(): void {
    this.aborted = true;
    this.fire('error', 'aborted');
    this.fire('end');
  }

  /** `speechstart`, `end`, or `error` with its code. */
  fire(type: string, error?: string): void {
    this.dispatchEvent(Object.assign(new Event(type), { error }));
  }

  /** One result more; a test says whether it is final. */
  say(transcript: string, isFinal: boolean): void {
    const said = { transcript, isFinal, confidence: isFinal ? 0.9 : 0 };
    this.deliver(...this.#settled, said);
    if (isFinal) this.#settled.push(said);
  }

  /** All results of the session so far, as a browser lays them out. */
  deliver(...said: readonly Said[]): void {
    const results = said.map(({ isFinal, ...alternative }) => ({ isFinal, length: 1, 0: alternative }));
    this.dispatchEvent(Object.assign(new Event('result'), { results }));
  }
}
