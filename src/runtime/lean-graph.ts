/**
 * A graph without some of its outputs, and without the nodes that only these need: ONNX Runtime runs all nodes of a graph, whatever
 * is asked of it. The file stays one: who wants such an output later makes a session of the whole.
 *
 * Works on the bytes of ONNX's protobuf (onnx.proto3): what is taken out gets the number of a field that readers skip, so no length changes.
 */

/** `ModelProto.graph`. */
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, output: 12, valueInfo: 13 } as const;
/** Reserved in `GraphProto`: a reader passes over it. */
const SKIPPED = 3;
const NODE = { input: 1, output: 2, attribute: 5 } as const;
const NAME = 1;
const ATTRIBUTE_GRAPHS = [6, 11];
const BYTES = 2;

interface Field {
  readonly number: number;
  /** Where its tag is. */
  readonly at: number;
  /** Of what it holds, when it holds bytes; otherwise empty. */
  readonly start: number;
  readonly end: number;
}

/**
 * @returns a copy; null where nothing would be saved: there is no such output, or all of their nodes are needed anyway; and for what is no
 * protobuf, of which ONNX Runtime says so
 */
export function withoutOutputs(bytes: Uint8Array, names: readonly string[]): Uint8Array<ArrayBuffer> | null {
  try {
    return leanCopy(bytes, names);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function leanCopy(bytes: Uint8Array, names: readonly string[]): Uint8Array<ArrayBuffer> | null {
  const graph = fields(bytes, 0, bytes.length).find(({ number }) => number === MODEL_GRAPH);
  if (graph === undefined) return null;
  const parts = fields(bytes, graph.start, graph.end);
  const outputs = parts.filter(({ number }) => number === GRAPH.output);
  const dropped = outputs.filter((field) => names.includes(texts(bytes, field, NAME)[0] ?? ''));
  const nodes = parts.filter(({ number }) => number === GRAPH.node);
  // what a graph inside of a node reads is not followed
  if (dropped.length === 0 || nodes.some((node) => hasGraph(bytes, node))) return null;
  const kept = outputs
    .filter((field) => !dropped.includes(field))
    .flatMap((field) => texts(bytes, field, NAME));
  const idle = idleNodes(bytes, nodes, kept);
  if (idle.length === 0) return null;
  const lean = new Uint8Array(bytes);
  for (const output of dropped) lean[output.at] = (GRAPH.valueInfo << 3) | BYTES;
  for (const node of idle) lean[node.at] = (SKIPPED << 3) | BYTES;
  return lean;
}

/** Nodes that none of `wanted` needs. They come after those whose outputs they read: ONNX asks for it. */
function idleNodes(bytes: Uint8Array, nodes: readonly Field[], wanted: readonly string[]): Field[] {
  const needed = new Set(wanted);
  return nodes.toReversed().filter((node) => {
    if (!texts(bytes, node, NODE.output).some((name) => needed.has(name))) return true;
    for (const name of texts(bytes, node, NODE.input)) needed.add(name);
    return false;
  });
}

function hasGraph(bytes: Uint8Array, node: Field): boolean {
  return fields(bytes, node.start, node.end)
    .filter(({ number }) => number === NODE.attribute)
    .some(({ start, end }) =>
      fields(bytes, start, end).some(({ number }) => ATTRIBUTE_GRAPHS.includes(number)),
    );
}

function texts(bytes: Uint8Array, { start, end }: Field, wanted: number): string[] {
  return fields(bytes, start, end)
    .filter(({ number }) => number === wanted)
    .map((field) => new TextDecoder().decode(bytes.subarray(field.start, field.end)));
}

function fields(bytes: Uint8Array, start: number, end: number): Field[] {
  const found: Field[] = [];
  let at = start;
  while (at < end) {
    const [tag, afterTag] = varint(bytes, at);
    const [size, begin] = extent(bytes, tag & 7, afterTag);
    if (begin + size > end) throw new RangeError('a field is longer than what it is in');
    found.push({ number: Math.floor(tag / 8), at, start: begin, end: begin + size });
    at = begin + size;
  }
  return found;
}

/** How many bytes a field of this wire type holds, and where they begin. */
function extent(bytes: Uint8Array, type: number, at: number): [size: number, begin: number] {
  if (type === 0) return [0, varint(bytes, at)[1]];
  if (type === 1) return [8, at];
  if (type === BYTES) return varint(bytes, at);
  if (type === 5) return [4, at];
  throw new RangeError(`there is no wire type ${String(type)}`);
}

function varint(bytes: Uint8Array, at: number): [value: number, after: number] {
  let [value, factor] = [0, 1];
  for (let index = at; index < at + 10; index += 1) {
    const byte = bytes[index];
    if (byte === undefined) break;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return [value, index + 1];
    factor *= 0x80;
  }
  throw new RangeError('a number does not end');
}
