"""The forms in which a graph can be shipped: how its weights are stored, and in what its arithmetic is done.

Each `make` takes the optimised graph with fp32 weights (`onnx_graph.optimise`) and leaves it as it is.
"""

import tempfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from .onnx_graph import CONTRIB, HALF_FROM, arrays, finish, set_nodes, set_weights, tidy
from .packed_table import (
    TABLE_BLOCK,
    blocks_of_4_bits,
    pack_table,
    packable,
    raise_opset,
)

# they add up in their input's type; WebGPU's norms and softmax hold their sums in fp32 anyway, and a cast on
# each side of every norm would be one more shader each
KEPT_FP32 = ("ReduceMean", "ReduceSum")
BLOCK = 64
# the head's matrix as well; positions and kinds, however many, are none and stay fp16
WORD_TABLE = "word_embeddings"
# numbers of a matrix from which 4 bits in place of 16 are worth two more nodes
BLOCKS_FROM = 16_384


def copy(graph: onnx.ModelProto) -> onnx.ModelProto:
    result = onnx.ModelProto()
    result.CopyFrom(graph)
    return result


def half_weights(graph: onnx.ModelProto) -> onnx.ModelProto:
    """fp32 arithmetic on weights stored as fp16."""
    return finish(copy(graph))


def int8_weights(graph: onnx.ModelProto) -> onnx.ModelProto:
    """fp32 arithmetic on weights stored as int8, a scale per output channel; the rest as fp16.

    Cast and Mul work on constants alone, so every backend computes them once, as it loads.
    """
    result = copy(graph)
    axes = {n.input[1]: _output_axis(n) for n in result.graph.node if n.op_type in ("Conv", "Gemm", "MatMul")}
    kept, nodes = [], []
    for weight in result.graph.initializer:
        values = numpy_helper.to_array(weight)
        if (
            weight.name not in axes
            or values.dtype != np.float32
            or values.size < HALF_FROM
            or values.ndim < 2
        ):
            kept.append(weight)
            continue
        stored, scale = _to_int8(values, axes[weight.name])
        name = weight.name
        kept += [
            numpy_helper.from_array(stored, f"{name}.int8"),
            numpy_helper.from_array(scale, f"{name}.scale"),
        ]
        nodes += [
            helper.make_node("Cast", [f"{name}.int8"], [f"{name}.wide"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}.wide", f"{name}.scale"], [name]),
        ]
    set_weights(result, kept)
    set_nodes(result, [*nodes, *result.graph.node])
    return finish(result)


def packed_weights(
    graph: onnx.ModelProto, layers: Callable[[onnx.ModelProto], onnx.ModelProto] | None = None
) -> onnx.ModelProto:
    """As `layers` (`int8_weights`), and the word table in 4 bits, a scale per 32 (`packed_table.py`)."""
    result = copy(graph)
    weights = arrays(result)
    tables = {n.input[0] for n in result.graph.node if n.op_type == "Gather" and n.input[0] in weights}
    for name in tables:
        if packable(weights[name]):
            pack_table(result, name)
    return (layers or int8_weights)(result)


def round_to_packed(model: nn.Module) -> nn.Module:
    """Gives the module, in place, the very numbers that `packed_weights` stores of its graph.

    So PyTorch computes what the page will, and what is measured is what is shipped. Of embeddings these are
    the word table's, whatever its length: its name ends in WORD_TABLE, or it is the module given.
    """
    with torch.no_grad():
        for name, module in model.named_modules():
            weight = getattr(module, "weight", None)
            if weight is None or weight.ndim != 2 or weight.numel() < HALF_FROM:
                continue
            values = weight.float().cpu().numpy()
            if isinstance(module, nn.Linear):
                stored, scale = _to_int8(values, 0)
                weight.copy_(torch.from_numpy(stored * scale))
            elif isinstance(module, nn.Embedding) and (not name or name.endswith(WORD_TABLE)):
                if packable(values):
                    signed, scale = blocks_of_4_bits(values)
                else:
                    # as any layer: the tied head's matrix
                    signed, scale = _to_int8(values, 0)
                weight.copy_(torch.from_numpy((signed * scale.astype(np.float32)).reshape(values.shape)))
    return model


def blockwise_int4(graph: onnx.ModelProto) -> onnx.ModelProto:
    """fp32 arithmetic on large matrices stored in 4 bits, a scale per 32 inputs; the rest as fp16."""
    result = copy(graph)
    weights, nodes, added = arrays(result), [], []
    matrices = {
        node.input[1]: weights[node.input[1]]
        for node in result.graph.node
        if node.op_type == "Gemm" and node.input[1] in weights and _output_axis(node) == 0
    }
    matrices = {name: values for name, values in matrices.items() if _in_blocks(values)}
    for name, values in matrices.items():
        signed, scale = blocks_of_4_bits(values)
        nibbles = signed.astype(np.int8).astype(np.uint8).reshape(-1, 2) & 15
        # the first of two in the low bits; as a list of numbers half of these bytes would take two
        raw = (nibbles[:, 0] | nibbles[:, 1] << 4).tobytes()
        added += [
            helper.make_tensor(f"{name}.int4", TensorProto.INT4, list(values.shape), raw, raw=True),
            numpy_helper.from_array(scale[..., 0], f"{name}.scale"),
        ]
        nodes += [
            helper.make_node("Cast", [f"{name}.scale"], [f"{name}.scales"], to=TensorProto.FLOAT),
            helper.make_node(
                "DequantizeLinear", [f"{name}.int4", f"{name}.scales"], [name], axis=1, block_size=TABLE_BLOCK
            ),
        ]
    if matrices:
        raise_opset(result)
    set_weights(result, [*(w for w in result.graph.initializer if w.name not in matrices), *added])
    set_nodes(result, [*nodes, *result.graph.node])
    return finish(result)


def _in_blocks(values: np.ndarray) -> bool:
    """Whether `blockwise_int4` stores a matrix [outputs,inputs] so: not where it would hardly save a byte."""
    return values.ndim == 2 and values.shape[1] % TABLE_BLOCK == 0 and values.size >= BLOCKS_FROM


def round_to_blocks(heads: nn.Module) -> nn.Module:
    """Gives `PretrainingHeads`, in place, the very numbers that `blockwise_int4` stores of their graph.

    The embedders that a regression is tied to become its own, for MEmoBERT's graph stores them otherwise; the
    head of words stays, for it is of that graph.
    """
    of_words = set(heads.words.modules()) if getattr(heads, "words", None) is not None else set()
    with torch.no_grad():
        for module in heads.modules():
            if hasattr(module, "embedder"):
                module.embedder = [deepcopy(linear) for linear in module.embedder]
                for linear in module.embedder:
                    _round_to_4_bits(linear.weight.T)
            elif isinstance(module, nn.Linear) and module not in of_words:
                _round_to_4_bits(module.weight)
    return heads


def _round_to_4_bits(weight: Tensor) -> None:
    values = np.ascontiguousarray(weight.float().cpu().numpy())
    if _in_blocks(values):
        signed, scale = blocks_of_4_bits(values)
        weight.copy_(torch.from_numpy((signed * scale.astype(np.float32)).reshape(values.shape)))


def packed_dynamic_int8(graph: onnx.ModelProto) -> onnx.ModelProto:
    """`packed_weights` to the number, the linear layers computed in int8. For wasm only.

    What follows a GELU stays fp32: a few large numbers among small ones are its input, and one scale for all
    of them cost a third of what the whole file costs (bench/README.md).
    """
    return packed_weights(graph, lambda packed: _gelu_by_tanh(int8_weights(int8_products(packed))))


def int8_products(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Linear layers as products of int8, inputs quantised as they come, one scale for all of a tensor.

    The weights are `int8_weights`' to the number, so a file of these is no larger. ONNX Runtime's quantiser
    would choose numbers of its own, and keep in fp16 what stays fp32.
    """
    result = copy(graph)
    weights, stored, nodes = arrays(result), {}, []
    quantised: dict[str, list[str]] = {}
    for node in result.graph.node:
        values = weights.get(node.input[1]) if node.op_type == "MatMul" else None
        if values is None or values.ndim != 2 or values.size < HALF_FROM or _after_gelu(node):
            nodes.append(node)
            continue
        name, given = node.input[1], node.input[0]
        numbers, scale = _to_int8(values, -1)
        stored[f"{name}.int8"], stored[f"{name}.scale"] = numbers, scale.reshape(-1)
        if given not in quantised:
            # queries, keys and values share theirs
            quantised[given] = [f"{given}.{part}" for part in ("uint8", "step", "zero")]
            nodes.append(helper.make_node("DynamicQuantizeLinear", [given], quantised[given]))
        numbered, step, zero = quantised[given]
        inputs = [numbered, f"{name}.int8", step, f"{name}.scale", zero]
        nodes.append(
            helper.make_node("MatMulIntegerToFloat", inputs, list(node.output), node.name, domain=CONTRIB)
        )
    new = [numpy_helper.from_array(values, name) for name, values in stored.items()]
    set_weights(result, [*result.graph.initializer, *new])
    set_nodes(result, nodes)
    tidy(result)
    return result


def _after_gelu(node: onnx.NodeProto) -> bool:
    return "/intermediate_act_fn/" in node.input[0]


def _output_axis(node: onnx.NodeProto) -> int:
    transposed = any(a.name == "transB" and a.i for a in node.attribute)
    return 0 if node.op_type == "Conv" or transposed else -1


def _to_int8(values: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """int8 of -127..127 and the fp32 scale along `axis`, shaped to multiply it back."""
    others = tuple(i for i in range(values.ndim) if i != axis % values.ndim)
    # `finish` stores many scales as fp16: rounded here, so that the numbers are chosen for what is stored
    scale = (np.abs(values).max(others, keepdims=True) / 127).astype(np.float16)
    scale = np.where(scale == 0, np.float16(6e-8), scale).astype(np.float32)
    return np.clip(np.rint(values / scale), -127, 127).astype(np.int8), scale


def half_arithmetic(graph: onnx.ModelProto) -> onnx.ModelProto:
    """fp16 arithmetic and weights; inputs, outputs and means stay fp32. For GPUs with `shader-f16`."""
    from onnxruntime.transformers.float16 import DEFAULT_OP_BLOCK_LIST, convert_float_to_float16

    result = convert_float_to_float16(
        copy(graph), keep_io_types=True, op_block_list=[*DEFAULT_OP_BLOCK_LIST, *KEPT_FP32]
    )
    # what stays fp32 keeps fp16 weights where they are large, as in the other forms
    return finish(result)


def dynamic_int8(
    graph: onnx.ModelProto, kinds: tuple[str, ...] = ("MatMul", "Gemm"), kept: tuple[str, ...] = ()
) -> onnx.ModelProto:
    """int8 linear layers, inputs quantised as they come; the rest fp32 with fp16 weights. For wasm only.

    `kept` are names of nodes that stay fp32.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "fp32.onnx", Path(folder) / "int8.onnx"
        onnx.save(graph, source)
        quantize_dynamic(
            source,
            target,
            op_types_to_quantize=list(kinds),
            per_channel=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=list(kept),
            # of what ONNX's shape inference cannot follow, such as com.microsoft's Gelu
            extra_options={"DefaultTensorType": TensorProto.FLOAT},
        )
        result = onnx.load(target)
    return _gelu_by_tanh(finish(result))


def _gelu_by_tanh(graph: onnx.ModelProto) -> onnx.ModelProto:
    """GELUs as FastGelu: off by 5e-4, far less than int8 is, in two fifths of the time (bench/README.md)."""
    for node in graph.graph.node:
        if node.op_type == "Gelu" and node.domain == CONTRIB:
            node.op_type = "FastGelu"
    return graph


def dynamic_int8_all(graph: onnx.ModelProto) -> onnx.ModelProto:
    """As `dynamic_int8`, the convolutions too."""
    return dynamic_int8(graph, ("MatMul", "Gemm", "Conv"))


def blockwise_int8(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Linear layers as MatMulNBits: int8 weights, a scale per 64 of them; the rest fp32 with fp16 weights."""
    result = copy(graph)
    weights, added, nodes = arrays(result), {}, []
    for node in result.graph.node:
        values = weights.get(node.input[1]) if node.op_type == "MatMul" else None
        if values is None or values.ndim != 2 or values.shape[0] % BLOCK or values.size < HALF_FROM:
            nodes.append(node)
            continue
        size, outputs = values.shape
        blocks = values.T.reshape(outputs, size // BLOCK, BLOCK)
        scale = np.maximum(np.abs(blocks).max(2), 1e-12) / 127
        # unsigned with the default zero point of 128
        stored = (np.rint(blocks / scale[..., None]) + 128).astype(np.uint8)
        name = node.input[1]
        added[f"{name}.q8"], added[f"{name}.q8_scale"] = stored, scale.astype(np.float32).reshape(-1)
        inputs = [node.input[0], f"{name}.q8", f"{name}.q8_scale"]
        shape = {"K": size, "N": outputs, "bits": 8, "block_size": BLOCK}
        nodes.append(
            helper.make_node("MatMulNBits", inputs, list(node.output), node.name, domain=CONTRIB, **shape)
        )
    new = [numpy_helper.from_array(values, name) for name, values in added.items()]
    set_weights(result, [*result.graph.initializer, *new])
    set_nodes(result, nodes)
    return finish(result)


@dataclass(frozen=True)
class Variant:
    """`precision` is the manifest's key, i.e. the arithmetic; `backends` None means all.

    `exact`: PyTorch computes the golden vectors with the very weights that are stored.
    """

    precision: str
    weights: str
    make: Callable[[onnx.ModelProto], onnx.ModelProto]
    backends: tuple[str, ...] | None = None
    exact: bool = False


VARIANTS = {
    "fp32": Variant("fp32", "fp32", copy),
    "fp32-half": Variant("fp32", "fp16", half_weights),
    "fp32-int8": Variant("fp32", "int8", int8_weights),
    "fp32-packed": Variant("fp32", "int8", packed_weights, exact=True),
    "fp32-int4": Variant("fp32", "int8", blockwise_int4, exact=True),
    "fp16": Variant("fp16", "fp16", half_arithmetic, ("webgpu",)),
    # wrong on WebGPU (transformers.js issue 1512)
    "int8": Variant("int8", "int8", dynamic_int8, ("wasm",)),
    "int8-packed": Variant("int8", "int8", packed_dynamic_int8, ("wasm",)),
    "int8-all": Variant("int8", "int8", dynamic_int8_all, ("wasm",)),
    "int8-blocks": Variant("int8", "int8", blockwise_int8, ("wasm",)),
}
