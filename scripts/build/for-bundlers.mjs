/**
 * Other people's code in `lib/` as a user's bundler can read it. ONNX Runtime names its own file, which has another name here;
 * MediaPipe imports an address that is known at run time only, which is no bundler's to resolve.
 */

import { slashed } from './paths.mjs';

const ITSELF = /(new \w+\()"ort\.[\w.]+\.mjs",(import\.meta\.url\))/g;
const LATE = /\bimport\((?=\w+\.toString\(\)\))/g;

/** @param {string} code a script of ONNX Runtime or MediaPipe */
export const forBundlers = (code) =>
  code.replace(ITSELF, '$1$2').replace(LATE, 'import(/* webpackIgnore: true */ /* turbopackIgnore: true */ ');

/** @returns {import('vite').Plugin} */
export function readableByBundlers() {
  return {
    name: 'memo-readable-by-bundlers',
    apply: 'build',
    enforce: 'pre',
    transform: (code, id) =>
      /\/node_modules\/(?:onnxruntime-web|@mediapipe)\//.test(slashed(id))
        ? { code: forBundlers(code), map: null }
        : null,
  };
}
