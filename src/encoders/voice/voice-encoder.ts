/** Samples as they come -> wav2vec 2.0's tokens of what was said in the last window. */
import { MemoError } from '../../errors';
import type { Graph } from '../../runtime/graph';
import type { Manifest } from '../../runtime/manifest';
import type { VoiceAnswer } from '../../runtime/protocol';
import { expectShape, floatOutput } from '../graph-output';
import { ClipMeter } from './clip-meter';
import { Resampler } from './resample';
import { SampleRing } from './ring';
import { GATE_RATE_HZ, type SpeechGate, type SpeechSpan } from './speech-gate';

/** Tokens this near to the first or last speech count as speech: the gate answers a little late and cuts soft ends. */
const SPEECH_MARGIN_S = 0.2;
const LEVEL_S = 0.1;
const MUTED_S = 1;
/** Asked for a time this far behind the last sample, the microphone has gone quiet: silence is heard until then. */
const STALLED_S = 0.5;
/** `transformers.Wav2Vec2FeatureExtractor.zero_mean_unit_var_norm`. */
const VARIANCE_FLOOR = 1e-7;

export interface VoiceEncoderOptions {
  /** `wav2vec2`: `waveform` f32 [1, windowSamples] -> `features` f32 [1, F, featureSize]. Stays its owner's. */
  readonly graph: Graph;
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
}

export class VoiceEncoder {
  readonly #graph: Graph;
  readonly #gate: SpeechGate;
  readonly #voice: Manifest['voice'];
  readonly #ring: SampleRing;
  readonly #clipping: ClipMeter;
  #resampler: Resampler | null = null;

  private constructor({ graph, gate, voice }: VoiceEncoderOptions) {
    this.#graph = graph;
    this.#gate = gate;
    this.#voice = voice;
    this.#ring = new SampleRing(voice.windowSamples, voice.sampleRateHz);
    this.#clipping = new ClipMeter(voice.windowSamples / voice.sampleRateHz);
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
   * @returns samples held, at the manifest's rate; at most `windowSamples`
   */
  push(samples: Float32Array, sampleRateHz: number, timeS: number): number {
    if (this.#resampler?.rateInHz !== sampleRateHz) {
      this.#resampler = new Resampler(sampleRateHz, this.#voice.sampleRateHz);
    } else if (this.#ring.breaksAt(timeS - this.#resampler.delayS)) {
      this.#resampler.reset();
    }
    this.#clipping.push(samples, sampleRateHz, timeS);
    const startS = timeS - this.#resampler.delayS;
    this.#ring.push(this.#resampler.push(inRange(samples)), startS);
    return this.#ring.length;
  }

  /** Hears the last window. One call at a time. */
  async encode(timeS: number): Promise<VoiceEncoding> {
    const ring = this.#ring;
    if (timeS - ring.endTimeS > STALLED_S) ring.silenceUntil(timeS);
    const { start, end, endTimeS } = ring;
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
      };
    }
    const voiceBegan = performance.now();
    const { features, leftS } = await this.#tokens(heard, {
      start: span.start - start,
      end: span.end - start,
    });
    const voice = performance.now() - voiceBegan;
    return {
      answer: { ...answer, latency: { 'speech-gate': speechGate, voice } },
      features,
      tokens: features.length / this.#voice.featureSize,
      endS: answer.time - leftS,
    };
  }

  /** Forgets all that was heard. */
  reset(): void {
    this.#ring.clear();
    this.#clipping.reset();
    this.#resampler?.reset();
    this.#gate.reset(this.#ring.end);
  }

  /** `speech`: in samples of `heard`; `leftS`: seconds of the window behind the last token. */
  async #tokens(heard: Float32Array, speech: SpeechSpan): Promise<{ features: Float32Array; leftS: number }> {
    const { windowSamples, featureSize, sampleRateHz, tokenRateHz, maxTokens } = this.#voice;
    const empty = windowSamples - heard.length;
    const outputs = await this.#graph.run({
      waveform: { type: 'float32', dims: [1, windowSamples], data: fixedWindow(heard, windowSamples) },
    });
    const features = floatOutput(outputs, 'features', 'wav2vec2');
    expectShape(features, [1, null, featureSize], 'features', 'wav2vec2');
    const count = features.dims[1] ?? 0;
    // Whole, which the quotient of 16000 and 50/3 is not: a token that begins just here would be left out.
    const tokenSamples = Math.round(sampleRateHz / tokenRateHz);
    const margin = SPEECH_MARGIN_S * sampleRateHz;
    // Not the token that begins in the empty part: half of it would be made of zeros.
    const from = Math.max(empty, empty + speech.start - margin);
    const first = clamp(
      from === empty ? Math.ceil(from / tokenSamples) : Math.floor(from / tokenSamples),
      0,
      count - 1,
    );
    const last = clamp(Math.ceil((empty + speech.end + margin) / tokenSamples), first + 1, count);
    const kept = Math.max(first, last - maxTokens);
    return {
      features: features.data.slice(kept * featureSize, last * featureSize),
      leftS: Math.max(0, windowSamples - last * tokenSamples) / sampleRateHz,
    };
  }

  #isMuted(): boolean {
    const count = MUTED_S * this.#ring.rateHz;
    return this.#ring.length >= count && this.#ring.last(count).every((sample) => sample === 0);
  }
}

/**
 * The fixed window that the graph runs: zero mean and unit variance over what was heard, at the end;
 * zeros, which are the mean, in front of it.
 */
export function fixedWindow(heard: Float32Array, windowSamples: number): Float32Array {
  let mean = 0;
  for (const sample of heard) mean += sample / heard.length;
  let variance = 0;
  for (const sample of heard) variance += (sample - mean) ** 2 / heard.length;
  const deviation = Math.sqrt(variance + VARIANCE_FLOOR);
  const window = new Float32Array(windowSamples);
  const empty = windowSamples - heard.length;
  heard.forEach((sample, index) => {
    window[empty + index] = (sample - mean) / deviation;
  });
  return window;
}

/** One NaN would stay in the speech gate's state for ever; a driver that gives garbage must not end the voice. */
function inRange(samples: Float32Array): Float32Array {
  if (samples.every((sample) => Math.abs(sample) <= 1)) return samples;
  return samples.map((sample) => (Number.isNaN(sample) ? 0 : clamp(sample, -1, 1)));
}

function rootMeanSquare(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
