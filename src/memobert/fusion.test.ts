import { describe, expect, it, vi } from 'vitest';
import { softmax, topIndices, totalVariation } from './distribution';
import type { EvidenceWindow } from './evidence';
import { Fusion } from './fusion';
import { manifest, toyGraph, vocabulary } from './testing/toy';

const face = { data: new Float32Array(4), count: 2 };
const voice = { data: new Float32Array(6), count: 3 };
const everything: EvidenceWindow = { text: 'hello', face, voice };

function setUp(shapes: 'fixed' | 'exact') {
  const graph = toyGraph();
  return { graph, fusion: Fusion.create({ graph, wordPieces: vocabulary, manifest, shapes }) };
}

describe.each(['fixed', 'exact'] as const)('Fusion with %s shapes', (shapes) => {
  it('says nothing without evidence', async () => {
    const { fusion, graph } = setUp(shapes);
    expect(await fusion.estimate({ text: null, face: null, voice: null })).toBeNull();
    expect(graph.runs).toHaveLength(0);
  });

  it('reads the mask for the whole, each modality alone and each left out', async () => {
    const answer = await setUp(shapes).fusion.estimate(everything);
    expect(answer?.labels).toEqual(['glad', 'low', 'hot']);
    expect(answer?.probabilities).toEqual(softmax([1, 2, 3]));
    expect(answer?.modalities.text.probabilities).toEqual(softmax([1, 0, 0]));
    expect(answer?.modalities.face.probabilities).toEqual(softmax([0, 2, 0]));
    expect(answer?.modalities.voice.probabilities).toEqual(softmax([0, 0, 3]));
    expect(answer?.modalities.voice.contribution).toBeCloseTo(
      totalVariation(softmax([1, 2, 3]), softmax([1, 2, 0])),
    );
    expect(answer?.words[0]).toMatchObject({ word: 'hot' });
  });

  it('divides the logits by the temperature of each case, or by the one for all', async () => {
    const calibration = { temperature: 4, temperatures: { TVA: 2, A: 0.5 } };
    const given = { wordPieces: vocabulary, manifest: { ...manifest, calibration }, shapes };
    const answer = await Fusion.create({ graph: toyGraph(), ...given }).estimate(everything);
    expect(answer?.probabilities).toEqual(softmax([1, 2, 3], 2));
    expect(answer?.modalities.voice.probabilities).toEqual(softmax([0, 0, 3], 0.5));
    expect(answer?.modalities.face.probabilities).toEqual(softmax([0, 2, 0], 4));
    expect(answer?.modalities.voice.contribution).toBeCloseTo(
      totalVariation(softmax([1, 2, 3], 2), softmax([1, 2, 0], 4)),
    );
  });

  it('tells how much of what it believes is in the labels, beside its own', async () => {
    const { fusion } = setUp(shapes);
    expect((await fusion.estimate(everything))?.share).toBe(1);
    for (const [labels, beside] of [
      [
        ['hello', 'glad'],
        [2, 3],
      ],
      [['low', 'hot', 'glad', 'hello'], []],
      [
        ['hello', 'hot'],
        [1, 2],
      ],
    ] as const) {
      fusion.setPrompt({ prompt: null, labels });
      const weight = (logits: readonly number[]) => logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      const logits = { hello: 0, glad: 1, low: 2, hot: 3 };
      const own = weight(labels.map((word) => logits[word]));
      expect((await fusion.estimate(everything))?.share).toBeCloseTo(own / (own + weight(beside)), 9);
    }
  });

  it.each(['너무 슬퍼요', '悲しい', '!!! ???', '100', '\u{1F62D}'])(
    'takes %j for no words: it is not read',
    async (text) => {
      const { fusion, graph } = setUp(shapes);
      expect(await fusion.estimate({ text, face: null, voice: null })).toBeNull();
      expect(graph.runs).toHaveLength(0);
      expect((await fusion.estimate({ ...everything, text }))?.modalities.text.present).toBe(false);
      expect((await fusion.estimate({ ...everything, text: `${text} hello` }))?.modalities.text.present).toBe(
        true,
      );
    },
  );

  it('takes the other alone for what leaving one of two out changes', async () => {
    const answer = await setUp(shapes).fusion.estimate({ ...everything, voice: null });
    expect(answer?.modalities.voice).toEqual({ present: false, probabilities: null, contribution: 0 });
    expect(answer?.modalities.text.contribution).toBeCloseTo(
      totalVariation(softmax([1, 2, 0]), softmax([0, 2, 0])),
    );
  });

  it('owes everything to a single modality', async () => {
    const { fusion, graph } = setUp(shapes);
    const answer = await fusion.estimate({ text: null, face, voice: null });
    expect(answer?.modalities.face).toEqual({
      present: true,
      probabilities: answer?.probabilities,
      contribution: 1,
    });
    expect(graph.runs).toHaveLength(1);
  });

  it('keeps the probabilities of long texts, many frames and tokens a distribution', async () => {
    const window = {
      text: 'hello '.repeat(50),
      face: { data: new Float32Array(6).fill(9), count: 3 },
      voice: { data: new Float32Array(10).fill(9), count: 5 },
    };
    const answer = await setUp(shapes).fusion.estimate(window);
    expect(answer?.probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
  });
});

/** Evidence in which nothing is as in any other update. */
function changed(update: number): EvidenceWindow {
  return {
    text: 'hello '.repeat(update + 1),
    face: { data: new Float32Array(4).fill(update + 1), count: 2 },
    voice: { data: new Float32Array(6).fill(update + 1), count: 3 },
  };
}

describe('Fusion shapes', () => {
  it('fixed: one batch of full length', async () => {
    const { fusion, graph } = setUp('fixed');
    await fusion.estimate(everything);
    expect(graph.runs.map((run) => run['attention_mask']?.dims)).toEqual([[7, 4 + 6 + 3 + 5]]);
  });

  it('exact: a run per row without padding, leaving out only now and then', async () => {
    const { fusion, graph } = setUp('exact');
    const rows: number[] = [];
    let contribution: number | undefined;
    for (let update = 0; update < 4; update += 1) {
      const before = graph.runs.length;
      const answer = await fusion.estimate(changed(update));
      rows.push(graph.runs.length - before);
      contribution ??= answer?.modalities.face.contribution;
      if (update < 3) expect(answer?.modalities.face.contribution).toBe(contribution);
      else expect(answer?.modalities.face.contribution).not.toBe(contribution);
    }
    expect(rows).toEqual([7, 4, 4, 7]);
    expect(graph.runs[0]?.['attention_mask']?.dims).toEqual([1, 7 + 2 + 3]);
    expect(graph.runs[1]?.['attention_mask']?.dims).toEqual([1, 7 + 1 + 1]);
  });

  it('exact: what comes meanwhile has its turn between two rows', async () => {
    const { fusion, graph } = setUp('exact');
    let came = 0;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (came ||= graph.runs.length);
    // as a frame that arrives while the first row runs
    const run = graph.run.bind(graph);
    Object.assign(graph, {
      run: (...asked: Parameters<typeof run>) => {
        if (graph.runs.length === 0) port2.postMessage(null);
        return run(...asked);
      },
    });
    await fusion.estimate(everything);
    port1.close();
    expect(graph.runs.length).toBeGreaterThan(3);
    expect(came).toBe(1);
  });

  it('exact: tells the time of its rows, not of what had its turn between two', async () => {
    const { fusion, graph } = setUp('exact');
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    const { port1, port2 } = new MessageChannel();
    let looks = 0;
    port1.onmessage = () => {
      looks++;
      now += 100;
    };
    const run = graph.run.bind(graph);
    Object.assign(graph, {
      run: (...asked: Parameters<typeof run>) => {
        if (graph.runs.length === 0) port2.postMessage(null);
        now += 10;
        return run(...asked);
      },
    });
    const answer = await fusion.estimate(everything);
    clock.mockRestore();
    port1.close();
    expect(looks).toBe(1);
    expect(answer?.latencyMs).toBe(10 * graph.runs.length);
  });

  it.each(['fixed', 'exact'] as const)('%s: asks the graph again only what changed', async (shapes) => {
    const { fusion, graph } = setUp(shapes);
    const first = await fusion.estimate(everything);
    const rowsSince = (runs: number) =>
      graph.runs.slice(runs).reduce((sum, run) => sum + (run['input_ids']?.dims[0] ?? 0), 0);
    let before = graph.runs.length;
    const again = await fusion.estimate(structuredClone(everything));
    expect(rowsSince(before)).toBe(0);
    expect({ ...again, latencyMs: 0 }).toEqual({ ...first, latencyMs: 0 });
    // another face: the whole and the face alone; with all in one batch, what leaving out changes as well
    before = graph.runs.length;
    const moved = { ...everything, face: { data: Float32Array.of(0, 0, 0, 1), count: 2 } };
    await fusion.estimate(moved);
    expect(rowsSince(before)).toBe(shapes === 'fixed' ? 7 : 2);
    // and a third modality gone: the pair was asked before, as what leaving it out leaves
    before = graph.runs.length;
    await fusion.estimate({ ...everything, face: null });
    expect(rowsSince(before)).toBe(0);
  });

  it.each(['fixed', 'exact'] as const)('%s: answers as if it had asked everything', async (shapes) => {
    const { fusion } = setUp(shapes);
    const windows = [
      everything,
      { ...everything, voice: { data: new Float32Array(4), count: 2 } },
      { ...everything, text: 'hello hello' },
      { ...everything, face: null },
      { ...everything, text: 'hello hello' },
    ];
    for (const window of windows) {
      const fresh = await setUp('fixed').fusion.estimate(window);
      const answer = await fusion.estimate(window);
      expect(answer?.probabilities).toEqual(fresh?.probabilities);
      for (const modality of ['text', 'face', 'voice'] as const) {
        expect(answer?.modalities[modality].probabilities).toEqual(fresh?.modalities[modality].probabilities);
      }
    }
  });

  it('asks again after another prompt', async () => {
    const { fusion, graph } = setUp('exact');
    await fusion.estimate(everything);
    const before = graph.runs.length;
    fusion.setPrompt({ prompt: 'am [MASK]', labels: null });
    await fusion.estimate(everything);
    expect(graph.runs.length - before).toBe(7);
  });

  it('warms up what it will run', async () => {
    const { fusion, graph } = setUp('fixed');
    await fusion.warmUp();
    expect(graph.runs.map((run) => run['input_ids']?.dims)).toEqual([
      [1, 10],
      [3, 10],
    ]);
  });

  it('refuses a graph whose vocabulary is another', async () => {
    const graph = {
      run: () =>
        Promise.resolve({
          mask_logits: { type: 'float32', dims: [1, 3], data: new Float32Array(3) } as const,
        }),
      close: () => Promise.resolve(),
    };
    const fusion = Fusion.create({ graph, wordPieces: vocabulary, manifest });
    await expect(fusion.estimate({ text: 'hello', face: null, voice: null })).rejects.toMatchObject({
      code: 'graph-invalid',
    });
  });
});

describe('distributions', () => {
  it('softmax survives large logits and follows temperature', () => {
    expect(softmax([1000, 0])).toEqual([1, 0]);
    expect(softmax([2, 0], 2)).toEqual(softmax([1, 0]));
  });

  it('topIndices keeps order, count and filter', () => {
    expect(topIndices([1, 5, 3, 4, 2], 3, (index) => index !== 1)).toEqual([3, 2, 4]);
    expect(topIndices([1], 3, () => true)).toEqual([0]);
  });
});
