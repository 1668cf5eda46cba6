import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkSpeechManifest } from '../src/speech/speech-manifest';
import { describeSpeech } from './memo-bert-speech.mjs';

const fixtureOf = (name: string) => fileURLToPath(new URL(`../tests/fixtures/${name}`, import.meta.url));
const fixture = fixtureOf('speech');
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'speech-'));
  await cp(fixture, folder, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const write = (name: string, json: unknown) => writeFile(join(folder, name), JSON.stringify(json));

it.each([
  ['speech', 'toy-whisper'],
  ['moonshine', 'toy-moonshine'],
])('describes the tests’ own model %s as its maker did', async (of, name) => {
  await rm(folder, { recursive: true });
  await cp(fixtureOf(of), folder, { recursive: true });
  const committed = await readFile(join(folder, 'speech.json'), 'utf8');
  await rm(join(folder, 'speech.json'));
  await describeSpeech(folder, { licence: 'Apache-2.0', name });
  expect(await readFile(join(folder, 'speech.json'), 'utf8')).toBe(committed);
});

it('reads languages and times from the folder, and leaves other precisions out', async () => {
  await cp(join(folder, 'onnx/encoder_model.onnx'), join(folder, 'onnx/encoder_model_quantized.onnx'));
  await write('generation_config.json', { lang_to_id: { '<|ko|>': 1, '<|en|>': 2 } });
  const described = await describeSpeech(folder, { licence: 'MIT', only: ['q8'], dtype: { wasm: 'q8' } });
  const { languages, timestamps, dtype, files } = checkSpeechManifest(described);
  expect({ languages, timestamps, dtype }).toEqual({
    languages: ['en', 'ko'],
    timestamps: 'segment',
    dtype: { wasm: 'q8' },
  });
  const graphs = files.map(({ path }) => path).filter((path) => path.endsWith('.onnx'));
  expect(graphs).toEqual(['onnx/encoder_model_quantized.onnx']);
});

it('refuses what the page could not load', async () => {
  await write('config.json', { model_type: 'bert' });
  await expect(describeSpeech(folder, { licence: 'MIT' })).rejects.toThrow('"bert"');
  await rm(join(folder, 'tokenizer.json'));
  await expect(describeSpeech(folder, { licence: 'MIT' })).rejects.toThrow('tokenizer.json');
});
