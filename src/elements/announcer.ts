/**
 * What a screen reader is told, and how seldom: phases, conditions and devices as they change, the answer to each new text, and of a
 * source that goes on the top label at most every few seconds.
 */

import type { Estimate } from '../memobert/estimate';
import { isWithheld } from '../memobert/reliability';
import type { Condition, Phase, RecogniserState, TrackStatus } from '../recogniser';
import { labelSpoken, percent, topIndex } from './format';
import { phaseWords, worthSaying } from './state-words';
import { strings } from './strings';

/** Milliseconds between two announcements of the top label. */
export const TOP_EVERY_MS = 5000;

/** Milliseconds after which a silence is told: who speaks pauses between sentences, and knows. */
export const SILENCE_TOLD_MS = 10_000;

export class Announcer {
  #phase: Phase = 'idle';
  #conditions: readonly Condition[] = [];
  readonly #tracks: { camera: TrackStatus; microphone: TrackStatus } = { camera: 'off', microphone: 'off' };
  /** When the silence began; never, while somebody speaks. */
  #silentMs = Number.POSITIVE_INFINITY;
  /** Why no face is found, by the engine's own words. */
  #blind = '';
  #top = '';
  #toppedMs = Number.NEGATIVE_INFINITY;
  /** The text that was answered last. */
  #text = '';
  /** What was shown before: until its own answer comes, the one before stands beside a new text. */
  #shown: Estimate | null = null;

  /** The sentence to say now, or null when there is nothing new. */
  next(state: RecogniserState, nowMs: number): string | null {
    // its last answer stays, however soon it came after the one that was told
    const ended = state.phase === 'idle' && this.#phase !== 'idle';
    const said = [...this.#changes(state, nowMs), ...this.#newTop(state, nowMs, ended)];
    // some are sentences, with a stop of their own
    return said.length === 0 ? null : said.join('. ').replaceAll('.. ', '. ');
  }

  #changes(state: RecogniserState, nowMs: number): string[] {
    const { phase, conditions, backend } = state;
    const said: string[] = [];
    if (phase !== this.#phase) said.push(phaseWords(phase, state.source === 'file'));
    const { message = '', cure = '' } = backend?.noFaces ?? {};
    if (message !== this.#blind && message !== '')
      said.push(strings.status.reasons[message] ?? `${message} ${cure}`);
    this.#blind = message;
    const notes: Partial<Record<TrackStatus, (device: string) => string>> = strings.controls.tracks;
    for (const device of ['camera', 'microphone'] as const) {
      const note = state[device] === this.#tracks[device] ? undefined : notes[state[device]];
      this.#tracks[device] = state[device];
      if (note !== undefined) said.push(note(strings.controls[device]));
    }
    this.#silentMs = conditions.includes('silence')
      ? Math.min(this.#silentMs, nowMs)
      : Number.POSITIVE_INFINITY;
    const lasts = nowMs - this.#silentMs >= SILENCE_TOLD_MS;
    const held = worthSaying(conditions).filter((condition) => lasts || condition !== 'silence');
    for (const condition of held) {
      if (!this.#conditions.includes(condition)) said.push(strings.conditions[condition]);
    }
    // after a stop nobody needs to hear that the silence is over
    if (phase === 'listening') {
      for (const condition of this.#conditions) {
        // without what to do about it, or what still works
        const [name = ''] = strings.conditions[condition].split(/[:,]/);
        if (!conditions.includes(condition)) said.push(strings.announce.conditionEnded(name));
      }
    }
    this.#phase = phase;
    this.#conditions = held;
    return said;
  }

  #newTop({ estimate, source, text }: RecogniserState, nowMs: number, ended: boolean): string[] {
    const shown = this.#shown;
    this.#shown = estimate;
    if (estimate === null || estimate.provisional === true) {
      this.#top = '';
      return [];
    }
    const index = topIndex(estimate.probabilities);
    const label = isWithheld(estimate) ? strings.unsure.word : estimate.labels[index];
    if (label === undefined) return [];
    // whoever has written one waits for its answer, and no other will come
    const asked = source === 'text' && text !== this.#text && estimate !== shown;
    const soon = !ended && nowMs - this.#toppedMs < TOP_EVERY_MS;
    if (!asked && (label === this.#top || soon)) return [];
    this.#text = text;
    this.#top = label;
    this.#toppedMs = nowMs;
    if (isWithheld(estimate)) return [label];
    return [strings.announce.top(labelSpoken(label), percent(estimate.probabilities[index] ?? 0))];
  }
}
