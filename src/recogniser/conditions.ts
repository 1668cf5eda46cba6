/**
 * What can hold beside the phase while a source runs. Told from answers alone: a stage too slow to answer says nothing
 * about face or voice.
 */

import { isPoorLight, MOST_CLIPPED } from '../memobert/reliability';
import type { FaceAnswer, VoiceAnswer } from '../runtime/protocol';
import type { Condition } from './state';

export const NO_FACE_AFTER_MS = 1500;
export const SILENCE_AFTER_MS = 3000;
/** A camera in the dark may give as few as two frames a second. */
export const NO_PICTURE_AFTER_MS = 3000;
/** Of looks at a face too dark, too bright or too flat: one frame may be a hand before the lens. */
export const POOR_LIGHT_AFTER_MS = 1500;
/** Of windows that were cut off: one may hold a door. */
export const CLIPPING_AFTER_MS = 1000;
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
}

export class SourceConditions {
  readonly #faceless = new Vain();
  readonly #silent = new Vain();
  readonly #dead = new Vain();
  readonly #dim = new Vain();
  readonly #loud = new Vain();

  /** A frame was looked at. */
  face(nowMs: number, found: boolean, light?: FaceAnswer['light']): void {
    this.#faceless.tell(nowMs, !found);
    this.#dim.tell(nowMs, light !== undefined && isPoorLight(light));
  }

  /** A window was listened to. `muted`: nothing but exact zeros came. */
  voice(nowMs: number, heard: Pick<VoiceAnswer, 'speaking' | 'muted' | 'clipped'>): void {
    this.#silent.tell(nowMs, !heard.speaking);
    this.#dead.tell(nowMs, heard.muted);
    this.#loud.tell(nowMs, heard.speaking && heard.clipped > MOST_CLIPPED);
  }

  now(live: {
    readonly camera: boolean;
    readonly microphone: boolean;
    /** The camera is on and gives nothing. */
    readonly noPicture: boolean;
    readonly trackMuted: boolean;
    /** The microphone is on and nothing of it arrives. */
    readonly noSound: boolean;
  }): Condition[] {
    const conditions: Condition[] = [];
    // without a picture there is no face for a reason that somebody can mend: say only that
    if (live.camera) {
      if (live.noPicture) conditions.push('no-picture');
      else if (this.#faceless.longerThan(NO_FACE_AFTER_MS)) conditions.push('no-face');
      else if (this.#dim.longerThan(POOR_LIGHT_AFTER_MS)) conditions.push('poor-light');
    }
    if (!live.microphone) return conditions;
    // a microphone that is muted, or not read at all, is silent for a reason the visitor can mend: say only that
    const dead = live.trackMuted || this.#dead.longerThan(MUTED_AFTER_MS);
    if (live.noSound && !live.trackMuted) conditions.push('no-sound');
    else if (dead) conditions.push('muted');
    else if (this.#silent.longerThan(SILENCE_AFTER_MS)) conditions.push('silence');
    if (this.#loud.longerThan(CLIPPING_AFTER_MS)) conditions.push('clipping');
    return conditions;
  }
}
