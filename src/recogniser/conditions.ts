/** What can hold beside the phase while a source runs: told from the last face, the last speech, the microphone's track. */

import type { Condition } from './state';

export const NO_FACE_AFTER_MS = 1500;
export const SILENCE_AFTER_MS = 3000;
/** Of answers that tell of a dead microphone; recorded speech has shorter gaps of exact zeros. */
export const MUTED_AFTER_MS = 2000;

export class SourceConditions {
  #faceMs: number;
  #speechMs: number;
  /** Since when nothing but zeros comes; null while something does. */
  #deadSinceMs: number | null = null;

  constructor(nowMs: number) {
    this.#faceMs = nowMs;
    this.#speechMs = nowMs;
  }

  /** A frame was looked at. */
  face(nowMs: number, found: boolean): void {
    if (found) this.#faceMs = nowMs;
  }

  /** A window was listened to. `muted`: nothing but exact zeros came. */
  voice(nowMs: number, heard: { readonly speaking: boolean; readonly muted: boolean }): void {
    if (heard.speaking) this.#speechMs = nowMs;
    if (!heard.muted) this.#deadSinceMs = null;
    else this.#deadSinceMs ??= nowMs;
  }

  /** After a rest nothing is late yet. */
  restart(nowMs: number): void {
    this.#faceMs = nowMs;
    this.#speechMs = nowMs;
    this.#deadSinceMs = null;
  }

  now(
    nowMs: number,
    live: { readonly camera: boolean; readonly microphone: boolean; readonly trackMuted: boolean },
  ): Condition[] {
    const conditions: Condition[] = [];
    if (live.camera && nowMs - this.#faceMs >= NO_FACE_AFTER_MS) conditions.push('no-face');
    if (!live.microphone) return conditions;
    // a muted microphone is silent for a reason the visitor can mend: say only that
    const dead = this.#deadSinceMs !== null && nowMs - this.#deadSinceMs >= MUTED_AFTER_MS;
    if (live.trackMuted || dead) conditions.push('muted');
    else if (nowMs - this.#speechMs >= SILENCE_AFTER_MS) conditions.push('silence');
    return conditions;
  }
}
