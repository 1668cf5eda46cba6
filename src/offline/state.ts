/** What lies on this device, and what of it somebody asked for. */

import type { MemoError } from '../errors';

export interface OfflineState {
  /** False where nothing can be kept: no service worker, as in an insecure context, or a page that is served for development. */
  readonly supported: boolean;
  readonly work: 'none' | 'looking' | 'keeping' | 'deleting';
  /** Whether the page would do its whole job without a network; `partly`: some of the files are here. */
  readonly kept: 'nothing' | 'partly' | 'all';
  /** What this device's backend needs; null before the manifest was read. */
  readonly neededBytes: number | null;
  /** Of {@link neededBytes}, what is not here yet: what keeping would fetch. */
  readonly missingBytes: number | null;
  /** Everything that lies here: page, engine, models, parts of files. */
  readonly storedBytes: number;
  /** While `keeping`, of `neededBytes`. */
  readonly loadedBytes: number;
  /** The browser promised not to clear it by itself. */
  readonly persistent: boolean;
  /** Files that were found damaged here, and fetched again. */
  readonly healed: number;
  /**
   * `ready`: a new version waits for a click, or serves this page already; `coming`: it was asked for, and the one before ends; `refused`: another tab is at work,
   * or would lose what it found.
   */
  readonly update: 'none' | 'ready' | 'coming' | 'refused';
  readonly online: boolean;
  readonly error: MemoError | null;
}

export const INITIAL_OFFLINE: OfflineState = {
  supported: true,
  work: 'looking',
  kept: 'nothing',
  neededBytes: null,
  missingBytes: null,
  storedBytes: 0,
  loadedBytes: 0,
  persistent: false,
  healed: 0,
  update: 'none',
  online: true,
  error: null,
};

/** What a visitor may ask for. */
export type OfflineRequest = 'keep' | 'delete' | 'forget' | 'update';
