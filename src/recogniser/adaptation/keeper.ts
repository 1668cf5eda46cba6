/** Marks in the browser's own storage, by what they are of; nothing is written unless it is asked for. */

import { MemoError } from '../../errors';
import { PREFIX } from './state';
import { keyOf, type Subject } from './subject';

/** As much of `localStorage` as is used. */
export interface KeptStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Null in a worker, and where the browser refuses it. */
export function browserStorage(): KeptStorage | null {
  try {
    return (Reflect.get(globalThis, 'localStorage') as KeptStorage | undefined) ?? null;
  } catch {
    return null; // blocked: reading the property throws
  }
}

export class Keeper {
  constructor(private readonly storage: KeptStorage | null) {}

  /** What was kept; null for nothing. */
  read(subject: Subject): string | null {
    try {
      return this.storage?.getItem(PREFIX + keyOf(subject)) ?? null;
    } catch {
      return null;
    }
  }

  /** @throws MemoError `adaptation-storage` */
  write(subject: Subject, text: string): void {
    if (this.storage === null) throw refused();
    try {
      this.storage.setItem(PREFIX + keyOf(subject), text);
    } catch (cause) {
      throw refused(cause);
    }
  }

  forget(subject: Subject): void {
    try {
      this.storage?.removeItem(PREFIX + keyOf(subject));
    } catch {
      // what cannot be reached was not kept
    }
  }
}

function refused(cause?: unknown): MemoError {
  return new MemoError(
    'adaptation-storage',
    'This browser does not let the page keep anything.',
    'Save the marks as a file instead; or allow the page to store data, and free some space.',
    cause,
  );
}
