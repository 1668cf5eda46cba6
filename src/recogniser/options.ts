/** What a recogniser is made with. */

import { MemoError } from '../errors';
import type { DeviceWish, EngineOptions } from '../runtime/protocol';
import type { Clock } from './clock';
import type { EngineClient } from './engine-client';
import type { Page } from './page';
import type { Settings } from './settings';
import type { SourceOpeners } from './sources';

export interface RecogniserOptions extends Partial<Settings> {
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

/** @throws MemoError `input-invalid` when an address is empty */
export function engineOptions(options: RecogniserOptions): EngineOptions {
  const assetBase = absolute(given('assetBase', options.assetBase));
  return {
    manifestUrl: absolute(given('manifestUrl', options.manifestUrl)),
    assetBase: assetBase.endsWith('/') ? assetBase : `${assetBase}/`,
    device: options.device ?? 'auto',
    allowSoftwareAdapter: options.allowSoftwareAdapter ?? false,
  };
}

/** Resolved against the page, or against the worker's script where there is none. */
export function absolute(url: string): string {
  const base = typeof document === 'undefined' ? globalThis.location?.href : document.baseURI;
  return base === undefined || base.startsWith('blob:') ? url : new URL(url, base).href;
}

/** An empty address would be the page itself, which is no manifest. */
function given(name: 'manifestUrl' | 'assetBase', url: string): string {
  if (url.trim() !== '') return url;
  throw new MemoError(
    'input-invalid',
    `The option ${name} is empty.`,
    name === 'manifestUrl'
      ? "Give the address of the bundle's manifest.json."
      : 'Give the address of the folder with the detector, the speech gate and MediaPipe.',
  );
}
