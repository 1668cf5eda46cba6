import { beforeAll, describe, expect, it } from 'vitest';
import * as ort from 'onnxruntime-web/wasm';
import { withoutOutputs } from './lean-graph';
import { field, forked, model, node, utf8, BOTH } from './testing/onnx-bytes';

async function run(bytes: Uint8Array): Promise<Record<string, number[]>> {
  const session = await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'] });
  const answers = await session.run({ x: new ort.Tensor('float32', Float32Array.of(0, -2), [2]) });
  await session.release();
  return Object.fromEntries(
    Object.entries(answers).map(([name, { data }]) => [name, [...(data as Float32Array)]]),
  );
}

describe('a graph without some outputs', () => {
  beforeAll(() => {
    ort.env.wasm.numThreads = 1;
  });

  it('answers the others as before, and runs no node for it', async () => {
    const whole = await run(forked);
    expect(whole['answer']).toEqual([0, 2]);
    expect(whole['hidden']?.[1]).toBeCloseTo(Math.E);
    const lean = withoutOutputs(forked, ['hidden']) ?? forked;
    expect(await run(lean)).toEqual({ answer: [0, 2] });
    // of four nodes two are passed over, and one output became a note
    const changed = [...lean].flatMap((byte, at) => (byte === forked[at] ? [] : [byte]));
    expect(changed.toSorted()).toEqual([(3 << 3) | 2, (3 << 3) | 2, (13 << 3) | 2].toSorted());
    expect(lean.length).toBe(forked.length);
    // ONNX Runtime is compiled
  }, 60_000);

  it('lets several go at once, and leaves what the others share', async () => {
    const nodes = [...BOTH, node('Sqrt', 'more', 'hidden'), node('Neg', 'more', 'filled')];
    const three = model(nodes, ['answer', 'hidden', 'filled']);
    expect(Object.keys(await run(three))).toEqual(['answer', 'hidden', 'filled']);
    const lean = withoutOutputs(three, ['hidden', 'filled']) ?? three;
    expect(await run(lean)).toEqual({ answer: [0, 2] });
    const one = withoutOutputs(three, ['filled']) ?? three;
    expect(Object.keys(await run(one))).toEqual(['answer', 'hidden']);
  });

  it('leaves the bytes given as they are', () => {
    const before = forked.slice();
    withoutOutputs(forked, ['hidden']);
    expect(forked).toEqual(before);
  });

  it('is none where nothing is saved', () => {
    // an older file: the answer is made of `hidden`
    const chain = model([node('Neg', 'x', 'hidden'), node('Abs', 'hidden', 'answer')], ['answer', 'hidden']);
    expect(withoutOutputs(chain, ['hidden'])).toBeNull();
    expect(withoutOutputs(forked, ['nothing of that name'])).toBeNull();
    expect(withoutOutputs(Uint8Array.of(), ['hidden'])).toBeNull();
  });

  it('is none where a node holds a graph, whose inputs are not known', () => {
    const attribute = field(5, [...field(1, utf8('body')), ...field(6, field(2, utf8('inner')))]);
    const looped = model([...BOTH, node('Loop', 'more', 'hidden', attribute)], ['answer', 'hidden']);
    expect(withoutOutputs(looped, ['hidden'])).toBeNull();
  });

  it.each([
    ['cut off', forked.slice(0, -40)],
    ['a number without end', Uint8Array.from({ length: 12 }, () => 0xff)],
    ['a wire type that does not exist', Uint8Array.of(0x0b, 1)],
  ])('is none for what is no protobuf: %s', (_, bytes) => {
    expect(withoutOutputs(bytes, ['hidden'])).toBeNull();
  });
});
