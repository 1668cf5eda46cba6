/** Runs `src/encoders/voice` as the inference worker does: a microphone's chunks, the speech gate, the window, the graphs. */
import { SpeechGate, VoiceEncoder, WordPieces } from '../../src/encoders';
import { Fusion } from '../../src/memobert';
import type { Graph, PlainTensor } from '../../src/runtime/graph';
import type { Manifest } from '../../src/runtime/manifest';
import type { About, Clip, ClipAnswer, Setup, VoiceReading } from './harness-protocol';
import { readWave } from './wave';
import { get, openGraph, softmax, WasmBundle } from './wasm-graphs';

/** As `src/capture/microphone-worklet.ts` posts them, and as often as the page listens. */
const CHUNK_S = 0.05;
const LISTEN_S = 0.5;
/** What the resampler waits for before a sample is settled: 32 samples at the graph's rate. */
const RESAMPLER_S = 32 / 16_000;

type Tensors = Readonly<Record<string, PlainTensor>>;

/** The voice graph; keeps the logits, of which VoiceEncoder has no use. While off it answers zeros: the gate goes on. */
class VoiceGraph implements Graph {
  on = true;
  logits: Float32Array | null = null;

  constructor(
    private readonly graph: Graph,
    private readonly voice: Manifest['voice'],
  ) {}

  async run(inputs: Tensors): Promise<Tensors> {
    if (!this.on) {
      const { maxTokens, featureSize } = this.voice;
      const data = new Float32Array(maxTokens * featureSize);
      return { features: { type: 'float32', dims: [1, maxTokens, featureSize], data } };
    }
    const outputs = await this.graph.run(inputs);
    this.logits = (outputs.logits?.data ?? null) as Float32Array | null;
    return outputs;
  }

  close(): Promise<void> {
    return this.graph.close();
  }
}

export class VoiceHarness {
  private constructor(
    private readonly bundle: WasmBundle,
    private readonly graph: VoiceGraph,
    /** On the trainer's windows. */
    private readonly whole: VoiceGraph,
    private readonly encoder: VoiceEncoder,
    private readonly fusion: Fusion,
  ) {}

  static async create({ bundleUrl, assetBase }: Setup): Promise<VoiceHarness> {
    const bundle = await WasmBundle.open(bundleUrl);
    const { manifest } = bundle;
    const { voice, text } = manifest;
    const graph = new VoiceGraph(await bundle.graph('voice'), voice);
    const whole = new VoiceGraph(await bundle.wholeVoice(), voice);
    const frames = await bundle.frames();
    const gate = SpeechGate.create(await openGraph(`${assetBase}silero_vad.onnx`));
    const wordPieces = WordPieces.create(
      await bundle.json(text.tokenizer.path),
      await bundle.json(text.tokenizerConfig.path),
    );
    const fusion = Fusion.create({ graph: await bundle.graph('fusion'), wordPieces, manifest });
    return new VoiceHarness(
      bundle,
      graph,
      whole,
      VoiceEncoder.create({ graph, frames, gate, voice }),
      fusion,
    );
  }

  get about(): About {
    const graphs = (['voice', 'fusion'] as const).map((role) => this.bundle.describe(role));
    return { classes: this.bundle.manifest.labels.map(({ id }) => id), graphs };
  }

  async answer(clip: Clip): Promise<ClipAnswer> {
    const { samples, rateHz } = readWave(await (await get(clip.waveUrl)).arrayBuffer());
    const raw = await this.raw(
      new Float32Array(await (await get(clip.rawUrl)).arrayBuffer()),
      clip.heardSamples,
    );
    this.encoder.reset();
    // down: a sample more, and the window might be one later
    const ends = Math.floor(clip.windowEndS * rateHz);
    const more = Math.ceil(RESAMPLER_S * rateHz);
    // the microphone goes on after the clip: there it is silence
    const padded = new Float32Array(samples.length + more);
    padded.set(samples);
    const hear = async (from: number, to: number) => {
      await this.listen(padded.subarray(from, to), rateHz, from / rateHz);
      return this.read(to / rateHz);
    };
    if (ends + more < samples.length) {
      const path = await hear(0, ends + more);
      return { raw, path, end: await hear(ends + more, samples.length) };
    }
    const end = await hear(0, samples.length);
    return { raw, path: await hear(samples.length, ends + more), end };
  }

  /** The graph on a window as the trainer's `predict` places it; all tokens of the clip, as its `voice_bank` keeps them. */
  private async raw(waveform: Float32Array, heardSamples: number): Promise<VoiceReading> {
    const { windowSamples, featureSize, sampleRateHz, tokenRateHz } = this.bundle.manifest.voice;
    const { features } = await this.whole.run({
      waveform: { type: 'float32', dims: [1, windowSamples], data: waveform },
    });
    const first = Math.ceil((windowSamples - heardSamples) / Math.round(sampleRateHz / tokenRateHz));
    return this.reading(this.whole, (features?.data as Float32Array).slice(first * featureSize));
  }

  private async listen(samples: Float32Array, rateHz: number, fromS: number): Promise<void> {
    const size = Math.ceil(CHUNK_S * rateHz);
    const every = Math.round(LISTEN_S / CHUNK_S);
    this.graph.on = false;
    for (let chunk = 0; chunk * size < samples.length; chunk++) {
      const timeS = fromS + (chunk * size) / rateHz;
      this.encoder.push(samples.slice(chunk * size, (chunk + 1) * size), rateHz, timeS);
      if (chunk % every === every - 1) await this.encoder.encode(timeS + size / rateHz);
    }
    this.graph.on = true;
  }

  private async read(timeS: number): Promise<VoiceReading> {
    const { features } = await this.encoder.encode(timeS);
    return features === null
      ? { encoder: null, fusion: null, tokens: 0 }
      : this.reading(this.graph, features);
  }

  private async reading(graph: VoiceGraph, data: Float32Array): Promise<VoiceReading> {
    const count = data.length / this.bundle.manifest.voice.featureSize;
    const fused = await this.fusion.estimate({ text: null, face: null, voice: { data, count } });
    return {
      encoder: graph.logits && softmax(graph.logits),
      fusion: fused?.probabilities ?? null,
      tokens: count,
    };
  }
}
