/**
 * One file over the network, hashed while it arrives. A download that breaks off goes on where it stopped (RFC 9110, 13.1.5 and
 * 14: If-Range, Range): at once when the network is back, or at the next start, for what had arrived is kept till then.
 */

import { ArrivingFile } from './arriving-file';
import type { Bytes } from './checked-files';
import type { FileCache } from './file-cache';
import type { BundleFile } from './manifest';

/** What a test replaces. */
export interface DownloadParts {
  readonly fetch: typeof fetch;
  readonly cache: FileCache;
  /** The wait before another attempt, the `fruitless`-th in a row without a byte more. Rejects once `signal` aborts. */
  readonly pause: (fruitless: number, signal: AbortSignal) => Promise<void>;
  /** Of the page; null where there is none. */
  readonly origin: string | null;
}

export interface Downloaded {
  readonly data: Bytes;
  readonly sha256: string;
  /** Part of it came with an earlier answer of the server. */
  readonly resumed: boolean;
}

/** An answer that another attempt would not change. */
class Refusal extends Error {}

/** Less than this is sooner fetched again than kept. */
const WORTH_KEEPING_BYTES = 64 * 1024;
/** In a row without a byte more; a first one that brings nothing is not repeated. */
const MOST_FRUITLESS = 4;
/** Nothing has come of any file for so long: the connection is dead, though nobody says so. */
export const STALLED_SECONDS = 30;

/** Pieces of whichever file: one may wait for its turn among many. */
let arrivals = 0;

/**
 * @param onBytes received so far; falls where the server starts from the beginning
 * @throws what fetch throws, and an Error for an answer that is not the file
 */
export async function download(
  file: BundleFile,
  url: string,
  parts: DownloadParts,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<Downloaded> {
  const kept = await parts.cache.partial(file);
  const arriving = await ArrivingFile.begin(kept === null || kept.data.length >= file.bytes ? null : kept);
  let begun = arriving.length > 0;
  let fruitless = 0;
  for (;;) {
    const before = arriving.length;
    try {
      await unlessStalled(signal, (either) =>
        receive(arriving, file, url, { ...parts, signal: either, onBytes }),
      );
      // one that is not what it should be is no beginning
      await parts.cache.dropPartial(file);
      return { ...arriving.end(), resumed: arriving.resumed };
    } catch (cause) {
      begun ||= arriving.length > 0;
      fruitless = arriving.length > before ? 0 : fruitless + 1;
      const hopeless = cause instanceof Refusal || !begun || fruitless >= MOST_FRUITLESS;
      if (!hopeless && (await waited(parts.pause(fruitless, signal)))) continue;
      await keep(arriving, file, parts.cache);
      throw cause;
    }
  }
}

/** Until the network is back, or for a moment that doubles: whichever comes first. */
export async function pauseForNetwork(fruitless: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      removeEventListener('online', back);
      signal.removeEventListener('abort', stop);
      settle();
    };
    const back = () => end(resolve);
    const stop = () => end(() => reject(signal.reason as Error));
    const timer = setTimeout(back, 500 * 2 ** fruitless);
    addEventListener('online', back);
    signal.addEventListener('abort', stop);
  });
}

function waited(pause: Promise<void>): Promise<boolean> {
  return pause.then(
    () => true,
    () => false,
  );
}

/** Rejects as `attempt` does, which `signal` and a dead connection abort. */
async function unlessStalled(
  signal: AbortSignal,
  attempt: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stalled = new AbortController();
  let seen = arrivals;
  let quiet = 0;
  // counted, not by the clock: who compiles a graph or sleeps hears nothing either
  const watch = setInterval(() => {
    quiet = seen === arrivals ? quiet + 1 : 0;
    seen = arrivals;
    if (quiet >= STALLED_SECONDS) stalled.abort(new Error('nothing arrives any more'));
  }, 1000);
  try {
    await attempt(AbortSignal.any([signal, stalled.signal]));
  } finally {
    clearInterval(watch);
  }
}

interface Receiving extends DownloadParts {
  readonly signal: AbortSignal;
  readonly onBytes: (bytes: number) => void;
}

async function receive(
  arriving: ArrivingFile,
  file: BundleFile,
  url: string,
  { fetch, cache, origin, signal, onBytes }: Receiving,
): Promise<void> {
  signal.throwIfAborted();
  if (!arriving.resumable) arriving.restart();
  const response = await fetch(url, {
    signal,
    headers: rangeFrom(arriving, origin === null || new URL(url).origin === origin),
    // what is kept here need not lie in the browser's own cache as well; else ask whether what lies there still holds
    cache: cache.available ? 'no-store' : 'no-cache',
  });
  if (!response.ok) {
    const { status } = response;
    // a server that has less of it than is here may have the whole all the same
    if (status === 416) arriving.restart();
    // and one that is busy (425, 429) or restarts (5xx) is worth another attempt; nothing else above 415 is worth telling apart
    throw new (status > 415 ? Error : Refusal)(`the server answers ${status}`);
  }
  if (isPage(response)) throw new Refusal('the server answers with a web page');
  goOnFrom(arriving, response);
  const reader = response.body?.getReader();
  for (;;) {
    const step = await reader?.read();
    if (step === undefined || step.done) break;
    arrivals += 1;
    arriving.add(step.value);
    onBytes(arriving.length);
    if (arriving.length > file.bytes) {
      await reader?.cancel(); // the check afterwards refuses it
      return;
    }
  }
}

function rangeFrom({ length, validator }: ArrivingFile, sameOrigin: boolean): Record<string, string> {
  if (length === 0) return {};
  const range = { Range: `bytes=${length}-` };
  // to another origin it would be asked about first; the hash tells an exchanged file all the same
  return sameOrigin && validator !== null ? { ...range, 'If-Range': validator } : range;
}

/** Whether the answer is the rest of what is here; else it is the whole, and what is here goes. */
function goOnFrom(arriving: ArrivingFile, { status, headers }: Response): void {
  const start = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1];
  if (status === 206 && Number(start) === arriving.length) arriving.resumed = true;
  else if (status === 206) {
    arriving.restart();
    throw new Error('the server answers with another part of the file');
  } else arriving.restart();
  const etag = headers.get('etag');
  arriving.validator = etag?.startsWith('"') === true ? etag : headers.get('last-modified');
  arriving.resumable = headers.get('content-encoding') === null;
}

async function keep(arriving: ArrivingFile, file: BundleFile, cache: FileCache): Promise<void> {
  if (!arriving.resumable || arriving.length < WORTH_KEEPING_BYTES || arriving.length >= file.bytes) return;
  await cache.putPartial(file, { data: arriving.soFar(), validator: arriving.validator });
}

/** Servers of single-page applications answer so for what is missing, with status 200. */
export function isPage(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/html') === true;
}
