/** After each test: the clock is the machine's again, also where the test failed before its last line. */

import { afterEach, vi } from 'vitest';

afterEach(() => {
  vi.useRealTimers();
});
