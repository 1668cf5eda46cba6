/** `manifest.json` as it was fetched -> {@link Manifest}. Every complaint names the field. */

import { MOST_RATE_HZ } from '../encoders/voice/resample';
import { MemoError } from '../errors';
import { BACKEND_NAMES, type Backend } from '../memobert/estimate';
import {
  CASE_NAMES,
  FACE_GRAPHS,
  HEADS_GRAPH,
  MANIFEST_FORMAT,
  PRECISIONS,
  VOICE_HALVES,
  type BundleFile,
  type Differences,
  type FaceGraphName,
  type GraphFile,
  type GraphFiles,
  type Label,
  type Manifest,
  type Precision,
} from './manifest';

const MASK = '[MASK]';
const SHA256 = /^[0-9a-f]{64}$/;
/** Names of folders and files joined by slashes: nothing that leaves the bundle's folder, no scheme, no query. */
const SAFE_PATH = /^(?!\.{1,2}(\/|$))[\w.-]+(\/(?!\.{1,2}(\/|$))[\w.-]+)*$/;
const SINGLE_WORD = /^\p{L}+$/u;
/** No format that an estimate is saved in takes these in a name. */
const CONTROL = /\p{Cc}/u;
/** Half a surrogate pair: no text, and no URL or header takes it. */
const HALF_PAIR = /\p{Surrogate}/u;
/** Of pixels a side, frames, tokens, features: several times what any model has; what is asked for is allocated. */
const MOST_SIZE = 4096;
/** Each is a bar, a band of the timeline and a number of every estimate. */
const MOST_LABELS = 128;
/** Minutes of sound. */
const MOST_SAMPLES = 2 ** 24;

/**
 * What the manifest says beyond this format is kept out of the answer's type, and passed over.
 * @param json parsed `manifest.json`
 * @throws MemoError `manifest-invalid`, with the field's path in the message
 */
export function checkManifest(json: unknown): Manifest {
  const root = new Field(json, '');
  const format = root.at('format').value;
  if (format !== MANIFEST_FORMAT) {
    throw invalid(
      'format',
      `is ${typeof format === 'number' ? format : 'not a number'}, this version of memo-bert reads ${MANIFEST_FORMAT}`,
    );
  }
  const graphs = checkGraphs(root.at('graphs'));
  const manifest: Manifest = {
    format: MANIFEST_FORMAT,
    name: root.at('name').text(),
    version: root.at('version').text(),
    licence: root.at('licence').text(),
    dataSources: root
      .at('dataSources')
      .list((source) => ({ name: source.at('name').text(), licence: source.at('licence').text() })),
    prompt: checkPrompt(root.at('prompt')),
    labels: checkLabels(root.at('labels')),
    text: {
      maxTokens: root.at('text').at('maxTokens').count(MOST_SIZE),
      tokenizer: checkFile(root.at('text').at('tokenizer')),
      tokenizerConfig: checkFile(root.at('text').at('tokenizerConfig')),
    },
    face: checkFace(root.at('face'), graphs),
    voice: checkVoice(root.at('voice')),
    graphs,
    golden: checkFile(root.at('golden')),
    ...root.optional(['calibration'], checkCalibration),
    ...root.optional(['speech'], checkFile),
  };
  return manifest;
}

/** One place in the JSON: reads it as what it must be, or complains about it by its path. */
export class Field {
  constructor(
    readonly value: unknown,
    readonly path: string,
    /** The error for a place and what is wrong there. */
    readonly complain: (path: string, complaint: string) => MemoError = invalid,
  ) {}

  get missing(): boolean {
    return this.value === undefined;
  }

  at(key: string): Field {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.refused('an object');
    const path = this.path === '' ? key : `${this.path}.${key}`;
    return new Field(Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined, path, this.complain);
  }

  list<T>(read: (entry: Field) => T): readonly T[] {
    const { value } = this;
    if (!Array.isArray(value)) throw this.refused('a list');
    return value.map((entry: unknown, index) =>
      read(new Field(entry, `${this.path}[${index}]`, this.complain)),
    );
  }

  /** Of these places, as `read` has them, those that are not left out. */
  optional<K extends string, T>(
    keys: readonly K[],
    read: (field: Field, key: K) => T,
  ): Partial<Record<K, T>> {
    const found: Partial<Record<K, T>> = {};
    for (const key of keys) {
      const field = this.at(key);
      if (!field.missing) found[key] = read(field, key);
    }
    return found;
  }

  text(): string {
    const { value } = this;
    if (typeof value !== 'string' || value.trim() === '') throw this.refused('a text that is not empty');
    if (HALF_PAIR.test(value)) throw this.refused('well-formed Unicode');
    return value;
  }

  number(): number {
    const { value } = this;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw this.refused('a number');
  }

  positive(): number {
    const value = this.number();
    if (value > 0) return value;
    throw this.refused('a number above 0');
  }

  between(least: number, most: number): number {
    const value = this.number();
    if (value >= least && value <= most) return value;
    throw this.refused(`a number from ${least} to ${most}`);
  }

  /** A whole number above 0. */
  count(most = Number.MAX_SAFE_INTEGER): number {
    const value = this.number();
    if (!Number.isSafeInteger(value) || value <= 0) throw this.refused('a whole number above 0');
    if (value > most) throw this.refused(`a whole number up to ${most}`);
    return value;
  }

  share(): number {
    const value = this.number();
    if (value >= 0 && value < 1) return value;
    throw this.refused('a number from 0 to below 1');
  }

  flag(): boolean {
    if (typeof this.value === 'boolean') return this.value;
    throw this.refused('true or false');
  }

  oneOf<T extends string>(known: readonly T[]): T {
    const found = known.find((entry) => entry === this.value);
    if (found !== undefined) return found;
    throw this.refused(`one of ${known.join(', ')}`);
  }

  refused(wanted: string): MemoError {
    return this.complain(this.path, this.missing ? `is missing; it must be ${wanted}` : `is not ${wanted}`);
  }
}

function checkPrompt(field: Field): string {
  const prompt = field.text();
  const masks = prompt.split(MASK).length - 1;
  if (masks !== 1) throw invalid(field.path, `has ${MASK} ${masks} times; it must have it once`);
  return prompt;
}

function checkLabels(field: Field): readonly Label[] {
  const labels = field.list((label) => ({ id: label.at('id').text(), word: label.at('word').text() }));
  const { length } = labels;
  if (length < 2 || length > MOST_LABELS)
    throw invalid(field.path, `has ${length} labels; it must have 2 to ${MOST_LABELS}`);
  labels.forEach((label, index) => {
    const path = `${field.path}[${index}]`;
    const { id, word } = label;
    if (!SINGLE_WORD.test(word)) throw invalid(`${path}.word`, `is "${word}", not one word of letters`);
    if (CONTROL.test(id)) throw invalid(`${path}.id`, 'has control characters');
    for (const key of ['id', 'word'] as const) {
      if (labels.findIndex((other) => other[key] === label[key]) < index)
        throw invalid(`${path}.${key}`, `repeats "${label[key]}"`);
    }
  });
  return labels;
}

export function checkFile(field: Field): BundleFile {
  const path = field.at('path').text();
  if (!SAFE_PATH.test(path))
    throw field.complain(`${field.path}.path`, `is "${path}", not a path inside the bundle`);
  const sha256 = field.at('sha256').text();
  if (!SHA256.test(sha256)) throw field.at('sha256').refused('64 lower-case hexadecimal digits');
  return { path, bytes: field.at('bytes').count(), sha256 };
}

function checkFace(field: Field, graphs: Manifest['graphs']): Manifest['face'] {
  const classes = field.at('classes').list((name) => name.text());
  if (classes.length === 0) throw invalid(`${field.path}.classes`, 'is empty');
  return {
    sizePx: field.at('sizePx').count(MOST_SIZE),
    mean: field.at('mean').between(-1e6, 1e6),
    // a grey over next to nothing is endless
    std: field.at('std').between(1e-3, 1e6),
    rateHz: field.at('rateHz').between(1e-3, 1e3),
    maxFrames: field.at('maxFrames').count(MOST_SIZE),
    featureSize: field.at('featureSize').count(MOST_SIZE),
    classes,
    ...field.optional(['graphs'], (chosen) => checkFaceGraphs(chosen, graphs)),
  };
}

function checkFaceGraphs(field: Field, graphs: Manifest['graphs']): Partial<Record<Backend, FaceGraphName>> {
  return field.optional(BACKEND_NAMES, (entry) => {
    const name = entry.oneOf(FACE_GRAPHS);
    if (graphs[name] !== undefined) return name;
    throw invalid(entry.path, `names the graph "${name}", which "graphs" does not have`);
  });
}

function checkVoice(field: Field): Manifest['voice'] {
  const sampleRateHz = field.at('sampleRateHz').count(MOST_RATE_HZ);
  return {
    sampleRateHz,
    windowSamples: field.at('windowSamples').count(MOST_SAMPLES),
    pool: field.at('pool').count(MOST_SIZE),
    // a token has a sample at least
    tokenRateHz: field.at('tokenRateHz').between(1e-3, sampleRateHz),
    maxTokens: field.at('maxTokens').count(MOST_SIZE),
    featureSize: field.at('featureSize').count(MOST_SIZE),
    // below half of the rate there is something left to hear
    ...field.optional(['highPassHz'], (rate) => rate.between(1e-3, sampleRateHz / 2)),
    ...field.optional(['logits'], (logits) => logits.flag()),
  };
}

function checkGraphs(field: Field): Manifest['graphs'] {
  return {
    denseface: checkGraph(field.at('denseface')),
    wav2vec2: checkGraph(field.at('wav2vec2')),
    ...checkVoiceHalves(field),
    memobert: checkGraph(field.at('memobert')),
    ...field.optional(['denseface-light', HEADS_GRAPH], checkGraph),
  };
}

/** Both or neither: one alone is no voice. */
function checkVoiceHalves(field: Field): Partial<Manifest['graphs']> {
  if (VOICE_HALVES.every((name) => field.at(name).missing)) return {};
  return Object.fromEntries(VOICE_HALVES.map((name) => [name, checkGraph(field.at(name))]));
}

function checkGraph(field: Field): GraphFiles {
  const files = field.optional(PRECISIONS, checkGraphFile);
  if (Object.keys(files).length === 0)
    throw invalid(field.path, `has no file for any of ${PRECISIONS.join(', ')}`);
  return files;
}

function checkGraphFile(field: Field, precision: Precision): GraphFile {
  const deviation = field.at('deviation');
  const weights = field.at('weights').oneOf(PRECISIONS);
  // golden vectors are computed with the fp16 weights themselves
  if (precision === 'fp32' && weights !== 'int8' && !deviation.missing)
    throw invalid(deviation.path, `is there, but fp32 on ${weights} weights has none: correct the graph`);
  return {
    ...checkFile(field),
    weights,
    ...field.optional(['backends'], checkBackends),
    ...field.optional(['deviation'], checkDeviation),
  };
}

function checkBackends(field: Field): readonly Backend[] {
  const backends = field.list((entry) => entry.oneOf(BACKEND_NAMES));
  if (backends.length === 0) throw invalid(field.path, 'is empty; leave it out where the file is for all');
  return backends;
}

function checkDeviation(field: Field): Differences {
  return { probability: field.at('probability').share(), feature: field.at('feature').share() };
}

function checkCalibration(field: Field): Manifest['calibration'] {
  const calibration = {
    ...field.optional(['temperature'], positive),
    ...field.optional(['temperatures'], (cases) => cases.optional(CASE_NAMES, positive)),
  };
  if (Object.keys(calibration).length > 0) return calibration;
  throw invalid(field.path, 'has neither "temperature" nor "temperatures"');
}

const positive = (field: Field): number => field.positive();

function invalid(path: string, complaint: string): MemoError {
  return new MemoError(
    'manifest-invalid',
    `The model's manifest.json cannot be used: ${path === '' ? 'it' : `"${path}"`} ${complaint}.`,
    'Export the bundle again, or correct that field: public/models/manifest.schema.json says what belongs there.',
  );
}
