/** Where the browser's recognition would listen. */

import type { RecognitionClass, RecognitionPlace } from './recognition-api';

/** Asks nobody but the browser, and fetches nothing. */
export async function recognitionPlace(
  { available }: Pick<RecognitionClass, 'available'>,
  language: string,
): Promise<RecognitionPlace> {
  try {
    const answer = await available?.({ langs: [language], processLocally: true });
    if (answer === 'available') return 'device';
    return answer === 'downloadable' || answer === 'downloading' ? 'installable' : 'service';
  } catch {
    return 'service'; // forbidden by a permissions policy, or an older draft: nothing is promised
  }
}
