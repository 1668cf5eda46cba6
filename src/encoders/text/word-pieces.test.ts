import { describe, expect, it } from 'vitest';
import { WordPieces } from './word-pieces';

const PIECES = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  'i',
  'am',
  'sad',
  '.',
  '##der',
  "'",
  'm',
  'cafe',
  'un',
  '##happy',
];
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];

const tokenizerJson = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: SPECIAL.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })),
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
    },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(PIECES.map((piece, id) => [piece, id])),
  },
};
const config = {
  tokenizer_class: 'BertTokenizer',
  do_lower_case: true,
  unk_token: '[UNK]',
  mask_token: '[MASK]',
};
const pieces = WordPieces.create(tokenizerJson, config);
const words = (text: string) => pieces.encode(text).map((id) => pieces.wordOf(id));

describe('WordPieces', () => {
  it.each([
    ['I am SAD.', ['i', 'am', 'sad', '.']],
    ["I'm sadder", ['i', "'", 'm', 'sad', '##der']],
    ['unhappy Café', ['un', '##happy', 'cafe']],
    ['I am [MASK].', ['i', 'am', '[MASK]', '.']],
    ['am zebra 😀', ['am', '[UNK]', '[UNK]']],
    ['  \n ', []],
    ['', []],
  ])('splits %j as BERT does, without [CLS] and [SEP]', (text, wanted) => {
    expect(words(text)).toEqual(wanted);
  });

  it('knows which words are one piece', () => {
    expect(pieces.idOf('sad')).toBe(7);
    expect(pieces.idOf('Sad')).toBe(7);
    expect(pieces.idOf('[MASK]')).toBe(4);
    for (const word of ['unhappy', 'sad sad', 'zebra', '']) expect(pieces.idOf(word)).toBeNull();
  });

  it('names pieces and counts them', () => {
    expect(pieces.wordOf(9)).toBe('##der');
    expect(pieces.wordOf(99)).toBe('');
    expect(pieces.size).toBe(PIECES.length);
  });

  it.each([
    [null, config],
    [{}, config],
    [{ model: { type: 'BPE', vocab: {} } }, config],
    [tokenizerJson, null],
  ])('refuses what is no WordPiece tokenizer (%#)', (json, configuration) => {
    expect(() => WordPieces.create(json, configuration)).toThrow(
      expect.objectContaining({ code: 'manifest-invalid' }),
    );
  });
});
