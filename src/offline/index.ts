/**
 * What lies on this device: the page's own files (its service worker), weights and WebAssembly (runtime's cache); keeping them for
 * offline, showing and deleting them, and a new version of the page.
 * Knows: runtime's files, the service worker's messages. Must not know: elements, sessions, cameras.
 */

export { browserParts, OfflineStore, type OfflineParts } from './offline-store';
export { INITIAL_OFFLINE, OFFLINE_REQUESTS, type OfflineRequest, type OfflineState } from './state';
