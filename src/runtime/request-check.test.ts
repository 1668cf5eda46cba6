import { expect, it } from 'vitest';
import { checkRequest } from './request-check';

it.each([
  ['fill', { masks: { words: [2] } }, /lists/, /\{ words: \[2\], faces: \[\], voice: \[\] \}/],
  ['fill', { masks: null }, /lists/, /whole numbers/],
  ['follow', { box: null }, /no box/, /\{ x: 0, y: 0, width: 64, height: 64 \}/],
  ['voice', { time: Number.NaN }, /no time/, /finite seconds/],
] as const)('a request "%s" of %j is refused with what to give', (kind, body, message, cure) => {
  expect(() => checkRequest(kind, body)).toThrow(
    expect.objectContaining({
      code: 'input-invalid',
      message: expect.stringMatching(message) as string,
      cure: expect.stringMatching(cure) as string,
    }),
  );
});
