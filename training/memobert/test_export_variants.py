"""Passes over graphs, and the variants made with them: the same answers, within what each is allowed."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import numpy_helper

from . import export_variants
from .exported_models import AXES, HEADS, OUTPUTS, fold_norms, round_to_half, trace
from .golden_vectors import fusion_inputs, open_rounded
from .lightface_model import LightFace
from .loop import bf16_gains
from .memobert_model import MemoBert, small_config
from .onnx_graph import ROWS, arrays, fuse_gelu, reopen, sort_nodes, store_as_half, widen
from .onnx_variants import VARIANTS, copy, packed_weights, round_to_blocks, round_to_packed
from .pretraining_heads import PretrainingHeads, WordHead
from .published_memobert import Published
from .test_export import bundle, checkpoints, stir  # noqa: F401
from .wav2vec2_model import TOY, VoiceEncoder, compact_config

# of the largest feature or logit
ALLOWED = {"fp32": 0, "fp32-half": 2e-3, "fp16": 1e-2, "fp32-packed": 0.2, "int8-packed": 0.2}
TINY_WORDS = {"hidden_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
ALLOWED_INT8 = 0.1


class ToyTokens:
    """Any ids: what is asked does not matter here."""

    cls_token_id, sep_token_id, mask_token_id, pad_token_id = 1, 2, 3, 0

    def __call__(self, text: str, add_special_tokens: bool):
        ids = [3 if word.startswith("[MASK]") else 10 + len(word) for word in text.split()]
        return type("Encoding", (), {"input_ids": ids})


@pytest.fixture(scope="module")
def graphs():
    """fp32 graphs and inputs by name."""
    torch.manual_seed(2)
    faces, sound = {"faces": torch.randn(2, 1, 64, 64)}, {"waveform": torch.randn(1, 4000)}
    light = fold_norms(stir(LightFace(widths=(8, 16, 64), features=27)))
    voice = VoiceEncoder(compact_config(**TOY), 7)
    voice.wav2vec2.set_attn_implementation("eager")
    fusion = Published(MemoBert(small_config(**TINY_WORDS, vocab_size=600)))
    asked = fusion_inputs(342, 256, ToyTokens(), "i am [MASK].")
    return {
        "memobert": (trace(fusion, asked, OUTPUTS["memobert"], AXES["memobert"]), asked),
        "denseface-light": (trace(light, faces, OUTPUTS["denseface"], AXES["denseface"]), faces),
        "wav2vec2": (trace(voice, sound, OUTPUTS["wav2vec2"], AXES["wav2vec2"]), sound),
    }


def run(graph: onnx.ModelProto, inputs: dict) -> list[np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = open_rounded(graph.SerializeToString(), options)
    return session.run(None, {name: value.numpy() for name, value in inputs.items()})


@pytest.mark.parametrize("name", ["denseface-light", "wav2vec2", "memobert"])
@pytest.mark.parametrize("key", VARIANTS)
def test_a_variant_answers_as_the_fp32_graph(graphs, name, key):
    if name == "memobert" and key in ("int8", "int8-all") and not bf16_gains("cpu"):
        pytest.skip("without AVX-512 its sums of int8 saturate, and ONNX Runtime's cure refuses its graph")
    graph, inputs = graphs[name]
    untouched = graph.SerializeToString()
    made = VARIANTS[key].make(graph)
    assert graph.SerializeToString() == untouched
    # what is stored in 4 bits is taken apart by an operator of opset 21
    opset = 21 if name == "memobert" and key in ("fp32-packed", "int8-packed", "fp32-int4") else 17
    assert {entry.domain: entry.version for entry in made.opset_import}[""] == opset
    for got, want in zip(run(made, inputs), run(graph, inputs), strict=True):
        assert got.dtype == np.float32
        assert np.abs(got - want).max() <= ALLOWED.get(key, ALLOWED_INT8) * np.abs(want).max()


def test_the_word_table_is_packed_to_a_nibble_a_number(graphs):
    graph, _ = graphs["memobert"]
    packed = packed_weights(graph)
    table = next(w for w in packed.graph.initializer if w.name.endswith(".int4"))
    assert list(table.dims) == [600, 32] and "word_embeddings" in table.name
    name = table.name.removesuffix(".int4")
    # what the graph makes of it lies within half a step of what was stored
    kept = {name, *(w.name for w in packed.graph.initializer if w.name.startswith(name))}
    nodes = [
        node
        for node in packed.graph.node
        if all(i.startswith(name) and ROWS not in i for i in node.input) and ROWS not in node.output[0]
    ]
    alone = onnx.helper.make_graph(
        nodes, "table", [], [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [600, 64])],
        [w for w in packed.graph.initializer if w.name in kept],
    )  # fmt: skip
    alone = onnx.helper.make_model(alone, opset_imports=packed.opset_import, ir_version=packed.ir_version)
    (got,) = run(alone, {})
    want = arrays(graph)[name]
    step = np.abs(want.reshape(600, 2, 32)).max(2).repeat(32, 1) / 8
    # the largest of a block may be cut, where that brings the others nearer
    assert (np.abs(got - want) <= 2 * step).all()
    assert np.mean(np.abs(got - want) <= 0.51 * step) > 0.9
    naive = np.clip(np.rint(want / step), -8, 7) * step
    assert np.square(got - want).sum() < 0.9 * np.square(naive - want).sum()
    assert len(np.unique(np.round(got[0, :32] / step[0, 0]))) > 8
    size = {key: len(VARIANTS[key].make(graph).SerializeToString()) for key in ("fp32-packed", "fp32-int8")}
    # 8 bits a number became 4 and a part of a scale
    assert size["fp32-int8"] - size["fp32-packed"] > 0.4 * 600 * 64


@pytest.fixture
def heads() -> PretrainingHeads:
    """Wide enough that their matrices are stored in blocks, with a head of words beside."""
    torch.manual_seed(3)
    model = MemoBert(small_config(**TINY_WORDS | {"hidden_size": 128}, vocab_size=50)).requires_grad_(False)
    found = PretrainingHeads(model).requires_grad_(False)
    found.add_words(model)
    for parameter in found.parameters():
        torch.nn.init.normal_(parameter)
    return found.eval()


def test_heads_in_4_bits_answer_what_pytorch_does_with_the_same_numbers(heads):
    given = {"hidden": torch.randn(5, 128)}
    whole = trace(round_to_half(heads), given, OUTPUTS[HEADS], AXES[HEADS])
    before = [found.clone() for found in heads(**given)]
    wanted = round_to_blocks(heads)(**given)
    small = VARIANTS["fp32-int4"].make(trace(heads, given, OUTPUTS[HEADS], AXES[HEADS]))
    for got, want, old in zip(run(small, given), wanted, before, strict=True):
        most = float(want.abs().max())
        assert np.abs(got - want.numpy()).max() < 1e-5 * most
        # rounding did something, and not much
        assert 1e-4 * most < float((old - want).abs().max()) < 0.2 * most
    half = len(VARIANTS["fp32-half"].make(whole).SerializeToString())
    assert len(small.SerializeToString()) < 0.4 * half


def test_heads_in_4_bits_leave_what_other_graphs_store_as_it_is(heads):
    tied = [heads.face_regression.embedder[0], heads.voice_regression.embedder[0]]
    kept = [heads.words.transform.dense.weight, *(linear.weight for linear in tied)]
    before = [weight.clone() for weight in kept]
    round_to_blocks(heads)
    for weight, old in zip(kept, before, strict=True):
        assert torch.equal(weight, old)
    assert not torch.equal(heads.face_regression.embedder[0].weight, tied[0].weight)


def test_only_int8_files_have_the_quick_gelu(graphs):
    graph, _ = graphs["wav2vec2"]
    for key, variant in VARIANTS.items():
        kinds = [node.op_type for node in variant.make(graph).graph.node]
        assert ("FastGelu" in kinds) == (key in ("int8", "int8-all", "int8-packed")), key
        assert key == "fp32" or ("Gelu" in kinds) != ("FastGelu" in kinds), key


def test_int8_products_are_of_the_numbers_that_are_packed(graphs):
    graph, _ = graphs["memobert"]
    packed, products = (VARIANTS[key].make(graph) for key in ("fp32-packed", "int8-packed"))
    stored = [{n: v for n, v in arrays(of).items() if v.dtype == np.int8} for of in (packed, products)]
    assert stored[0] and stored[0].keys() == stored[1].keys()
    for name, numbers in stored[0].items():
        assert np.array_equal(numbers, stored[1][name]), name
    # the same file but for the nodes
    assert abs(len(products.SerializeToString()) - len(packed.SerializeToString())) < 4_000
    kinds = {node.name: node.op_type for node in products.graph.node}
    assert kinds["/key/MatMul"] == "MatMulIntegerToFloat" and kinds["/output/dense_1/MatMul"] == "MatMul"
    # queries, keys and values of a layer round their input once
    rounded = [n.input[0] for n in products.graph.node if n.op_type == "DynamicQuantizeLinear"]
    assert len(rounded) == len(set(rounded))


def test_a_head_of_masked_words_keeps_int8_products(graphs):
    torch.manual_seed(3)
    model = MemoBert(small_config(**TINY_WORDS, vocab_size=600))
    asked = fusion_inputs(342, 256, ToyTokens(), "i am [MASK].")
    both = trace(
        Published(model, WordHead(model)), asked, [*OUTPUTS["memobert"], "filled_words"], AXES["memobert"]
    )
    for got, want in zip(run(VARIANTS["int8-packed"].make(both), asked), run(both, asked), strict=True):
        assert np.abs(got - want).max() <= ALLOWED["int8-packed"] * np.abs(want).max()


def test_what_is_packed_already_stays():
    torch.manual_seed(4)
    model = MemoBert(small_config(**{**TINY_WORDS, "vocab_size": 600}))
    once = {k: v.clone() for k, v in round_to_packed(round_to_half(model)).state_dict().items()}
    for name, value in round_to_packed(model).state_dict().items():
        assert torch.equal(value, once[name]), name


def test_a_short_word_table_is_rounded_as_its_head_is_stored():
    """Too short for 4 bits, it is stored as any matrix is; more positions than that stay as they are."""
    torch.manual_seed(5)
    shape = {**TINY_WORDS, "vocab_size": 60, "max_position_embeddings": 600}
    model = round_to_half(MemoBert(small_config(**shape)))
    positions = model.embeddings.position_embeddings.weight.clone()
    round_to_packed(model)
    assert torch.equal(model.embeddings.position_embeddings.weight, positions)
    asked = fusion_inputs(342, 256, ToyTokens(), "i am [MASK].")
    graph = trace(Published(model), asked, OUTPUTS["memobert"], AXES["memobert"])
    for got, want in zip(run(packed_weights(graph), asked), run(graph, asked), strict=True):
        assert np.abs(got - want).max() < 1e-5 * np.abs(want).max()


def test_variants_store_what_they_say(graphs):
    graph, _ = graphs["wav2vec2"]
    size = {key: len(variant.make(graph).SerializeToString()) for key, variant in VARIANTS.items()}
    assert size["fp32-int8"] < size["fp32-half"] < size["fp32"]
    kinds = {key: {n.op_type for n in variant.make(graph).graph.node} for key, variant in VARIANTS.items()}
    assert "MatMulNBits" in kinds["int8-blocks"] and "MatMulInteger" in kinds["int8"]
    assert "ConvInteger" in kinds["int8-all"]
    for key, used in kinds.items():
        gelu = "FastGelu" if {"MatMulInteger", "MatMulIntegerToFloat", "ConvInteger"} & used else "Gelu"
        assert {gelu, "LayerNormalization"} <= used or key == "fp32", key


def test_half_weights_are_widened_to_the_same_numbers(graphs):
    graph, inputs = graphs["denseface-light"]
    half = VARIANTS["fp32-half"].make(graph)
    wide = copy(half)
    assert widen(wide) == sum(1 for node in half.graph.node if node.op_type == "Cast")
    for got, want in zip(run(wide, inputs), run(half, inputs), strict=True):
        assert np.array_equal(got, want)


def test_a_weight_beyond_fp16_is_refused(graphs):
    graph = copy(graphs["denseface-light"][0])
    large = next(w for w in graph.graph.initializer if np.prod(w.dims) >= 256)
    large.CopyFrom(numpy_helper.from_array(np.full(list(large.dims), 1e6, np.float32), large.name))
    with pytest.raises(ValueError, match="does not fit fp16"):
        store_as_half(graph)


def test_gelu_becomes_one_node_and_answers_the_same(graphs):
    graph, inputs = graphs["wav2vec2"]
    fused = copy(graph)
    count = sum(1 for node in graph.graph.node if node.op_type == "Erf")
    assert fuse_gelu(fused) == count > 0
    fused.opset_import.append(onnx.helper.make_opsetid("com.microsoft", 1))
    for got, want in zip(run(fused, inputs), run(graph, inputs), strict=True):
        assert np.abs(got - want).max() < 1e-5 * max(1, np.abs(want).max())


def test_a_finished_graph_is_reopened_whole(graphs):
    graph, inputs = graphs["wav2vec2"]
    opened = reopen(VARIANTS["fp32-half"].make(graph))
    assert sorted(n.op_type for n in opened.graph.node) == sorted(n.op_type for n in graph.graph.node)
    for got, want in zip(run(opened, inputs), run(graph, inputs), strict=True):
        assert np.abs(got - want).max() < 2e-3 * np.abs(want).max()


def test_nodes_are_put_in_order_or_a_circle_is_named(graphs):
    graph = copy(graphs["denseface-light"][0])
    nodes = list(graph.graph.node)
    del graph.graph.node[:]
    graph.graph.node.extend(reversed(nodes))
    sort_nodes(graph)
    onnx.checker.check_model(graph)
    graph.graph.node[0].input[0] = graph.graph.node[-1].output[0]
    with pytest.raises(ValueError, match="circle"):
        sort_nodes(graph)


def test_the_command_measures_every_variant(bundle, toy, tmp_path):  # noqa: F811
    data = ["--faces", str(toy / "faces"), "--speech", str(toy / "speech"), "--limit", "6"]
    words = ["--bundle", str(bundle[0]), *data, "--out", str(tmp_path), "--no-timing"]
    report = export_variants.main(words)
    assert report["graphs"].keys() == set(export_variants.ENCODERS)
    assert json.loads((tmp_path / "variants.json").read_text()) == json.loads(json.dumps(report))
    for rows in report["graphs"].values():
        assert rows.keys() == VARIANTS.keys()
        for row in rows.values():
            assert (tmp_path / row["path"]).stat().st_size == row["bytes"] > row["gzip"]
            assert row["probability"] < 0.1 and row["count"] == 6
    # what the timing script adds
    report["graphs"]["wav2vec2"]["fp32"].update(medianMs=9.5, ratio=1.0, loadRatio=1.0)
    report["graphs"]["wav2vec2"]["int8"]["error"] = "no such operator"
    table = export_variants.table(report)
    assert "fp32 takes 9.5 ms" in table and "fails: no such operator" in table
