/** Messages from the page -> the listener -> what it hears; the first fault is told, and is the end. */

import { MemoError } from '../errors';
import type { Heard, Listener } from './listener';
import type { FromSpeechWorker, SpeechOptions, ToSpeechWorker } from './protocol';

/** A worker's global scope. */
export interface SpeechPort {
  postMessage(message: FromSpeechWorker): void;
  onmessage: ((event: MessageEvent<ToSpeechWorker>) => void) | null;
  close(): void;
}

/** Brings what hears. */
export type OpenListener = (
  options: SpeechOptions,
  tell: (heard: Heard, run: number) => void,
  onBytes: (loadedBytes: number, totalBytes: number) => void,
) => Promise<{ readonly listener: Listener; readonly language: string }>;

export function serveSpeech(port: SpeechPort, open: OpenListener): void {
  let listener: Listener | null = null;
  const fail = (error: unknown) => {
    port.postMessage({ kind: 'error', error: MemoError.from(error).toJSON() });
    port.close();
  };
  const load = async (options: SpeechOptions) => {
    const opened = await open(
      options,
      (heard, run) => port.postMessage({ kind: 'heard', run, heard }),
      (loadedBytes, totalBytes) => port.postMessage({ kind: 'progress', loadedBytes, totalBytes }),
    );
    listener = opened.listener;
    port.postMessage({ kind: 'ready', language: opened.language });
  };
  port.onmessage = ({ data }) => {
    if (data.kind === 'load') {
      load(data.options).catch(fail);
      return;
    }
    if (data.kind === 'reset') {
      listener?.reset(data.run);
      return;
    }
    listener?.push(data.samples, data.sampleRateHz, data.time);
    const taken = () => port.postMessage({ kind: 'taken' });
    if (!data.waits) taken();
    const work = listener?.work(data.waits) ?? Promise.resolve();
    work
      .then(() => {
        port.postMessage({ kind: 'worked' });
        if (data.waits) taken();
      })
      .catch(fail);
  };
}
