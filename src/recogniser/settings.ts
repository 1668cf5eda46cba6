/** What can be set on a recogniser at any time: how the mask is asked, how often, of what, and how steady the answer is. */

import type { MemoError } from '../errors';
import { checkLabelWords, checkWording } from '../memobert/prompt';
import { MODALITIES, type Modality } from '../memobert/estimate';
import type { Prompting } from '../runtime/protocol';
import type { Rates } from './state';

export interface Settings extends Prompting {
  /** What goes into the estimate, from the next start on. */
  readonly modalities: readonly Modality[];
  /** Highest rates, Hz; of what is left out the backend's own. A slow machine stays below them. */
  readonly rates: Readonly<Partial<Rates>>;
  /** Spares the battery: no stage above 4 (face), 1 (voice) and 1 (estimates) a second, a third of the computing at most. */
  readonly saver: boolean;
  /** Time constant of the probabilities' exponential mean, seconds; 0 shows each answer as it is. */
  readonly smoothing: number;
}

export const DEFAULT_SETTINGS: Settings = Object.freeze({
  prompt: null,
  labels: null,
  modalities: MODALITIES,
  rates: {},
  saver: false,
  smoothing: 0,
});

/** Beyond these nothing new would be seen. */
export const MOST_HZ = 60;
export const MOST_SMOOTHING_S = 60;

/**
 * As they will be used; whether label words are in the vocabulary shows once the model is there. The other settings are the
 * element's attributes, read with their ranges, or checked as a caller's: see `given.ts`.
 * @throws MemoError `prompt-invalid`, `label-invalid`
 */
export function checkSettings(settings: Settings): Settings {
  const { prompt, labels } = settings;
  if (prompt !== null) checkWording(prompt);
  return { ...settings, labels: labels === null ? null : checkLabelWords(labels) };
}

/** Those of the options, and the defaults of the others. */
export function settingsOf({
  prompt,
  labels,
  modalities,
  rates,
  saver,
  smoothing,
}: Partial<Settings>): Settings {
  return checkSettings({
    ...DEFAULT_SETTINGS,
    ...said({ prompt, labels, modalities, rates, saver, smoothing }),
  });
}

/** Undefined is as left out. */
export function said<T extends object>(given: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}

/** What a change set that was then rejected, as it was before; what was set otherwise since stays. */
export function undone(change: Partial<Settings>, before: Settings, now: Settings): Partial<Settings> {
  const still = ([key]: [string, unknown]) => {
    const name = key as keyof Settings;
    return change[name] === now[name];
  };
  return Object.fromEntries(Object.entries(before).filter(still));
}

/** Whether both ask the mask the same. */
export function samePrompting(a: Prompting, b: Prompting): boolean {
  return a.prompt === b.prompt && JSON.stringify(a.labels) === JSON.stringify(b.labels);
}

/** Which of both a vocabulary refuses by this error; null where it says something else. */
export function refusedPart({ code }: MemoError): keyof Prompting | null {
  if (code === 'prompt-invalid') return 'prompt';
  return code === 'label-invalid' ? 'labels' : null;
}
