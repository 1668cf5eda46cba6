import { describe, expect, it } from 'vitest';
import { lastingName } from './measure.mjs';
import { complaints, LIMITS, readReport, report, sumOf } from './report.mjs';

const file = (name: string, group: string, gzip: number) => ({
  ...{ name, group, gzip },
  ...{ raw: gzip * 3, brotli: gzip - 10 },
});
const sized = [
  file('assets/elements-*.js', 'element', 30_000),
  file('memo-bert.js', 'script', 1_000),
  file('models/small/memobert.onnx', 'model', 16_403_328),
  file('models/small/README.md', 'none', 4_000),
];
const built = { sized, ownWorker: 20_000 };
const committed = report(built);
const withGzip = (name: string, gzip: number) => ({
  ...built,
  sized: sized.map((one) => (one.name === name ? file(name, one.group, gzip) : one)),
});

describe('the report of sizes', () => {
  it('says each file’s group and bytes, and can be read back', () => {
    expect(Object.fromEntries(readReport(committed))).toEqual({
      'assets/elements-*.js': { group: 'element', raw: 90_000, gzip: 30_000 },
      'memo-bert.js': { group: 'script', raw: 3_000, gzip: 1_000 },
      'models/small/memobert.onnx': { group: 'model', raw: 49_209_984, gzip: 16_403_328 },
    });
    expect(committed).toContain('| embedded, before Start | 2 | 93,000 | 31,000 | 30,980 |');
    expect(sumOf(sized, ['script', 'element', 'model']).files).toBe(3);
  });

  it('has names that outlive their hash', () => {
    expect(lastingName('assets/elements-B2Hzg2Tg.js')).toBe('assets/elements-*.js');
    expect(lastingName('assets/demuxed-media-Bewe_-DX.js')).toBe('assets/demuxed-media-*.js');
    expect(lastingName('models/small/memobert.onnx')).toBe('models/small/memobert.onnx');
    expect(lastingName('memo-bert.js')).toBe('memo-bert.js');
  });
});

describe('the gate', () => {
  it('passes what is as committed, or nearly', () => {
    expect(complaints(built, committed)).toEqual([]);
    expect(complaints(withGzip('assets/elements-*.js', 30_800), committed)).toEqual([]);
    expect(complaints(withGzip('memo-bert.js', 1_090), committed)).toEqual([]);
  });

  it('fails more than the limits', () => {
    const heavy = withGzip('assets/elements-*.js', LIMITS.element);
    const [is, most] = [LIMITS.element + 1000, LIMITS.element].map((bytes) => bytes.toLocaleString('en-GB'));
    expect(complaints(heavy, report(heavy))).toEqual([
      `The element is ${is} bytes gzip, more than ${most}: load late what is not needed at the start.`,
    ]);
    const worker = { ...built, ownWorker: LIMITS.ownWorker + 1 };
    expect(complaints(worker, report(worker))).toHaveLength(1);
  });

  it('fails what has changed, come, gone or moved since it was committed', () => {
    expect(complaints(withGzip('assets/elements-*.js', 31_000), committed)).toEqual([
      'assets/elements-*.js is 93,000 bytes (gzip 31,000); docs/sizes.md says 90,000 (30,000).',
    ]);
    const more = { ...built, sized: [...sized, file('assets/new-*.js', 'late', 500)] };
    expect(complaints(more, committed)).toEqual(['assets/new-*.js is not in docs/sizes.md.']);
    const fewer = { ...built, sized: sized.slice(1) };
    expect(complaints(fewer, committed)).toEqual([
      'assets/elements-*.js is in docs/sizes.md, and is not built.',
    ]);
    const moved = { ...built, sized: [{ ...sized[0]!, group: 'late' }, ...sized.slice(1)] };
    expect(complaints(moved, committed)).toEqual(['assets/elements-*.js is in the group late, not element.']);
  });
});
