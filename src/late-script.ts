import { MemoError } from './errors';

/**
 * A script that is fetched when it is first needed. Rejects with `file-missing` where that fails; the next call tries again.
 * @param load imports it
 */
export async function lateScript<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw scriptMissing(cause);
  }
}

export function scriptMissing(cause?: unknown): MemoError {
  return new MemoError(
    'file-missing',
    'A script of this page could not be fetched.',
    'Check the connection and try again; if it comes back, reload the page.',
    cause,
  );
}
