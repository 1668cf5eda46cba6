/**
 * What lies on this device: the page's own files (its service worker), weights and WebAssembly (runtime's cache); keeping them for
 * offline, showing and deleting them, the marks that a visitor kept with them, and a new version of the page.
 * Knows: runtime's files, the service worker's messages, where marks are kept. Must not know: elements, sessions, cameras.
 */

export { forgetKeptMarks } from './kept-marks';
export { browserParts, OfflineStore } from './offline-store';
export { INITIAL_OFFLINE, type OfflineRequest, type OfflineState } from './state';
