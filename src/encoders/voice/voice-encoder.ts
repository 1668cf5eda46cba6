/** Samples as they come -> wav2vec 2.0's tokens of what was said in the last window. */
import { MemoError } from '../../errors';
import type { Graph } from '../../runtime/graph';
import type { Manifest } from '../../runtime/manifest';
import type { VoiceAnswer } from '../../runtime/protocol';
import { ClipMeter } from './clip-meter';
import type { EncodedWindow, Heard, WindowEncoder } from './heard-window';
import { HighPass } from './high-pass';
import { inRange } from './in-range';
import { Resampler } from './resample';
import { SampleRing } from './ring';
import { GATE_RATE_HZ, type SpeechGate, type SpeechSpan } from './speech-gate';
import { StreamedWindow } from './streamed-window';
import { WholeWindow } from './whole-window';

/** Tokens this near to the first or last speech count as speech: the gate answers a little late and cuts soft ends. */
const SPEECH_MARGIN_S = 0.2;
const LEVEL_S = 0.1;
const MUTED_S = 1;
/** Asked for a time this far behind the last sample, the microphone has gone quiet: silence is heard until then. */
const STALLED_S = 0.5;

export interface VoiceEncoderOptions {
  /** `wav2vec2`, or with `frames` `wav2vec2-context`. Graphs stay their owner's. */
  readonly graph: Graph;
  /** `wav2vec2-features`, where the bundle has the voice in two graphs. */
  readonly frames?: Graph | undefined;
  /** For the frames; `exact` unless said. */
  readonly shapes?: 'fixed' | 'exact';
  readonly gate: SpeechGate;
  readonly voice: Manifest['voice'];
}

export interface VoiceEncoding {
  /** `time` is the end of the window that was heard. */
  readonly answer: VoiceAnswer;
  /** [tokens, featureSize] row-major, oldest first, the last at the latest speech; null when there was no speech. */
  readonly features: Float32Array | null;
  readonly tokens: number;
  /** Seconds on the source's clock at which the last token ends; the window's end without speech. */
  readonly endS: number;
  /** The encoder's own over the default labels; null without speech, or where it has none. */
  readonly logits: Float32Array | null;
}

export class VoiceEncoder {
  readonly #window: WindowEncoder;
  readonly #gate: SpeechGate;
  readonly #voice: Manifest['voice'];
  readonly #ring: SampleRing;
  readonly #clipping: ClipMeter;
  readonly #highPass: HighPass;
  #resampler: Resampler | null = null;

  private constructor({ graph, frames, shapes = 'exact', gate, voice }: VoiceEncoderOptions) {
    this.#window =
      frames === undefined
        ? new WholeWindow(graph, voice)
        : new StreamedWindow({ frames, context: graph, voice, shapes });
    this.#gate = gate;
    this.#voice = voice;
    this.#ring = new SampleRing(this.#window.samples, voice.sampleRateHz);
    this.#clipping = new ClipMeter(voice.windowSamples / voice.sampleRateHz);
    this.#highPass = new HighPass(voice.highPassHz ?? 0, voice.sampleRateHz);
  }

  /** @throws MemoError `manifest-invalid` when the bundle's rate is not the gate's */
  static create(options: VoiceEncoderOptions): VoiceEncoder {
    if (options.voice.sampleRateHz !== GATE_RATE_HZ) {
      throw new MemoError(
        'manifest-invalid',
        `The manifest's voice.sampleRateHz is ${String(options.voice.sampleRateHz)}, the speech gate hears ${String(GATE_RATE_HZ)}.`,
        `Export a voice encoder for ${String(GATE_RATE_HZ)} Hz.`,
      );
    }
    return new VoiceEncoder(options);
  }

  /**
   * @param samples mono, -1 to 1; beyond that they are clipped, and what is no number is silence
   * @param timeS source's clock at the first of them
   */
  push(samples: Float32Array, sampleRateHz: number, timeS: number): void {
    if (this.#resampler?.rateInHz !== sampleRateHz) {
      this.#resampler = new Resampler(sampleRateHz, this.#voice.sampleRateHz);
      this.#highPass.reset();
    } else if (this.#ring.breaksAt(timeS - this.#resampler.delayS)) {
      this.#resampler.reset();
      this.#highPass.reset();
    }
    this.#clipping.push(samples, sampleRateHz, timeS);
    const startS = timeS - this.#resampler.delayS;
    this.#ring.push(this.#highPass.push(this.#resampler.push(inRange(samples))), startS);
  }

  /** Hears the last window. One call at a time. */
  async encode(timeS: number): Promise<VoiceEncoding> {
    const ring = this.#ring;
    if (timeS - ring.endTimeS > STALLED_S) ring.silenceUntil(timeS);
    const { start, end, endTimeS, origin } = ring;
    const level = Math.min(1, rootMeanSquare(ring.last(Math.round(LEVEL_S * ring.rateHz))));
    const muted = this.#isMuted();
    // A copy now: samples go on arriving while the gate and the graph run.
    const heard = ring.read(start, end - start);
    const gateBegan = performance.now();
    await this.#gate.follow({
      start,
      end,
      read: (index, count) => heard.slice(index - start, index - start + count),
    });
    const speechGate = performance.now() - gateBegan;
    const span = this.#gate.spanSince(start);
    const clipped = this.#clipping.share;
    const answer = {
      ...{ time: ring.length === 0 ? timeS : endTimeS, speaking: span !== null, level, muted, clipped },
    };
    if (span === null) {
      return {
        answer: { ...answer, latency: { 'speech-gate': speechGate } },
        features: null,
        tokens: 0,
        endS: answer.time,
        logits: null,
      };
    }
    const voiceBegan = performance.now();
    const { features, logits, leftS } = await this.#tokens({ start, origin, samples: heard }, span);
    const voice = performance.now() - voiceBegan;
    return {
      answer: { ...answer, latency: { 'speech-gate': speechGate, voice } },
      features,
      tokens: features.length / this.#voice.featureSize,
      endS: answer.time - leftS,
      logits,
    };
  }

  /** Forgets all that was heard. */
  reset(): void {
    this.#ring.clear();
    this.#clipping.reset();
    this.#resampler?.reset();
    this.#highPass.reset();
    this.#gate.reset(this.#ring.end);
  }

  /** `leftS`: seconds of what was heard behind the last token. */
  async #tokens(
    heard: Heard,
    speech: SpeechSpan,
  ): Promise<Pick<EncodedWindow, 'features' | 'logits'> & { readonly leftS: number }> {
    const { featureSize, sampleRateHz } = this.#voice;
    const window = await this.#window.encode(heard);
    const { first, last, end } = this.#spoken(window, heard.origin, speech);
    return {
      features: window.features.slice(first * featureSize, last * featureSize),
      logits: window.logits,
      leftS: Math.max(0, heard.start + heard.samples.length - end) / sampleRateHz,
    };
  }

  /** The window's tokens about the speech, `first` to before `last`, and the sample that they end before. */
  #spoken({ features, start }: EncodedWindow, origin: number, speech: SpeechSpan) {
    const { featureSize, sampleRateHz, tokenRateHz, maxTokens } = this.#voice;
    const count = features.length / featureSize;
    // Whole, which the quotient of 16000 and 50/3 is not: a token that begins just here would be left out.
    const tokenSamples = Math.round(sampleRateHz / tokenRateHz);
    const margin = SPEECH_MARGIN_S * sampleRateHz;
    // Not the token that begins in the empty part: half of it would be made of zeros.
    const empty = Math.max(0, origin - start);
    const from = Math.max(empty, speech.start - margin - start);
    const first = clamp(
      from === empty ? Math.ceil(from / tokenSamples) : Math.floor(from / tokenSamples),
      0,
      count - 1,
    );
    const last = clamp(Math.ceil((speech.end + margin - start) / tokenSamples), first + 1, count);
    return { first: Math.max(first, last - maxTokens), last, end: start + last * tokenSamples };
  }

  #isMuted(): boolean {
    const count = MUTED_S * this.#ring.rateHz;
    return this.#ring.length >= count && this.#ring.last(count).every((sample) => sample === 0);
  }
}

function rootMeanSquare(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
