/** What a test waits for, without a time of its own. */

import { vi } from 'vitest';

/** Tries `assertion` until it holds. Vitest's own way gives up after a second, and a shared machine may stand still for one. */
export function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(assertion, { timeout: 30_000 });
}
