/** What the heads answered, as people read it: distributions, divergences, errors. */

import { softmax, topIndices } from './distribution';
import type { FeatureError, FilledFace, FilledPiece } from './moment';
import type { Vocabulary } from './prompt';

const GUESSES = 5;
/** Below any probability that matters; keeps a logarithm finite. */
const LEAST = 1e-9;

/** @param logits over the vocabulary at a masked piece */
export function filledPiece(
  logits: Float32Array,
  given: number,
  vocabulary: Pick<Vocabulary, 'wordOf'>,
): FilledPiece {
  const all = softmax(logits);
  // [PAD], [unused1] and the like are no words
  const top = topIndices(logits, GUESSES, (id) => !/^\[.+\]$|^$/.test(vocabulary.wordOf(id)));
  return {
    given: vocabulary.wordOf(given),
    probability: all[given] ?? 0,
    guesses: top.map((id) => ({ word: vocabulary.wordOf(id), probability: all[id] ?? 0 })),
  };
}

/** @param places rows of `truth` that were masked; `filled` and `blind` hold a row for each of them, in that order */
export function featureError(
  places: readonly number[],
  size: number,
  truth: Float32Array,
  filled: Float32Array,
  blind: Float32Array,
): FeatureError {
  let [own, without] = [0, 0];
  places.forEach((place, row) => {
    for (let at = 0; at < size; at += 1) {
      const wanted = truth[place * size + at] ?? 0;
      own += ((filled[row * size + at] ?? 0) - wanted) ** 2;
      without += ((blind[row * size + at] ?? 0) - wanted) ** 2;
    }
  });
  const count = Math.max(1, places.length * size);
  return {
    error: Math.sqrt(own / count),
    blind: Math.sqrt(without / count),
    explained: without > 0 ? 1 - own / without : 0,
  };
}

/** @param logits [masked faces, classes] */
export function filledClasses(
  logits: Float32Array,
  classes: readonly string[],
  own: readonly (readonly number[] | null)[],
): Pick<FilledFace, 'frames' | 'classes' | 'guessed' | 'own' | 'divergence' | 'agreement'> {
  const width = classes.length;
  const guesses = own.map((_, row) => softmax(logits.subarray(row * width, (row + 1) * width)));
  const pairs = own.flatMap((theirs, row) => {
    const mine = guesses[row];
    return theirs === null || mine === undefined ? [] : [{ theirs, mine }];
  });
  const told = pairs.length > 0;
  const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    ...{ frames: own.length, classes },
    guessed: mean(guesses, width),
    own: told
      ? mean(
          pairs.map(({ theirs }) => theirs),
          width,
        )
      : null,
    divergence: told ? average(pairs.map(({ theirs, mine }) => kullbackLeibler(theirs, mine))) : null,
    agreement: told ? average(pairs.map(({ theirs, mine }) => (top(theirs) === top(mine) ? 1 : 0))) : null,
  };
}

function mean(rows: readonly (readonly number[])[], width: number): number[] {
  return Array.from(
    { length: width },
    (_, at) => rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) / Math.max(1, rows.length),
  );
}

function kullbackLeibler(from: readonly number[], to: readonly number[]): number {
  return from.reduce((sum, value, at) => {
    return value > 0 ? sum + value * Math.log(value / Math.max(to[at] ?? 0, LEAST)) : sum;
  }, 0);
}

function top(values: readonly number[]): number {
  return values.indexOf(values.reduce((a, b) => Math.max(a, b), -Infinity));
}
