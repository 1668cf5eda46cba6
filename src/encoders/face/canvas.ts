import { MemoError } from '../../errors';

/**
 * A worker's 2d context whose pixels are read after every drawing: on the GPU each read would stall.
 * @throws MemoError `capture-unsupported` where a worker has none
 */
export function context2d(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context) return context;
  throw new MemoError(
    'capture-unsupported',
    'This browser gives a worker no 2d canvas, so faces cannot be cut out.',
    'Use a current Chrome, Edge, Firefox or Safari.',
  );
}
