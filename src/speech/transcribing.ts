/** What a speech model does, whichever runs it. Types only: whoever reads them needs no model. */

/** A word or a longer piece, in seconds from the first sample; no `end` where the model left it open. */
export interface Piece {
  readonly text: string;
  readonly start: number;
  readonly end: number | null;
}

/** 16 kHz mono -> what was said in it. */
export type Transcriber = (samples: Float32Array<ArrayBuffer>) => Promise<readonly Piece[]>;
