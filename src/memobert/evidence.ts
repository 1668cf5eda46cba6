/** What was seen, heard and said in the last seconds, on the source's clock. */

import type { Manifest } from '../runtime/manifest';
import type { TimedText } from '../runtime/protocol';

/** Said this long ago still counts: a sentence outlasts the voice window it was spoken in. */
const TEXT_MEMORY_S = 8;
/** About the voice window's own length, so that a slow machine's gap between encodings does not drop the voice. */
const VOICE_MEMORY_S = 4;
/** Clocks of frames and samples run a little apart; what lies further ahead was there before the clock went back. */
const AHEAD_S = 1;

export interface Tokens {
  /** Row-major [count, size]. */
  readonly data: Float32Array;
  readonly count: number;
}

/** The evidence of one moment; a modality that is not there is null. */
export interface EvidenceWindow {
  readonly text: string | null;
  readonly face: Tokens | null;
  readonly voice: Tokens | null;
}

interface TimedFeature {
  readonly time: number;
  readonly feature: Float32Array;
}

export class Evidence {
  readonly #face: Manifest['face'];
  readonly #voice: Manifest['voice'];
  #faces: TimedFeature[] = [];
  #heard: { readonly from: number; readonly until: number; readonly tokens: Tokens } | null = null;
  #texts: readonly TimedText[] = [];

  constructor(manifest: Pick<Manifest, 'face' | 'voice'>) {
    this.#face = manifest.face;
    this.#voice = manifest.voice;
  }

  /** Features [featureSize] of the followed face at `timeS`; null when there was none. Closer than the model's rate is dropped. */
  addFace(timeS: number, feature: Float32Array | null): void {
    if (!Number.isFinite(timeS)) return; // seen at no time
    const last = this.#faces.at(-1);
    // a clock that went back (a file sought, a source changed) makes what was seen before meaningless
    if (last !== undefined && timeS < last.time) this.#faces = [];
    this.#faces = this.#faces.filter((kept) => kept.time > timeS - this.#memoryS);
    if (feature === null || feature.length !== this.#face.featureSize) return;
    const previous = this.#faces.at(-1);
    if (previous !== undefined && timeS - previous.time < 0.8 / this.#face.rateHz) return;
    this.#faces.push({ time: timeS, feature });
    this.#faces = this.#faces.slice(-this.#face.maxFrames);
  }

  /**
   * The last voice window's tokens [tokens, featureSize]; null when nobody spoke in it.
   * @param tookS what encoding took: a large encoder's answer comes late, and has to last until the next is there
   */
  setVoice(timeS: number, features: Float32Array | null, tokens: number, tookS = 0): void {
    if (!Number.isFinite(timeS)) return;
    const size = this.#voice.featureSize;
    const count = Math.min(tokens, this.#voice.maxTokens);
    this.#heard =
      features === null || count < 1
        ? null
        : {
            from: timeS - AHEAD_S,
            until: timeS + VOICE_MEMORY_S + 2 * tookS,
            tokens: { data: features.subarray((tokens - count) * size), count },
          };
  }

  setTexts(texts: readonly TimedText[]): void {
    this.#texts = texts;
  }

  at(timeS: number): EvidenceWindow {
    const faces = this.#faces.filter(
      (kept) => kept.time > timeS - this.#memoryS && kept.time <= timeS + AHEAD_S,
    );
    const voice =
      this.#heard !== null && this.#heard.from <= timeS && this.#heard.until > timeS ? this.#heard : null;
    const text = this.#texts
      .filter((said) => said.start <= timeS && said.end > timeS - TEXT_MEMORY_S)
      .map((said) => said.text.trim())
      .filter((said) => said !== '')
      .join(' ');
    return {
      text: text === '' ? null : text,
      face: faces.length === 0 ? null : stack(faces, this.#face.featureSize),
      voice: voice?.tokens ?? null,
    };
  }

  reset(): void {
    this.#faces = [];
    this.#heard = null;
    this.#texts = [];
  }

  get #memoryS(): number {
    return this.#face.maxFrames / this.#face.rateHz;
  }
}

function stack(faces: readonly TimedFeature[], size: number): Tokens {
  const data = new Float32Array(faces.length * size);
  faces.forEach(({ feature }, row) => {
    data.set(feature, row * size);
  });
  return { data, count: faces.length };
}
