/** Numbers as a slow device could have given them: as wide as they get. */

import type { Measurement } from '../../measure';

export const CANNED_MEASUREMENT: Measurement = {
  ...{ format: 'memo-bert-measurement/1', takenAt: '2026-01-01T00:00:00Z', userAgent: 'a browser' },
  ...{ cores: 2, isolated: true, bundle: { name: 'small', version: '1' } },
  backend: {
    ...{ name: 'wasm', forced: true, reason: 'it was asked for', adapter: null, threads: 2 },
    graphs: {
      face: { name: 'denseface-light', precision: 'fp32' },
      voice: { name: 'wav2vec2', precision: 'fp32' },
      fusion: { name: 'memobert', precision: 'fp32' },
    },
  },
  load: { ms: 900, bytes: 3e7, steps: { fetch: 300, verify: 100, compile: 400, 'warm-up': 100 } },
  stages: {
    ...{ detect: null, crop: null, expression: null, 'speech-gate': null },
    voice: { first: 1040, median: 1030, p95: 1035, p99: 1035, runs: 200 },
    fusion: { first: 1040, median: 1030, p95: 1035, p99: 1035, runs: 200 },
  },
  answer: { first: 2090, median: 2070, p95: 2080, p99: 2080, runs: 200 },
  memory: 3e8,
};
