import { describe, expect, it } from 'vitest';
import { LABEL_SETS } from './presets';
import { provisional } from './provisional';

const CLASSES = ['neutral', 'happiness', 'surprise', 'sadness', 'anger', 'disgust', 'fear', 'contempt'];
const LABELS: readonly string[] = LABEL_SETS[7];
const bundle = (labels = LABELS, classes = CLASSES) =>
  ({ labels: labels.map((id) => ({ id, word: id })), face: { classes } }) as unknown as Parameters<
    typeof provisional
  >[2];
const one = (length: number, at: number) => Array.from({ length }, (_, index) => (index === at ? 1 : 0));

describe('a first impression', () => {
  it.each(CLASSES.slice(0, -1).map((name, index) => [name, index, LABELS] as const))(
    'reads the face’s %s as its label',
    (name, index) => {
      const answer = provisional([one(8, index)], null, bundle());
      const label = answer?.labels[answer.probabilities.indexOf(1)];
      expect(label?.slice(0, 3)).toBe({ fear: 'sca' }[name] ?? name.slice(0, 3));
    },
  );

  it('leaves contempt out, and sums to 1', () => {
    const answer = provisional([[0.25, 0.25, 0, 0, 0, 0, 0, 0.5]], null, bundle());
    expect(answer?.probabilities).toEqual([0.5, 0.5, 0, 0, 0, 0, 0]);
    expect(answer).toMatchObject({ provisional: true, words: [] });
  });

  it('is the mean of the faces in the window, and then of face and voice', () => {
    const faces = [one(8, 0), one(8, 1), null];
    expect(provisional(faces, null, bundle())?.probabilities.slice(0, 2)).toEqual([0.5, 0.5]);
    const both = provisional(faces, one(7, 2), bundle());
    expect(both?.probabilities).toEqual([0.25, 0.25, 0.5, 0, 0, 0, 0]);
    expect(both?.modalities.face).toMatchObject({ present: true, contribution: 0.5 });
    expect(both?.modalities.voice).toMatchObject({
      present: true,
      probabilities: one(7, 2),
      contribution: 0.5,
    });
    expect(both?.modalities.text.present).toBe(false);
  });

  it('says nothing where there is nothing, where all is contempt, and where labels or classes are others', () => {
    expect(provisional([], null, bundle())).toBeNull();
    expect(provisional([null], null, bundle())).toBeNull();
    expect(provisional([one(8, 7)], null, bundle())).toBeNull();
    expect(provisional([one(8, 0)], null, bundle([...LABELS, 'bored']))).toBeNull();
    expect(provisional([[1, 0]], one(7, 0), bundle(LABELS, ['a', 'b']))?.modalities.face.present).toBe(false);
    expect(provisional([], one(3, 0), bundle())).toBeNull();
    // as many labels, and others
    expect(provisional([], one(7, 0), bundle(LABELS.toReversed()))).toBeNull();
  });
});
