/** Label words and sentences that people ask for by name; any others can be given as well. */

/** By how many words there are, each one WordPiece of BERT's. */
export const LABEL_SETS = {
  /** As IEMOCAP is used: the paper's four. */
  4: ['happy', 'sad', 'angry', 'neutral'],
  /** The shipped bundle's own. */
  7: ['neutral', 'happy', 'sad', 'angry', 'surprised', 'scared', 'disgusted'],
  /** Those of FER+; "contemptuous" is three pieces, so the noun stands in. */
  8: ['neutral', 'happy', 'sad', 'angry', 'surprised', 'scared', 'disgusted', 'contempt'],
} as const satisfies Readonly<Record<number, readonly string[]>>;

export type LabelSetSize = keyof typeof LABEL_SETS;
export const LABEL_SET_SIZES = [4, 7, 8] as const satisfies readonly LabelSetSize[];

/** The three that the paper compares. */
export const PROMPTS = ['I am [MASK].', 'It was [MASK].', 'He is [MASK].'] as const;
