"""A word table in 4 bits: read by the head as a whole and by a row in its words, and as any table again."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from .onnx_graph import widen
from .packed_table import blocks_of_4_bits, pack_table

ROWS, COLUMNS = 700, 128


def graph(*nodes: onnx.NodeProto) -> tuple[onnx.ModelProto, np.ndarray]:
    """A tied table: `words` [N,L,columns] of `ids`, and `logits` [N,rows] of `state` [N,columns]."""
    values = np.random.default_rng(3).normal(size=(ROWS, COLUMNS)).astype(np.float32)
    inner = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "ids"], ["words"]),
            helper.make_node("Gemm", ["state", "table"], ["logits"], transB=1),
            *nodes,
        ],
        "tied",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT32, ["N", "L"]),
            helper.make_tensor_value_info("state", TensorProto.FLOAT, ["N", COLUMNS]),
        ],
        [
            helper.make_tensor_value_info("words", TensorProto.FLOAT, ["N", "L", COLUMNS]),
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", ROWS]),
        ],
        [numpy_helper.from_array(values, "table")],
    )
    model = helper.make_model(inner, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    signed, scale = blocks_of_4_bits(values)
    return model, (signed * scale.astype(np.float32)).reshape(values.shape)


def run(model: onnx.ModelProto, **options: str) -> tuple[list[np.ndarray], dict]:
    settings = onnxruntime.SessionOptions()
    for key, value in options.items():
        settings.add_session_config_entry(key.replace("__", "."), value)
    session = onnxruntime.InferenceSession(model.SerializeToString(), settings)
    inputs = {
        "ids": np.array([[0, 5, ROWS - 1], [7, 7, 300]], np.int32),
        "state": np.random.default_rng(4).normal(size=(2, COLUMNS)).astype(np.float32),
    }
    return session.run(["words", "logits"], inputs), inputs


@pytest.mark.parametrize("folded", ["0", "1"])
def test_words_and_logits_are_those_of_the_rounded_table(folded):
    model, rounded = graph()
    before = model.ByteSize()
    pack_table(model, "table")
    onnx.checker.check_model(model)
    assert model.ByteSize() < before / 5
    (words, logits), inputs = run(model, session__disable_quant_qdq=folded)
    assert np.array_equal(words, rounded[inputs["ids"]])
    assert np.allclose(logits, inputs["state"] @ rounded.T, atol=1e-4)


def test_a_widened_graph_is_as_it_was_before_it_was_packed():
    model, rounded = graph()
    pack_table(model, "table")
    assert widen(model) == 1
    assert [node.op_type for node in model.graph.node] == ["Gather", "Gemm"]
    (table,) = model.graph.initializer
    assert table.name == "table" and np.array_equal(numpy_helper.to_array(table), rounded)
    again = numpy_helper.to_array(table)
    signed, scale = blocks_of_4_bits(again)
    assert np.array_equal((signed * scale.astype(np.float32)).reshape(again.shape), again)


def test_an_operator_that_the_newer_opset_changed_is_refused():
    model, _ = graph(helper.make_node("ReduceMean", ["state"], ["mean"], axes=[1]))
    with pytest.raises(ValueError, match="ReduceMean"):
        pack_table(model, "table")
