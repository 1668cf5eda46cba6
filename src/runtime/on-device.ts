/**
 * Runtime's second door: the files on this device, for a page that keeps them ahead, shows and deletes them. Apart from `index.ts`,
 * which is in everybody's page.
 */

export { DeviceFiles } from './device-files';
export { cacheStorage, FILE_CACHE } from './file-cache';
export { keptFiles, type KeptFiles } from './kept-files';
export type { EngineOptions } from './protocol';
