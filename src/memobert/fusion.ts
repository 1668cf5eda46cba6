/** The fusion call: evidence and prompt -> MEmoBERT -> the distribution at the mask, whole and for each modality. */

import { MemoError } from '../errors';
import type { Graph } from '../runtime/graph';
import { expectNumbers } from '../runtime/graph-output';
import type { Label, Manifest } from '../runtime/manifest';
import type { Prompting } from '../runtime/protocol';
import { turn } from '../runtime/turn';
import { softmax, topIndices, totalVariation } from './distribution';
import type { Estimate, Modality, ModalityEstimate, WordProbability } from './estimate';
import type { EvidenceWindow } from './evidence';
import { checkLabelWords, Prompt, type Vocabulary } from './prompt';
import { RowCache } from './row-cache';
import { caseOf, fitting, inputsOf, planRows, present, type Row, type RowContent, type Shape } from './rows';

const TOP_WORDS = 8;
/** With `exact` shapes rows cost time one by one, so what leaving out changes is asked for only every so many times. */
const LEAVE_OUT_EVERY = 3;
/** Rows of a fixed batch: one, two or three modalities. */
const BATCHES = [1, 3, 7];
/** Seven rows need no shader that three do not: `tests/backend.e2e.ts` counts them. */
const WARM = [1, 3];

export interface FusionOptions {
  readonly graph: Graph;
  readonly wordPieces: Vocabulary;
  readonly manifest: Manifest;
  /**
   * `fixed`: all rows in one batch of full length, so that shaders compile once (WebGPU).
   * `exact`: a run per row without any padding, where shapes cost nothing (wasm).
   */
  readonly shapes?: 'fixed' | 'exact';
}

export interface FusionAnswer extends Pick<Estimate, 'labels' | 'probabilities' | 'words' | 'modalities'> {
  readonly latencyMs: number;
  /** Of what is believed in the labels and in the bundle's own, the part in the labels: 1 where they hold all of these. */
  readonly share: number;
}

export class Fusion {
  readonly #options: Required<FusionOptions>;
  readonly #isWord: readonly boolean[];
  /** Of the bundle's own prompt: a shorter one is padded to it, so that shaders compiled for it serve. */
  readonly #leastExtra: number;
  /** The bundle's own label words. */
  readonly #ownTokens: readonly number[];
  #prompt: Prompt;
  #leaveOutAge = 0;
  /** Between two rows of one estimate, looks and voices run: their cost is told as theirs. */
  #elsewhereMs = 0;
  #contributions = new Map<Modality, number>();
  readonly #answered = new RowCache();

  private constructor(options: Required<FusionOptions>, prompt: Prompt, isWord: readonly boolean[]) {
    this.#options = options;
    this.#prompt = prompt;
    this.#leastExtra = prompt.extraTokens;
    this.#ownTokens = prompt.labelTokens;
    this.#isWord = isWord;
  }

  /** @throws MemoError `prompt-invalid`, `label-invalid` */
  static create(options: FusionOptions): Fusion {
    const { manifest, wordPieces } = options;
    const prompt = new Prompt(manifest.prompt, manifest.labels, wordPieces, manifest.text.maxTokens);
    const isWord = Array.from({ length: wordPieces.size }, (_, id) => isPlainWord(wordPieces.wordOf(id)));
    return new Fusion({ shapes: 'exact', ...options }, prompt, isWord);
  }

  /** Another fusion by the same graph, with a prompt of its own from here on. */
  fork(): Fusion {
    return new Fusion(this.#options, this.#prompt, this.#isWord);
  }

  /**
   * Wording and label words from the next estimate on; null is the bundle's.
   * @returns what holds now
   * @throws MemoError `prompt-invalid`, `label-invalid`; what held before holds on
   */
  setPrompt({ prompt, labels }: Prompting): { prompt: string; labels: readonly string[] } {
    const { manifest, wordPieces } = this.#options;
    const wording = prompt ?? manifest.prompt;
    const words =
      labels === null ? manifest.labels : checkLabelWords(labels).map((word) => ownLabel(word, manifest));
    this.#prompt = new Prompt(wording, words, wordPieces, manifest.text.maxTokens);
    this.#leaveOutAge = 0;
    return { prompt: wording, labels: words.map(({ id }) => id) };
  }

  /** Of rows that are padded. */
  #full(prompt: Prompt): Shape {
    const { manifest } = this.#options;
    return {
      words: manifest.text.maxTokens + Math.max(prompt.extraTokens, this.#leastExtra),
      faces: manifest.face.maxFrames,
      voice: manifest.voice.maxTokens,
    };
  }

  /** Compiles all shaders, so that no estimate waits for one. */
  async warmUp(): Promise<void> {
    const content = contentOf(this.#prompt, { text: 'hello', face: null, voice: null }, ['text']);
    for (const count of this.#options.shapes === 'fixed' ? WARM : [1]) {
      await this.#run(Array<RowContent>(count).fill(content), this.#full(this.#prompt));
    }
  }

  /** Null when the window holds no evidence at all. */
  async estimate(given: EvidenceWindow): Promise<FusionAnswer | null> {
    const window = given.text === null || this.#prompt.says(given.text) ? given : { ...given, text: null };
    const modalities = present(window);
    if (modalities.length === 0) return null;
    const begin = performance.now();
    this.#elsewhereMs = 0;
    const prompt = this.#prompt; // another may come while the graph runs
    const plan = planRows(modalities);
    const fixed = this.#options.shapes === 'fixed';
    const due = fixed || modalities.length < 3 || this.#leaveOutAge % LEAVE_OUT_EVERY === 0;
    this.#leaveOutAge = modalities.length < 3 ? 0 : this.#leaveOutAge + 1;
    const rows = [plan.whole, ...plan.alone, ...(due ? plan.leftOut : [])];
    const logits = await this.#read(prompt, window, rows);
    const [whole] = logits;
    if (whole === undefined) throw noRow();
    const readings = new Map(
      rows.map((row, index) => [row.join(), this.#labels(prompt, row, logits[index] ?? whole)]),
    );
    const probabilities = this.#labels(prompt, plan.whole, whole);
    if (due) this.#contributions = contributions(modalities, probabilities, readings);
    return {
      labels: prompt.labels.map(({ id }) => id),
      probabilities,
      words: this.#words(whole),
      modalities: {
        text: this.#modality('text', modalities, readings),
        face: this.#modality('face', modalities, readings),
        voice: this.#modality('voice', modalities, readings),
      },
      latencyMs: performance.now() - begin - this.#elsewhereMs,
      share: this.#share(prompt, plan.whole, whole),
    };
  }

  /** Ids of what was said, as they stand before the prompt. */
  wordIds(text: string): readonly number[] {
    return this.#prompt.wordIds(text);
  }

  /** What is read at the prompt's mask of a window, after `change` to its row: words may be masked, faces and voice be hidden. */
  async reading(
    window: EvidenceWindow,
    change: (row: RowContent) => RowContent,
  ): Promise<Pick<FusionAnswer, 'labels' | 'probabilities'>> {
    const prompt = this.#prompt;
    const row = present(window);
    const content = change(contentOf(prompt, window, row));
    const shape = this.#options.shapes === 'fixed' ? this.#full(prompt) : fitting(content);
    const [logits] = await this.#run([content], shape);
    if (logits === undefined) throw noRow();
    return { labels: prompt.labels.map(({ id }) => id), probabilities: this.#labels(prompt, row, logits) };
  }

  /** Vocabulary logits of each row; the graph runs those whose evidence is new. */
  async #read(prompt: Prompt, window: EvidenceWindow, rows: readonly Row[]): Promise<Float32Array[]> {
    const asked = rows.map((row) => {
      const content = contentOf(prompt, window, row);
      return { row, content, known: this.#answered.find(row, content) };
    });
    const fresh = asked.filter(({ known }) => known === undefined);
    const answers = await this.#runAll(
      prompt,
      fresh.map(({ content }) => content),
    );
    return asked.map(({ row, content, known }) => {
      const logits = known ?? answers.shift();
      if (logits === undefined) throw noRow();
      this.#answered.keep(row, content, logits);
      return logits;
    });
  }

  async #runAll(prompt: Prompt, contents: readonly RowContent[]): Promise<Float32Array[]> {
    const [first] = contents;
    if (first === undefined) return [];
    if (this.#options.shapes === 'fixed') {
      const batch = BATCHES.find((rows) => rows >= contents.length) ?? contents.length;
      const filling = Array<RowContent>(batch - contents.length).fill(first);
      return this.#run([...contents, ...filling], this.#full(prompt));
    }
    const answers: Float32Array[] = [];
    for (const content of contents) {
      // a frame that came meanwhile is looked at between two rows, not after all of them
      if (answers.length > 0) {
        const left = performance.now();
        await turn();
        this.#elsewhereMs += performance.now() - left;
      }
      answers.push(...(await this.#run([content], fitting(content))));
    }
    return answers;
  }

  async #run(contents: readonly RowContent[], shape: Shape): Promise<Float32Array[]> {
    const { graph, manifest } = this.#options;
    const sizes = { face: manifest.face.featureSize, voice: manifest.voice.featureSize };
    const { mask_logits: answer } = await graph.run(inputsOf(contents, shape, sizes), ['mask_logits']);
    const vocabulary = answer?.dims[1] ?? 0;
    if (
      answer?.type !== 'float32' ||
      answer.dims[0] !== contents.length ||
      vocabulary < this.#options.wordPieces.size
    ) {
      throw new MemoError(
        'graph-invalid',
        `The fusion graph answered mask_logits of [${answer?.dims.join()}], not [${contents.length},${this.#options.wordPieces.size}].`,
        'Use a bundle whose memobert.onnx and tokenizer belong together.',
      );
    }
    const { data } = answer;
    expectNumbers(data, 'mask_logits', 'memobert');
    return contents.map((_, row) => data.slice(row * vocabulary, (row + 1) * vocabulary));
  }

  #labels({ labelTokens }: Prompt, row: Row, logits: Float32Array): number[] {
    return this.#among(labelTokens, row, logits);
  }

  #share({ labelTokens }: Prompt, row: Row, logits: Float32Array): number {
    const others = this.#ownTokens.filter((token) => !labelTokens.includes(token));
    const all = this.#among([...labelTokens, ...others], row, logits);
    return all.slice(labelTokens.length).reduce((share, other) => share - other, 1);
  }

  #among(tokens: readonly number[], row: Row, logits: Float32Array): number[] {
    const { calibration } = this.#options.manifest;
    const name = caseOf(row);
    return softmax(
      tokens.map((token) => logits[token] ?? -Infinity),
      (name && calibration?.temperatures?.[name]) ?? calibration?.temperature,
    );
  }

  #words(logits: Float32Array): WordProbability[] {
    const all = softmax(logits);
    return topIndices(logits, TOP_WORDS, (id) => this.#isWord[id] === true).map((id) => ({
      word: this.#options.wordPieces.wordOf(id),
      probability: all[id] ?? 0,
    }));
  }

  #modality(
    modality: Modality,
    modalities: readonly Modality[],
    readings: ReadonlyMap<string, readonly number[]>,
  ): ModalityEstimate {
    if (!modalities.includes(modality)) return { present: false, probabilities: null, contribution: 0 };
    return {
      present: true,
      probabilities: readings.get(modality) ?? null,
      contribution: this.#contributions.get(modality) ?? 0,
    };
  }
}

function contentOf(prompt: Prompt, window: EvidenceWindow, row: Row): RowContent {
  return {
    prompted: prompt.compose(row.includes('text') ? window.text : null),
    face: row.includes('face') ? window.face : null,
    voice: row.includes('voice') ? window.voice : null,
  };
}

function noRow(): MemoError {
  return new MemoError('internal', 'The fusion graph gave no row.', 'Press Start again.');
}

/** With one modality present, leaving it out leaves nothing: all of the answer is its. */
function contributions(
  modalities: readonly Modality[],
  probabilities: readonly number[],
  readings: ReadonlyMap<string, readonly number[]>,
): Map<Modality, number> {
  return new Map(
    modalities.map((modality) => {
      const without = readings.get(modalities.filter((other) => other !== modality).join());
      return [modality, without === undefined ? 1 : totalVariation(probabilities, without)];
    }),
  );
}

/** The bundle's own label of this word, or a label named by it. */
function ownLabel(word: string, { labels }: Manifest): Label {
  return labels.find((label) => label.word === word) ?? { id: word, word };
}

/** A whole word in letters: no marks, digits, `##` continuations or special tokens. */
function isPlainWord(piece: string): boolean {
  return /^\p{L}{2,}$/u.test(piece);
}
