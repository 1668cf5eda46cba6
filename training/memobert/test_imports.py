"""Published graphs read back: the same answers, and ready to train on."""

import numpy as np
import onnxruntime
import pytest
import torch

from .denseface_import import load_denseface
from .denseface_model import DenseFace
from .export import AXES, OUTPUTS, Published, fold_norms, to_onnx
from .memobert_import import load_memobert
from .memobert_model import MemoBert, small_config
from .wav2vec2_model import TOY

SHAPE = {"blocks": (2, 2, 2)}
SMALL = {key: TOY[key] for key in ("hidden_size", "num_attention_heads", "intermediate_size")}
SMALL["num_hidden_layers"] = 2


@pytest.fixture(scope="module")
def denseface_graph(tmp_path_factory):
    torch.manual_seed(0)
    model = DenseFace(**SHAPE)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 2)
            module.bias.data.normal_()
    path = tmp_path_factory.mktemp("graphs") / "denseface.onnx"
    inputs = {"faces": torch.randn(1, 1, 64, 64)}
    to_onnx(fold_norms(model.eval()), inputs, OUTPUTS["denseface"], AXES["denseface"], path)
    return path


def test_denseface_reads_back_the_same(denseface_graph):
    faces = torch.randn(32, 1, 64, 64)
    model = load_denseface(denseface_graph, faces, **SHAPE).eval()
    wanted = onnxruntime.InferenceSession(denseface_graph).run(None, {"faces": faces.numpy()})
    with torch.no_grad():
        found = model(faces)
    for got, want in zip(found, wanted, strict=True):
        assert np.abs(got.numpy() - want).max() < 1e-4 * max(1, np.abs(want).max())


@torch.no_grad()
def test_norms_are_put_back_with_the_statistics_of_the_faces(denseface_graph):
    faces = torch.randn(64, 1, 64, 64)
    model = load_denseface(denseface_graph, faces, **SHAPE).eval()
    seen = {}
    norms = [block.norm2 for block in model.body if hasattr(block, "norm2")]
    for norm in norms:
        norm.register_forward_pre_hook(lambda module, inputs: seen.__setitem__(module, inputs[0]))
    model(faces)
    assert len(seen) == sum(SHAPE["blocks"])
    for norm, given in seen.items():
        variance, mean = torch.var_mean(given, (0, 2, 3), correction=0)
        assert torch.allclose(norm.running_mean, mean, atol=1e-3)
        assert torch.allclose(norm.running_var, variance, rtol=1e-3)


def test_denseface_of_another_shape_is_refused(denseface_graph):
    with pytest.raises(ValueError, match="convolutions"):
        load_denseface(denseface_graph, torch.randn(2, 1, 64, 64), blocks=(1, 1, 1))


@torch.no_grad()
def test_memobert_reads_back_the_same(tmp_path):
    torch.manual_seed(0)
    model = MemoBert(small_config(**SMALL, vocab_size=300)).eval()
    for parameter in model.parameters():
        parameter.uniform_(-0.3, 0.3)
    inputs = {
        "input_ids": torch.randint(5, 300, (2, 9), dtype=torch.int32),
        "face_features": torch.randn(2, 3, 342),
        "voice_features": torch.randn(2, 4, 256),
        "attention_mask": torch.ones(2, 16, dtype=torch.int32),
        "mask_position": torch.tensor([5, 6], dtype=torch.int32),
    }
    path = tmp_path / "memobert.onnx"
    to_onnx(Published(model), inputs, OUTPUTS["memobert"], AXES["memobert"], path)
    found = load_memobert(path, **SMALL).eval()(*inputs.values())
    wanted = onnxruntime.InferenceSession(path).run(None, {k: v.numpy() for k, v in inputs.items()})[0]
    assert np.abs(found.numpy() - wanted).max() < 1e-3
    with pytest.raises(ValueError, match="of this shape"):
        load_memobert(path, **{**SMALL, "num_hidden_layers": 1})
