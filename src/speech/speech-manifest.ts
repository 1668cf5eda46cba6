/** `speech.json` of a speech model's folder: types, and the check; the schema is `public/models/speech.schema.json`. */

import { MemoError } from '../errors';
import { BACKEND_NAMES, type Backend } from '../memobert/estimate';
import type { BundleFile } from '../runtime/manifest';
import { checkFile, Field } from '../runtime/manifest-check';

export const SPEECH_FORMAT = 1;

export const ARCHITECTURES = ['whisper', 'moonshine'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** How close the model's own times are; between them words share the time by their length. */
export const TIMESTAMPS = ['word', 'segment', 'none'] as const;
export type Timestamps = (typeof TIMESTAMPS)[number];

/** One for all graphs, or by graph. */
export type Dtype = string | Readonly<Record<string, string>>;

export interface SpeechFile extends BundleFile {
  /** Fetched for these alone. */
  readonly backends?: readonly Backend[];
}

export interface SpeechManifest {
  readonly format: typeof SPEECH_FORMAT;
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly architecture: Architecture;
  /** BCP 47, at least one. */
  readonly languages: readonly string[];
  readonly timestamps: Timestamps;
  readonly dtype: Readonly<Partial<Record<Backend, Dtype>>>;
  readonly files: readonly SpeechFile[];
}

/** Without them no model of either architecture loads. */
const NEEDED = ['config.json', 'preprocessor_config.json', 'tokenizer.json', 'tokenizer_config.json'];

/** @throws MemoError `manifest-invalid`, with the field's path in the message */
export function checkSpeechManifest(json: unknown): SpeechManifest {
  const root = new Field(json, '', invalid);
  const format = root.at('format').value;
  if (format !== SPEECH_FORMAT) {
    throw invalid('format', `is ${JSON.stringify(format)}, this version of memo-bert reads ${SPEECH_FORMAT}`);
  }
  const languages = root.at('languages').list((language) => language.text());
  if (languages.length === 0) throw invalid('languages', 'is empty');
  return {
    format: SPEECH_FORMAT,
    name: root.at('name').text(),
    version: root.at('version').text(),
    licence: root.at('licence').text(),
    architecture: root.at('architecture').oneOf(ARCHITECTURES),
    languages,
    timestamps: root.at('timestamps').oneOf(TIMESTAMPS),
    dtype: checkDtypes(root.at('dtype')),
    files: checkFiles(root.at('files')),
  };
}

/** What the backend needs, small files first. */
export function speechFilesFor({ files }: SpeechManifest, backend: Backend): readonly SpeechFile[] {
  return files
    .filter(({ backends }) => backends === undefined || backends.includes(backend))
    .toSorted((a, b) => a.bytes - b.bytes);
}

/** English, which MEmoBERT reads, where the model knows it. */
export function spokenLanguage({ languages }: SpeechManifest): string {
  return languages.find((language) => /^en(-|$)/i.test(language)) ?? languages[0] ?? '';
}

function checkFiles(field: Field): readonly SpeechFile[] {
  const files = field.list((entry) => {
    const backends = entry.at('backends');
    const listed = backends.missing ? {} : { backends: backends.list((name) => name.oneOf(BACKEND_NAMES)) };
    return { ...checkFile(entry), ...listed };
  });
  const missing = NEEDED.find((name) => !files.some(({ path }) => path === name));
  if (missing !== undefined) throw invalid('files', `does not name ${missing}`);
  if (!files.some(({ path }) => path.endsWith('.onnx')))
    throw invalid('files', 'names no graph (onnx/*.onnx)');
  return files;
}

function checkDtypes(field: Field): SpeechManifest['dtype'] {
  if (field.missing) return {};
  const dtypes: Partial<Record<Backend, Dtype>> = {};
  for (const backend of BACKEND_NAMES) {
    const entry = field.at(backend);
    if (!entry.missing) dtypes[backend] = checkDtype(entry);
  }
  return dtypes;
}

function checkDtype(field: Field): Dtype {
  if (typeof field.value !== 'object' || field.value === null) return field.text();
  return Object.fromEntries(Object.keys(field.value).map((graph) => [graph, field.at(graph).text()]));
}

function invalid(path: string, complaint: string): MemoError {
  return new MemoError(
    'manifest-invalid',
    `The speech model's speech.json cannot be used: ${path === '' ? 'it' : `"${path}"`} ${complaint}.`,
    'Describe the folder again (npx memo-bert-speech FOLDER), or correct that field: memo-bert/speech.schema.json says what belongs there.',
  );
}
