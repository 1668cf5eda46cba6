/** Which build of ONNX Runtime transformers.js gets; chosen before it is imported, for it asks while it is. */

import type { OrtModule } from '../runtime/ort-modules';

let chosen: OrtModule | null = null;

export function chooseOrt(ort: OrtModule): void {
  chosen = ort;
}

export function chosenOrt(): OrtModule {
  if (chosen === null)
    throw new ReferenceError('transformers.js was imported before its ONNX Runtime was chosen');
  return chosen;
}
