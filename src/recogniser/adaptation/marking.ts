/** What is done with marks: fitted, applied, written down. An {@link Adapter} without any needs none of it. */

export { MOST_MARKS, readAdaptation, writeAdaptation } from './file';
export { adapt, fitAdaptation } from './fit';
