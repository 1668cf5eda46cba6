/** What a request must hold before anyone works with it: a NaN that came in would stay in the evidence. */

import { MemoError } from '../errors';
import type { RequestKind } from './protocol';

type Body = Readonly<Record<string, unknown>>;

/** What is wrong, as the rest of "The request ... has"; null when nothing is. */
type Check = (body: Body) => string | null;

const BOX = ['x', 'y', 'width', 'height'];

const timed: Check = ({ time }) => (Number.isFinite(time) ? null : 'no time in seconds');

const LISTS = ['words', 'faces', 'voice'];

const CHECKS: Readonly<Partial<Record<RequestKind, Check>>> = {
  face: (body) => (isRecord(body['frame']) ? timed(body) : 'no frame'),
  samples: (body) => (body['samples'] instanceof Float32Array ? timed(body) : 'no samples'),
  voice: timed,
  prompt: ({ prompt, labels }) =>
    (prompt === null || typeof prompt === 'string') && (labels === null || isTexts(labels))
      ? null
      : 'neither a wording nor label words',
  fill: ({ masks }) =>
    isRecord(masks) && LISTS.every((name) => isIndices(masks[name])) ? null : 'no lists of what to mask',
  follow: ({ box }) => (isRecord(box) && BOX.every((side) => Number.isFinite(box[side])) ? null : 'no box'),
  estimate: timed,
  text: ({ texts }) =>
    Array.isArray(texts) && texts.every(isTimedText) ? null : 'no list of texts with their times',
};

/** Of what a page's script may give. */
const CURES: Readonly<Partial<Record<RequestKind, string>>> = {
  fill: 'Give a list of whole numbers for each, as { words: [2], faces: [], voice: [] }.',
  follow: 'Give a face’s box in pixels of the frame, as { x: 0, y: 0, width: 64, height: 64 }.',
};

/** @throws MemoError `input-invalid`; what the worker has heard and seen stays */
export function checkRequest(kind: RequestKind, body: unknown): void {
  const fault = isRecord(body) ? (CHECKS[kind]?.(body) ?? null) : 'no body';
  if (fault === null) return;
  if (isRecord(body)) release(body['frame']);
  throw new MemoError(
    'input-invalid',
    `The request "${kind}" has ${fault}.`,
    CURES[kind] ?? 'Give it; times are finite seconds on the clock of the source.',
  );
}

/** A frame was transferred: nobody else can close it. */
function release(frame: unknown): void {
  if (isRecord(frame) && typeof frame['close'] === 'function') frame['close']();
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function isIndices(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => Number.isInteger(entry));
}

function isTimedText(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { text, start, end } = value;
  // typed text has neither beginning nor end
  return typeof text === 'string' && isTime(start) && isTime(end);
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(value);
}

function isRecord(value: unknown): value is Body {
  return typeof value === 'object' && value !== null;
}
