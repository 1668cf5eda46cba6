/** What `<memo-engine>` needs of a recogniser: the real one, or a test's. */

import { BaseRecogniser, type RecogniserEventMap, type RecogniserOptions } from '../recogniser';

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
