/**
 * The masking playground's model side: a moment is frozen, parts of it are hidden as in pre-training, and the four heads
 * say what they would fill in (paper, section 2.3: WWMLM, SpanMVFR, SpanMVFC, SpanMAFR).
 */

import type { Graph, PlainTensor } from '../runtime/graph';
import { expectShape, floatOutput } from '../runtime/graph-output';
import { FILLED_WORDS, type Manifest } from '../runtime/manifest';
import type { ReadWindow, TimedWindow } from './evidence';
import { featureError, filledClasses, filledPiece } from './filled';
import type { Fusion } from './fusion';
import { lookedAt } from './looked-at';
import {
  bareRow,
  checkMasks,
  hide,
  maskedPieces,
  wholeWords,
  type Frozen,
  type Special,
} from './masked-moment';
import {
  momentMissing,
  NO_MASKS,
  type FilledFace,
  type FilledVoice,
  type FilledWord,
  type Filling,
  type Masks,
  type Moment,
} from './moment';
import type { Vocabulary } from './prompt';
import { readBack } from './read-back';
import { fitting, inputsOf, type RowContent } from './rows';

export interface MaskingOptions {
  /** `memobert`; its output `mask_logits` is enough. */
  readonly graph: Graph;
  /** `memobert` with the output `hidden` f32 [N, L+V+A, H] where there are heads, and `filled_words` where it has them. */
  readonly whole: () => Promise<Graph>;
  /**
   * Whether `memobert` has `filled_words` f32 [N, vocabulary]: logits at `mask_position` by a head of masked words beside the prompt's,
   * which tuning has taught to answer label words.
   */
  readonly ownWords: boolean;
  /**
   * `memobert-heads`: `hidden` f32 [M, H] -> `face_features` [M, 342], `face_logits` [M, classes], `voice_features` [M, D];
   * null where the bundle has none.
   */
  readonly heads: (() => Promise<Graph>) | null;
  readonly wordPieces: Vocabulary;
  readonly manifest: Manifest;
  /** Reads the prompt's mask, with the prompt that holds. */
  readonly fusion: Pick<Fusion, 'reading' | 'wordIds'>;
}

type HeadName = 'face_features' | 'face_logits' | 'voice_features';
type Kind = 'face' | 'voice';
type Output = 'hidden' | 'mask_logits' | typeof FILLED_WORDS;

export class Masking {
  readonly #options: MaskingOptions;
  readonly #special: Special;
  #frozen: Frozen | null = null;
  /** What the model says of a moment that it is shown nothing of. */
  #blind = new Map<Kind, Promise<Float32Array>>();

  constructor(options: MaskingOptions) {
    this.#options = options;
    const id = (token: string) => options.wordPieces.idOf(token) ?? 0;
    this.#special = { cls: id('[CLS]'), sep: id('[SEP]'), mask: id('[MASK]') };
  }

  /**
   * As {@link take}, of a window whose faces the GPU may keep.
   * @throws MemoError `moment-missing` when it has let them go, `device-gpu-lost`
   */
  async takeLive(window: TimedWindow, time: number): Promise<Moment> {
    return this.take(await readBack(window), time);
  }

  /** Freezes a window until the next is taken. */
  take(window: ReadWindow, time: number): Moment {
    const { manifest, fusion, wordPieces, heads } = this.#options;
    const ids = window.text === null ? [] : fusion.wordIds(window.text);
    const frozen = { window, time, ids, words: wholeWords(ids, wordPieces) };
    this.#frozen = frozen;
    this.#blind = new Map();
    const { face, voice } = lookedAt(window, manifest);
    return {
      time,
      words: frozen.words.map(({ word }) => word),
      face: { ...face, expressions: window.face?.expressions ?? [] },
      voice,
      heads: heads !== null,
    };
  }

  /** @throws MemoError `moment-missing`, `input-invalid`; of the heads' file `file-missing`, `model-integrity`, `golden-mismatch` */
  async fill(masks: Masks): Promise<Filling> {
    const frozen = this.#frozen;
    if (frozen === null) throw momentMissing();
    checkMasks(masks, frozen);
    const unique = { words: sorted(masks.words), faces: sorted(masks.faces), voice: sorted(masks.voice) };
    const row = this.#bare(frozen, unique);
    const heads = this.#options.heads === null ? null : await this.#options.heads();
    const any = unique.faces.length + unique.voice.length > 0;
    const hidden = heads !== null && any ? await this.#hidden(row) : null;
    return {
      masks: unique,
      words: await this.#words(frozen, unique, row),
      face: heads && hidden && (await this.#face(heads, frozen, unique, row, hidden)),
      voice: heads && hidden && (await this.#voice(heads, frozen, unique, row, hidden)),
      answer: await this.#answer(frozen, unique),
    };
  }

  async #answer(frozen: Frozen, masks: Masks): Promise<Filling['answer']> {
    const { fusion } = this.#options;
    const whole = await fusion.reading(frozen.window, (row) => row);
    const nothing = masks.words.length + masks.faces.length + masks.voice.length === 0;
    const masked = nothing
      ? whole
      : await fusion.reading(frozen.window, (row) =>
          hide(row, frozen, masks, this.#special.mask, this.#sizes),
        );
    return { labels: whole.labels, whole: whole.probabilities, masked: masked.probabilities };
  }

  async #words(frozen: Frozen, masks: Masks, row: RowContent): Promise<FilledWord[]> {
    const { wordPieces, ownWords } = this.#options;
    const filled: FilledWord[] = [];
    for (const index of masks.words) {
      const pieces = [];
      for (const piece of maskedPieces({ ...NO_MASKS, words: [index] }, frozen)) {
        // the graph answers at one place a row
        const prompted = { ...row.prompted, maskPosition: 1 + piece };
        const { data } = await this.#run({ ...row, prompted }, ownWords ? FILLED_WORDS : 'mask_logits');
        pieces.push(filledPiece(data, frozen.ids[piece] ?? 0, wordPieces));
      }
      filled.push({ index, pieces });
    }
    return filled;
  }

  async #face(
    heads: Graph,
    frozen: Frozen,
    { faces }: Masks,
    row: RowContent,
    hidden: PlainTensor,
  ): Promise<FilledFace | null> {
    const seen = frozen.window.face;
    if (seen === null || faces.length === 0) return null;
    const states = pick(hidden, firstOf('face', row), faces);
    const features = await this.#head(heads, states, 'face_features');
    const logits = await this.#head(heads, states, 'face_logits');
    const blind = await this.#blindFeatures(heads, 'face', frozen);
    const size = this.#sizes.face;
    const { classes } = this.#options.manifest.face;
    const own = faces.map((at) => seen.expressions[at] ?? null);
    return {
      ...filledClasses(logits, classes, own),
      ...featureError(faces, size, seen.data, features, rowsAt(blind, faces, size)),
    };
  }

  async #voice(
    heads: Graph,
    frozen: Frozen,
    { voice }: Masks,
    row: RowContent,
    hidden: PlainTensor,
  ): Promise<FilledVoice | null> {
    const heard = frozen.window.voice;
    if (heard === null || voice.length === 0) return null;
    const states = pick(hidden, firstOf('voice', row), voice);
    const features = await this.#head(heads, states, 'voice_features');
    const blind = await this.#blindFeatures(heads, 'voice', frozen);
    const size = this.#sizes.voice;
    return {
      tokens: voice.length,
      ...featureError(voice, size, heard.data, features, rowsAt(blind, voice, size)),
    };
  }

  /** Features [count, size] that the model fills in where all is masked and nothing else is there: what it expects of anybody. */
  #blindFeatures(heads: Graph, kind: Kind, frozen: Frozen): Promise<Float32Array> {
    const known = this.#blind.get(kind) ?? this.#fillBlind(heads, kind, frozen);
    this.#blind.set(kind, known);
    known.catch(() => this.#blind.delete(kind));
    return known;
  }

  async #fillBlind(heads: Graph, kind: Kind, { window }: Frozen): Promise<Float32Array> {
    const count = window[kind]?.count ?? 0;
    const all = Array.from({ length: count }, (_, at) => at);
    const { cls, sep } = this.#special;
    const row = {
      prompted: { ids: [cls, sep], maskPosition: 0 },
      ...{ face: null, voice: null },
      [kind]: { data: new Float32Array(count * this.#sizes[kind]), count },
    };
    const hidden = await this.#hidden(row);
    return this.#head(heads, pick(hidden, firstOf(kind, row), all), `${kind}_features`);
  }

  async #head(heads: Graph, states: PlainTensor, name: HeadName): Promise<Float32Array> {
    const { face, voice } = this.#options.manifest;
    const width = {
      face_features: face.featureSize,
      face_logits: face.classes.length,
      voice_features: voice.featureSize,
    }[name];
    const graph = 'memobert-heads';
    const answer = floatOutput(await heads.run({ hidden: states }, [name]), name, graph);
    expectShape(answer, [states.dims[0] ?? 0, width], name, graph);
    return answer.data;
  }

  async #hidden(row: RowContent): Promise<PlainTensor> {
    return this.#run(row, 'hidden');
  }

  async #run(row: RowContent, output: Output): Promise<PlainTensor & { type: 'float32' }> {
    const { graph, whole } = this.#options;
    const asked = output === 'mask_logits' ? graph : await whole();
    const answers = await asked.run(inputsOf([row], fitting(row), this.#sizes), [output]);
    const answer = floatOutput(answers, output, 'memobert');
    expectShape(answer, output === 'hidden' ? [1, null, null] : [1, null], output, 'memobert');
    return answer;
  }

  #bare(frozen: Frozen, masks: Masks): RowContent {
    return bareRow(frozen, masks, this.#special, this.#sizes);
  }

  get #sizes(): { face: number; voice: number } {
    const { face, voice } = this.#options.manifest;
    return { face: face.featureSize, voice: voice.featureSize };
  }
}

/** Where the faces' or the voice's states begin. */
function firstOf(kind: Kind, row: RowContent): number {
  const { words, faces } = fitting(row);
  return kind === 'face' ? words : words + faces;
}

/** Rows of `hidden` [1, S, H] as [M, H]. */
function pick({ data, dims }: PlainTensor, first: number, places: readonly number[]): PlainTensor {
  const width = dims[2] ?? 0;
  const rows = places.map((at) => first + at);
  return {
    type: 'float32',
    dims: [places.length, width],
    data: rowsAt(data as Float32Array, rows, width),
  };
}

function rowsAt(data: Float32Array, places: readonly number[], width: number): Float32Array {
  const rows = new Float32Array(places.length * width);
  places.forEach((place, row) => rows.set(data.subarray(place * width, (place + 1) * width), row * width));
  return rows;
}

function sorted(places: readonly number[]): number[] {
  return [...new Set(places)].sort((a, b) => a - b);
}
