/** What a request holds that a script without types made: a name that there is, and a detail of its kind. The elements fetch it with the first one that fails. */

import { MemoError } from '../errors';
import {
  ARGUMENTS,
  check,
  CHOICE,
  DEVICE,
  isNumber,
  isRecord,
  isText,
  SETTINGS,
  TRUTH,
  wrong,
  type Kind,
} from './given';
import type { RequestName } from './requests';

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
