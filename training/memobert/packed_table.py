"""A word table in 4 bits, unpacked as the graph loads with as little beside it as can be.

Each step on constants leaves a tensor behind until all are done, and a table of fp32 is 47 MB: what
unpacked it in seven such steps took 400 MB of the page's memory. Here one step makes the whole table out of
bytes, for the head that is tied to it; the words of a row are taken from the bytes: so it is kept once.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .onnx_graph import ROWS, arrays, set_nodes, set_weights

TABLE_BLOCK = 32
# embeddings of so few rows are of positions or kinds, and stay fp16
MOST_POSITIONS = 512
# DequantizeLinear by blocks
OPSET = 21
IR_VERSION = 10
# what means another thing there than in opset 17
MOVED = (
    "ReduceL1",
    "ReduceL2",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSumSquare",
    "Split",
)
MIDDLE = 8


def packable(values: np.ndarray) -> bool:
    """A word table whose rows are whole blocks on either side of their middle."""
    if values.ndim != 2 or values.dtype != np.float32 or len(values) <= MOST_POSITIONS:
        return False
    return values.shape[1] % (2 * TABLE_BLOCK) == 0


def pack_table(graph: onnx.ModelProto, name: str) -> None:
    """Stores the weight `name` [rows,columns] as bytes [rows,columns/2] and fp16 scales [rows,columns/32].

    Two numbers share a byte: a row's first half lies in the low bits, its second in the high ones. The whole
    table is made as the graph loads where the session's option `session.disable_quant_qdq` is 1, as in the
    page, and in each run otherwise. Raises ValueError for operators that opset 21 changed.
    """
    raise_opset(graph)
    added, unpacking = _stored(name, arrays(graph)[name])
    nodes = [*unpacking]
    for node in graph.graph.node:
        if node.op_type == "Gather" and node.input[0] == name:
            nodes += _words(name, node.input[1], node.output[0])
        else:
            nodes.append(node)
    set_weights(graph, [*(w for w in graph.graph.initializer if w.name != name), *added])
    set_nodes(graph, nodes)


def raise_opset(graph: onnx.ModelProto) -> None:
    """Makes it one of opset 21, in place. Raises ValueError for operators that opset 21 changed."""
    if moved := {node.op_type for node in graph.graph.node} & set(MOVED):
        raise ValueError(f"{', '.join(sorted(moved))} would mean another thing in opset {OPSET}")
    next(entry for entry in graph.opset_import if not entry.domain).version = OPSET
    graph.ir_version = max(graph.ir_version, IR_VERSION)


def _stored(name: str, values: np.ndarray) -> tuple[list[TensorProto], list[onnx.NodeProto]]:
    """What is stored of a table, and the nodes that give it back as `name`."""
    signed, scale = blocks_of_4_bits(values)
    low, high = np.split((signed + MIDDLE).astype(np.uint8).reshape(values.shape), 2, 1)
    rows, blocks = scale.shape[:2]
    parts = {
        "int4": low | (high << 4), "scale": scale[..., 0], "four": np.uint8(4), "sixteen": np.uint8(16),
        "middle": np.float32(MIDDLE), "zero": np.uint8(MIDDLE), "blocks": np.array([rows, blocks], np.int64),
        "by_block": np.array([0, 0, blocks, TABLE_BLOCK], np.int64), "by_row": np.array([0, 0, -1], np.int64),
        "last": np.array([3], np.int64),
    }  # fmt: skip
    node = helper.make_node
    unpacking = [
        node("BitShift", [f"{name}.int4", f"{name}.four"], [f"{name}.high"], direction="RIGHT"),
        node("Mod", [f"{name}.int4", f"{name}.sixteen"], [f"{name}.low"]),
        node("Concat", [f"{name}.low", f"{name}.high"], [f"{name}.bytes"], axis=1),
        node("Cast", [f"{name}.scale"], [f"{name}.scales"], to=TensorProto.FLOAT),
        node("Expand", [f"{name}.zero", f"{name}.blocks"], [f"{name}.zeros"]),
        node(
            "DequantizeLinear", [f"{name}.bytes", f"{name}.scales", f"{name}.zeros"], [name],
            axis=1, block_size=TABLE_BLOCK,
        ),
    ]  # fmt: skip
    return [
        numpy_helper.from_array(np.asarray(part), f"{name}.{key}") for key, part in parts.items()
    ], unpacking


def _words(name: str, ids: str, output: str) -> list[onnx.NodeProto]:
    """Rows `ids` [N,L] of the table out of its bytes, [N,L,columns]."""
    row, node = f"{name}{ROWS}", helper.make_node
    return [
        node("Gather", [f"{name}.bytes", ids], [f"{row}.bytes"]),
        node("Cast", [f"{row}.bytes"], [f"{row}.wide"], to=TensorProto.FLOAT),
        node("Sub", [f"{row}.wide", f"{name}.middle"], [f"{row}.signed"]),
        node("Reshape", [f"{row}.signed", f"{name}.by_block"], [f"{row}.blocks"]),
        node("Gather", [f"{name}.scales", ids], [f"{row}.scales"]),
        node("Unsqueeze", [f"{row}.scales", f"{name}.last"], [f"{row}.factors"]),
        node("Mul", [f"{row}.blocks", f"{row}.factors"], [f"{row}.scaled"]),
        node("Reshape", [f"{row}.scaled", f"{name}.by_row"], [output], f"{row}"),
    ]


def blocks_of_4_bits(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[rows,columns] as -8..7 [rows,blocks,32], and the fp16 scale of each block [rows,blocks,1].

    Of several scales each block takes the one of the least squared error: it may pay to cut its largest
    number. What comes out is given back unchanged by a second time.
    """
    rows, columns = values.shape
    blocks = values.reshape(rows, columns // TABLE_BLOCK, TABLE_BLOCK)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(2)[..., None], 2)
    least = np.full(largest.shape, np.inf)
    best, chosen = np.zeros(blocks.shape, np.float32), np.zeros(largest.shape, np.float16)
    for end in (-8, 7):
        for cut in (1.0, 0.93, 0.86, 0.79):
            scale = (cut * largest / end).astype(np.float16)
            scale = np.where(scale == 0, np.float16(6e-8), scale)
            wide = scale.astype(np.float32)
            stored = np.clip(np.rint(blocks / wide), -8, 7)
            error = np.square(stored * wide - blocks).sum(2, keepdims=True)
            better = error < least
            least = np.where(better, error, least)
            best, chosen = np.where(better, stored, best), np.where(better, scale, chosen)
    return best, chosen
