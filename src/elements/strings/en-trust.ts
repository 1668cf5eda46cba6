/** What the elements say, in English, of faults, of what makes an answer doubtful, and of what is captured. */

import type { Doubt } from '../../memobert/reliability';
import type { Condition, TrackStatus } from '../../recogniser';

export const trustConditions = {
  'no-picture': 'No picture arrives: touch the page if it stays so',
  'poor-light': 'Poor light on the face',
  'no-sound': 'No sound arrives: touch the page, or connect a loudspeaker',
  clipping: 'Sound too loud: it is cut off',
  'awaiting-network': 'No network: loading goes on when it is back',
  recovering: 'Starting the model again',
} as const satisfies Partial<Record<Condition, string>>;

export const trustTracks = {
  lost: (device: string) =>
    `${device} was taken away. It is used again as soon as it is back; estimates and settings stay.`,
} as const satisfies Partial<Record<TrackStatus, (device: string) => string>>;

export const trustDoubts = {
  'low-confidence': 'no word stands out',
  'other-words': 'another word fits better',
  'no-face': 'no face in view',
  'poor-light': 'poor light on the face',
  silence: 'nobody speaks',
  clipping: 'the sound is cut off',
} as const satisfies Record<Doubt, string>;

export const trustUnsure = {
  word: 'not sure',
  because: (reasons: readonly string[]) => `Not sure: ${reasons.join(', ')}.`,
  bars: 'Not sure enough to name one.',
} as const;

/** Beside the button that starts it, so that it is read before the first frame. The model’s files and kept marks are stored. */
export const trustConsent = {
  devices: { camera: 'your face', microphone: 'your voice' },
  start: (read: string, sent: string) =>
    `Start lets an AI system read the expression of ${read}, in this page: ${sent}. It estimates expression, not feeling, and can be wrong.`,
  stays: 'nothing is sent, no picture or sound stored',
  /** The browser's own recognition is on, and sends the sound. */
  away: 'your browser sends the sound to its maker, as you chose; nothing else is sent, no picture or sound stored',
  and: ' and ',
} as const;

export const trustEvidence = {
  lost: 'taken away; waiting for it',
  undecodable: 'not decoded by this browser',
  noPicture: 'the camera gives no picture',
  poorLight: 'too dark, too bright or too flat to read',
  noSound: 'no sound arrives',
} as const;
