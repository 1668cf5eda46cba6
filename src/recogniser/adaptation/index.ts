/** Make it yours: a few marked moments -> a bias for each word and a temperature. Knows of estimates; must not know of sources, workers, elements. */

export { writeAdaptation } from './file';
export { adapt, fitAdaptation, type Adaptation, type Mark, type Prior } from './fit';
export type { AdaptationState } from './state';
export { answers, type Subject } from './subject';
