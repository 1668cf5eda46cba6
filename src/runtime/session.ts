/** One recogniser's share of the worker: its evidence, its prompt, whom it follows; the model is everybody's. */

import { MemoError } from '../errors';
import { lookedAt, momentMissing, provisional, type FusionAnswer, type TimedWindow } from '../memobert';
import { softmax } from '../memobert/distribution';
import { isPoorLight, LEAST_SHARE, MOST_CLIPPED, reliability, type Doubt } from '../memobert/reliability';
import type { Loaded, SessionParts } from './load';
import type { FaceAnswer, RequestKind, Requests, VoiceAnswer } from './protocol';
import { Serial } from './serial';

/** `kind` -> what answers it. */
export type Handlers = {
  readonly [K in RequestKind]: (body: Requests[K]['request']) => Promise<Requests[K]['answer']>;
};

/** As much of the engine as a session needs. */
export interface SessionHost {
  readonly loaded: Loaded | null;
  load: Handlers['load'];
  part: Handlers['part'];
  /** The session is over. */
  leave(): void;
}

/** Boxes older than this are of a face that may have left, unless looks are further apart. */
const FACES_MEMORY_S = 1;
/** A window that nobody spoke in, and is older than this, says nothing of now: the microphone may be off. */
const SILENCE_MEMORY_S = 4;

export class Session implements Handlers {
  readonly #host: SessionHost;
  #parts: { readonly of: Loaded; readonly parts: SessionParts } | null = null;
  #faces: FaceAnswer | null = null;
  /** When those count no longer, seconds. */
  #facesUntilS = 0;
  #heard: VoiceAnswer | null = null;
  /** Its encoder's own distribution of what was last heard. */
  #voiceSays: readonly number[] | null = null;
  /** What the last estimate was made of. */
  #estimated: { readonly window: TimedWindow; readonly time: number } | null = null;
  /** Raised by a reset: what was begun before it is evidence of another source. */
  #source = 0;
  // a stage keeps state from one of its runs to the next
  readonly #faceStage = new Serial();
  readonly #voiceStage = new Serial();
  readonly #fusionStage = new Serial();
  readonly #fillStage = new Serial();

  constructor(host: SessionHost) {
    this.#host = host;
  }

  readonly load: Handlers['load'] = (options) => this.#host.load(options);

  readonly part: Handlers['part'] = (asked) => this.#host.part(asked);

  readonly face: Handlers['face'] = async ({ frame, time }) => {
    const source = this.#source;
    try {
      const { face, evidence } = this.#ready();
      return await this.#faceStage.run(async () => {
        const { answer, feature, turned } = await face.encode(frame, time);
        if (source !== this.#source) return answer;
        const expression = answer.faces.find((each) => each.followed)?.expression;
        evidence.addFace(time, feature, { expression, light: answer.light, turned });
        this.#facesUntilS = time + Math.max(FACES_MEMORY_S, 1.5 * (time - (this.#faces?.time ?? time)));
        this.#faces = answer;
        return answer;
      });
    } finally {
      frame.close();
    }
  };

  readonly samples: Handlers['samples'] = async ({ samples, sampleRateHz, time }) => {
    there(this.#ready().voice).push(samples, sampleRateHz, time);
    return {};
  };

  readonly voice: Handlers['voice'] = async ({ time }) => {
    const source = this.#source;
    const { voice, evidence } = this.#ready();
    return this.#voiceStage.run(async () => {
      const { answer, features, tokens, endS, logits } = await there(voice).encode(time);
      if (source !== this.#source) return answer;
      const { 'speech-gate': gate = 0, voice: encoder = 0 } = answer.latency;
      const tookS = (gate + encoder) / 1000;
      evidence.setVoice(answer.time, features, tokens, { tookS, endS, clipped: answer.clipped });
      this.#heard = answer;
      this.#voiceSays = logits && softmax(logits);
      return answer;
    });
  };

  readonly text: Handlers['text'] = async ({ texts }) => {
    this.#ready().evidence.setTexts(texts);
    return {};
  };

  readonly estimate: Handlers['estimate'] = async ({ time }) => {
    const source = this.#source;
    const { fusion, evidence } = this.#ready();
    return this.#fusionStage.run(async () => {
      const seen = time < this.#facesUntilS ? this.#faces : null;
      const before = { ...this.#faces?.latency, ...this.#heard?.latency };
      const window = evidence.at(time);
      const { manifest, backend } = this.#loaded();
      const answer = fusion === null ? this.#provisional(window) : await fusion.estimate(window);
      if (answer === null) return null;
      if (fusion !== null && source === this.#source) this.#estimated = { window, time };
      const { latencyMs, share = 1, ...said } = answer;
      const doubts = this.#doubts(seen, window, time);
      if (share < LEAST_SHARE) doubts.push('other-words');
      return {
        time,
        ...said,
        evidence: lookedAt(window, manifest),
        faces: seen?.faces ?? [],
        reliability: reliability(said.probabilities, said.modalities, doubts),
        latency: { ...before, ...(latencyMs === undefined ? {} : { fusion: latencyMs }) },
        backend: backend.name,
      };
    });
  };

  /** Of the encoders alone. */
  #provisional({
    face,
    voice,
  }: TimedWindow): (Omit<FusionAnswer, 'latencyMs' | 'share'> & Partial<FusionAnswer>) | null {
    const heard = voice === null ? null : this.#voiceSays;
    return provisional(face?.expressions ?? [], heard, this.#loaded().manifest);
  }

  /**
   * What spoils evidence is told as long as that evidence counts.
   * @param seen the last look, if it is recent
   */
  #doubts(seen: FaceAnswer | null, { face, voice }: TimedWindow, time: number): Doubt[] {
    const doubts: Doubt[] = [];
    if (seen !== null && !seen.faces.some(({ followed }) => followed)) doubts.push('no-face');
    const lights = face?.lights ?? [];
    const poor = lights.filter((light) => light !== null && isPoorLight(light));
    if (2 * poor.length > lights.length) doubts.push('poor-light');
    const heard = this.#heard;
    if (heard?.speaking === false && heard.time > time - SILENCE_MEMORY_S) doubts.push('silence');
    if (voice !== null && voice.clipped > MOST_CLIPPED) doubts.push('clipping');
    return doubts;
  }

  readonly prompt: Handlers['prompt'] = async (prompting) => {
    const fusion = there(this.#ready().fusion);
    // whoever is told of it may take every estimate from then on for one of this prompt
    return this.#fusionStage.run(() => fusion.setPrompt(prompting));
  };

  readonly moment: Handlers['moment'] = async () => {
    const masking = there(this.#ready().masking);
    const estimated = this.#estimated;
    if (estimated === null) throw momentMissing();
    return (await masking()).takeLive(estimated.window, estimated.time);
  };

  readonly fill: Handlers['fill'] = async ({ masks }) => {
    const masking = there(this.#ready().masking);
    return this.#fillStage.run(async () => (await masking()).fill(masks));
  };

  readonly follow: Handlers['follow'] = async ({ box }) => {
    this.#ready().face.follow(box);
    return {};
  };

  readonly memory: Handlers['memory'] = async () => ({ gpu: this.#loaded().gpuBuffers() });

  readonly forget: Handlers['forget'] = async () => {
    this.#parts?.parts.voice?.reset();
    return {};
  };

  readonly reset: Handlers['reset'] = async () => {
    this.#source += 1;
    this.#faces = null;
    this.#heard = null;
    this.#voiceSays = null;
    this.#estimated = null;
    const { face, voice, evidence } = this.#ready();
    face.reset();
    voice?.reset();
    evidence.reset();
    return {};
  };

  readonly release: Handlers['release'] = async () => {
    this.#source += 1;
    const face = this.#parts?.parts.face;
    // a look under way would take anew what it gives back
    void this.#faceStage.run(() => face?.release?.());
    this.#host.leave();
    return {};
  };

  #ready(): SessionParts {
    const loaded = this.#loaded();
    if (this.#parts?.of !== loaded) this.#parts = { of: loaded, parts: loaded.openSession() };
    return this.#parts.parts;
  }

  #loaded(): Loaded {
    return there(this.#host.loaded);
  }
}

/** @throws MemoError `input-invalid` */
function there<T>(part: T | null): T {
  if (part === null) throw notLoaded();
  return part;
}

export function notLoaded(): MemoError {
  return new MemoError(
    'input-invalid',
    'The model is not loaded.',
    'Send "load" first, and wait for its answer.',
  );
}
