/** What an author wrote on the element -> what it goes on with: a wrong value is told, and its default holds. */

import { MemoError } from '../errors';
import { MODALITIES, type Modality } from '../memobert/estimate';
import { checkLabelWords, checkWording } from '../memobert/prompt';
import {
  absolute,
  initialWords,
  MOST_HZ,
  MOST_SMOOTHING_S,
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
const HASH = /sha\d{3}-./;

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
  readonly allowSoftwareAdapter?: boolean | null | undefined;
}

export interface Read {
  readonly options: Omit<RecogniserOptions, keyof Settings>;
  readonly settings: Settings;
  /** In the order of {@link Written}; `attribute-invalid`, `prompt-invalid` or `label-invalid`. */
  readonly problems: readonly MemoError[];
}

/** @param refused what the vocabulary said of a prompt or of label words, by their JSON */
export function readAttributes(written: Written, refused: ReadonlyMap<string, MemoError> = new Map()): Read {
  const problems: MemoError[] = [];
  /** What was made of a value; where that is undefined it is wrong, and its default holds. */
  const told: Told = (name, value, made, cure, fallback) => {
    if (made !== undefined) return made;
    problems.push(
      new MemoError('attribute-invalid', `The attribute ${name} cannot be "${String(value)}".`, cure),
    );
    return fallback;
  };
  /** What `read` makes of a value; null when it throws. */
  const or = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      problems.push(MemoError.from(error));
      return null;
    }
  };
  const accepted = <T>(value: T): T => {
    const error = refused.get(JSON.stringify(value));
    if (error !== undefined) throw error;
    return value;
  };
  const { prompt = null, labels = null } = written;
  const integrity = written.integrity?.trim() || null;
  const speech = addressOf(told, 'speech', written.speech, null);
  const options = {
    manifestUrl: addressOf(told, 'bundle', written.bundle, DEFAULT_BUNDLE),
    assetBase: addressOf(told, 'asset-base', written.assetBase, DEFAULT_ASSET_BASE),
    ...(speech === null ? {} : { speech }),
    ...(integrity === null ? {} : { integrity: integrityOf(told, integrity) }),
    device: deviceOf(told, written.device ?? 'auto'),
    allowSoftwareAdapter: written.allowSoftwareAdapter ?? false,
  };
  const settings: Settings = {
    modalities: modalitiesOf(told, written.modalities ?? MODALITIES),
    prompt: or(() => {
      if (prompt !== null) checkWording(prompt);
      return accepted(prompt);
    }),
    labels: or(() => accepted(labels === null ? null : checkLabelWords(listOf(labels, ',')))),
    rates: ratesOf(told, written),
    saver: written.saver ?? false,
    smoothing: numberOf(told, 'smoothing', written.smoothing, 0, MOST_SMOOTHING_S) ?? 0,
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

type Told = <T>(name: string, value: unknown, made: T | undefined, cure: string, fallback: T) => T;

function addressOf<T>(told: Told, name: string, value: string | null | undefined, fallback: T): string | T {
  const made = value == null ? fallback : absolute(value) === null ? undefined : value;
  return told<string | T>(name, value, made, 'Write an address, or leave it out.', fallback);
}

/** One that names no hash stays: what it was to guard is not loaded. */
function integrityOf(told: Told, value: string): string {
  const made = HASH.test(value) ? value : undefined;
  return told('integrity', value, made, 'Write "sha256-" and the hash in base64.', value);
}

function deviceOf(told: Told, value: string): DeviceWish {
  const device = DEVICES.find((known) => known === value);
  return told<DeviceWish>('device', value, device, `Write one of ${DEVICES.join(', ')}.`, 'auto');
}

/** Those it knows of several; all when it knows none. */
function modalitiesOf(told: Told, value: string | readonly string[]): readonly Modality[] {
  const words = listOf(value, /[\s,]+/);
  const known = MODALITIES.filter((modality) => words.includes(modality));
  const unknown = words.filter((word) => !MODALITIES.some((modality) => modality === word));
  const all = known.length === 0 ? MODALITIES : known;
  const made = known.length === 0 || unknown.length > 0 ? undefined : known;
  return told('modalities', unknown.join(' '), made, `Write one or more of ${MODALITIES.join(', ')}.`, all);
}

/** By their names; those of which nothing is said are left out. */
function ratesOf(told: Told, { rateFace, rateVoice, rateFusion }: Written): Partial<Rates> {
  const rates = Object.entries({ face: rateFace, voice: rateVoice, fusion: rateFusion }).map(
    ([name, hz]) => [name, numberOf(told, `rate-${name}`, hz, Number.MIN_VALUE, MOST_HZ)] as const,
  );
  return Object.fromEntries(rates.filter(([, hz]) => hz !== null)) as Partial<Rates>;
}

function listOf(value: string | readonly string[], separator: string | RegExp): readonly string[] {
  if (typeof value !== 'string') return value;
  return value.split(separator).filter((word) => word.trim() !== '');
}

function numberOf(
  told: Told,
  name: string,
  value: Written['smoothing'],
  least: number,
  most: number,
): number | null {
  if (value == null) return null;
  const number = String(value).trim() === '' ? Number.NaN : Number(value);
  const made = number >= least && number <= most ? number : undefined;
  const range = least > 0 ? `more than 0, at most ${most}` : `from ${least} to ${most}`;
  return told<number | null>(name, value, made, `Write a number, ${range}.`, null);
}
