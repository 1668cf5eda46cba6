/** What a caller hands over, without types that hold it: each value is of its kind and in its range, or told by its name; undefined is as left out. */

import type { ChosenDevices, DeviceRequest } from '../capture';
import { MemoError } from '../errors';
import { MODALITIES } from '../memobert/estimate';
import type { DeviceWish } from '../runtime/protocol';
import type { RecogniserOptions } from './options';
import type { RequestName } from './requests';
import type { FetchFile } from './run';
import { MOST_HZ, MOST_SMOOTHING_S, said, type Settings } from './settings';
import type { Rates } from './state';

interface Kind {
  readonly fits: (value: unknown) => boolean;
  readonly cure: string;
  /** It cannot be left out. */
  readonly needed?: boolean;
}

const DEVICES: readonly unknown[] = ['auto', 'webgpu', 'wasm'] satisfies readonly DeviceWish[];
const STAGES: readonly string[] = ['face', 'voice', 'fusion'] satisfies readonly (keyof Rates)[];

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText);

const ADDRESS: Kind = {
  fits: (value) => isText(value) || value instanceof URL,
  cure: 'Give an address, whole or relative to the page.',
};
const TRUTH: Kind = { fits: (value) => typeof value === 'boolean', cure: 'Give true or false.' };

const SETTINGS: Readonly<Record<keyof Settings, Kind>> = {
  prompt: {
    fits: (value) => value === null || isText(value),
    cure: 'Give a sentence with [MASK] once, or null for the bundle’s own.',
  },
  labels: {
    fits: (value) => value === null || isTexts(value),
    cure: 'Give a list of words, as ["happy", "sad"], or null for the bundle’s own.',
  },
  modalities: { fits: isTexts, cure: `Give a list of one or more of ${MODALITIES.join(', ')}.` },
  rates: {
    fits: (value) =>
      isRecord(value) &&
      Object.entries(said(value)).every(([stage, hz]) => STAGES.includes(stage) && isNumber(hz)),
    cure: `Give updates a second by their stage, ${STAGES.join(', ')}, as { face: 5 }.`,
  },
  saver: TRUTH,
  smoothing: { fits: isNumber, cure: 'Give seconds, as a number.' },
};

const OPTIONS: Readonly<Record<Exclude<keyof RecogniserOptions, keyof Settings>, Kind>> = {
  manifestUrl: { ...ADDRESS, needed: true },
  integrity: { fits: isText, cure: 'Give "sha256-" and the hash in base64.' },
  assetBase: { ...ADDRESS, needed: true },
  actorBase: ADDRESS,
  speech: ADDRESS,
  speechLanguage: { fits: isText, cure: 'Give a language as BCP 47 has it, as "en-US".' },
  device: { fits: (value) => DEVICES.includes(value), cure: `Give one of ${DEVICES.join(', ')}.` },
  allowSoftwareAdapter: TRUTH,
};

/** @throws MemoError `input-invalid` */
export function givenOptions<T extends Partial<RecogniserOptions>>(options: T): T {
  check('option', { ...OPTIONS, ...SETTINGS }, options);
  checkRanges(options);
  return options;
}

/** @throws MemoError `input-invalid` */
export function givenSettings(change: Partial<Settings> = {}): Partial<Settings> {
  check('setting', SETTINGS, change);
  checkRanges(change);
  return change;
}

const isConstraints = (value: unknown) => isRecord(value) && !Array.isArray(value);

const DEVICE: Kind = {
  fits: (value) => typeof value === 'boolean' || isConstraints(value),
  cure: 'Give true, false or constraints, as { deviceId: "…" }.',
};

/** @throws MemoError `input-invalid` */
export function givenDevices<T extends Partial<DeviceRequest>>(wish: T): T {
  check('device', { camera: DEVICE, microphone: DEVICE }, wish);
  return wish;
}

const CHOICE: Kind = {
  fits: isConstraints,
  cure: 'Give constraints, as { deviceId: "…" }, or {} for the browser’s own choice.',
};

/** @throws MemoError `input-invalid` */
export function givenChoice(choice: ChosenDevices): ChosenDevices {
  check('device', { camera: CHOICE, microphone: CHOICE }, choice);
  return choice;
}

/** What methods are called with, by the names that messages give it. */
const ARGUMENTS = {
  text: { fits: isText, cure: 'Give a text, as "I am happy"; an empty one takes back the one before.' },
  file: {
    fits: (value) => value instanceof Blob,
    cure: 'Give a Blob or a File that was made in this window; what is at an address startFetched() takes.',
  },
  'name of the file': {
    fits: (value) => value === undefined || isText(value),
    cure: 'Give the name as a text: messages say it.',
  },
  fetch: {
    fits: (value) => typeof value === 'function',
    cure: 'Give a function of a signal that resolves to { blob, name }.',
  },
  'file that was fetched': {
    fits: (value) =>
      isRecord(value) &&
      value['blob'] instanceof Blob &&
      (value['name'] === undefined || isText(value['name'])),
    cure: 'Give a function that resolves to { blob, name }: a Blob that was made in this window, and a text.',
  },
  stream: {
    // a worker has no such class, and another window's is another one
    fits: (value) => isRecord(value) && typeof value['getVideoTracks'] === 'function',
    cure: 'Give a MediaStream, as getUserMedia() or captureStream() makes one.',
  },
} satisfies Record<string, Kind>;

/** @throws MemoError `input-invalid` */
export function givenArgument<T>(name: keyof typeof ARGUMENTS, value: T): T {
  const { fits, cure } = ARGUMENTS[name];
  if (!fits(value)) throw wrong(name, value, cure);
  return value;
}

/** What will be pushed. @throws MemoError `input-invalid` */
export function givenPush<T extends object>(gives: T): T {
  check('source', { face: TRUTH, voice: TRUTH }, gives);
  return gives;
}

/** @returns one that fails with a MemoError alone. @throws MemoError `input-invalid` */
export function givenFetch(given: FetchFile): FetchFile {
  const fetch = givenArgument('fetch', given);
  return async (signal, tell) => {
    try {
      return givenArgument('file that was fetched', await fetch(signal, tell));
    } catch (cause) {
      throw signal.aborted || cause instanceof MemoError ? cause : notBrought(cause);
    }
  };
}

function notBrought(cause: unknown): MemoError {
  if (cause instanceof Error && cause.name === 'AbortError')
    return new MemoError('aborted', 'Fetching the file was cut short.', 'Call startFetched() again.', cause);
  const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : shown(cause);
  return new MemoError(
    'file-missing',
    `The file could not be fetched: ${why}.`,
    'Look at the cause; where it was the network, call startFetched() again.',
    cause,
  );
}

/**
 * What is not known by these names is nobody's.
 * @param of what it belongs to, for messages
 * @throws MemoError `input-invalid`
 */
function check(what: string, kinds: Readonly<Record<string, Kind>>, given: unknown, of = ''): void {
  const names = Object.keys(kinds).join(', ');
  if (!isRecord(given))
    throw wrong(`${what}s${of}`, given, `Give an object with each ${what} by its name: ${names}.`);
  for (const [name, { fits, cure, needed = false }] of Object.entries(kinds)) {
    const value = given[name];
    if (value === undefined ? needed : !fits(value)) throw wrong(`${what} ${name}${of}`, value, cure);
  }
}

function checkRanges({ modalities, rates = {}, smoothing = 0 }: Partial<Settings>): void {
  if (modalities?.length === 0 || modalities?.some((modality) => !MODALITIES.includes(modality))) {
    throw wrong('setting modalities', modalities.join(' '), `Name one or more of ${MODALITIES.join(', ')}.`);
  }
  for (const [stage, hz] of Object.entries(said(rates))) {
    if (!(hz > 0 && hz <= MOST_HZ)) {
      throw wrong(`setting rates.${stage}`, hz, `Give updates a second: more than 0, at most ${MOST_HZ}.`);
    }
  }
  if (!(smoothing >= 0 && smoothing <= MOST_SMOOTHING_S)) {
    throw wrong('setting smoothing', smoothing, `Give seconds, from 0 to ${MOST_SMOOTHING_S}.`);
  }
}

function wrong(what: string, value: unknown, cure: string): MemoError {
  return new MemoError('input-invalid', `The ${what} cannot be ${shown(value)}.`, cure);
}

function shown(value: unknown): string {
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind === 'Object') return 'an object';
  if (typeof value === 'function' || (isRecord(value) && !Array.isArray(value)))
    return `a value of the kind ${kind}`;
  try {
    return `"${String(value)}"`;
  } catch {
    return 'a list of what has no words';
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

const needed = (fits: Kind['fits'], cure: string): Kind => ({ fits, cure, needed: true });

const isReadable = (value: unknown) => isRecord(value) && typeof value['text'] === 'function';
const isBox = (value: unknown) =>
  isRecord(value) && ['x', 'y', 'width', 'height'].every((side) => isNumber(value[side]));
const isIndices = (value: unknown) => Array.isArray(value) && value.every(Number.isInteger);

const INDICES = needed(isIndices, 'Give a list of whole numbers, as [2], or [].');
const WORD = needed(isText, 'Give a word, as a text.');
const SWITCH: Kind = { ...TRUTH, needed: true };
const NAME: Kind = { fits: isText, cure: 'Give it as a text.' };

const CAPTIONS: Readonly<Record<string, Kind>> = {
  file: needed(isReadable, 'Give a Blob or a File, or a track: a <track> element of media that plays.'),
  name: NAME,
  language: NAME,
};
const TRACK = { track: needed(isRecord, 'Give a <track> element of media that plays.') };

/** What each request's detail has; one that has nothing may be left out. */
const DETAILS: Readonly<Record<RequestName, Readonly<Record<string, Kind>>>> = {
  start: { camera: DEVICE, microphone: DEVICE },
  'devices-choose': { camera: CHOICE, microphone: CHOICE },
  'start-actor': {},
  'start-file': { file: { ...ARGUMENTS.file, needed: true }, name: NAME },
  follow: {
    box: needed(isBox, 'Give a face’s box in pixels of the frame, as { x: 0, y: 0, width: 64, height: 64 }.'),
  },
  seek: { time: needed(isNumber, 'Give seconds, as a number.') },
  stop: {},
  text: { text: { ...ARGUMENTS.text, needed: true } },
  'dismiss-error': {},
  prompt: { prompt: SETTINGS.prompt, labels: SETTINGS.labels },
  'prompt-dismiss-error': {},
  'moment-take': {},
  'moment-mask': { words: INDICES, faces: INDICES, voice: INDICES },
  'moment-drop': {},
  'moment-dismiss-error': {},
  mark: { word: WORD },
  unmark: { index: needed(isNumber, 'Give the mark’s place in state.adaptation.marks.') },
  'adaptation-use': { on: SWITCH },
  'adaptation-keep': { kept: SWITCH },
  'adaptation-clear': {},
  'adaptation-import': { file: needed(isReadable, 'Give a Blob or a File that was saved.') },
  'adaptation-dismiss-error': {},
  'words-choose': { source: WORD },
  'words-start': {},
  'words-stop': {},
  'words-captions': CAPTIONS,
  'words-dismiss-error': {},
};

/** What is wrong with it; null where nothing is. */
export function wrongRequest(request: unknown): MemoError | null {
  try {
    checkRequest(request);
    return null;
  } catch (error) {
    return MemoError.from(error);
  }
}

/** What to tell of one that failed by what nobody told. */
export function refusal(request: unknown, thrown: unknown): MemoError {
  return wrongRequest(request) ?? MemoError.from(thrown);
}

function checkRequest(request: unknown): void {
  const names = `Give { name, detail } with one of the names ${Object.keys(DETAILS).join(', ')}.`;
  if (!isRecord(request)) throw wrong('request', request, names);
  const { name, detail } = request;
  if (!isName(name)) throw wrong('name of a request', name, names);
  const kinds = name === 'words-captions' && isRecord(detail) && 'track' in detail ? TRACK : DETAILS[name];
  // as it always was: a start of both
  const leftOut = detail === undefined && (name === 'start' || Object.keys(kinds).length === 0);
  if (!leftOut) check('detail', kinds, detail, ` of the request "${name}"`);
}

function isName(name: unknown): name is RequestName {
  return typeof name === 'string' && Object.hasOwn(DETAILS, name);
}
