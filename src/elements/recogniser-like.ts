/** What `<memo-engine>` needs of a recogniser: the real one, or a test's. */

import { Recogniser, type RecogniserEventMap, type RecogniserOptions } from '../recogniser';

export type RecogniserLike = Pick<
  Recogniser,
  | 'state'
  | 'subscribe'
  | 'handle'
  | 'configure'
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

export const createRecogniser: CreateRecogniser = (options) => new Recogniser(options);
