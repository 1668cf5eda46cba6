/** What the graph answered to a row, for as long as the row's evidence is the same: words alone, say, until more is said. */

import type { FaceTokens } from './evidence';
import type { Row, RowContent } from './rows';

interface Answered {
  readonly content: RowContent;
  /** Over the vocabulary. */
  readonly logits: Float32Array;
}

/** One answer per row, the last; of one graph. */
export class RowCache {
  readonly #answers = new Map<string, Answered>();

  /** Undefined when the row was never asked, or of other evidence. */
  find(row: Row, content: RowContent): Float32Array | undefined {
    const known = this.#answers.get(row.join());
    return known !== undefined && sameContent(known.content, content) ? known.logits : undefined;
  }

  keep(row: Row, content: RowContent, logits: Float32Array): void {
    this.#answers.set(row.join(), { content, logits });
  }
}

/** To the last number: what is found again is what the graph would answer. */
function sameContent(a: RowContent, b: RowContent): boolean {
  return (
    a.prompted.maskPosition === b.prompted.maskPosition &&
    sameNumbers(a.prompted.ids, b.prompted.ids) &&
    sameNumbers(known(a.face), known(b.face)) &&
    sameNumbers(known(a.voice), known(b.voice))
  );
}

/** The numbers themselves, or those that the GPU's store knows them by. */
function known(tokens: FaceTokens | null): ArrayLike<number> {
  if (tokens === null) return [];
  return 'data' in tokens ? tokens.data : tokens.ids;
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}
