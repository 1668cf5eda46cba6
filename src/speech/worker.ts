/** The speech worker: owns transformers.js, the speech model and a voice gate of its own; knows no page. */

import { SpeechGate } from '../encoders/voice/speech-gate';
import { chooseBackend } from '../runtime/backends';
import { EngineFiles, ortWasm } from '../runtime/engine-files';
import { OrtRuntime } from '../runtime/ort-graph';
import { loadOrt } from '../runtime/ort-modules';
import { Listener } from './listener';
import { serveSpeech, type SpeechPort } from './serving';
import { loadSpeechFiles } from './speech-files';
import { spokenLanguage } from './speech-manifest';
import { createTranscriber } from './transcriber';

// this file is checked with and without the DOM's types; a port is all that it needs
declare const self: SpeechPort;

serveSpeech(self, async ({ address, assetBase, device, allowSoftwareAdapter }, tell, onBytes) => {
  const { name: backend, threads } = await chooseBackend({ device, allowSoftwareAdapter });
  const engine = new EngineFiles(assetBase);
  const [files, gateBytes, ort] = await Promise.all([
    loadSpeechFiles(address, backend, onBytes),
    engine.one('silero_vad.onnx'),
    engine.one(ortWasm(backend)).then((wasm) => loadOrt(backend, threads, wasm)),
  ]);
  const transcriber = await createTranscriber(files, backend, ort);
  const gate = SpeechGate.create(await new OrtRuntime(ort).create('speech-gate', gateBytes, 'wasm'));
  return { listener: new Listener(gate, transcriber, tell), language: spokenLanguage(files.manifest) };
});
