/** Words -> WordPiece ids and back, over `@huggingface/tokenizers` (BERT, uncased). */
import { Tokenizer } from '@huggingface/tokenizers';
import { MemoError } from '../../errors';

/** Letters, accents, other scripts, marks, a marker, a word of no vocabulary. */
const PROBE = 'I am naïve, 中文! [MASK] qzxjqzxj \u{10ffff}';

export class WordPieces {
  readonly #tokenizer: Tokenizer;
  /** Pieces in the vocabulary. */
  readonly size: number;

  private constructor(tokenizer: Tokenizer) {
    this.#tokenizer = tokenizer;
    this.size = tokenizer.get_vocab(true).size;
  }

  /**
   * @param tokenizerJson parsed `tokenizer.json`
   * @param tokenizerConfig parsed `tokenizer_config.json`
   * @throws MemoError `manifest-invalid` when they are none, or not of a WordPiece model
   */
  static create(tokenizerJson: unknown, tokenizerConfig: unknown): WordPieces {
    if (!isWordPiece(tokenizerJson) || !isObject(tokenizerConfig)) throw invalid();
    try {
      const pieces = new WordPieces(new Tokenizer(tokenizerJson, tokenizerConfig));
      // the library reads much of the file only when it is put to work
      const ids = [...pieces.encode(PROBE), ...pieces.#tokenizer.get_vocab(true).values()];
      // each is a row of the embedding and a place among the logits
      if (!ids.every((id) => Number.isInteger(id) && id >= 0 && id < pieces.size)) {
        throw new RangeError(`ids are not those of ${pieces.size} pieces`);
      }
      return pieces;
    } catch (cause) {
      throw invalid(cause);
    }
  }

  /** Ids of the pieces alone: no [CLS], no [SEP]. `[MASK]` and its like in the text keep their meaning. */
  encode(text: string): number[] {
    return this.#tokenizer.encode(text, { add_special_tokens: false }).ids;
  }

  /** Id of a word that is one piece of the vocabulary, else null. Special tokens (`[MASK]`) are words here. */
  idOf(word: string): number | null {
    const ids = this.encode(word);
    const [id] = ids;
    if (ids.length !== 1 || id === undefined) return null;
    return this.wordOf(id) === '[UNK]' && word !== '[UNK]' ? null : id;
  }

  /** The piece as it stands in the vocabulary (`##ing` with its marks); empty for an id that is not in it. */
  wordOf(id: number): string {
    return this.#tokenizer.id_to_token(id) ?? '';
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isWordPiece(value: unknown): value is Record<string, unknown> {
  return (
    isObject(value) &&
    isObject(value.model) &&
    isObject(value.model.vocab) &&
    value.model.type === 'WordPiece'
  );
}

function invalid(cause?: unknown): MemoError {
  return new MemoError(
    'manifest-invalid',
    "The bundle's tokenizer.json and tokenizer_config.json are not those of a WordPiece model.",
    'Export the bundle again.',
    cause,
  );
}
