import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryCaches } from '../runtime/testing/memory-caches';
import { sha256 } from '../runtime/integrity';
import { loadSpeechFiles } from './speech-files';
import { checkSpeechManifest, spokenLanguage, type SpeechManifest } from './speech-manifest';

const URL_ = 'https://models.test/speech/speech.json';
const fixture = new URL('../../tests/fixtures/speech/', import.meta.url);
const committed = () => JSON.parse(readFileSync(new URL('speech.json', fixture), 'utf8')) as SpeechManifest;

let files: Map<string, Uint8Array<ArrayBuffer>>;
let asked: string[];
let caches = memoryCaches();

const fetcher: typeof fetch = (input) => {
  const url = String(input);
  asked.push(url);
  const body = files.get(url);
  return Promise.resolve(body ? new Response(body) : new Response('gone', { status: 404 }));
};

beforeEach(() => {
  asked = [];
  caches = memoryCaches();
  const paths = ['speech.json', ...committed().files.map(({ path }) => path)];
  files = new Map(
    paths.map((path) => [new URL(path, URL_).href, new Uint8Array(readFileSync(new URL(path, fixture)))]),
  );
});

const load = (file: { bytes: number; sha256: string } | null = null, onBytes = () => undefined as void) =>
  loadSpeechFiles({ url: URL_, file }, 'wasm', onBytes, { fetch: fetcher, caches });
const named = async () => {
  const data = files.get(URL_)!;
  return { bytes: data.byteLength, sha256: await sha256(data) };
};

describe('the files of a speech model', () => {
  it('are all fetched and checked, and their bytes told', async () => {
    const told: number[] = [];
    const { manifest, contents } = await loadSpeechFiles(
      { url: URL_, file: null },
      'wasm',
      (loaded, total) => told.push(loaded / total),
      { fetch: fetcher, caches },
    );
    expect([...contents.keys()].toSorted()).toEqual(manifest.files.map(({ path }) => path).toSorted());
    expect(told.at(-1)).toBe(1);
    expect(told.every((value, at) => value >= (told[at - 1] ?? 0))).toBe(true);
  });

  it('come from the cache the next time, even without a network', async () => {
    await load();
    asked = [];
    files.clear();
    const { contents } = await load();
    expect(asked).toEqual([URL_]);
    expect(contents.size).toBe(7);
  });

  it('need no network at all where the bundle names them', async () => {
    await load(await named());
    const file = await named();
    asked = [];
    files.clear();
    await load(file);
    expect(asked).toEqual([]);
  });

  it('leave the cached files of other models, and of the bundle, where they are', async () => {
    await load();
    const before = caches.entries.size;
    const other = { url: 'https://models.test/other/speech.json', file: null };
    for (const [url, data] of [...files]) files.set(url.replace('/speech/', '/other/'), data);
    await loadSpeechFiles(other, 'wasm', () => undefined, { fetch: fetcher, caches });
    expect(caches.entries.size).toBe(2 * before);
  });

  it.each(['tokenizer.json', 'onnx/decoder_model_merged.onnx'])('without %s it is not used', async (path) => {
    files.delete(new URL(path, URL_).href);
    await expect(load()).rejects.toMatchObject({
      code: 'file-missing',
      message: `The speech model's file ${path} could not be fetched.`,
      cure: expect.stringMatching(/: put its whole folder there\.$/) as string,
    });
  });

  it('that differ are refused', async () => {
    files.set(new URL('config.json', URL_).href, Uint8Array.of(1, 2));
    await expect(load()).rejects.toMatchObject({
      code: 'model-integrity',
      message: expect.stringContaining("The speech model's file config.json") as string,
      cure: expect.stringMatching(/: put its whole folder there again\.$/) as string,
    });
    const wrong = { bytes: 3, sha256: '0'.repeat(64) };
    await expect(load(wrong)).rejects.toMatchObject({ code: 'model-integrity' });
  });

  it('are unreachable when their list is, and it was never here', async () => {
    files.clear();
    await expect(load()).rejects.toMatchObject({ code: 'manifest-unreachable' });
    files.set(URL_, new TextEncoder().encode('{'));
    await expect(load()).rejects.toMatchObject({
      code: 'manifest-invalid',
      cure: expect.not.stringContaining('bundle') as string,
    });
  });

  it('are those of the backend', async () => {
    const { files: list, ...rest } = committed();
    const forGpu = list.map((file) =>
      file.path.endsWith('.onnx') ? { ...file, backends: ['webgpu'] } : file,
    );
    files.set(URL_, new TextEncoder().encode(JSON.stringify({ ...rest, files: forGpu })));
    const { contents } = await load();
    expect([...contents.keys()].some((path) => path.endsWith('.onnx'))).toBe(false);
  });
});

describe('speech.json', () => {
  const change = (fields: object) => ({ ...committed(), ...fields });
  it.each([
    ['format', change({ format: 2 })],
    ['architecture', change({ architecture: 'wav2vec2' })],
    ['languages', change({ languages: [] })],
    ['timestamps', change({ timestamps: 'minute' })],
    ['dtype.wasm', change({ dtype: { wasm: 8 } })],
    ['tokenizer.json', change({ files: committed().files.filter(({ path }) => path !== 'tokenizer.json') })],
    ['onnx', change({ files: committed().files.filter(({ path }) => !path.endsWith('.onnx')) })],
    ['files[0].path', change({ files: [{ path: '../secret', bytes: 1, sha256: '0'.repeat(64) }] })],
  ])('with a wrong %s is refused, and the field named', (field, json) => {
    expect(() => checkSpeechManifest(json)).toThrow(field);
  });

  it('has one dtype for all graphs, or one for each', () => {
    const { dtype } = checkSpeechManifest(
      change({ dtype: { wasm: 'q8', webgpu: { encoder_model: 'fp32', decoder_model_merged: 'q4' } } }),
    );
    expect(dtype).toEqual({ wasm: 'q8', webgpu: { encoder_model: 'fp32', decoder_model_merged: 'q4' } });
  });

  it('is asked for English where the model knows it', () => {
    expect(spokenLanguage({ ...committed(), languages: ['ko', 'en-GB'] })).toBe('en-GB');
    expect(spokenLanguage({ ...committed(), languages: ['ko'] })).toBe('ko');
  });
});
