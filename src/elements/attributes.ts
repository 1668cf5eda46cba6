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
  /** What `make` makes of a value; where that is undefined, or throws, it is wrong, and its default holds. */
  const told: Told = (name, value, make, takes, fallback) => {
    let known: unknown;
    try {
      const made = make();
      if (made !== undefined) return made;
    } catch (error) {
      known = error; // what has no words for a value of another kind throws a TypeError
    }
    const shown = typeof value === 'object' ? 'an object' : `"${String(value)}"`;
    problems.push(
      known instanceof MemoError
        ? known
        : new MemoError('attribute-invalid', `The attribute ${name} cannot be ${shown}.`, `Write ${takes}.`),
    );
    return fallback;
  };
  const accepted = <T>(value: T): T => {
    const error = refused.get(JSON.stringify(value));
    if (error !== undefined) throw error;
    return value;
  };
  const { prompt = null, labels = null } = written;
  const speech = addressOf(told, 'speech', written.speech, null);
  const options = {
    manifestUrl: addressOf(told, 'bundle', written.bundle, DEFAULT_BUNDLE),
    assetBase: addressOf(told, 'asset-base', written.assetBase, DEFAULT_ASSET_BASE),
    ...(speech === null ? {} : { speech }),
    ...integrityOf(told, written.integrity),
    device: deviceOf(told, written.device ?? 'auto'),
    allowSoftwareAdapter: Boolean(written.allowSoftwareAdapter),
  };
  const settings: Settings = {
    modalities: modalitiesOf(told, written.modalities ?? MODALITIES),
    prompt: told(
      'prompt',
      prompt,
      () => {
        if (prompt !== null) checkWording(prompt);
        return accepted(prompt);
      },
      'a sentence with [MASK] once',
      null,
    ),
    labels: told(
      'labels',
      labels,
      () => accepted(labels === null ? null : checkLabelWords(listOf(labels, ','))),
      'words, or a list of them',
      null,
    ),
    rates: ratesOf(told, written),
    saver: Boolean(written.saver),
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

type Told = <T>(name: string, value: unknown, make: () => T | undefined, takes: string, fallback: T) => T;

function addressOf<T>(told: Told, name: string, value: string | null | undefined, fallback: T): string | T {
  const make = () => (value == null ? fallback : isAddress(value) ? value : undefined);
  return told<string | T>(name, value, make, 'an address, or leave it out', fallback);
}

/** As the headless recogniser takes it: text, or a URL as such. */
function isAddress(value: string | URL): boolean {
  return (typeof value === 'string' || value instanceof URL) && absolute(value) !== null;
}

/** One that names no hash stays: what it was to guard is not loaded. */
function integrityOf(told: Told, value: Written['integrity']): Pick<RecogniserOptions, 'integrity'> {
  const integrity = String(value ?? '').trim();
  const make = () => (HASH.test(integrity) ? integrity : undefined);
  return integrity === ''
    ? {}
    : { integrity: told('integrity', integrity, make, '"sha256-" and the hash in base64', integrity) };
}

function deviceOf(told: Told, value: string): DeviceWish {
  const find = () => DEVICES.find((known) => known === value);
  return told<DeviceWish>('device', value, find, `one of ${DEVICES.join(', ')}`, 'auto');
}

/** Those it knows of several; all when it knows none. */
function modalitiesOf(told: Told, value: string | readonly string[]): readonly Modality[] {
  // what is no list is one of something unknown
  const words = [listOf(value, /[\s,]+/)].flat();
  const known = MODALITIES.filter((modality) => words.includes(modality));
  const unknown = words.filter((word) => !MODALITIES.some((modality) => modality === word));
  const all = known.length === 0 ? MODALITIES : known;
  const make = () => (known.length === 0 || unknown.length > 0 ? undefined : known);
  return told(
    'modalities',
    unknown.map(String).join(' '),
    make,
    `one or more of ${MODALITIES.join(', ')}`,
    all,
  );
}

/** By their names; those of which nothing is said are left out. */
function ratesOf(told: Told, { rateFace, rateVoice, rateFusion }: Written): Partial<Rates> {
  const rates = Object.entries({ face: rateFace, voice: rateVoice, fusion: rateFusion }).map(
    ([name, hz]) => [name, numberOf(told, `rate-${name}`, hz, Number.MIN_VALUE, MOST_HZ)] as const,
  );
  return Object.fromEntries(rates.filter(([, hz]) => hz !== null)) as Partial<Rates>;
}

function listOf(value: string | readonly string[], separator: string | RegExp): readonly string[] {
  return typeof value === 'string' ? value.split(separator).filter((word) => word.trim() !== '') : value;
}

function numberOf(
  told: Told,
  name: string,
  value: Written['smoothing'],
  least: number,
  most: number,
): number | null {
  if (value == null) return null;
  const make = () => {
    const text = String(value);
    const number = text.trim() === '' ? Number.NaN : Number(text);
    return number >= least && number <= most ? number : undefined;
  };
  const range = least > 0 ? `more than 0, at most ${most}` : `from ${least} to ${most}`;
  return told<number | null>(name, value, make, `a number, ${range}`, null);
}
