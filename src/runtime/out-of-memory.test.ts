import { describe, expect, it } from 'vitest';
import { MemoError } from '../errors';
import { outOfMemory } from './out-of-memory';

const told = [
  new RangeError('Array buffer allocation failed'),
  new RangeError('WebAssembly.Memory(): could not allocate memory: Out of memory'),
  new Error('failed to call OrtRun(). ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc'),
  new WebAssembly.RuntimeError('memory access out of bounds'),
  new WebAssembly.RuntimeError('Aborted(OOM). Build with -sASSERTIONS for more info.'),
  new Error('Failed to allocate memory for requested buffer of size 98304000'),
  new MemoError('graph-invalid', 'The graph failed.', '', new RangeError('Array buffer allocation failed')),
  // of SpiderMonkey, that very string
  'out of memory',
  new MemoError('graph-invalid', 'The graph failed.', '', 'out of memory'),
];

describe('outOfMemory', () => {
  it.each(told)('hears it in "%s"', (thrown) => {
    const error = outOfMemory(thrown);
    expect(error).toMatchObject({ code: 'out-of-memory', cause: thrown });
    expect(error?.cure).toMatch(/close other tabs/i);
  });

  it.each([new Error('the session is gone'), new TypeError('Failed to fetch'), 'we ran out of memory', null])(
    'hears nothing of it in %s',
    (thrown) => {
      expect(outOfMemory(thrown)).toBeNull();
    },
  );
});
