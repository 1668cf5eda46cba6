/** What the scripts in training/browser_path reckon with; and that what they measured is of the graphs that are shipped. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { planGraphs } from '../src/runtime/graph-plan';
import { checkManifest } from '../src/runtime/manifest-check';
import { checkEstimates, summarise } from '../training/browser_path/clip-answers.mjs';
import { readLabels, readTable } from '../training/browser_path/labels.mjs';

const folder = mkdtempSync(join(tmpdir(), 'memo-tables-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** With what the scripts look at. */
function estimate(probabilities: number[], { time = 1, voice = true, abstained = false } = {}) {
  const said = (present: boolean) => ({ present, probabilities: present ? probabilities : null });
  return {
    ...{ time, probabilities, labels: ['neutral', 'happy'], words: [{ word: 'calm', probability: 0.1 }] },
    modalities: { face: said(true), voice: said(voice) },
    faces: [{ score: 0.9, expression: [0.25, 0.75] }, { score: 0.8, expression: null }], // prettier-ignore
    reliability: { abstained, reasons: [] },
  };
}

describe('estimates of a clip', () => {
  it('can be right where all numbers are finite and distributions sum to 1', () => {
    expect(() => {
      checkEstimates([estimate([0.5, 0.5]), estimate([1, 0], { voice: false })]);
    }).not.toThrow();
  });

  it.each([NaN, Infinity])('cannot with a %s anywhere', (wrong) => {
    const words = [{ word: 'calm', probability: wrong }];
    expect(() => {
      checkEstimates([{ ...estimate([0.5, 0.5]), words }]);
    }).toThrow(`the estimate at 1 s, words, 0, probability is ${wrong}`);
  });

  it('cannot where a distribution is none, of whichever modality', () => {
    const good = estimate([0.5, 0.5]);
    expect(() => {
      checkEstimates([good, estimate([0.6, 0.5], { time: 2 })]);
    }).toThrow('all at 2 s is no distribution: 0.6, 0.5');
    const voice = { present: true, probabilities: [1.25, -0.25] };
    expect(() => {
      checkEstimates([{ ...good, modalities: { ...good.modalities, voice } }]);
    }).toThrow('voice at 1 s is no distribution');
    expect(() => {
      checkEstimates([{ ...good, faces: [{ score: 1, expression: [0.5, 0.4] }] }]);
    }).toThrow('face 0 at 1 s is no distribution');
  });

  it('come to the likeliest word, its range, and how often another is likelier', () => {
    const course = [[0.8, 0.2], [0.4, 0.6], [0.9, 0.1]] as const; // prettier-ignore
    const estimates = course.map((each, index) =>
      estimate([...each], { voice: index > 0, abstained: index === 1 }),
    );
    expect(summarise({ seconds: 3, estimates })).toEqual({
      ...{ seconds: 3, estimates: 3, face: 3, voice: 2, withheld: 1 },
      ...{ word: 'neutral', mean: 0.7, least: 0.4, most: 0.9, changes: 2 },
    });
  });
});

describe('a table of clips', () => {
  const path = join(folder, 'clips.csv');

  it('may have commas within quotes, and empty cells', async () => {
    writeFileSync(path, 'file,note,label\na.mp4,"front, blue",sad\r\n"b.mp4",,happy\n');
    expect(await readLabels(path)).toEqual([
      { file: 'a.mp4', note: 'front, blue', label: 'sad' },
      { file: 'b.mp4', note: '', label: 'happy' },
    ]);
  });

  it('names the columns that it lacks', async () => {
    writeFileSync(path, 'file,label\n');
    await expect(readTable(path, ['file', 'transcript'])).rejects.toThrow('"file" and "transcript"');
  });
});

describe('training/results', () => {
  const read = (path: string): unknown =>
    JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'));
  const manifest = checkManifest(read('public/models/small/manifest.json'));
  const plan = planGraphs(manifest, { name: 'wasm', shaderF16: false });
  const onWasm = Object.values(plan).map(({ file }) => file);
  const denseface = manifest.graphs.denseface.fp32 ? [manifest.graphs.denseface.fp32] : [];

  it.each([
    ['clips', onWasm],
    ['voices', onWasm],
    ['faces-light', onWasm],
    ['faces', denseface],
  ])('browser-path-%s.json is of graphs that are shipped', (name, shipped) => {
    const { graphs } = read(`training/results/browser-path-${name}.json`) as { graphs: string[] };
    const known = shipped.map(({ path, sha256 }) => `(${path}, sha256 ${sha256.slice(0, 12)})`);
    const others = graphs.filter((graph) => !known.some((file) => graph.endsWith(file)));
    expect(graphs).not.toEqual([]);
    // else: measure again, by training/browser_path/README.md
    expect(others).toEqual([]);
  });
});
