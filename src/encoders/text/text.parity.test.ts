/** Holds the word pieces of the bundle's tokenizer to transformers' BertTokenizerFast: `training/memobert/preprocessing_fixtures.py`. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import fixture from '../testing/fixtures/text.json';
import { WordPieces } from './word-pieces';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../public/models/small/${name}`, import.meta.url), 'utf8'));
const pieces = WordPieces.create(read('tokenizer.json'), read('tokenizer_config.json'));

it('has all pieces', () => {
  expect(pieces.size).toBe(fixture.pieces);
});

it.each(fixture.sentences)('$text', ({ text, ids }) => {
  expect(pieces.encode(text)).toEqual(ids);
});
