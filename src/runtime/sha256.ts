/** The hash of what arrives, as WebAssembly; fetched with the first download, for a second visit needs none. */

export { createSHA256 } from 'hash-wasm';
