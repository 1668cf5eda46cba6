"""Reads MEmoBERT's weights back from a bundle's graph, so that tuning goes on from what was published."""

from collections.abc import Iterable
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from .conversion import count_layers, guessed_heads
from .manifest import read_manifest
from .memobert_model import MemoBert, small_config
from .onnx_graph import widen
from .vocabulary import bundle_tokenizer, vocabulary_digest

HEADS_GRAPH = "memobert-heads.onnx"
# of a head of masked words, in MEmoBERT's graph as in `PretrainingHeads`
WORDS = "words."


def load_memobert(path: Path, **changes) -> MemoBert:
    """MEmoBERT with the weights of `path` (a `memobert.onnx` of `export.py`).

    `changes` go before what `published_config` tells; feature sizes are the graph's. Raises ValueError when
    the graph is not of this shape.
    """
    weights = named_weights(onnx.load(path).graph)
    heads = changes.get("num_attention_heads")
    return memobert_of(weights, path, {**published_config(path, weights, heads), **changes})


def published_config(path: Path, weights: dict[str, Tensor], heads: int | None = None) -> dict:
    """The changes of `small_config` that make the MEmoBERT of `path`: the manifest's `training.fusion.config`
    beside it, else what the tensors tell.

    How many heads there are no tensor tells: then by `heads`, or `guessed_heads`. Raises ValueError for what
    is no MEmoBERT, and as that does.
    """
    manifest = path.with_name("manifest.json")
    trained = read_manifest(manifest).get("training", {}) if manifest.is_file() else {}
    if stated := (trained.get("fusion") or {}).get("config"):
        return stated
    try:
        words, hidden = weights["embeddings.word_embeddings.weight"].shape
        told = {
            "vocab_size": words,
            "hidden_size": hidden,
            "num_hidden_layers": count_layers(weights, r"encoder\.layer\.(\d+)\..+"),
            "intermediate_size": len(weights["encoder.layer.0.intermediate.dense.weight"]),
            "max_position_embeddings": len(weights["embeddings.position_embeddings.weight"]),
        }
    except KeyError as error:
        raise ValueError(f"{path} is no memobert.onnx: it lacks {error}") from error
    return {**told, "num_attention_heads": heads or guessed_heads(hidden, path)}


def memobert_of(weights: dict[str, Tensor], path: Path, changes: dict) -> MemoBert:
    """As `load_memobert`, of weights that were read already."""
    state = {name: weight for name, weight in weights.items() if not name.startswith(WORDS)}
    try:
        sizes = (state[f"{part}_embeddings.linear.weight"].shape[1] for part in ("img", "speech"))
        model = MemoBert(small_config(**changes), *sizes)
        model.load_state_dict(state)
    except (KeyError, RuntimeError) as error:
        raise ValueError(f"{path} is no memobert.onnx of this shape: {error}") from error
    return model


def load_heads(path: Path) -> dict[str, Tensor] | None:
    """The state of `PretrainingHeads` from the `memobert-heads.onnx` beside `path`; None where there is none.

    Regressions are tied to the embedders' matrices, which are MEmoBERT's own.
    """
    beside = path.with_name(HEADS_GRAPH)
    if not beside.is_file():
        return None
    graph = onnx.load(beside).graph
    widen(graph)
    stored = {
        weight.name: torch.from_numpy(numpy_helper.to_array(weight).copy()).float()
        for weight in graph.initializer
    }
    state = {name: weight for name, weight in stored.items() if not name.startswith("onnx::")}
    # exporting merges equal weights, as those of a head that never learned are: nodes tell whose they are
    return {**{name: stored[of] for name, of in _read_by(graph.node).items()}, **state}


def _read_by(nodes: Iterable[onnx.NodeProto]) -> dict[str, str]:
    """The stored weight by the name that its reader has in `PretrainingHeads`; tied matrices are left out."""
    found, regressed = {}, {}
    for node in nodes:
        # a Mul or an Add after a regression's Gemm holds its deviations or its means
        head = next((regressed[name] for name in node.input if name in regressed), None)
        if node.op_type in ("Gemm", "LayerNormalization"):
            head = _module_of(node.name)
            parts = zip(("weight", "bias"), node.input[1:3], strict=True)
        elif node.op_type in ("Mul", "Add") and head:
            parts = [("std" if node.op_type == "Mul" else "mean", node.input[1])]
        else:
            continue
        found |= {f"{head}.{part}": name for part, name in parts if not name.startswith("onnx::")}
        regressed |= {name: head for name in node.output if node.op_type in ("Gemm", "Mul")}
    return found


def _module_of(node: str) -> str:
    """`voice_regression.net.2` of `/voice_regression/net/net.2/LayerNormalization`."""
    parts: list[str] = []
    for part in node.split("/")[1:-1]:
        if parts and part.startswith(f"{parts[-1]}."):
            parts.pop()
        parts.append(part)
    return ".".join(parts)


def load_published(path: Path, attention_heads: int | None = None, **changes) -> dict:
    """What a best.pt of `tune` holds, as far as a bundle does: `model` and its `config` (`changes` go before
    it), and where they are there `heads`, `prompt`, `labels`, `run`, `converted` and
    `vocabulary_sha256`. A head of masked words is in MEmoBERT's own graph, where the word table is."""
    weights = named_weights(onnx.load(path).graph)
    attention_heads = attention_heads or changes.get("num_attention_heads")
    config = {**published_config(path, weights, attention_heads), **changes}
    found: dict = {"model": memobert_of(weights, path, config).state_dict(), "config": config}
    if heads := load_heads(path):
        words = {name: weight for name, weight in weights.items() if name.startswith(WORDS)}
        found["heads"] = {**heads, **words}
    manifest = path.with_name("manifest.json")
    if manifest.is_file():
        stated = read_manifest(manifest)
        fusion = stated.get("training", {}).get("fusion") or {}
        found["run"] = fusion.get("run")
        found |= {key: fusion[key] for key in ("converted",) if key in fusion}
        found |= {key: stated[key] for key in ("prompt",) if key in stated}
        if "labels" in stated:
            found["labels"] = [label["word"] for label in stated["labels"]]
    tokenizer = path.with_name("tokenizer.json")
    if tokenizer.is_file():
        known = bundle_tokenizer(tokenizer.read_text(encoding="utf-8"))
        found["vocabulary_sha256"] = vocabulary_digest(known)
    return found


# what `exported_models.Published` puts before the names; older graphs have none
WRAPPER = "model."


def named_weights(graph: onnx.GraphProto) -> dict[str, Tensor]:
    """The module's state; the type table's rows were folded into constants: text, face, voice."""
    state, kinds = named_tensors(graph)
    state["token_type_embeddings.weight"] = torch.stack(kinds)
    return state


def named_tensors(graph: onnx.GraphProto) -> tuple[dict[str, Tensor], list[Tensor]]:
    """A graph's weights by the module's names, and what is added without a name, in the graph's order.

    What the exporter left nameless is named by its neighbours: a linear layer became MatMul, whose transposed
    weight is nameless, and Add, whose bias has its name.
    """
    widen(graph)
    state, nameless = {}, {}
    for weight in graph.initializer:
        if weight.name.startswith(("/", "gelu.")):
            # a number of the computation: not all variants have made a node of it (`inline_constants`)
            continue
        name = weight.name.removeprefix(WRAPPER)
        value = torch.from_numpy(numpy_helper.to_array(weight).copy())
        (nameless if name.startswith("onnx::") else state)[name] = value.float()
    sums = {name: node for node in graph.node if node.op_type == "Add" for name in node.input}
    added = []
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in nameless:
            after = sums[node.output[0]]
            bias = next(name for name in after.input if name != node.output[0])
            state[bias.removesuffix("bias").removeprefix(WRAPPER) + "weight"] = nameless[
                node.input[1]
            ].T.contiguous()
        elif node.op_type == "Add":
            added += [nameless[name] for name in node.input if name in nameless]
    return state, added
