import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MemoError } from '../errors';
import { checkManifest } from './manifest-check';
import { VOICE_HALVES } from './manifest';
import { olderManifest, toyBundle, withVoiceHalves } from './testing/toy-bundle';

const toy = await toyBundle();
const { manifest } = toy;

type Json = Record<string, unknown>;

/** A copy with the value at `path` (`face.sizePx`, `labels.1.word`) replaced; undefined removes it. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(manifest) as unknown as Json;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Json>((at, key) => at[key] as Json, copy);
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else parent[last] = value;
  return copy;
}

function complaint(json: unknown): MemoError {
  try {
    checkManifest(json);
  } catch (error) {
    if (error instanceof MemoError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('checkManifest', () => {
  it('takes a whole manifest as it is', () => {
    expect(checkManifest(structuredClone(manifest))).toEqual(manifest);
  });

  it('takes one from before there was a light face encoder', () => {
    const older = olderManifest(toy);
    expect(checkManifest(structuredClone(older))).toEqual(older);
    expect(older.graphs['denseface-light']).toBeUndefined();
    expect(older.face.graphs).toBeUndefined();
  });

  it('takes a light graph that no backend names, and a choice for one backend alone', () => {
    for (const graphs of [{}, { wasm: 'denseface-light' }]) {
      expect(checkManifest(changed('face.graphs', graphs)).face.graphs).toEqual(graphs);
    }
    expect(checkManifest(changed('face.graphs', undefined)).graphs).toEqual(manifest.graphs);
  });

  it('keeps what a graph file says of its backends and its deviation', () => {
    const int8 = {
      ...manifest.graphs.memobert.fp32,
      backends: ['wasm'],
      deviation: { probability: 0.01, feature: 0 },
    };
    expect(checkManifest(changed('graphs.memobert.int8', int8)).graphs.memobert.int8).toEqual(int8);
  });

  it('takes a deviation of fp32 arithmetic where its weights are int8', () => {
    const fp32 = {
      ...manifest.graphs.memobert.fp32,
      weights: 'int8',
      deviation: { probability: 0.01, feature: 0.02 },
    };
    expect(checkManifest(changed('graphs.memobert.fp32', fp32)).graphs.memobert.fp32).toEqual(fp32);
  });

  it('keeps what is said of the voice that has no logits', () => {
    expect(checkManifest(changed('voice.logits', false)).voice.logits).toBe(false);
  });

  it('keeps what the voice was trained behind', () => {
    expect(checkManifest(changed('voice.highPassHz', 20)).voice.highPassHz).toBe(20);
    expect(complaint(changed('voice.highPassHz', 8001)).message).toContain('"voice.highPassHz"');
  });

  it('names the graph that face.graphs wants and the bundle does not have', () => {
    const { graphs } = olderManifest(toy);
    const error = complaint({ ...manifest, graphs });
    expect(error.code).toBe('manifest-invalid');
    expect(error.message).toContain('"face.graphs.wasm" names the graph "denseface-light"');
  });

  it('passes over fields of its own making, and keeps a calibration', () => {
    const json = { ...manifest, training: { epochs: 3 }, calibration: { temperature: 1.5 } };
    expect(checkManifest(json)).toEqual({ ...manifest, calibration: { temperature: 1.5 } });
    const calibration = { temperatures: { T: 1.2, TVA: 0.8 } };
    expect(checkManifest({ ...manifest, calibration })).toEqual({ ...manifest, calibration });
  });

  it.each([null, 7, 'text', [], {}])('refuses %j', (json) => {
    expect(complaint(json).code).toBe('manifest-invalid');
  });

  it.each<[path: string, value: unknown]>([
    ['format', 2],
    ['name', ''],
    ['version', 3],
    ['dataSources', {}],
    ['prompt', 'I am happy.'],
    ['prompt', '[MASK] or [MASK]'],
    ['labels', [{ id: 'happy', word: 'happy' }]],
    ['text.maxTokens', 0],
    ['text.tokenizer.sha256', 'ABC'],
    ['text.tokenizer.bytes', -1],
    ['face.sizePx', 64.5],
    ['face.std', 0],
    ['face.mean', null],
    ['face.classes', []],
    ['face.graphs', 'denseface-light'],
    ['face.graphs.wasm', 'wav2vec2'],
    ['face.graphs.webgpu', 'denseface-tiny'],
    ['face.graphs.webgpu', null],
    ['voice.tokenRateHz', -1],
    ['voice.windowSamples', '61520'],
    ['voice.logits', 'no'],
    ['voice.highPassHz', 0],
    ['voice.highPassHz', '20'],
    ['graphs.memobert', {}],
    ['graphs.memobert', null],
    ['graphs.denseface-light', {}],
    ['graphs.denseface-light.fp32.sha256', 'ABC'],
    ['graphs.memobert.fp32.weights', 'fp8'],
    ['graphs.memobert.fp32.backends', []],
    ['graphs.memobert.fp32.backends', 'wasm'],
    ['graphs.memobert.fp32.backends', ['cpu']],
    ['graphs.memobert.fp32.deviation', { probability: 0, feature: 0 }],
    ['golden.path', ''],
    ['calibration', { temperature: 0 }],
    ['calibration', {}],
    ['calibration', { temperatures: { VA: -1 } }],
  ])('names %s when it is %j', (path, value) => {
    const error = complaint(changed(path, value));
    expect(error.code).toBe('manifest-invalid');
    expect(error.message).toContain(`"${path}`);
  });

  it.each([
    ['probability', 1],
    ['probability', -0.1],
    ['feature', undefined],
  ])('names the deviation of an int8 file whose %s is %j', (key, value) => {
    const deviation = { probability: 0.01, feature: 0.01, [key]: value };
    const error = complaint(changed('graphs.memobert.int8', { ...manifest.graphs.memobert.fp32, deviation }));
    expect(error.message).toContain(`"graphs.memobert.int8.deviation.${key}"`);
  });

  it.each([
    '../golden.json',
    'a/../../b',
    '/etc/passwd',
    'https://elsewhere.test/x',
    'a\\b',
    './x',
    'a//b',
    'x?y',
  ])('refuses the path %s', (path) => {
    expect(complaint(changed('golden.path', path)).message).toContain('"golden.path"');
  });

  it.each(['graphs/denseface.onnx', 'a.b-c_d.json', '..a/b'])('takes the path %s', (path) => {
    expect(checkManifest(changed('golden.path', path)).golden.path).toBe(path);
  });

  it.each([
    ['word', 'very happy'],
    ['word', '[MASK]'],
    ['word', 'happy'],
    ['id', 'happy'],
    ['id', 'a\n\nb'],
    ['id', 'a\u0085b'],
  ])('refuses a second label with the %s "%s"', (key, value) => {
    expect(complaint(changed(`labels.1.${key}`, value)).message).toContain(`labels[1].${key}`);
  });
});

interface Schema {
  readonly $ref?: string;
  readonly maxItems?: number;
  readonly not?: { readonly pattern: string };
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

describe('manifest.schema.json', () => {
  const url = new URL('../../public/models/manifest.schema.json', import.meta.url);
  const root = JSON.parse(readFileSync(url, 'utf8')) as Schema;

  /** A schema with what it refers to; its own words go before. */
  function resolved(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const referred = root.$defs?.[schema.$ref.replace('#/$defs/', '')];
    if (referred === undefined) throw new Error(`no definition ${schema.$ref}`);
    const { required = [], properties = {}, ...rest } = resolved(referred);
    return {
      ...rest,
      required: [...required, ...(schema.required ?? [])],
      properties: { ...properties, ...schema.properties },
    };
  }

  function requiredPaths(schema: Schema, value: unknown, path: string): string[] {
    const { items = {}, required = [], properties = {} } = resolved(schema);
    if (Array.isArray(value)) {
      return value.flatMap((entry, index) => requiredPaths(items, entry, `${path}${index}.`));
    }
    if (typeof value !== 'object' || value === null) return [];
    const below = Object.entries(value).flatMap(([key, entry]) =>
      requiredPaths(properties[key] ?? {}, entry, `${path}${key}.`),
    );
    return [...required.map((key) => path + key), ...below];
  }

  const paths = requiredPaths(root, manifest, '');
  const OPTIONAL = ['face.graphs', 'face.graphs.wasm', 'face.graphs.webgpu', 'graphs.denseface-light'];

  it('requires every field that a manifest has', () => {
    const all = (value: unknown, path: string): string[] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, entry]) => [
            ...(Array.isArray(value) ? [] : [path + key]),
            ...all(entry, `${path}${key}.`),
          ])
        : [];
    // which precisions a graph has is the bundle's choice
    expect(paths.toSorted()).toEqual(
      all(manifest, '')
        .filter((path) => !path.endsWith('.fp32') && !OPTIONAL.includes(path))
        .toSorted(),
    );
  });

  it('says how many labels there may be, and what their ids may not have, as the check does', () => {
    const { maxItems = 0, items = {} } = root.properties?.['labels'] ?? {};
    const labels = (count: number) =>
      Array.from({ length: count }, (_, at) => {
        const word = [...at.toString(36)].map((digit) => String.fromCodePoint(0x4e00 + parseInt(digit, 36)));
        return { id: `${at}`, word: word.join('') };
      });
    expect(checkManifest(changed('labels', labels(maxItems))).labels).toHaveLength(maxItems);
    expect(complaint(changed('labels', labels(maxItems + 1))).message).toContain(`2 to ${maxItems}`);
    const unwanted = new RegExp(items.properties?.['id']?.not?.pattern ?? '$^', 'u');
    for (let code = 0; code < 0x300; code += 1) {
      const id = `a${String.fromCharCode(code)}b`;
      const taken = !unwanted.test(id);
      const check = () => checkManifest(changed('labels.1.id', id));
      if (taken) expect(check).not.toThrow();
      else expect(check).toThrow(/control characters/);
    }
  });

  it('wants both halves of the voice or neither', async () => {
    const halves = (await withVoiceHalves(await toyBundle())).manifest;
    expect(checkManifest(halves).graphs['wav2vec2-context']?.fp32?.path).toBe('wav2vec2-context.onnx');
    for (const name of VOICE_HALVES) {
      const alone = structuredClone(halves);
      Reflect.deleteProperty(alone.graphs, name);
      expect(complaint(alone).message).toContain(`"graphs.${name}"`);
    }
  });

  it.each([
    ...VOICE_HALVES.map((name) => `graphs.${name}`),
    ...OPTIONAL,
    'graphs.memobert.int8.backends',
    'graphs.memobert.int8.deviation.feature',
    'training',
  ])('describes %s', (path) => {
    const described = path
      .split('.')
      .reduce<Schema>((schema, key) => resolved(schema).properties?.[key] ?? {}, root);
    expect(described).not.toEqual({});
  });

  it.each(paths)('asks no more than the check does: %s', (path) => {
    expect(complaint(changed(path, undefined)).code).toBe('manifest-invalid');
  });
});
