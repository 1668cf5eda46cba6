import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { anyText } from '../../testing/arbitraries';
import { expectWithin, property, valueOr } from '../../testing/fuzz';
import { parseCaptions, type Cue } from './captions';
import { wordsOf } from './cue-words';

const digits = (maxLength: number) => fc.stringMatching(new RegExp(`^\\d{1,${maxLength}}$`));
/** Well formed, or nearly: no hour, an endless one, a comma, too many digits. */
const time = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.option(fc.oneof(digits(3), fc.constantFrom('9'.repeat(20), '9'.repeat(400))), { nil: null }),
        digits(2),
        digits(2),
        fc.constantFrom('.', ','),
        digits(4),
      )
      .map(([hours, minutes, seconds, point, rest]) =>
        [...(hours === null ? [] : [hours]), minutes, `${seconds}${point}${rest}`].join(':'),
      ),
  },
  { weight: 1, arbitrary: fc.constantFrom('', '00:00.000', '-1:00.000', '00:00:00:00.000', 'NaN', '\ud800') },
);
const said = fc
  .array(
    fc.oneof(
      anyText,
      fc.constantFrom('<b>', '</b>', '<v Ann>', '<rt>', '</rt>', '<ruby>', '<', '>', '&', '&amp;', '{\\an8}'),
      fc.constantFrom('&#0;', '&#xD800;', '&#1114112;', '&#x10ffff;', '&constructor;', '&toString;'),
      time.map((each) => `<${each}>`),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => pieces.join(''));
const line = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(time, time).map((pair) => pair.join(' --> ')) },
  { weight: 3, arbitrary: said },
  {
    weight: 3,
    arbitrary: fc.constantFrom('', '', '1', 'NOTE', 'STYLE', 'REGION x', 'WEBVTT', '-->', ' --> ', '\uFEFF'),
  },
);
const file = fc
  .tuple(
    fc.constantFrom('WEBVTT', 'WEBVTT - title', '\uFEFFWEBVTT', '1', ''),
    fc.array(line, { maxLength: 24 }),
    fc.constantFrom('\n', '\r\n', '\r'),
  )
  .map(([first, lines, end]) => [first, ...lines].join(end));

function holdsOf({ startTime, endTime, text }: Cue): void {
  expectWithin([startTime, endTime], 0, Number.MAX_SAFE_INTEGER);
  expect(endTime).toBeGreaterThan(startTime);
  const words = wordsOf({ startTime, endTime, text });
  let reached = startTime;
  for (const word of words) {
    expect(word.text.trim()).not.toBe('');
    expectWithin([word.start, word.end], reached, endTime);
    reached = word.start;
  }
}

describe('caption files', () => {
  property('captions of any lines', 3000, [file, fc.constantFrom('a.vtt', 'a.srt')], async (text, name) => {
    const captions = await valueOr(['captions-invalid'], () => parseCaptions(text, name));
    if (captions === null) return;
    expect(captions.cues.length).toBeGreaterThan(0);
    const starts = captions.cues.map(({ startTime }) => startTime);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    captions.cues.forEach(holdsOf);
    const { fault } = captions;
    if (fault !== null)
      expect([fault.code, /line \d+/.test(fault.message)]).toEqual(['captions-invalid', true]);
  });

  property(
    'captions of any characters',
    500,
    [anyText, fc.constantFrom('a.vtt', 'a.srt')],
    async (text, name) => {
      const captions = await valueOr(['captions-invalid'], () => parseCaptions(`WEBVTT\n\n${text}`, name));
      captions?.cues.forEach(holdsOf);
    },
  );

  const span = fc.tuple(
    fc.double({ min: 0, max: 1e6, noNaN: true }),
    fc.double({ min: 0.001, max: 1e4, noNaN: true }),
  );
  property('what any cue says', 1500, [span, said], ([startTime, lasts], text) => {
    holdsOf({ startTime, endTime: startTime + lasts, text });
  });
});
