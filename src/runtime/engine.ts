/** Answers every request of `protocol.ts`: owns the encoders and the evidence of the running source. */

import { MemoError } from '../errors';
import { load, type LoadParts, type Loaded } from './load';
import type { Progress } from './progress';
import type { FaceAnswer, RequestKind, Requests, VoiceAnswer } from './protocol';
import { Serial } from './serial';

/** `kind` -> what answers it. */
export type Handlers = {
  readonly [K in RequestKind]: (body: Requests[K]['request']) => Promise<Requests[K]['answer']>;
};

/** Boxes older than this are of a face that may have left. */
const FACES_MEMORY_S = 1;

export class Engine implements Handlers {
  readonly #tell: (progress: Progress) => void;
  readonly #parts: LoadParts;
  #loading: Promise<Loaded> | null = null;
  #loaded: Loaded | null = null;
  #faces: FaceAnswer | null = null;
  #heard: VoiceAnswer | null = null;
  /** Raised by a reset: what was begun before it is evidence of another source. */
  #source = 0;
  // a stage keeps state from one of its runs to the next
  readonly #faceStage = new Serial();
  readonly #voiceStage = new Serial();
  readonly #fusionStage = new Serial();

  constructor(tell: (progress: Progress) => void, parts: LoadParts = {}) {
    this.#tell = tell;
    this.#parts = parts;
  }

  /** Once; after a failure again. */
  readonly load: Handlers['load'] = async (options) => {
    if (this.#loading !== null) {
      throw new MemoError('input-invalid', 'This worker has a model already.', 'Make another WorkerClient.');
    }
    this.#loading = load(options, this.#tell, this.#parts);
    try {
      this.#loaded = await this.#loading;
    } catch (error) {
      this.#loading = null;
      throw error;
    }
    const { manifest, backend } = this.#loaded;
    return { manifest, backend };
  };

  readonly face: Handlers['face'] = async ({ frame, time }) => {
    const source = this.#source;
    try {
      const { face, evidence } = this.#ready();
      return await this.#faceStage.run(async () => {
        const { answer, feature } = await face.encode(frame, time);
        if (source !== this.#source) return answer;
        evidence.addFace(time, feature);
        this.#faces = answer;
        return answer;
      });
    } finally {
      frame.close();
    }
  };

  readonly samples: Handlers['samples'] = async ({ samples, sampleRateHz, time }) => ({
    buffered: this.#ready().voice.push(samples, sampleRateHz, time),
  });

  readonly voice: Handlers['voice'] = async ({ time }) => {
    const source = this.#source;
    const { voice, evidence } = this.#ready();
    return this.#voiceStage.run(async () => {
      const { answer, features, tokens } = await voice.encode(time);
      if (source !== this.#source) return answer;
      const { 'speech-gate': gate = 0, voice: encoder = 0 } = answer.latency;
      evidence.setVoice(answer.time, features, tokens, (gate + encoder) / 1000);
      this.#heard = answer;
      return answer;
    });
  };

  readonly text: Handlers['text'] = async ({ texts }) => {
    this.#ready().evidence.setTexts(texts);
    return {};
  };

  readonly estimate: Handlers['estimate'] = async ({ time }) => {
    const { fusion, evidence, backend } = this.#ready();
    return this.#fusionStage.run(async () => {
      const seen = this.#faces !== null && this.#faces.time > time - FACES_MEMORY_S ? this.#faces : null;
      const before = { ...this.#faces?.latency, ...this.#heard?.latency };
      const answer = await fusion.estimate(evidence.at(time));
      if (answer === null) return null;
      const { latencyMs, ...said } = answer;
      return {
        time,
        ...said,
        faces: seen?.faces ?? [],
        latency: { ...before, fusion: latencyMs },
        backend: backend.name,
      };
    });
  };

  readonly reset: Handlers['reset'] = async () => {
    this.#source += 1;
    this.#faces = null;
    this.#heard = null;
    const { face, voice, evidence } = this.#ready();
    face.reset();
    voice.reset();
    evidence.reset();
    return {};
  };

  async close(): Promise<void> {
    // one that is under way is waited for: its sessions would stay open
    const loaded = await this.#loading?.catch(() => null);
    this.#loading = null;
    this.#loaded = null;
    await loaded?.close();
  }

  #ready(): Loaded {
    if (this.#loaded !== null) return this.#loaded;
    throw new MemoError(
      'input-invalid',
      'The model is not loaded.',
      'Send "load" first, and wait for its answer.',
    );
  }
}
