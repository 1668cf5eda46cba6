/** What `<memo-engine>` needs of a recogniser: the real one, or a test's. */

import { lateScript } from '../late-script';
import { BaseRecogniser, type RecogniserEventMap, type RecogniserOptions } from '../recogniser';
import type { fetchFor } from './media-url';

export type RecogniserLike = Pick<
  BaseRecogniser,
  | 'state'
  | 'subscribe'
  | 'handle'
  | 'configure'
  | 'load'
  | 'start'
  | 'stop'
  | 'startFile'
  | 'startFetched'
  | 'startStream'
  | 'close'
> & {
  addEventListener<K extends keyof RecogniserEventMap>(
    type: K,
    listener: (event: RecogniserEventMap[K]) => void,
  ): void;
};

export type CreateRecogniser = (options: RecogniserOptions) => RecogniserLike;

export const createRecogniser: CreateRecogniser = (options) => new BaseRecogniser(options);

/** What is listened to in place of the devices. */
export type Given = Blob | MediaStream | string | URL;

/** @param element whose captions those of an address are */
export function startGiven(
  recogniser: RecogniserLike,
  source: Given,
  element: Parameters<typeof fetchFor>[0],
): Promise<void> {
  if (source instanceof MediaStream) return recogniser.startStream(source);
  if (source instanceof Blob) return recogniser.startFile(source, (source as Partial<File>).name ?? 'blob');
  return recogniser.startFetched(async (...told) => {
    const { fetchFor } = await lateScript(() => import('./media-url'));
    return fetchFor(element, recogniser, source, ...told);
  });
}
