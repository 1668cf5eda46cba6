/** A speech model that runs: by transformers.js, from files that are here already, on our own ONNX Runtime. */

import type { AutomaticSpeechRecognitionPipeline } from '@huggingface/transformers';
import { GATE_RATE_HZ } from '../encoders/voice/speech-gate';
import { MemoError } from '../errors';
import { lateScript } from '../late-script';
import type { Backend } from '../memobert/estimate';
import type { OrtModule } from '../runtime/ort-modules';
import { chooseOrt } from './chosen-ort';
import { spokenLanguage, type SpeechManifest } from './speech-manifest';
import type { SpeechModelFiles } from './speech-files';
import type { Piece, Transcriber } from './transcribing';

/** A name that is no address: files are answered from memory, under this. */
const MODEL = 'speech-model';
/** Moonshine's own limit against repetitions (Jeffries et al., 2024, arXiv 2410.15608). */
const MOONSHINE_TOKENS_HZ = 6;
/** The library's logger prints the tensors of a failed run: they would be somebody's voice. */
const NO_LOG = 50;

/** @throws MemoError `graph-invalid`, `file-missing` */
export async function createTranscriber(
  { manifest, contents }: SpeechModelFiles,
  backend: Backend,
  ort: OrtModule,
): Promise<Transcriber> {
  chooseOrt(ort);
  const { env, pipeline } = await lateScript(async () => {
    // picked here, so that the build leaves the rest of the library out
    const { env, pipeline } = await import('@huggingface/transformers');
    return { env, pipeline };
  });
  env.logLevel = NO_LOG;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = '';
  env.useBrowserCache = false;
  env.useWasmCache = false;
  const missing: string[] = [];
  env.fetch = (address: string | URL) => Promise.resolve(fromMemory(String(address), contents, missing));
  const options = { device: backend, dtype: manifest.dtype[backend] ?? 'fp32' };
  try {
    // the union of all pipelines and dtypes is more than TypeScript follows
    const make = pipeline as unknown as (
      task: 'automatic-speech-recognition',
      model: string,
      options: unknown,
    ) => Promise<AutomaticSpeechRecognitionPipeline>;
    const model = await make('automatic-speech-recognition', MODEL, options);
    return async (samples) => {
      try {
        return piecesOf(await model(samples, callOptions(manifest, samples.length)));
      } catch (cause) {
        throw failed(manifest, cause);
      }
    };
  } catch (cause) {
    const graph = missing.find((path) => path.endsWith('.onnx'));
    throw graph === undefined ? failed(manifest, cause) : lacking(graph, cause);
  }
}

function fromMemory(address: string, contents: SpeechModelFiles['contents'], missing: string[]): Response {
  const path = address.slice(address.lastIndexOf(`${MODEL}/`) + MODEL.length + 1);
  const bytes = contents.get(path);
  if (bytes !== undefined)
    return new Response(bytes, { headers: { 'content-length': String(bytes.byteLength) } });
  missing.push(path);
  return new Response(null, { status: 404 });
}

function callOptions(manifest: SpeechManifest, samples: number): Record<string, unknown> {
  // the library counts whole seconds: an utterance of less than one would get a single token
  if (manifest.architecture === 'moonshine') {
    return { max_new_tokens: Math.ceil((samples / GATE_RATE_HZ) * MOONSHINE_TOKENS_HZ) };
  }
  const { timestamps } = manifest;
  return {
    return_timestamps: timestamps === 'word' ? 'word' : timestamps === 'segment',
    // a model of one language refuses to be told it
    ...(manifest.languages.length > 1 ? { language: spokenLanguage(manifest), task: 'transcribe' } : {}),
  };
}

function piecesOf(output: unknown): readonly Piece[] {
  const { text, chunks } = output as {
    text: string;
    chunks?: readonly { text: string; timestamp: readonly [number | null, number | null] }[];
  };
  if (chunks === undefined || chunks.length === 0)
    return text.trim() === '' ? [] : [{ text, start: 0, end: null }];
  return chunks.map((chunk) => ({
    text: chunk.text,
    start: chunk.timestamp[0] ?? 0,
    end: chunk.timestamp[1],
  }));
}

function lacking(path: string, cause: unknown): MemoError {
  return new MemoError(
    'file-missing',
    `The speech model's folder lacks ${path}.`,
    'Put the file there and describe the folder again (npx memo-bert-speech FOLDER), or correct "dtype" in its speech.json.',
    cause,
  );
}

function failed({ name }: SpeechManifest, cause: unknown): MemoError {
  return new MemoError(
    'graph-invalid',
    `The speech model ${name} cannot be run.`,
    'Use a Whisper or Moonshine model as transformers.js reads it, or take the words from elsewhere.',
    cause,
  );
}
