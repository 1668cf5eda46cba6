/** What a recogniser is made with. */

import { recognitionClass } from '../capture/words/recognition-api';
import { MemoError } from '../errors';
import { lateScript } from '../late-script';
import type { DeviceWish, EngineOptions } from '../runtime/protocol';
import type { KeptStorage } from './adaptation/keeper';
import type { Clock } from './clock';
import type { EngineClient } from './engine-client';
import type { Page } from './page';
import type { Settings } from './settings';
import type { SourceOpeners } from './sources';
import { WordSourceMaker, type WordsParts } from './word-source-maker';
import { INITIAL_WORDS, type WordsState } from './words-state';

export interface RecogniserOptions extends Partial<Settings> {
  /** URL of the bundle's `manifest.json`; relative to the page, in a worker of yours to its script. */
  readonly manifestUrl: string | URL;
  /** Hash of the manifest, as in `integrity` of a `<script>`: a bundle of another origin needs it. */
  readonly integrity?: string;
  /** Folder with MediaPipe's files, the face detector and the speech gate; relative likewise. */
  readonly assetBase: string | URL;
  /** Folder with the actor's speech; `actor/` beside the folder of `assetBase` unless said. */
  readonly actorBase?: string | URL;
  /** URL of a speech model's `speech.json`, relative likewise, in place of the bundle's own; may be another origin's. */
  readonly speech?: string | URL;
  /** BCP 47, for the browser's speech recognition; `en-US` unless said, for MEmoBERT reads English. */
  readonly speechLanguage?: string;
  /** `auto` (the default): WebGPU where a real adapter is, else wasm. */
  readonly device?: DeviceWish;
  /** Lets a software adapter stand in for WebGPU: for tests. */
  readonly allowSoftwareAdapter?: boolean;
}

/** What a test, or a page with a worker of its own, may replace. */
export interface RecogniserParts {
  readonly createClient: (options: EngineOptions) => EngineClient;
  readonly sources: SourceOpeners;
  readonly clock: Clock;
  readonly page: Page;
  readonly words: WordsParts;
  /** Where marks are kept when that is asked for: the browser's own unless said; null keeps none. */
  readonly storage?: KeptStorage | null;
}

/** @throws MemoError `input-invalid` for an address that is empty, or none */
export function engineOptions(options: RecogniserOptions): EngineOptions {
  return {
    manifestUrl: given('manifestUrl', options.manifestUrl),
    assetBase: folder(given('assetBase', options.assetBase)),
    device: options.device ?? 'auto',
    allowSoftwareAdapter: options.allowSoftwareAdapter ?? false,
    ...(options.integrity === undefined ? {} : { integrity: options.integrity }),
  };
}

/**
 * A speech model listens with the engine's own wishes.
 * @throws MemoError `input-invalid` for an address that is empty, or none
 */
export function wordsParts(options: RecogniserOptions): WordsParts {
  const engine = engineOptions(options);
  const { speech, speechLanguage = 'en-US' } = options;
  return {
    recognition: recognitionClass(),
    language: speechLanguage,
    speechUrl: speech === undefined ? null : given('speech', speech),
    manifestUrl: engine.manifestUrl,
    createSpeech: async (address) => {
      const { SpeechClient } = await lateScript(() => import('../speech'));
      return new SpeechClient({ ...engine, address });
    },
  };
}

/** Of a recogniser that nobody has made yet. */
export function initialWords(options: RecogniserOptions): WordsState {
  return { ...INITIAL_WORDS, offered: new WordSourceMaker(wordsParts(options)).offered };
}

/** Resolved against the page, or against the worker's script where there is one; null for what is no address, or the page itself. */
export function absolute(address: string | URL): string | null {
  const url = String(address);
  const base = typeof document === 'undefined' ? globalThis.location?.href : document.baseURI;
  if (url.trim() === '') return null;
  if (base === undefined || base.startsWith('blob:')) return url;
  return URL.canParse(url, base) ? new URL(url, base).href : null;
}

/** Absolute, with a slash at its end. */
export function actorBaseOf(options: Pick<RecogniserOptions, 'assetBase' | 'actorBase'>): string {
  const { actorBase } = options;
  if (actorBase !== undefined) return folder(given('actorBase', actorBase));
  const assets = folder(given('assetBase', options.assetBase));
  // an address that is no URL has no neighbours: it fails where it is fetched, and says so
  return URL.canParse('../actor/', assets) ? new URL('../actor/', assets).href : 'actor/';
}

function folder(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

function given(name: string, url: string | URL): string {
  const address = absolute(url);
  if (address !== null) return address;
  throw new MemoError(
    'input-invalid',
    `The option ${name} cannot be "${String(url)}".`,
    'Give an address, whole or relative to the page.',
  );
}
