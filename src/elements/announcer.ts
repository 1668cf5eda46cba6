/** What a screen reader is told, and how seldom: phases and conditions as they change, the top label at most every few seconds. */

import { isWithheld } from '../memobert/reliability';
import type { Condition, Phase, RecogniserState } from '../recogniser';
import { labelSpoken, percent, topIndex } from './format';
import { strings } from './strings';

/** Milliseconds between two announcements of the top label. */
export const TOP_EVERY_MS = 5000;

export class Announcer {
  #phase: Phase = 'idle';
  #conditions: readonly Condition[] = [];
  #top = '';
  #toppedMs = Number.NEGATIVE_INFINITY;

  /** The sentence to say now, or null when there is nothing new. */
  next(state: RecogniserState, nowMs: number): string | null {
    const said = [...this.#changes(state), ...this.#newTop(state, nowMs)];
    return said.length === 0 ? null : said.join('. ');
  }

  #changes({ phase, conditions }: RecogniserState): string[] {
    const said: string[] = [];
    if (phase !== this.#phase) said.push(strings.phases[phase]);
    for (const condition of conditions) {
      if (!this.#conditions.includes(condition)) said.push(strings.conditions[condition]);
    }
    // after a stop nobody needs to hear that the silence is over
    if (phase === 'listening') {
      for (const condition of this.#conditions) {
        if (!conditions.includes(condition))
          said.push(strings.announce.conditionEnded(strings.conditions[condition]));
      }
    }
    this.#phase = phase;
    this.#conditions = conditions;
    return said;
  }

  #newTop({ estimate }: RecogniserState, nowMs: number): string[] {
    if (estimate === null || estimate.provisional === true || isWithheld(estimate)) {
      this.#top = '';
      return [];
    }
    const index = topIndex(estimate.probabilities);
    const label = estimate.labels[index];
    if (label === undefined || label === this.#top || nowMs - this.#toppedMs < TOP_EVERY_MS) return [];
    this.#top = label;
    this.#toppedMs = nowMs;
    return [strings.announce.top(labelSpoken(label), percent(estimate.probabilities[index] ?? 0))];
  }
}
