/** A media file by its address, for `analyse()`. */

import { MemoError } from '../errors';

export interface NamedBlob {
  readonly blob: Blob;
  readonly name: string;
}

/** Fetches the file. Rejects with a MemoError `file-missing` when the address does not answer. */
export async function fetchMedia(url: string, signal: AbortSignal): Promise<NamedBlob> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    if (signal.aborted) throw stopped();
    throw missing(url, 'no answer', cause);
  }
  if (!response.ok) throw missing(url, `status ${response.status}`);
  const blob = await response.blob().catch((cause: unknown) => {
    throw signal.aborted ? stopped() : missing(url, 'it broke off', cause);
  });
  return { blob, name: nameOf(response.url) };
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
