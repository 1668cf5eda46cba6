import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { applyAddress } from '../app/address';
import { anyNumber, anyText } from '../testing/arbitraries';
import { expectFinite, expectWithin, property } from '../testing/fuzz';
import { mapBox } from './box-mapping';
import { labelSpoken, megabytes, percent, splitPrompt, topIndex } from './format';
import { LABEL_COLOURS, labelColour } from './label-colours';
import { milliseconds } from './late-format';
import { nameOf } from './media-url';
import { meterFraction } from './meter-scale';

const INHERITED = ['constructor', 'toString', 'valueOf', '__proto__', 'hasOwnProperty'];
const id = fc.oneof(anyText, fc.constantFrom(...Object.keys(LABEL_COLOURS), ...INHERITED));

describe('what the elements write', () => {
  property('numbers of any kind', 1500, [anyNumber], (value) => {
    if (!(value > 1)) expect(percent(value)).toMatch(/^[<>]?\d+%$/);
    expectWithin([meterFraction(value)], 0, 1);
    expect([megabytes(value), milliseconds(value)].every((text) => text !== '')).toBe(true);
  });

  property('values of which one is the highest', 300, [fc.array(anyNumber, { maxLength: 8 })], (values) => {
    const top = topIndex(values);
    const highest = Math.max(...values.filter((value) => !Number.isNaN(value)));
    expect(top < 0 ? -Infinity : (values[top] ?? NaN) + 0).toBe(highest + 0); // -0 is 0
  });

  property('labels of any name', 1500, [id, fc.array(id)], (label, others) => {
    expect(labelColour(label, [...others, label])).toMatch(
      /^var\(--memo-colour-[\w-]*, light-dark\(#[\da-f]{6}, #[\da-f]{6}\)\)$/,
    );
    expect(labelSpoken(label)).toBe(label);
  });

  property('prompts of any wording', 400, [anyText], (prompt) => {
    const [before, after] = splitPrompt(prompt);
    expect(prompt.includes('[MASK]') ? `${before}[MASK]${after}` : before).toBe(
      prompt.includes('[MASK]') ? prompt : `${prompt} `,
    );
  });

  const length = fc.oneof(
    fc.integer({ min: 1, max: 9999 }),
    fc.constantFrom(0, -0, -1, 0.5, NaN, Infinity, -Infinity),
  );
  const size = fc.record({ width: length, height: length });
  const box = fc.record({ x: fc.integer(), y: fc.integer(), width: fc.nat(), height: fc.nat() });
  property(
    'frames and views of any size',
    800,
    [box, size, size, fc.constantFrom('cover', 'contain'), fc.boolean()],
    (face, frame, view, fit, mirrored) => {
      const shown = mapBox(face, frame, view, fit, mirrored);
      if (shown !== null) expectFinite(Object.values(shown));
    },
  );
});

describe('addresses', () => {
  property(
    'a media file of any address',
    800,
    [fc.oneof(anyText, fc.constantFrom('100%.mp4', '%E0%A4%A', '%', '?', '/', '%00'))],
    (path) => {
      for (const url of [path, `https://page.test/${path}`]) {
        const name = nameOf(url);
        if (url !== '') expect(name).not.toBe('');
      }
      expect(
        nameOf(`https://page.test/a/${encodeURIComponent('sad song.mp3')}?x=${encodeURIComponent('#')}`),
      ).toBe('sad song.mp3');
    },
  );

  property(
    "the page's own address",
    600,
    [
      fc.oneof(
        fc.webQueryParameters(),
        anyText,
        fc.constantFrom('device=webgpu', 'device=cuda', 'device=wasm&device=auto'),
      ),
    ],
    (query) => {
      const element: Parameters<typeof applyAddress>[0] = { device: 'auto', allowSoftwareAdapter: false };
      const address = new URL('https://page.test/');
      address.search = query;
      applyAddress(element, address);
      expect(['auto', 'wasm', 'webgpu']).toContain(element.device);
      const once = { ...element };
      applyAddress(element, address);
      expect(element).toEqual(once);
    },
  );
});
