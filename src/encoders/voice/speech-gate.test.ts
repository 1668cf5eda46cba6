import { expect, it } from 'vitest';
import { fakeSilero, FakeGraph, float32 } from '../testing/fake-graph';
import { SampleRing } from './ring';
import { BLOCK_SAMPLES, SpeechGate } from './speech-gate';

/** One block of samples for each character; '#' is speech to the fake graph. */
function blocks(pattern: string): Float32Array {
  return Float32Array.from({ length: pattern.length * BLOCK_SAMPLES }, (_, index) =>
    pattern[Math.floor(index / BLOCK_SAMPLES)] === '#' ? 0.5 : 0,
  );
}

function ringOf(pattern: string, capacity = 100 * BLOCK_SAMPLES): SampleRing {
  const ring = new SampleRing(capacity, 16_000);
  ring.push(blocks(pattern), 0);
  return ring;
}

/** A graph that answers one probability after another. */
function probabilities(values: readonly number[]): FakeGraph {
  let at = 0;
  return new FakeGraph(() => ({
    output: float32([1, 1], [values[at++] ?? 0]),
    stateN: float32([2, 1, 128], new Float32Array(256)),
  }));
}

it('hears each block once, with the end of the one before and the state handed on', async () => {
  const graph = fakeSilero();
  const gate = SpeechGate.create(graph);
  const ring = ringOf('#.');
  await gate.follow(ring);
  await gate.follow(ring);
  expect(graph.asked).toHaveLength(2);
  expect(graph.asked[0]?.input?.dims).toEqual([1, 576]);
  expect(graph.asked[0]?.input?.data.slice(0, 64)).toEqual(new Float32Array(64));
  expect(graph.asked[1]?.input?.data.slice(0, 64)).toEqual(new Float32Array(64).fill(0.5));
  expect(graph.asked[0]?.state?.data).toEqual(new Float32Array(256));
  expect(graph.asked[1]?.state?.data).toEqual(new Float32Array(256).fill(1));
  expect(graph.asked[0]?.sr).toEqual({ type: 'int64', dims: [], data: BigInt64Array.of(16_000n) });
});

it('waits for a block to be whole', async () => {
  const graph = fakeSilero();
  const gate = SpeechGate.create(graph);
  const ring = ringOf('#');
  ring.push(new Float32Array(BLOCK_SAMPLES - 1), BLOCK_SAMPLES / 16_000);
  await gate.follow(ring);
  expect(graph.asked).toHaveLength(1);
  ring.push(new Float32Array(1), (2 * BLOCK_SAMPLES - 1) / 16_000);
  await gate.follow(ring);
  expect(graph.asked).toHaveLength(2);
});

it('gives the span from the first to the last speech', async () => {
  const gate = SpeechGate.create(fakeSilero());
  await gate.follow(ringOf('..##.###..'));
  expect(gate.spanSince(0)).toEqual({ start: 2 * BLOCK_SAMPLES, end: 8 * BLOCK_SAMPLES });
  expect(gate.spanSince(5 * BLOCK_SAMPLES)).toEqual({ start: 5 * BLOCK_SAMPLES, end: 8 * BLOCK_SAMPLES });
  expect(gate.spanSince(5.5 * BLOCK_SAMPLES)?.start).toBe(5.5 * BLOCK_SAMPLES);
  expect(gate.spanSince(7 * BLOCK_SAMPLES)).toBeNull();
});

it('takes a click for no speech', async () => {
  const gate = SpeechGate.create(fakeSilero());
  await gate.follow(ringOf('...##...'));
  expect(gate.spanSince(0)).toBeNull();
});

it('begins speech at a high probability and ends it at a low one', async () => {
  const gate = SpeechGate.create(probabilities([0.4, 0.6, 0.4, 0.4, 0.3, 0.4, 0.2]));
  await gate.follow(ringOf('.......'));
  expect(gate.spanSince(0)).toEqual({ start: BLOCK_SAMPLES, end: 4 * BLOCK_SAMPLES });
});

it('skips what was overwritten before it could be heard, and starts afresh there', async () => {
  const graph = fakeSilero();
  const gate = SpeechGate.create(graph);
  const ring = ringOf('####', 4 * BLOCK_SAMPLES);
  await gate.follow(ring);
  ring.push(blocks('..####'), (4 * BLOCK_SAMPLES) / 16_000);
  await gate.follow(ring);
  expect(graph.asked).toHaveLength(8);
  expect(graph.asked[4]?.state?.data).toEqual(new Float32Array(256));
  expect(gate.spanSince(0)).toEqual({ start: 6 * BLOCK_SAMPLES, end: 10 * BLOCK_SAMPLES });
});

it('forgets on reset, also what is being heard at that moment', async () => {
  let answer: (probability: number) => void = () => undefined;
  const graph = new FakeGraph(
    () =>
      new Promise((resolve) => {
        answer = (probability) => {
          resolve({
            output: float32([1, 1], [probability]),
            stateN: float32([2, 1, 128], new Float32Array(256).fill(9)),
          });
        };
      }),
  );
  const gate = SpeechGate.create(graph);
  const ring = ringOf('####');
  const following = gate.follow(ring);
  gate.reset(ring.start);
  answer(1);
  await following;
  expect(gate.spanSince(0)).toBeNull();
  const again = gate.follow(ring);
  expect(graph.asked[1]?.state?.data).toEqual(new Float32Array(256));
  gate.reset(ring.end);
  answer(1);
  await again;
});

it('names the output that the graph lacks', async () => {
  const gate = SpeechGate.create(new FakeGraph(() => ({ output: float32([1, 1], [1]) })));
  await expect(gate.follow(ringOf('#'))).rejects.toMatchObject({ code: 'graph-invalid' });
});

it.each([
  ['a clock that leaps back', -1],
  ['a gap longer than what is kept', 60],
])('skips what %s drops while a block is heard', async (_what, leapS) => {
  let first = true;
  const ring = ringOf('.####');
  const graph = new FakeGraph(({ input }) => {
    // sound arrives while the first block is heard
    if (first) ring.push(blocks('.###.'), ring.endTimeS + leapS);
    first = false;
    return {
      output: float32([1, 1], [(input!.data as Float32Array).at(-1) === 0 ? 0 : 1]),
      stateN: float32([2, 1, 128], new Float32Array(256)),
    };
  });
  const gate = SpeechGate.create(graph);
  await gate.follow(ring);
  expect(graph.asked).toHaveLength(1 + 5);
  const at = ring.end - 5 * BLOCK_SAMPLES;
  expect(gate.spanSince(0)).toEqual({ start: at + BLOCK_SAMPLES, end: at + 4 * BLOCK_SAMPLES });
});
