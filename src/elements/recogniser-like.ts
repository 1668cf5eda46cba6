/** What `<memo-bert>` needs of a recogniser: the real one, or a test's. */

import { Recogniser, type RecogniserOptions } from '../recogniser';

export type RecogniserLike = Pick<
  Recogniser,
  | 'state'
  | 'subscribe'
  | 'handle'
  | 'start'
  | 'stop'
  | 'startFile'
  | 'startStream'
  | 'close'
  | 'addEventListener'
>;

export type CreateRecogniser = (options: RecogniserOptions) => RecogniserLike;

export const createRecogniser: CreateRecogniser = (options) => new Recogniser(options);
