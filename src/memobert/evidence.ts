/** What was seen, heard and said in the last seconds, on the source's clock. */

import type { Manifest } from '../runtime/manifest';
import type { TimedText } from '../runtime/protocol';
import type { Feature, FeatureStore } from './feature-store';
import type { Light } from './reliability';

/** Said this long ago still counts while nobody speaks: a sentence outlasts the voice window it was spoken in. */
const TEXT_MEMORY_S = 8;
/** While a voice is heard, the words are its own: those of its window, and what ended this long before it. */
const BEFORE_VOICE_S = 2;
/** Of what was said before a pause as long, nothing counts beside what was said after it: that is answered better alone. */
const PAUSE_S = 1;
/** About the voice window's own length, so that a slow machine's gap between encodings does not drop the voice. */
const VOICE_MEMORY_S = 4;
/** Clocks of frames and samples run a little apart; what lies further ahead was there before the clock went back. */
const AHEAD_S = 1;

export interface Tokens {
  /** Row-major [count, size]. */
  readonly data: Float32Array;
  readonly count: number;
}

/** The same where they are kept on the GPU. */
export interface StoredTokens {
  readonly store: FeatureStore;
  /** One a row. */
  readonly ids: readonly number[];
  readonly count: number;
}

export type FaceTokens = Tokens | StoredTokens;

/** The evidence of one moment; a modality that is not there is null. */
export interface EvidenceWindow {
  readonly text: string | null;
  readonly face: FaceTokens | null;
  readonly voice: Tokens | null;
}

export interface TimedTokens extends Tokens {
  /** Seconds on the source's clock at which each begins, oldest first. */
  readonly times: readonly number[];
  /** Of what was audible in the window that they were heard in, the share that was cut off, 0 to 1. */
  readonly clipped: number;
}

interface Looks {
  /** Seconds on the source's clock, oldest first. */
  readonly times: readonly number[];
  /** DenseFace's own distribution over the manifest's `face.classes`, of each; null where it was not told. */
  readonly expressions: readonly (readonly number[] | null)[];
  /** What each had to be read from; null where it was not told. */
  readonly lights: readonly (Light | null)[];
}

export type SeenFaces = Tokens & Looks;

/** What {@link Evidence} gives: the same, with the seconds that it was seen and heard in. */
export interface TimedWindow extends EvidenceWindow {
  readonly face: (FaceTokens & Looks) | null;
  readonly voice: TimedTokens | null;
}

/** A window that lies in memory as a whole. */
export interface ReadWindow extends TimedWindow {
  readonly face: SeenFaces | null;
}

/** What is told of a voice, beside its tokens. */
interface Hearing {
  /** Seconds that encoding took: a large encoder's answer comes late, and has to last until the next is there. */
  readonly tookS?: number;
  /** At which the last token ends: speech may be over before the window is. */
  readonly endS?: number;
  readonly clipped?: number;
}

interface TimedFeature {
  readonly time: number;
  readonly feature: Feature;
  /** The face encoder's own distribution. */
  readonly expression: readonly number[] | null;
  readonly light: Light | null;
}

/** What is told of a look, beside its features. */
interface Look extends Partial<Omit<TimedFeature, 'time' | 'feature'>> {
  /** Somebody else is followed from here on. */
  readonly turned?: boolean;
}

export class Evidence {
  readonly #face: Manifest['face'];
  readonly #voice: Manifest['voice'];
  #faces: TimedFeature[] = [];
  #heard: { readonly until: number; readonly tokens: TimedTokens } | null = null;
  #texts: readonly TimedText[] = [];
  /** End of the last window that somebody spoke in: words long before it are dropped for good, though that voice is over. */
  #spokeS = -Infinity;

  constructor(manifest: Pick<Manifest, 'face' | 'voice'>) {
    this.#face = manifest.face;
    this.#voice = manifest.voice;
  }

  /** Features [featureSize] of the followed face at `timeS`; null when there was none. Far closer than the model's rate is dropped. */
  addFace(
    timeS: number,
    feature: Feature | null,
    { expression = null, light = null, turned = false }: Look = {},
  ): void {
    if (!Number.isFinite(timeS)) return; // seen at no time
    const lastS = this.#faces.at(-1)?.time ?? -Infinity;
    // a clock that went back (a file sought, a source changed) makes what was seen before meaningless
    const begins = turned || timeS < lastS;
    if (begins) this.#faces = [];
    this.#faces = this.#faces.filter((kept) => kept.time > timeS - this.#memoryS);
    if (feature === null) return;
    if ('length' in feature && feature.length !== this.#face.featureSize) return;
    // the newest frame of 15 a second, at turns of 100 ms, is 67 and 133 ms after the one before
    if (!begins && timeS - lastS < 0.5 / this.#face.rateHz) return;
    this.#faces.push({ time: timeS, feature, expression, light });
    this.#faces = this.#faces.slice(-this.#face.maxFrames);
  }

  /** The last voice window's tokens [tokens, featureSize]; null when nobody spoke in it. */
  setVoice(
    timeS: number,
    features: Float32Array | null,
    tokens: number,
    { tookS = 0, endS = timeS, clipped = 0 }: Hearing = {},
  ): void {
    if (!Number.isFinite(timeS)) return;
    const size = this.#voice.featureSize;
    const count = Math.min(tokens, this.#voice.maxTokens);
    if (features === null || count < 1) {
      this.#heard = null;
      // a clock that went back begins anew
      if (timeS < this.#spokeS) this.#spokeS = -Infinity;
      return;
    }
    this.#spokeS = timeS;
    this.#heard = {
      until: timeS + VOICE_MEMORY_S + 2 * tookS,
      tokens: {
        data: features.subarray((tokens - count) * size),
        count,
        clipped,
        times: Array.from({ length: count }, (_, index) =>
          milli(endS - (count - index) / this.#voice.tokenRateHz),
        ),
      },
    };
  }

  setTexts(texts: readonly TimedText[]): void {
    this.#texts = texts;
  }

  at(timeS: number): TimedWindow {
    const faces = this.#faces.filter(
      (kept) => kept.time > timeS - this.#memoryS && kept.time <= timeS + AHEAD_S,
    );
    const heard = this.#heard;
    const { windowSamples, sampleRateHz } = this.#voice;
    const spokeS = this.#spokeS - AHEAD_S > timeS ? -Infinity : this.#spokeS;
    const voice = heard && spokeS > -Infinity && heard.until > timeS ? heard.tokens : null;
    const fromS = Math.max(timeS - TEXT_MEMORY_S, spokeS - windowSamples / sampleRateHz - BEFORE_VOICE_S);
    let text = '';
    let saidUntilS = -Infinity;
    for (const said of this.#texts) {
      const words = said.text.trim();
      if (said.start <= timeS && said.end > fromS && words !== '') {
        text = said.start - saidUntilS < PAUSE_S ? `${text} ${words}` : words;
        saidUntilS = Math.max(saidUntilS, said.end);
      }
    }
    return {
      text: text || null,
      face: faces.length === 0 ? null : stack(faces, this.#face.featureSize),
      voice,
    };
  }

  reset(): void {
    this.#faces = [];
    this.#heard = null;
    this.#texts = [];
    this.#spokeS = -Infinity;
  }

  get #memoryS(): number {
    return this.#face.maxFrames / this.#face.rateHz;
  }
}

function stack(faces: readonly TimedFeature[], size: number): TimedWindow['face'] {
  const seen = {
    count: faces.length,
    times: faces.map(({ time }) => milli(time)),
    expressions: faces.map(({ expression }) => expression),
    lights: faces.map(({ light }) => light),
  };
  const features = faces.map(({ feature }) => feature);
  const [first] = features;
  // one encoder's features all lie in one place
  if (first !== undefined && 'store' in first) {
    return { ...seen, store: first.store, ids: features.map((each) => ('id' in each ? each.id : -1)) };
  }
  const data = new Float32Array(faces.length * size);
  features.forEach((feature, row) => {
    if ('length' in feature) data.set(feature, row * size);
  });
  return { ...seen, data };
}

/** To the millisecond: times are for people and files. */
function milli(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
