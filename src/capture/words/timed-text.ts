/** One spoken or typed stretch of text, on the source's clock (seconds). */
export interface TimedText {
  readonly text: string;
  readonly start: number;
  /** Infinity: holds until replaced (typed text). */
  readonly end: number;
}
