/**
 * A microphone that goes on when its audio graph stops: a headset that changes its profile (44.1 kHz for music, 16 kHz for calls)
 * or takes the output with it can leave a live track whose context delivers nothing. It is then read by a new context, at the
 * rate the track has now.
 */

import { openMicrophone, type Microphone } from './microphone';
import type { SampleChunk } from './source';

/** Milliseconds between two looks. Looks are counted, not time: a machine asleep misses none. */
const LOOK_MS = 1000;
/** Looks without a chunk, of a track that should give twenty a second. */
const MOST_SILENT_LOOKS = 3;

export class KeptMicrophone {
  #microphone: Microphone | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #chunks = 0;
  #silentLooks = 0;
  /** As `#silentLooks`, also while the browser holds the audio graph. */
  #vainLooks = 0;
  #opening = false;
  #closed = false;

  private constructor(
    private readonly track: MediaStreamTrack,
    private readonly now: () => number,
    private readonly deliver: (chunk: SampleChunk) => void,
  ) {}

  /** As {@link openMicrophone}; rejects as it does. */
  static async open(
    track: MediaStreamTrack,
    now: () => number,
    deliver: (chunk: SampleChunk) => void,
  ): Promise<KeptMicrophone> {
    const kept = new KeptMicrophone(track, now, deliver);
    await kept.#open();
    kept.#timer = setInterval(() => kept.#look(), LOOK_MS);
    return kept;
  }

  /** The track should give sound, and for three seconds none came: the audio graph stalls, or the browser runs none. */
  get silent(): boolean {
    return this.#vainLooks >= MOST_SILENT_LOOKS;
  }

  /** Frees node and context; does not stop the track. Safe to call twice. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#microphone?.close();
  }

  #look(): void {
    const { readyState, muted, enabled } = this.track;
    const vain = readyState === 'live' && !muted && enabled && this.#chunks === 0;
    this.#vainLooks = vain ? this.#vainLooks + 1 : 0;
    // one that could not be opened anew is not held by anybody
    const stalls = vain && !this.#opening && this.#microphone?.running !== false;
    this.#silentLooks = stalls ? this.#silentLooks + 1 : 0;
    this.#chunks = 0;
    if (this.#silentLooks < MOST_SILENT_LOOKS) return;
    this.#silentLooks = 0;
    this.#microphone?.close();
    this.#microphone = null;
    // not now: perhaps at a later look
    void this.#open().catch(() => undefined);
  }

  async #open(): Promise<void> {
    this.#opening = true;
    try {
      const opened = await openMicrophone(this.track, this.now, (chunk) => {
        this.#chunks += 1;
        this.deliver(chunk);
      });
      if (this.#closed) opened.close();
      else this.#microphone = opened;
    } finally {
      this.#opening = false;
    }
  }
}
