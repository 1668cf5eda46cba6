/** A media file by its address, with the captions that belong to it. Imported with the first one. */

import { MemoError } from '../errors';
import type { NamedFile } from '../recogniser';
import type { Progress } from '../runtime/progress';
import { giveTrack } from './child-track';
import type { RecogniserLike } from './recogniser-like';

/** Steps of the bar that the eye can see; networks deliver thousands of pieces. */
const TOLD_PARTS = 200;

/** What a page names as its own media, and so the words of. */
type Element = Parameters<typeof giveTrack>[0] & EventTarget;

/**
 * The file of an address for `element`, whose recogniser then has the words of the `<track>` inside of it; what is wrong with
 * those is told by an `error` event, and the file goes on.
 * @param source an address as written, relative to the document's base; whatever else a script without types gave is told
 */
export async function fetchFor(
  element: Element,
  recogniser: RecogniserLike,
  source: unknown,
  signal: AbortSignal,
  tell: (progress: Progress) => void,
): Promise<NamedFile> {
  if (typeof source !== 'string' && !(source instanceof URL)) throw noSource(source);
  const address = String(source);
  if (!URL.canParse(address, document.baseURI)) throw missing(address, 'it is no address');
  const url = new URL(address, document.baseURI).href;
  const opened = async () => {
    const wrong = await giveTrack(element, url, recogniser, signal);
    if (wrong !== null) element.dispatchEvent(new CustomEvent('error', { detail: wrong }));
  };
  // what cannot be opened gives no words to what runs beside it
  return { ...(await fetchMedia(url, signal, tell)), opened };
}

/** Fetches the file, and tells its bytes as they come. Rejects with a MemoError `file-missing` when the address does not answer. */
export async function fetchMedia(
  url: string,
  signal: AbortSignal,
  tell: (progress: Progress) => void,
): Promise<NamedFile> {
  const failed = (why: string) => (cause: unknown) => {
    throw signal.aborted ? stopped() : missing(url, why, cause);
  };
  const told = (loadedBytes: number, totalBytes: number) => {
    const fraction = totalBytes === 0 ? 0 : loadedBytes / totalBytes;
    tell({ step: 'fetch', item: nameOf(url), loadedBytes, totalBytes, fraction });
  };
  told(0, 0);
  const response = await fetch(url, { signal }).catch(failed('no answer'));
  if (!response.ok) throw missing(url, `status ${response.status}`);
  const blob = await counted(response, told).blob().catch(failed('it broke off'));
  return { blob, name: nameOf(response.url) };
}

/** The same answer, told as it is read: the browser keeps it where it likes, not this script. */
function counted(response: Response, told: (loadedBytes: number, totalBytes: number) => void): Response {
  const { headers, body } = response;
  const total = Number(headers.get('Content-Length'));
  // nothing can be said of an empty one, nor of one whose end is not known
  if (body === null || total === 0) return response;
  let [loaded, toldBytes] = [0, 0];
  const count = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(piece, on) {
      loaded += piece.byteLength;
      if (loaded - toldBytes >= total / TOLD_PARTS) {
        toldBytes = loaded;
        // a packed answer grows on the way
        told(loaded, Math.max(loaded, total));
      }
      on.enqueue(piece);
    },
  });
  return new Response(body.pipeThrough(count), { headers });
}

/** The last part of the path, for messages. */
export function nameOf(url: string): string {
  const path = url.replace(/[?#].*$/s, '');
  const name = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name) || url;
  } catch {
    return name; // a "%" that encodes nothing
  }
}

/** A file or a stream of another window, too, which is none of this one's. */
function noSource(source: unknown): MemoError {
  const kind = Object.prototype.toString.call(source).slice(8, -1);
  return new MemoError(
    'input-invalid',
    `What is to be analysed cannot be a value of the kind ${kind}.`,
    'Give an address, or a Blob, File or MediaStream that was made in this window.',
  );
}

function missing(url: string, why: string, cause?: unknown): MemoError {
  return new MemoError(
    'file-missing',
    `The media file ${url} could not be fetched: ${why}.`,
    'Check the address; a file of another origin must allow this page, by CORS and by its own policy.',
    cause,
  );
}

function stopped(): MemoError {
  return new MemoError('aborted', 'Stopped before the media file had arrived.', 'Call analyse() again.');
}
