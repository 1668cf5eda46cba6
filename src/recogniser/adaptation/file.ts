/** Marks as JSON, for a file or for the browser's storage; what was fitted is not in it, it follows from the marks. */

import { MemoError } from '../../errors';
import type { Mark } from './fit';
import { sameSubject, type Subject } from './subject';

/** Raised when a reader of the file would have to change. */
export const ADAPTATION_FORMAT = 1;
/** Far more than anybody marks; a file of millions would hold up the page. */
export const MOST_MARKS = 500;
/** As many of as many words as a bundle may have. */
const MOST_BYTES = 2_000_000;
const OFF_BY = 1e-3;
/** Longest piece of a file that a message repeats. */
const MOST_QUOTED = 60;

export function writeAdaptation(subject: Subject, marks: readonly Mark[]): string {
  return JSON.stringify({ format: ADAPTATION_FORMAT, generator: 'memo-bert', ...subject, marks }, null, 1);
}

/** Rejects with `adaptation-invalid` for a file that is too large, or cannot be read, or is none. */
export async function textOf(file: Blob): Promise<string> {
  try {
    if (!(file.size > MOST_BYTES)) return await file.text();
  } catch (cause) {
    throw invalid('the file could not be read', cause);
  }
  throw invalid('it is too large');
}

/**
 * @throws MemoError `adaptation-invalid` for what is no such file, `adaptation-foreign` for one of another model, prompt or label words
 */
export function readAdaptation(text: string, wanted: Subject): readonly Mark[] {
  const root = record(parse(text), 'it');
  if (root['format'] !== ADAPTATION_FORMAT) throw invalid(`"format" is not ${ADAPTATION_FORMAT}`);
  const bundle = record(root['bundle'], '"bundle"');
  const subject = {
    bundle: {
      name: words(bundle['name'], 'bundle.name'),
      version: words(bundle['version'], 'bundle.version'),
    },
    prompt: words(root['prompt'], 'prompt'),
    labels: list(root['labels'], 'labels').map((label, at) => words(label, `labels[${at}]`)),
  };
  if (!sameSubject(subject, wanted)) throw foreign(subject, wanted);
  const marks = list(root['marks'], 'marks');
  if (marks.length > MOST_MARKS) throw invalid(`"marks" has more than ${MOST_MARKS}`);
  return marks.map((mark, at) => readMark(mark, `marks[${at}]`, wanted.labels));
}

function readMark(value: unknown, path: string, labels: readonly string[]): Mark {
  const mark = record(value, `"${path}"`);
  const { time } = mark;
  const word = words(mark['word'], `${path}.word`);
  if (!labels.includes(word))
    throw invalid(`"${path}.word" is "${short(word)}", which is none of its labels`);
  if (typeof time !== 'number' || !Number.isFinite(time)) throw invalid(`"${path}.time" is not a number`);
  const probabilities = list(mark['probabilities'], `${path}.probabilities`).map((entry) => Number(entry));
  const sum = probabilities.reduce((a, b) => a + b, 0);
  const whole = probabilities.length === labels.length && probabilities.every((each) => each >= 0);
  // not `> OFF_BY`: NaN must not pass
  if (!whole || !(Math.abs(sum - 1) <= OFF_BY))
    throw invalid(`"${path}.probabilities" is no distribution over its ${labels.length} labels`);
  return { time, word, probabilities };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid('it is not JSON', cause);
  }
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalid(`${what} is not an object`);
}

function list(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(`"${path}" is not a list`);
}

function words(value: unknown, path: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`"${path}" is not a text`);
}

function short(text: string): string {
  return text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}\u2026` : text;
}

function invalid(what: string, cause?: unknown): MemoError {
  return new MemoError(
    'adaptation-invalid',
    `The adaptation cannot be read: ${what}.`,
    'Take a file that this page saved, as it was saved.',
    cause,
  );
}

function foreign(given: Subject, wanted: Subject): MemoError {
  const say = ({ bundle: { name, version }, prompt, labels }: Subject) =>
    `the model ${short(`${name} ${version}`)}, "${short(prompt)}" and ${short(labels.join(', '))}`;
  return new MemoError(
    'adaptation-foreign',
    `The adaptation was made for ${say(given)}; here there is ${say(wanted)}.`,
    'Choose the same prompt and words first, or mark moments anew.',
  );
}
