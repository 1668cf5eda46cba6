import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MemoError } from '../errors';
import { checkManifest } from './manifest-check';
import { toyBundle } from './testing/toy-bundle';

const { manifest } = await toyBundle();

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

  it('passes over fields of its own making, and keeps a calibration', () => {
    const json = { ...manifest, training: { epochs: 3 }, calibration: { temperature: 1.5 } };
    expect(checkManifest(json)).toEqual({ ...manifest, calibration: { temperature: 1.5 } });
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
    ['voice.tokenRateHz', -1],
    ['voice.windowSamples', '61520'],
    ['graphs.memobert', {}],
    ['graphs.memobert', null],
    ['graphs.memobert.fp32.weights', 'fp8'],
    ['golden.path', ''],
    ['calibration', { temperature: 0 }],
  ])('names %s when it is %j', (path, value) => {
    const error = complaint(changed(path, value));
    expect(error.code).toBe('manifest-invalid');
    expect(error.message).toContain(`"${path}`);
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
  ])('refuses a second label with the %s "%s"', (key, value) => {
    expect(complaint(changed(`labels.1.${key}`, value)).message).toContain(`labels[1].${key}`);
  });
});

interface Schema {
  readonly $ref?: string;
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
        .filter((path) => !path.endsWith('.fp32'))
        .toSorted(),
    );
  });

  it.each(paths)('asks no more than the check does: %s', (path) => {
    expect(complaint(changed(path, undefined)).code).toBe('manifest-invalid');
  });
});
