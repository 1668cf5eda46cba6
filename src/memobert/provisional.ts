/** An answer while MEmoBERT is still on its way: what the encoders of face and voice say themselves, averaged (late fusion). */

import type { Manifest } from '../runtime/manifest';
import { totalVariation } from './distribution';
import type { Estimate, ModalityEstimate } from './estimate';

/** FER+'s classes as the default labels name them, in the labels' order, which is that of the voice's own answer; contempt has none. */
const LABEL_OF: Readonly<Record<string, string>> = {
  neutral: 'neutral',
  happiness: 'happy',
  sadness: 'sad',
  anger: 'angry',
  surprise: 'surprised',
  fear: 'scared',
  disgust: 'disgusted',
};

const ABSENT: ModalityEstimate = { present: false, probabilities: null, contribution: 0 };

/**
 * @param expressions of the faces in the window, over the manifest's `face.classes`
 * @param voice over the default labels; null without speech, or where the bundle's encoder does not tell
 * @returns over the manifest's labels; null where neither says anything
 */
export function provisional(
  expressions: readonly (readonly number[] | null)[],
  voice: readonly number[] | null,
  manifest: Pick<Manifest, 'labels' | 'face'>,
): Pick<Estimate, 'labels' | 'probabilities' | 'words' | 'modalities' | 'provisional'> | null {
  const labels = manifest.labels.map(({ id }) => id);
  const face = ofFaces(expressions, labels, manifest.face.classes);
  // of a bundle with other labels nobody knows what the encoder names
  const named = labels.join() === Object.values(LABEL_OF).join() && voice?.length === labels.length;
  const heard = named ? voice : null;
  const said = [face, heard].filter((each) => each !== null);
  const probabilities = mean(said);
  if (probabilities === null) return null;
  // of one alone, leaving it out leaves nothing
  const one = (own: readonly number[] | null, other: readonly number[] | null): ModalityEstimate =>
    own === null
      ? ABSENT
      : {
          present: true,
          probabilities: own,
          contribution: other === null ? 1 : totalVariation(probabilities, other),
        };
  return {
    ...{ labels, probabilities, words: [], provisional: true },
    modalities: { text: ABSENT, face: one(face, heard), voice: one(heard, face) },
  };
}

/** Null where a label has no class. */
function ofFaces(
  expressions: readonly (readonly number[] | null)[],
  labels: readonly string[],
  classes: readonly string[],
): number[] | null {
  const seen = mean(expressions.filter((each) => each !== null));
  const places = labels.map((label) => classes.findIndex((name) => LABEL_OF[name] === label));
  if (seen === null || places.includes(-1)) return null;
  const values = places.map((place) => seen[place] ?? 0);
  const sum = values.reduce((a, b) => a + b, 0);
  return sum > 0 ? values.map((value) => value / sum) : null;
}

function mean(distributions: readonly (readonly number[])[]): number[] | null {
  const [first] = distributions;
  if (first === undefined) return null;
  return first.map(
    (_, index) => distributions.reduce((sum, each) => sum + (each[index] ?? 0), 0) / distributions.length,
  );
}
