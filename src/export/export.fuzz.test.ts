import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { CANNED_TIMELINE, estimated } from '../recogniser/testing/canned-timeline';
import { anyText } from '../testing/arbitraries';
import { property } from '../testing/fuzz';
import { toWebVtt } from '.';

/** As a manifest allows it: without control characters. */
const id = fc
  .array(fc.oneof(anyText, fc.constantFrom('-', '--', '>', '-->', ' ', '!', 'joy')), { maxLength: 6 })
  .map((pieces) => pieces.join('').replace(/\p{Cc}/gu, ''));

describe('toWebVtt', () => {
  property('labels of any name', 5000, [id], (label) => {
    const odd = { ...estimated(1, 0.9), labels: [label, 'sad'] };
    const text = toWebVtt({ ...CANNED_TIMELINE, labels: odd.labels, estimates: [odd] });
    expect(text.match(/-->/g), text).toHaveLength(1);
  });
});
