/** What a recogniser is made with. */

import type { DeviceWish, EngineOptions } from '../runtime/protocol';
import type { Clock } from './clock';
import type { EngineClient } from './engine-client';
import type { Page } from './page';
import type { SourceOpeners } from './sources';

export interface RecogniserOptions {
  /** URL of the bundle's `manifest.json`; relative to the page. */
  readonly manifestUrl: string;
  /** Folder with MediaPipe's files, the face detector and the speech gate; relative to the page. */
  readonly assetBase: string;
  /** Folder with the actor's speech; `actor/` beside the page unless said. */
  readonly actorBase?: string;
  /** `auto` (the default): WebGPU where a real adapter is, else wasm. */
  readonly device?: DeviceWish;
  /** Lets a software adapter stand in for WebGPU: for tests. */
  readonly allowSoftwareAdapter?: boolean;
}

/** What a test, or a page with a worker of its own, may replace. */
export interface RecogniserParts {
  readonly createClient: () => EngineClient;
  readonly sources: SourceOpeners;
  readonly clock: Clock;
  readonly page: Page;
}

export function engineOptions(options: RecogniserOptions): EngineOptions {
  const assetBase = absolute(options.assetBase);
  return {
    manifestUrl: absolute(options.manifestUrl),
    assetBase: assetBase.endsWith('/') ? assetBase : `${assetBase}/`,
    device: options.device ?? 'auto',
    allowSoftwareAdapter: options.allowSoftwareAdapter ?? false,
  };
}

/** Resolved against the page; as it is where there is none. */
export function absolute(url: string): string {
  return typeof document === 'undefined' ? url : new URL(url, document.baseURI).href;
}
