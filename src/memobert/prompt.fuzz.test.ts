import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { WordPieces } from '../encoders';
import { anyText, longText } from '../testing/arbitraries';
import { property, valueOr } from '../testing/fuzz';
import { Prompt, type Vocabulary } from './prompt';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../public/models/small/${name}`, import.meta.url), 'utf8'));
const vocabulary = WordPieces.create(read('tokenizer.json'), read('tokenizer_config.json'));

/** Remembers what it was asked: 10,000 sets ask for the same words again and again. */
function remembering(words: Vocabulary): Vocabulary {
  const [encoded, found] = [new Map<string, number[]>(), new Map<string, number | null>()];
  const kept = <T>(map: Map<string, T>, key: string, make: (key: string) => T): T => {
    const value = map.has(key) ? (map.get(key) as T) : make(key);
    map.set(key, value);
    return value;
  };
  return {
    size: words.size,
    encode: (text) => kept(encoded, text, (key) => words.encode(key)),
    idOf: (word) => kept(found, word, (key) => words.idOf(key)),
    wordOf: (id) => words.wordOf(id),
  };
}
const remembered = remembering(vocabulary);

describe('Prompt', () => {
  const known = fc.constantFrom(
    'happy',
    'sad',
    'Happy',
    ' sad ',
    'HAPPY',
    'angry',
    'calm',
    'bored',
    'naïve',
    'naive',
    '中',
    '',
    '.',
    '[MASK]',
    '[CLS]',
    '[PAD]',
    '[UNK]',
    '##ing',
    'unhappily',
  );
  const word = fc.oneof({ weight: 4, arbitrary: known }, { weight: 1, arbitrary: anyText });
  const markers = ['[CLS]', '[SEP]', '[MASK]', '[PAD]', '[UNK]'].map((marker) => vocabulary.idOf(marker));

  property('label sets of any words', 10_000, [fc.array(word, { maxLength: 6 })], async (words) => {
    const labels = words.map((each, index) => ({ id: String(index), word: each }));
    const prompt = await valueOr(['label-invalid'], () => new Prompt('I am [MASK].', labels, remembered, 30));
    if (prompt === null) return;
    expect(prompt.labelTokens.length).toBe(words.length);
    expect(words.length).toBeGreaterThanOrEqual(2);
    expect(new Set(prompt.labelTokens).size, 'each label has a word of its own').toBe(words.length);
    expect(
      prompt.labelTokens.some((token) => markers.includes(token)),
      'a marker is no word',
    ).toBe(false);
  });

  property('a set of very many labels', 3, [fc.integer({ min: 15_000, max: 20_000 })], async (count) => {
    const labels = Array.from({ length: count }, (_, id) => ({
      id: String(id),
      word: vocabulary.wordOf(id + 2000),
    }));
    await valueOr(['label-invalid'], () => new Prompt('I am [MASK].', labels, vocabulary, 30));
  });

  const labels = [
    { id: 'a', word: 'happy' },
    { id: 'b', word: 'sad' },
  ];
  const mask = vocabulary.idOf('[MASK]');
  const wording = fc
    .tuple(anyText, fc.constantFrom('[MASK]', '[MASK]', '', '[mask]', '[MASK][MASK]'), anyText)
    .map((parts) => parts.join(' '));
  property('prompts and texts in any script', 500, [wording, fc.option(anyText)], async (said, text) => {
    const prompt = await valueOr(['prompt-invalid'], () => new Prompt(said, labels, vocabulary, 12));
    if (prompt === null) return;
    const { ids, maskPosition } = prompt.compose(text);
    expect(ids[maskPosition]).toBe(mask);
    expect(ids.filter((id) => id === mask)).toHaveLength(1);
    expect(ids.length).toBeLessThanOrEqual(12 + prompt.extraTokens);
    expect([ids[0], ids.at(-1)]).toEqual([vocabulary.idOf('[CLS]'), vocabulary.idOf('[SEP]')]);
    expect(prompt.compose(null).ids).toHaveLength(prompt.extraTokens);
  });

  property('100,000 characters behind a prompt', 4, [longText], (text) => {
    expect(new Prompt('I am [MASK].', labels, vocabulary, 30).compose(text).ids.length).toBeLessThanOrEqual(
      36,
    );
  });
});
