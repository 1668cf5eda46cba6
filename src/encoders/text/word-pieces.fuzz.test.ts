import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { toyBundle, BASE } from '../../runtime/testing/toy-bundle';
import { anyJson, anyText, longText, mutate, mutations } from '../../testing/arbitraries';
import { property, valueOr } from '../../testing/fuzz';
import { WordPieces } from './word-pieces';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../public/models/small/${name}`, import.meta.url), 'utf8'));
const pieces = WordPieces.create(read('tokenizer.json'), read('tokenizer_config.json'));

const toy = await toyBundle();
const toyFile = (name: string): unknown => JSON.parse(new TextDecoder().decode(toy.files.get(BASE + name)));
const [toyTokenizer, toyConfig] = [toyFile('tokenizer.json'), toyFile('tokenizer_config.json')];

function expectPieces(ids: readonly number[], { size }: WordPieces): void {
  const odd = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= size);
  if (odd !== undefined) throw new Error(`${odd} is no id of ${size} pieces`);
}

describe('WordPieces', () => {
  property('texts in any script', 1500, [anyText, anyText], (text, other) => {
    const ids = pieces.encode(text);
    expectPieces(ids, pieces);
    expect(pieces.encode(text)).toEqual(ids);
    expect(pieces.encode(`${text} ${other}`), 'a space parts words').toEqual([
      ...ids,
      ...pieces.encode(other),
    ]);
    for (const id of ids) expect(pieces.wordOf(id)).not.toBe('');
  });

  property('texts of 100,000 characters', 8, [longText], (text) => {
    expectPieces(pieces.encode(text), pieces);
  });

  property('a word that is any text', 1000, [anyText], (word) => {
    const id = pieces.idOf(word);
    if (id !== null) expect(pieces.encode(word)).toEqual([id]);
  });

  property('a piece of the vocabulary and back', 1000, [fc.integer({ min: -2, max: 40_000 })], (id) => {
    const word = pieces.wordOf(id);
    if (id < 0 || id >= pieces.size) expect(word).toBe('');
    else if (/^[a-z]{2,}$/.test(word)) expect(pieces.idOf(word)).toBe(id);
  });

  property('a tokenizer that is any JSON', 200, [anyJson, anyJson], async (tokenizer, config) => {
    await valueOr(['manifest-invalid'], () => WordPieces.create(tokenizer, config));
  });

  property(
    'a tokenizer with values changed',
    500,
    [mutations(), mutations(), anyText],
    async (changes, others, text) => {
      const config = others.length > 1 ? mutate(toyConfig, others) : toyConfig;
      const made = await valueOr(['manifest-invalid'], () =>
        WordPieces.create(mutate(toyTokenizer, changes), config),
      );
      if (made === null) return;
      for (const said of ['I am happy [MASK].', text]) {
        const ids = await valueOr(['manifest-invalid'], () => made.encode(said));
        if (ids?.some((id) => !Number.isInteger(id))) throw new Error(`ids are ${ids.join()}`);
      }
      await valueOr(['manifest-invalid'], () => [made.idOf('happy'), made.wordOf(3)]);
    },
  );
});
