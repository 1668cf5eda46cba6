/**
 * Stands in for `onnxruntime-web/webgpu` where transformers.js imports it (see `vite.config.ts`): the build that the page's
 * own models run on, with WebAssembly from this origin, so that nothing is fetched twice or from elsewhere.
 */

import { chosenOrt } from './chosen-ort';

export const { InferenceSession, Tensor, env } = chosenOrt();
