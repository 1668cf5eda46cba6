/** The speech worker: owns transformers.js, the speech model and a voice gate of its own; knows no page. */

import { SpeechGate } from '../encoders/voice/speech-gate';
import { MemoError } from '../errors';
import { chooseBackend } from '../runtime/backends';
import { EngineFiles, ortWasm } from '../runtime/engine-files';
import { OrtRuntime } from '../runtime/ort-graph';
import { loadOrt } from '../runtime/ort-modules';
import { Listener } from './listener';
import type { FromSpeechWorker, SpeechOptions, ToSpeechWorker } from './protocol';
import { loadSpeechFiles } from './speech-files';
import { spokenLanguage } from './speech-manifest';
import { createTranscriber } from './transcriber';

// this file is checked with and without the DOM's types; a port is all that it needs
declare const self: {
  postMessage(message: FromSpeechWorker): void;
  onmessage: ((event: MessageEvent<ToSpeechWorker>) => void) | null;
  close(): void;
};

let listener: Listener | null = null;

function fail(error: unknown): void {
  self.postMessage({ kind: 'error', error: MemoError.from(error).toJSON() });
  self.close();
}

async function load({ address, assetBase, device, allowSoftwareAdapter }: SpeechOptions): Promise<void> {
  const { name: backend, threads } = await chooseBackend({ device, allowSoftwareAdapter });
  const engine = new EngineFiles(assetBase);
  const [files, gateBytes, ort] = await Promise.all([
    loadSpeechFiles(address, backend, (loadedBytes, totalBytes) =>
      self.postMessage({ kind: 'progress', loadedBytes, totalBytes }),
    ),
    engine.one('silero_vad.onnx'),
    engine.one(ortWasm(backend)).then((wasm) => loadOrt(backend, threads, wasm)),
  ]);
  const transcriber = await createTranscriber(files, backend, ort);
  const gate = SpeechGate.create(await new OrtRuntime(ort).create('speech-gate', gateBytes, 'wasm'));
  listener = new Listener(gate, transcriber, (heard, run) => self.postMessage({ kind: 'heard', run, heard }));
  self.postMessage({ kind: 'ready', language: spokenLanguage(files.manifest) });
}

self.onmessage = ({ data }) => {
  if (data.kind === 'load') {
    load(data.options).catch(fail);
    return;
  }
  if (data.kind === 'reset') {
    listener?.reset(data.run);
    return;
  }
  listener?.push(data.samples, data.sampleRateHz, data.time);
  const taken = () => self.postMessage({ kind: 'taken' });
  if (!data.waits) taken();
  const work = listener?.work(data.waits) ?? Promise.resolve();
  work
    .then(() => {
      self.postMessage({ kind: 'worked' });
      if (data.waits) taken();
    })
    .catch(fail);
};
