/** The parts that few open, fetched when somebody does: the masking playground and the marks. */

export { MemoAdaptation } from './memo-adaptation';
export { MemoPlayground } from './memo-playground';
export { MemoSpan } from './memo-span';
