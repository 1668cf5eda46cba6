import { describe, expect, it } from 'vitest';
import { lastingName } from './measure.mjs';
import { ownBytes } from './own-code.mjs';
import { complaints, LIMITS, readReport, report, sumOf } from './report.mjs';
import { WEIGHT_LIMITS, weightBytes } from './weights.mjs';

const file = (name: string, group: string, gzip: number) => ({
  ...{ name, group, gzip },
  ...{ raw: gzip * 3, brotli: gzip - 10 },
});
const sized = [
  file('assets/elements-*.js', 'element', 30_000),
  file('memo-bert.js', 'script', 1_000),
  file('assets/engine-*.js', 'worker', 20_000),
  file('assets/vendor-*.js', 'worker', 50_000),
  file('models/small/memobert.onnx', 'model', 16_403_328),
  file('models/small/README.md', 'none', 4_000),
];
const committed = report(sized);
const withGzip = (name: string, gzip: number) =>
  sized.map((one) => (one.name === name ? file(name, one.group, gzip) : one));

describe('the report of sizes', () => {
  it('says each file’s group and bytes, and can be read back', () => {
    expect(Object.fromEntries(readReport(committed))).toEqual({
      'assets/elements-*.js': { group: 'element', raw: 90_000, gzip: 30_000 },
      'memo-bert.js': { group: 'script', raw: 3_000, gzip: 1_000 },
      'assets/engine-*.js': { group: 'worker', raw: 60_000, gzip: 20_000 },
      'assets/vendor-*.js': { group: 'worker', raw: 150_000, gzip: 50_000 },
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
    expect(complaints(sized, committed)).toEqual([]);
    expect(complaints(withGzip('assets/elements-*.js', 30_800), committed)).toEqual([]);
    expect(complaints(withGzip('memo-bert.js', 1_090), committed)).toEqual([]);
  });

  it('fails more than the limits', () => {
    const heavy = withGzip('assets/elements-*.js', LIMITS.page);
    const [is, most] = [LIMITS.page + 1000, LIMITS.page].map((bytes) => bytes.toLocaleString('en-GB'));
    expect(complaints(heavy, report(heavy))).toEqual([
      `Our own code in the page: the element, Lit, the page’s side of the engine: ${is} bytes gzip, more than ${most}. Load late what is not needed at the start.`,
    ]);
    const worker = withGzip('assets/engine-*.js', LIMITS.worker + 1);
    expect(complaints(worker, report(worker))).toHaveLength(1);
  });

  it('counts until the first estimate, with nothing of others in the worker', () => {
    const own = { page: 31_000, worker: 20_000, together: 51_000, untilEstimate: 51_000 };
    expect(ownBytes(sized)).toEqual(own);
    const late = [file('assets/with-model-*.js', 'start', 2000), file('assets/live-*.js', 'late', 1000)];
    const more = [...sized, ...late, file('assets/actor-*.js', 'late', 9000)];
    expect(ownBytes(more)).toEqual({ ...own, untilEstimate: 54_000 });
  });

  describe('of weights', () => {
    const light = [
      ...sized,
      file('models/small/tokenizer.json', 'model', 200_000),
      file('models/small/voice.int8.onnx', 'model-wasm', 3_000_000),
      file('models/small/voice.onnx', 'model-webgpu', 6_000_000),
      file('generated/face_detector.tflite', 'senses', 200_000),
      file('generated/vision.wasm', 'senses', 3_000_000),
      file('models/small/wav2vec2.onnx', 'late', 6_000_000),
      file('models/small/memobert-heads.onnx', 'late', 1_000_000),
    ];

    it('counts the graphs of a backend, then the senses’, then the playground’s, and nothing else', () => {
      const gzip = (backend: 'wasm' | 'webgpu') =>
        Object.values(weightBytes(light, backend)).map((bytes) => bytes.gzip);
      expect(gzip('wasm')).toEqual([19_403_328, 19_603_328, 20_603_328]);
      expect(gzip('webgpu')).toEqual([22_403_328, 22_603_328, 23_603_328]);
      expect(report(light)).toContain(
        '| WebAssembly, with the playground’s graph, when it is opened | 20,603,328 | 20,603,288 | 25,000,000 |',
      );
    });

    it('fails more than the aim, with what is fetched late', () => {
      const most = WEIGHT_LIMITS.wasm;
      const atMost = [...light, file('models/small/more.onnx', 'model-wasm', most - 20_603_328)];
      expect(complaints(atMost, report(atMost))).toEqual([]);
      const heavy = [...atMost, file('models/small/last.onnx', 'senses', 1)];
      expect(complaints(heavy, report(heavy))).toEqual([
        'Weights on WebAssembly, with the playground’s graph, when it is opened: 25,000,001 bytes gzip, more than 25,000,000. Make a graph smaller.',
      ]);
    });
  });

  it('fails what has changed, come, gone or moved since it was committed', () => {
    expect(complaints(withGzip('assets/elements-*.js', 31_000), committed)).toEqual([
      'assets/elements-*.js is 93,000 bytes (gzip 31,000); docs/sizes.md says 90,000 (30,000).',
    ]);
    const more = [...sized, file('assets/new-*.js', 'late', 500)];
    expect(complaints(more, committed)).toEqual(['assets/new-*.js is not in docs/sizes.md.']);
    const fewer = sized.slice(1);
    expect(complaints(fewer, committed)).toEqual([
      'assets/elements-*.js is in docs/sizes.md, and is not built.',
    ]);
    const moved = [{ ...sized[0]!, group: 'late' }, ...sized.slice(1)];
    expect(complaints(moved, committed)).toEqual(['assets/elements-*.js is in the group late, not element.']);
  });
});
