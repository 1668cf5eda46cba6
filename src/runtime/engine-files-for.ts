/** What a backend runs beside a bundle's graphs: its WebAssembly, the face detector, the speech gate. */

import type { Backend } from '../memobert/estimate';
import { ortWasm, type EngineFileName } from './engine-files';

export const GATE = 'silero_vad.onnx' satisfies EngineFileName;
export const DETECTOR_WASM = 'mediapipe/vision_wasm_module_internal.wasm' satisfies EngineFileName;
export const DETECTOR_MODEL = 'face_detector.tflite' satisfies EngineFileName;

export function engineFilesFor(backend: Backend): readonly EngineFileName[] {
  return [GATE, DETECTOR_WASM, DETECTOR_MODEL, ortWasm(backend)];
}
