"""Passes over ONNX graphs that leave what a graph computes as it was; each works on the graph it is given."""

import hashlib
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

# smaller tensors stay fp32: they weigh nothing and norms like their precision
HALF_FROM = 256
CONTRIB = "com.microsoft"


def set_nodes(graph: onnx.ModelProto, nodes: list[onnx.NodeProto]) -> None:
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)


def set_weights(graph: onnx.ModelProto, weights: list[TensorProto]) -> None:
    del graph.graph.initializer[:]
    graph.graph.initializer.extend(weights)


def arrays(graph: onnx.ModelProto) -> dict[str, np.ndarray]:
    """The graph's weights by name."""
    return {weight.name: numpy_helper.to_array(weight) for weight in graph.graph.initializer}


def deduplicate(graph: onnx.ModelProto) -> None:
    """One copy of equal weights: the tied word table would travel twice."""
    first: dict[bytes, str] = {}
    renamed: dict[str, str] = {}
    kept = []
    for weight in graph.graph.initializer:
        bare = TensorProto()
        bare.CopyFrom(weight)
        bare.name = ""
        key = hashlib.sha256(bare.SerializeToString()).digest()
        if key in first:
            renamed[weight.name] = first[key]
        else:
            first[key] = weight.name
            kept.append(weight)
    set_weights(graph, kept)
    for node in graph.graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = renamed.get(name, name)


def store_as_half(graph: onnx.ModelProto) -> int:
    """Replaces large fp32 weights by fp16 ones with a Cast each; returns how many.

    Raises ValueError for a weight beyond fp16's range.
    """
    kept, casts = [], []
    for weight in graph.graph.initializer:
        values = numpy_helper.to_array(weight)
        if weight.data_type != TensorProto.FLOAT or values.size < HALF_FROM:
            kept.append(weight)
            continue
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if not np.isfinite(half).all():
            raise ValueError(f"{weight.name} does not fit fp16")
        kept.append(numpy_helper.from_array(half, f"{weight.name}.half"))
        casts.append(helper.make_node("Cast", [f"{weight.name}.half"], [weight.name], to=TensorProto.FLOAT))
    set_weights(graph, kept)
    set_nodes(graph, [*casts, *graph.graph.node])
    return len(casts)


# what takes stored weights apart: see onnx_variants
STORING = (
    "BitShift", "Cast", "Concat", "DequantizeLinear", "Div", "Expand", "Floor", "Mod", "Mul", "Reshape",
    "Sub",
)  # fmt: skip
# begins the names of what takes words out of a packed table (packed_table.py)
ROWS = ".rows"


def widen(graph: onnx.ModelProto | onnx.GraphProto) -> int:
    """Undoes how weights are stored (fp16, int8, 4 bits): plain fp32 weights again; returns how many."""
    inner = graph.graph if isinstance(graph, onnx.ModelProto) else graph
    _gather_words(inner)
    weights = {weight.name: weight for weight in inner.initializer}
    known, storing, others = set(weights), [], []
    for node in inner.node:
        if node.op_type in STORING and all(name in known for name in node.input):
            storing.append(node)
            known |= set(node.output)
        else:
            others.append(node)
    read = {name for node in others for name in node.input} | {output.name for output in inner.output}
    wide = [name for node in storing for name in node.output if name in read]
    if not wide:
        return 0
    used = {name for node in storing for name in node.input}
    alone = helper.make_graph(
        storing,
        "weights",
        [],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in wide],
        [weight for name, weight in weights.items() if name in used],
    )
    model = helper.make_model(alone, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    values = onnxruntime.InferenceSession(model.SerializeToString()).run(wide, {})
    made = {n: numpy_helper.from_array(v, n) for n, v in zip(wide, values, strict=True)}
    # each where its stored form stood: what is read back goes by the order
    first = {name: next(i for i in _ancestors(name, storing) if i in weights) for name in wide}
    at = {stored: name for name, stored in first.items()}
    kept = [made[at[n]] if n in at else w for n, w in weights.items() if n in at or n not in used]
    kept += [weights[name] for name in weights if name in used and name in read and name not in at]
    del inner.initializer[:]
    inner.initializer.extend(kept)
    del inner.node[:]
    inner.node.extend(others)
    return len(wide)


def _gather_words(graph: onnx.GraphProto) -> None:
    """Takes words from a packed table's fp32 form again, as any embedding does."""
    nodes, tables = [], []
    for node in graph.node:
        table, _, step = node.output[0].partition(ROWS)
        if node.name.endswith(ROWS):
            table = node.name.removesuffix(ROWS)
            ids = next(n.input[1] for n in graph.node if n.output[0] == f"{table}{ROWS}.bytes")
            nodes.append(helper.make_node("Gather", [table, ids], list(node.output)))
            tables.append(f"{table}.")
        elif not step:
            nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    read = {name for node in nodes for name in node.input}
    kept = [w for w in graph.initializer if w.name in read or not w.name.startswith(tuple(tables))]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def _ancestors(name: str, nodes: list[onnx.NodeProto]) -> list[str]:
    """What `name` is computed from, first inputs first."""
    made = {output: node for node in nodes for output in node.output}
    found, waiting = [], [name]
    while waiting:
        current = waiting.pop(0)
        found.append(current)
        if current in made:
            waiting = [*made[current].input, *waiting]
    return found


def fuse_gelu(graph: onnx.ModelProto) -> int:
    """x/sqrt(2) -> Erf -> +1 -> *x -> /2 as one com.microsoft Gelu; returns how many.

    ONNX Runtime does so itself as it loads, but for the CPU only: WebGPU would run five shaders. Not opset
    20's Gelu: WebGPU's AveragePool is that of opset 11 to 18, a later one would leave the GPU.
    """
    values = {name: array for name, array in arrays(graph).items() if array.size == 1}
    made = {output: node for node in graph.graph.node for output in node.output}
    readers = Counter(name for node in graph.graph.node for name in node.input)

    def beside(node: onnx.NodeProto, kind: str, number: float) -> str | None:
        """The other input of `kind` with the constant `number`."""
        for constant, other in (node.input, reversed(node.input)) if node.op_type == kind else ():
            if constant in values and abs(float(values[constant].item()) - number) < 1e-3:
                return other
        return None

    fused: dict[str, str] = {}
    dropped: set[str] = set()
    for half in graph.graph.node:
        product = made.get(beside(half, "Mul", 0.5) or "")
        if product is None or product.op_type != "Mul":
            continue
        for x, factor in (product.input, reversed(product.input)):
            plus = made.get(factor)
            erf = made.get((beside(plus, "Add", 1.0) if plus else None) or "")
            scaled = made.get(erf.input[0]) if erf and erf.op_type == "Erf" else None
            if scaled is None or beside(scaled, "Div", 2**0.5) != x:
                continue
            inner = [product.output[0], plus.output[0], erf.output[0], scaled.output[0]]
            if all(readers[name] == 1 for name in inner):
                fused[half.output[0]] = x
                dropped.update(inner)
    nodes = [
        helper.make_node("Gelu", [fused[n.output[0]]], list(n.output), domain=CONTRIB)
        if n.output[0] in fused
        else n
        for n in graph.graph.node
        if n.output[0] not in dropped
    ]
    set_nodes(graph, nodes)
    return len(fused)


def split_gelu(graph: onnx.ModelProto) -> int:
    """Undoes `fuse_gelu`; returns how many. Converters know the types of standard operators only."""
    nodes, constants = [], {"gelu.root": 2**0.5, "gelu.one": 1.0, "gelu.half": 0.5}
    gelus = [node for node in graph.graph.node if node.op_type == "Gelu" and node.domain == CONTRIB]
    for node in graph.graph.node:
        if node not in gelus:
            nodes.append(node)
            continue
        x, out = node.input[0], node.output[0]
        steps = [
            ("Div", [x, "gelu.root"]), ("Erf", []), ("Add", ["gelu.one"]), ("Mul", [x]),
            ("Mul", ["gelu.half"]),
        ]  # fmt: skip
        for index, (kind, inputs) in enumerate(steps):
            before = [f"{out}.{index - 1}"] if index else []
            made = out if index == len(steps) - 1 else f"{out}.{index}"
            nodes.append(helper.make_node(kind, [*before, *inputs], [made]))
    set_nodes(graph, nodes)
    if gelus:
        new = [numpy_helper.from_array(np.float32(value), name) for name, value in constants.items()]
        graph.graph.initializer.extend(new)
    return len(gelus)


def fold_constants(graph: onnx.ModelProto) -> onnx.ModelProto:
    """What ONNX Runtime's basic level makes of a graph with fp32 weights: arithmetic on constants and static
    dimensions done, norms after a convolution inside it, dead nodes gone."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.intra_op_num_threads = 1
    # 3 = errors: it names each weight that it folds away
    options.log_severity_level = 3
    with tempfile.TemporaryDirectory() as folder:
        options.optimized_model_filepath = str(Path(folder) / "folded.onnx")
        onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
        folded = onnx.load(options.optimized_model_filepath)
    # it writes them in an order of its own
    order = {node.output[0]: index for index, node in enumerate(graph.graph.node)}
    set_nodes(folded, sorted(folded.graph.node, key=lambda node: order.get(node.output[0], 0)))
    sort_nodes(folded)
    return folded


def sort_nodes(graph: onnx.ModelProto) -> None:
    """Puts every node after those that make its inputs, and keeps the order otherwise."""
    waiting = {output for node in graph.graph.node for output in node.output}
    nodes, left = [], list(graph.graph.node)
    while left:
        later = []
        for node in left:
            if waiting.isdisjoint(node.input):
                nodes.append(node)
                waiting.difference_update(node.output)
            else:
                later.append(node)
        if len(later) == len(left):
            raise ValueError(f"the graph has a circle through {later[0].name}")
        left = later
    set_nodes(graph, nodes)


def reopen(graph: onnx.ModelProto) -> onnx.ModelProto:
    """A finished graph as it was before `finish`, ready for other passes."""
    widen(graph)
    split_gelu(graph)
    return optimise(graph)


def inline_constants(graph: onnx.ModelProto) -> None:
    """Makes nodes of the constants that are no weights, which are named like an operator's output.

    What is left is named as in PyTorch, and can be read back (`memobert_import.py`).
    """
    weights, constants = [], []
    for weight in graph.graph.initializer:
        if weight.name.startswith(("/", "gelu.")):
            constants.append(helper.make_node("Constant", [], [weight.name], value=weight))
        else:
            weights.append(weight)
    set_weights(graph, weights)
    set_nodes(graph, [*constants, *graph.graph.node])


def tidy(graph: onnx.ModelProto) -> None:
    """Drops operator sets, weights and shape notes that nothing uses, and the exporter's notes on nodes."""
    domains = {node.domain for node in graph.graph.node} | {""}
    stated = {entry.domain: entry.version for entry in graph.opset_import if entry.domain in domains}
    del graph.opset_import[:]
    graph.opset_import.extend(
        helper.make_opsetid(domain, stated.get(domain, 1)) for domain in sorted(domains)
    )
    used = {name for node in graph.graph.node for name in node.input}
    used |= {output.name for output in graph.graph.output}
    set_weights(graph, [weight for weight in graph.graph.initializer if weight.name in used])
    del graph.graph.value_info[:]
    for node in graph.graph.node:
        node.doc_string = ""


def optimise(graph: onnx.ModelProto) -> onnx.ModelProto:
    """The graph with what is constant computed; weights are fp32 before and after, operators standard."""
    graph = fold_constants(graph)
    deduplicate(graph)
    tidy(graph)
    return graph


def finish(graph: onnx.ModelProto) -> onnx.ModelProto:
    """The last passes: Gelu in one node, large weights stored as fp16. Raises what ONNX's checker finds."""
    fuse_gelu(graph)
    tidy(graph)
    store_as_half(graph)
    inline_constants(graph)
    sort_nodes(graph)
    onnx.checker.check_model(graph)
    return graph
