/** The speech gate's graph: an asset of the build, not of a bundle. */

import { MemoError } from '../errors';
import type { Bytes } from './checked-files';

/**
 * @param assetBase absolute, ends with a slash
 * @throws MemoError `file-missing`
 */
export async function fetchGate(assetBase: string, fetcher: typeof fetch): Promise<Bytes> {
  const url = `${assetBase}silero_vad.onnx`;
  try {
    const response = await fetcher(url);
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new MemoError(
      'file-missing',
      `The speech gate could not be loaded from ${url}.`,
      'Run "node scripts/prepare-assets.mjs" and serve public/generated/ beside the page.',
      cause,
    );
  }
}
