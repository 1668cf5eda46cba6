/** A SpeechRecognition that says what a test tells it; injected in a page or handed to a source. Needs nothing but an EventTarget. */

import type { RecognitionAvailability, RecognitionOptions } from '../recognition-api';

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

  /** One result; a test says whether it is final. */
  say(transcript: string, isFinal: boolean): void {
    const results = [{ isFinal, length: 1, 0: { transcript } }];
    this.dispatchEvent(Object.assign(new Event('result'), { resultIndex: 0, results }));
  }
}
