/** What an author wrote on the element -> what it goes on with: a wrong value is told, and its default holds. */

import { MemoError } from '../errors';
import { MODALITIES, type Modality } from '../memobert/estimate';
import { checkLabelWords, checkWording } from '../memobert/prompt';
import {
  absolute,
  initialWords,
  type Rates,
  type RecogniserOptions,
  type RecogniserState,
  type Settings,
} from '../recogniser';
import type { DeviceWish } from '../runtime/protocol';

export const DEFAULT_BUNDLE: string = './models/small/manifest.json';
export const DEFAULT_ASSET_BASE: string = './generated/';
const DEVICES: readonly DeviceWish[] = ['auto', 'webgpu', 'wasm'];
/** Without it there is no hash; the worker reads it to the letter. */
const HASH = /sha(256|384|512)-./;
const MOST_HZ = 60;
const MOST_SMOOTHING_S = 60;

/**
 * As attribute or property: lists as text or as such, numbers likewise. Null where nothing was said, or an attribute was taken
 * away; undefined, too, where a framework wrote that.
 */
export interface Written {
  readonly bundle?: string | null | undefined;
  readonly integrity?: string | null | undefined;
  readonly assetBase?: string | null | undefined;
  readonly speech?: string | null | undefined;
  readonly device?: string | null | undefined;
  readonly modalities?: string | readonly string[] | null | undefined;
  readonly prompt?: string | null | undefined;
  readonly labels?: string | readonly string[] | null | undefined;
  readonly rateFace?: string | number | null | undefined;
  readonly rateVoice?: string | number | null | undefined;
  readonly rateFusion?: string | number | null | undefined;
  readonly saver?: boolean | null | undefined;
  readonly smoothing?: string | number | null | undefined;
}

export interface Read {
  readonly options: Pick<RecogniserOptions, 'manifestUrl' | 'integrity' | 'assetBase' | 'speech' | 'device'>;
  readonly settings: Settings;
  /** In the order of {@link Written}; `attribute-invalid`, `prompt-invalid` or `label-invalid`. */
  readonly problems: readonly MemoError[];
}

/** @param refused what the vocabulary said of a prompt or of label words, by their JSON */
export function readAttributes(written: Written, refused: ReadonlyMap<string, MemoError> = new Map()): Read {
  const problems: MemoError[] = [];
  /** What `read` makes of a value, or its default when it throws. */
  const or = <T>(value: T, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      problems.push(MemoError.from(error));
      return value;
    }
  };
  const accepted = <T>(value: T): T => {
    const error = refused.get(JSON.stringify(value));
    if (error !== undefined) throw error;
    return value;
  };
  const address = <T>(name: string, value: string | null | undefined, fallback: T): string | T =>
    or<string | T>(fallback, () => {
      if (value == null || absolute(value) !== null) return value ?? fallback;
      throw wrong(name, value, 'Give an address, or leave the attribute out.');
    });
  const { prompt = null, labels = null } = written;
  const integrity = written.integrity?.trim() || null;
  const speech = address('speech', written.speech, null);
  const options = {
    manifestUrl: address('bundle', written.bundle, DEFAULT_BUNDLE),
    assetBase: address('asset-base', written.assetBase, DEFAULT_ASSET_BASE),
    ...(speech === null ? {} : { speech }),
    ...(integrity === null ? {} : { integrity: or(integrity, () => integrityOf(integrity)) }),
    device: or('auto', () => deviceOf(written.device ?? 'auto')),
  };
  const modalities = or(MODALITIES, () =>
    modalitiesOf(written.modalities ?? MODALITIES, (error) => problems.push(error)),
  );
  const settings: Settings = {
    modalities,
    prompt: or(null, () => {
      if (prompt !== null) checkWording(prompt);
      return accepted(prompt);
    }),
    labels: or(null, () => accepted(labels === null ? null : checkLabelWords(listOf(labels, ',')))),
    rates: ratesOf(written, or),
    saver: written.saver ?? false,
    smoothing: or(0, () => numberOf('smoothing', written.smoothing, 0, MOST_SMOOTHING_S) ?? 0),
  };
  return { options, settings, problems };
}

/** What is set otherwise than before. */
export function changeOf(before: Partial<Settings>, now: Settings): Partial<Settings> {
  const other = (key: string) => JSON.stringify(before[key as keyof Settings]);
  return Object.fromEntries(
    Object.entries(now).filter(([key, value]) => JSON.stringify(value) !== other(key)),
  );
}

/** What shows before there is a recogniser. */
export function wished({
  options,
  settings: { prompt, labels, modalities },
}: Read): Partial<RecogniserState> {
  return { prompt, labels, modalities, words: initialWords(options) };
}

/** By their names; those of which nothing is said are left out. */
function ratesOf(
  { rateFace, rateVoice, rateFusion }: Written,
  or: (value: number | null, read: () => number | null) => number | null,
): Partial<Rates> {
  const rates = Object.entries({ face: rateFace, voice: rateVoice, fusion: rateFusion }).map(
    ([name, hz]) => [name, or(null, () => numberOf(`rate-${name}`, hz, Number.MIN_VALUE, MOST_HZ))] as const,
  );
  return Object.fromEntries(rates.filter(([, hz]) => hz !== null)) as Partial<Rates>;
}

/** One that names no hash is told, and stays: what it was to guard is not loaded. */
function integrityOf(value: string): string {
  if (HASH.test(value)) return value;
  throw wrong(
    'integrity',
    value,
    'Write "sha256-" and the base64 of the manifest\'s hash.',
    'nothing is loaded by it',
  );
}

function deviceOf(value: string): DeviceWish {
  const device = DEVICES.find((known) => known === value);
  if (device !== undefined) return device;
  throw wrong('device', value, `Write one of ${DEVICES.join(', ')}.`);
}

/** Those it knows of several; all when it knows none. */
function modalitiesOf(
  value: string | readonly string[],
  tell: (error: MemoError) => void,
): readonly Modality[] {
  const words = listOf(value, /[\s,]+/);
  const known = MODALITIES.filter((modality) => words.includes(modality));
  const unknown = words.filter((word) => !MODALITIES.some((modality) => modality === word));
  if (known.length > 0 && unknown.length === 0) return known;
  const cure = `Write one or more of ${MODALITIES.join(', ')}.`;
  const error = wrong('modalities', unknown.join(' '), cure);
  if (known.length === 0) throw error;
  tell(error);
  return known;
}

function listOf(value: string | readonly string[], separator: string | RegExp): readonly string[] {
  if (typeof value !== 'string') return value;
  return value.split(separator).filter((word) => word.trim() !== '');
}

function numberOf(name: string, value: Written['smoothing'], least: number, most: number): number | null {
  if (value == null) return null;
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  if (number >= least && number <= most) return number;
  const range = least > 0 ? `more than 0, at most ${most}` : `from ${least} to ${most}`;
  throw wrong(name, String(value), `Write a number, ${range}.`);
}

function wrong(name: string, value: string, cure: string, then = 'its default holds'): MemoError {
  return new MemoError('attribute-invalid', `The attribute ${name} cannot be "${value}"; ${then}.`, cure);
}
