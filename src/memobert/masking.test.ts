import { beforeEach, describe, expect, it } from 'vitest';
import type { Graph, PlainTensor } from '../runtime/graph';
import type { ReadWindow } from './evidence';
import { Fusion } from './fusion';
import { Masking } from './masking';
import { manifest, toyGraph, vocabulary, WORDS } from './testing/toy';
import { plainInputs } from '../runtime/testing/plain-inputs';

const everything: ReadWindow = {
  text: 'hello hellos 7',
  face: {
    ...{ data: Float32Array.of(1, 2, 3, 4, 5, 6), count: 3, times: [1, 1.1, 1.2] },
    ...{ expressions: [[1, 0], [0.5, 0.5], null], lights: [null, null, null] },
  },
  voice: { data: Float32Array.of(1, 1, 2, 2), count: 2, times: [1, 1.06], clipped: 0 },
};
const NONE = { words: [], faces: [], voice: [] };

/** Pieces of "hello ##s" are one word to it. */
const pieces = {
  ...vocabulary,
  encode: (text: string) => vocabulary.encode(text.replaceAll('hellos', 'hello ##s')),
};

interface Run {
  readonly ids: number[];
  readonly faces: number[];
  readonly voice: number[];
  readonly attended: number[];
  readonly position: number;
}

/** MEmoBERT whose hidden state says [place in the sequence, sum of all that it was shown]; heads that give it back. */
function setUp({ withHeads = true, ownWords = false } = {}) {
  const runs: Run[] = [];
  const toy = toyGraph();
  const graph: Graph = {
    close: () => Promise.resolve(),
    run: async (given, outputs) => {
      const inputs = plainInputs(given);
      const data = (name: string) => Array.from(inputs[name]?.data as Float32Array);
      const attended = data('attention_mask');
      const run = {
        ids: data('input_ids'),
        faces: data('face_features'),
        voice: data('voice_features'),
        attended,
      };
      runs.push({ ...run, position: data('mask_position')[0] ?? 0 });
      if (outputs?.includes('mask_logits') === true) return toy.run(inputs, outputs);
      // the head beside the prompt's: whatever is masked, "7" is in it
      const certain = {
        type: 'float32' as const,
        dims: [1, WORDS.length],
        data: Float32Array.from(WORDS, (word) => 9 * Number(word === '7')),
      };
      if (outputs?.includes('filled_words') === true) return { filled_words: certain };
      const shown = [...run.faces, ...run.voice].reduce((a, b) => a + b, 0);
      const hidden = attended.flatMap((_, place) => [place, shown]);
      return { hidden: { type: 'float32', dims: [1, attended.length, 2], data: Float32Array.from(hidden) } };
    },
  };
  let loads = 0;
  const heads: Graph = {
    close: () => Promise.resolve(),
    run: async ({ hidden }) => {
      const { data, dims } = hidden as PlainTensor;
      const answer = { type: 'float32' as const, dims, data: Float32Array.from(data as Float32Array) };
      return { face_features: answer, face_logits: answer, voice_features: answer };
    },
  };
  const given = { graph, wordPieces: pieces, manifest, ownWords };
  const whole = () => Promise.resolve(graph);
  // what the page runs at each update
  const lean: Graph = {
    ...graph,
    run: (inputs, outputs) => {
      if (outputs?.includes('mask_logits') !== true) throw new Error('this graph has no such output');
      return graph.run(inputs, outputs);
    },
  };
  const loadHeads = () => {
    loads += 1;
    return Promise.resolve(heads);
  };
  const fusion = Fusion.create(given);
  const masking = new Masking({ ...given, graph: lean, whole, fusion, heads: withHeads ? loadHeads : null });
  return { runs, masking, loads: () => loads };
}

let { runs, masking, loads } = setUp();
beforeEach(() => {
  ({ runs, masking, loads } = setUp());
});

describe('taking a moment', () => {
  it('tells what can be masked, whole words as one, and loads nothing', () => {
    expect(masking.take(everything, 1.25)).toEqual({
      time: 1.25,
      words: ['hello', 'hellos', '7'],
      face: { times: [1, 1.1, 1.2], each: 0.1, expressions: [[1, 0], [0.5, 0.5], null] },
      voice: { times: [1, 1.06], each: 1 / manifest.voice.tokenRateHz },
      heads: true,
    });
    expect(loads()).toBe(0);
  });

  it('has what is there only', () => {
    const moment = setUp({ withHeads: false }).masking.take({ text: 'hello', face: null, voice: null }, 0);
    expect(moment).toMatchObject({
      words: ['hello'],
      face: { times: [] },
      voice: { times: [] },
      heads: false,
    });
  });
});

describe('filling in', () => {
  it('is refused without a moment, and for what the moment does not have', async () => {
    await expect(masking.fill(NONE)).rejects.toMatchObject({ code: 'moment-missing' });
    masking.take(everything, 1);
    for (const masks of [{ words: [3] }, { faces: [-1] }, { voice: [0.5] }, { voice: [Number.NaN] }]) {
      await expect(masking.fill({ ...NONE, ...masks })).rejects.toMatchObject({ code: 'input-invalid' });
    }
    expect(runs).toHaveLength(0);
  });

  it('masks all pieces of a word in a row without a prompt, and reads each where it stands', async () => {
    masking.take(everything, 1);
    const { words } = await masking.fill({ ...NONE, words: [1] });
    const id = (word: string) => WORDS.indexOf(word);
    const [mask, cls, sep] = [id('[MASK]'), id('[CLS]'), id('[SEP]')];
    expect(runs.slice(0, 2).map(({ ids, position }) => [ids, position])).toEqual([
      [[cls, id('hello'), mask, mask, id('7'), sep], 2],
      [[cls, id('hello'), mask, mask, id('7'), sep], 3],
    ]);
    expect(words).toHaveLength(1);
    expect(words[0]?.pieces.map(({ given }) => given)).toEqual(['hello', '##s']);
    const [piece] = words[0]?.pieces ?? [];
    expect(piece?.guesses).toHaveLength(5);
    expect(piece?.guesses.every(({ word }) => !word.startsWith('['))).toBe(true);
    expect(piece?.guesses.map(({ probability }) => probability)).toEqual(
      piece?.guesses.map(({ probability }) => probability).toSorted((a, b) => b - a),
    );
    expect(loads()).toBe(1);
  });

  it('asks the head of masked words beside the prompt’s, where there is one', async () => {
    const own = setUp({ ownWords: true });
    own.masking.take(everything, 1);
    const { words, answer } = await own.masking.fill({ ...NONE, words: [1] });
    // the same row and places; the prompt's own answer is another head's
    expect(own.runs.slice(0, 2).map(({ position }) => position)).toEqual([2, 3]);
    expect(words[0]?.pieces.map(({ guesses }) => guesses[0]?.word)).toEqual(['7', '7']);
    expect(answer.masked).toHaveLength(3);
  });

  it('hides faces as zeros and leaves the rest; hidden states are those of the masked places', async () => {
    masking.take(everything, 1);
    const { face, voice } = await masking.fill({ ...NONE, faces: [2, 1, 1] });
    const [row, blind] = runs;
    expect(row?.faces).toEqual([1, 2, 0, 0, 0, 0]);
    expect(row?.attended).toEqual(Array(6 + 3 + 2).fill(1));
    expect(blind?.faces).toEqual([0, 0, 0, 0, 0, 0]);
    expect(blind?.ids).toHaveLength(2);
    expect(blind?.attended).toEqual([1, 1, 1, 1, 1, 0]);
    // the row's faces stand at 6, 7, 8 and 9 of what it was shown remains; blind at 2, 3, 4 and nothing
    const error = (guesses: number[]) =>
      [3, 4, 5, 6].reduce((sum, truth, at) => sum + (truth - (guesses[at] ?? 0)) ** 2, 0);
    const [own, without] = [error([7, 9, 8, 9]), error([3, 0, 4, 0])];
    expect(face).toMatchObject({ frames: 2, classes: ['a', 'b'] });
    expect(face?.error).toBeCloseTo(Math.sqrt(own / 4));
    expect(face?.blind).toBeCloseTo(Math.sqrt(without / 4));
    expect(face?.explained).toBeCloseTo(1 - own / without);
    // the one face of the two whose own distribution is known
    expect(face?.own).toEqual([0.5, 0.5]);
    expect((face?.guessed ?? []).reduce((a, b) => a + b, 0)).toBeCloseTo(1);
    expect(voice).toBeNull();
  });

  it('hides voice behind the faces’ places', async () => {
    masking.take(everything, 1);
    const { face, voice } = await masking.fill({ ...NONE, voice: [0] });
    expect(runs[0]?.voice).toEqual([0, 0, 2, 2]);
    expect(runs[0]?.faces).toEqual([1, 2, 3, 4, 5, 6]);
    expect(face).toBeNull();
    expect(voice?.tokens).toBe(1);
    // at 6 words + 3 faces, and 25 of what it was shown
    expect(voice?.error).toBeCloseTo(Math.sqrt(((9 - 1) ** 2 + (25 - 1) ** 2) / 2));
  });

  it('reads the prompt’s mask with the same parts hidden', async () => {
    masking.take(everything, 1);
    const nothing = await masking.fill(NONE);
    expect(nothing.answer.masked).toEqual(nothing.answer.whole);
    runs.length = 0;
    const { answer } = await masking.fill({ words: [0], faces: [0], voice: [1] });
    const prompted = runs.at(-1);
    expect(prompted?.ids[1]).toBe(WORDS.indexOf('[MASK]'));
    expect(prompted?.faces.slice(0, 3)).toEqual([0, 0, 3]);
    expect(prompted?.voice).toEqual([1, 1, 0, 0]);
    expect(answer.labels).toEqual(['glad', 'low', 'hot']);
  });

  it('does not change the moment, and asks for the blind answer once', async () => {
    masking.take(everything, 1);
    const masks = { ...NONE, faces: [0] };
    const first = await masking.fill(masks);
    const asked = runs.length;
    expect(await masking.fill(masks)).toEqual(first);
    expect(runs).toHaveLength(2 * asked - 1);
    expect(everything.face?.data).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
  });

  it('without heads fills in words alone', async () => {
    const { masking: plain, runs: asked } = setUp({ withHeads: false });
    plain.take(everything, 1);
    const { words, face, voice } = await plain.fill({ words: [0], faces: [0], voice: [0] });
    expect([words.length, face, voice]).toEqual([1, null, null]);
    // words, and the answer whole and masked: `hidden` is never asked for
    expect(asked).toHaveLength(3);
  });
});
