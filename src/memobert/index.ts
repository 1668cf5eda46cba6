/**
 * Evidence of the last seconds -> the prompt -> MEmoBERT -> what it says.
 * Knows: the bundle's manifest, word pieces, and the fusion graph as plain tensors.
 * Must not know: where frames, samples and words come from, which backend runs the graph, the DOM.
 */
export { Evidence, type EvidenceWindow, type TimedWindow } from './evidence';
export { Fusion, type FusionAnswer } from './fusion';
export { lookedAt } from './looked-at';
export type { Masking } from './masking';
export { momentMissing } from './moment';
export { provisional } from './provisional';
