/** ONNX graphs of a few nodes, byte by byte. */

export const utf8 = (text: string) => [...new TextEncoder().encode(text)];

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

export const field = (number: number, content: readonly number[]) => [
  ...varint((number << 3) | 2),
  ...varint(content.length),
  ...content,
];
const number = (field: number, value: number) => [...varint(field << 3), ...varint(value)];

export function node(kind: string, input: string, output: string, more: readonly number[] = []): number[] {
  return field(1, [...field(1, utf8(input)), ...field(2, utf8(output)), ...field(4, utf8(kind)), ...more]);
}

/** A vector of two floats. */
function value(as: number, name: string): number[] {
  const shape = field(2, field(1, number(1, 2)));
  return field(as, [...field(1, utf8(name)), ...field(2, field(1, [...number(1, 1), ...shape]))]);
}

export function model(nodes: readonly number[][], outputs: readonly string[]): Uint8Array<ArrayBuffer> {
  const graph = [
    ...nodes.flat(),
    ...field(2, utf8('g')),
    ...value(11, 'x'),
    ...outputs.flatMap((name) => value(12, name)),
  ];
  return Uint8Array.from([...number(1, 8), ...field(7, graph), ...field(8, number(2, 17))]);
}

/** Two nodes for `answer` [2], and one that it does not need. */
export const BOTH = [
  node('Neg', 'x', 'shared'),
  node('Abs', 'shared', 'answer'),
  node('Exp', 'shared', 'more'),
];
/** With the outputs `answer` and `hidden` of `x` [2]. */
export const forked = model([...BOTH, node('Sqrt', 'more', 'hidden')], ['answer', 'hidden']);
