/**
 * What can hold beside the phase while a source runs. Told from answers alone: a stage too slow to answer says nothing
 * about face or voice.
 */

import type { Condition } from './state';

export const NO_FACE_AFTER_MS = 1500;
export const SILENCE_AFTER_MS = 3000;
/** A camera in the dark may give as few as two frames a second. */
export const NO_PICTURE_AFTER_MS = 3000;
/** Of answers that tell of a dead microphone; recorded speech has shorter gaps of exact zeros. */
export const MUTED_AFTER_MS = 2000;

/** How long answers have been in vain: from the first to the last of them. */
class Vain {
  #firstMs: number | null = null;
  #lastMs = 0;

  tell(nowMs: number, inVain: boolean): void {
    this.#lastMs = nowMs;
    if (!inVain) this.#firstMs = null;
    else this.#firstMs ??= nowMs;
  }

  longerThan(ms: number): boolean {
    return this.#firstMs !== null && this.#lastMs - this.#firstMs >= ms;
  }

  restart(): void {
    this.#firstMs = null;
  }
}

export class SourceConditions {
  readonly #faceless = new Vain();
  readonly #silent = new Vain();
  readonly #dead = new Vain();

  /** A frame was looked at. */
  face(nowMs: number, found: boolean): void {
    this.#faceless.tell(nowMs, !found);
  }

  /** A window was listened to. `muted`: nothing but exact zeros came. */
  voice(nowMs: number, heard: { readonly speaking: boolean; readonly muted: boolean }): void {
    this.#silent.tell(nowMs, !heard.speaking);
    this.#dead.tell(nowMs, heard.muted);
  }

  /** After a rest nothing has been in vain yet. */
  restart(): void {
    for (const vain of [this.#faceless, this.#silent, this.#dead]) vain.restart();
  }

  now(live: {
    readonly camera: boolean;
    readonly microphone: boolean;
    /** The camera is on and gives nothing. */
    readonly noPicture?: boolean;
    readonly trackMuted: boolean;
  }): Condition[] {
    const conditions: Condition[] = [];
    // without a picture there is no face for a reason that somebody can mend: say only that
    if (live.camera && live.noPicture === true) conditions.push('no-picture');
    else if (live.camera && this.#faceless.longerThan(NO_FACE_AFTER_MS)) conditions.push('no-face');
    if (!live.microphone) return conditions;
    // a muted microphone is silent for a reason the visitor can mend: say only that
    if (live.trackMuted || this.#dead.longerThan(MUTED_AFTER_MS)) conditions.push('muted');
    else if (this.#silent.longerThan(SILENCE_AFTER_MS)) conditions.push('silence');
    return conditions;
  }
}
