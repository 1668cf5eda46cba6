"""Published graphs read back: the same answers, and ready to train on."""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from transformers import Wav2Vec2Config

from . import wav2vec2_import
from .denseface_import import load_denseface
from .denseface_model import DenseFace
from .exported_models import AXES, HEADS, OUTPUTS, fold_norms, outputs_of, round_to_half, to_onnx, trace
from .lightface_import import load_lightface
from .lightface_model import LightFace
from .memobert_import import HEADS_GRAPH, load_heads, load_memobert, load_published
from .memobert_model import MemoBert, small_config
from .onnx_variants import VARIANTS, round_to_blocks
from .pretraining_heads import PretrainingHeads
from .published_memobert import Published
from .voice_squeeze import squeezed
from .wav2vec2_import import load_wav2vec2
from .wav2vec2_model import TOY, VoiceEncoder, compact_config

SHAPE = {"blocks": (2, 2, 2)}
SMALL = {key: TOY[key] for key in ("hidden_size", "num_attention_heads", "intermediate_size")}
SMALL["num_hidden_layers"] = 2


def stir(model: torch.nn.Module) -> torch.nn.Module:
    """Norms as after training."""
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 2)
            module.bias.data.normal_()
    return model


@pytest.fixture(scope="module")
def denseface_graph(tmp_path_factory):
    torch.manual_seed(0)
    model = stir(DenseFace(**SHAPE))
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


def fusion_like(model: MemoBert) -> dict[str, torch.Tensor]:
    return {
        "input_ids": torch.randint(5, model.config.vocab_size, (2, 9), dtype=torch.int32),
        "face_features": torch.randn(2, 3, 342),
        "voice_features": torch.randn(2, 4, 256),
        "attention_mask": torch.ones(2, 16, dtype=torch.int32),
        "mask_position": torch.tensor([5, 6], dtype=torch.int32),
    }


@torch.no_grad()
@pytest.mark.parametrize("masked", [False, True], ids=["ours", "the authors' masked frames"])
def test_memobert_reads_back_the_same(tmp_path, masked):
    torch.manual_seed(0)
    model = MemoBert(small_config(**SMALL, vocab_size=300)).eval()
    if masked:
        given = {"img": model.face_size, "speech": model.voice_size}
        masks = {f"{part}_embeddings.mask_embedding": torch.zeros(size) for part, size in given.items()}
        model.load_state_dict({**model.state_dict(), **masks})
    for parameter in model.parameters():
        parameter.uniform_(-0.3, 0.3)
    inputs = fusion_like(model)
    inputs["face_features"][:, 1], inputs["voice_features"][0, 2] = 0, 0
    path = tmp_path / "memobert.onnx"
    to_onnx(Published(model), inputs, OUTPUTS["memobert"], AXES["memobert"], path)
    found = load_memobert(path, **SMALL).eval()(*inputs.values())
    wanted = onnxruntime.InferenceSession(path).run(None, {k: v.numpy() for k, v in inputs.items()})[0]
    assert np.abs(found.numpy() - wanted).max() < 1e-3
    for variant in ("fp32-int8", "fp32-packed"):
        onnx.save(
            VARIANTS[variant].make(trace(Published(model), inputs, OUTPUTS["memobert"], AXES["memobert"])),
            path,
        )
        found = load_memobert(path, **SMALL).eval()(*inputs.values())
        wanted = onnxruntime.InferenceSession(path).run(None, {k: v.numpy() for k, v in inputs.items()})[0]
        assert np.abs(found.numpy() - wanted).max() < 1e-3, variant
    assert "heads" not in load_published(path, **SMALL)
    with pytest.raises(ValueError, match="of this shape"):
        load_memobert(path, **{**SMALL, "num_hidden_layers": 1})


@torch.no_grad()
def test_heads_read_back_beside_the_graph_that_they_belong_to(tmp_path):
    torch.manual_seed(0)
    model = MemoBert(small_config(**SMALL, vocab_size=300)).eval()
    heads = PretrainingHeads(model.requires_grad_(False)).eval()
    for parameter in heads.parameters():
        parameter.uniform_(-0.3, 0.3)
    hidden = torch.randn(3, model.config.hidden_size)
    names = OUTPUTS["memobert-heads"], AXES["memobert-heads"]
    to_onnx(heads, {"hidden": hidden}, *names, tmp_path / HEADS_GRAPH)
    again = PretrainingHeads(model).eval()
    again.load_state_dict(load_heads(tmp_path / "memobert.onnx"))
    for found, wanted in zip(again(hidden), heads(hidden), strict=True):
        assert torch.allclose(found, wanted, atol=2e-3)


@torch.no_grad()
@pytest.mark.parametrize("variant", ["fp32-half", "fp32-int4"])
@pytest.mark.parametrize("scaled", [False, True])
def test_heads_that_never_learned_read_back_though_exporting_merges_their_weights(tmp_path, scaled, variant):
    torch.manual_seed(0)
    # features as wide as the model: more of what nothing has taught is alike
    shape = SMALL | {"hidden_size": 128}
    model = MemoBert(small_config(**shape, vocab_size=300), 128, 128).eval()
    heads = PretrainingHeads(model.requires_grad_(False)).eval()
    if scaled:
        for head in (heads.face_regression, heads.voice_regression):
            head.mean.uniform_(-1, 1)
            head.std.uniform_(1, 2)
    if variant == "fp32-int4":
        round_to_blocks(heads)
    graph = trace(heads, {"hidden": torch.randn(3, 128)}, OUTPUTS[HEADS], AXES[HEADS])
    onnx.save(VARIANTS[variant].make(graph), tmp_path / HEADS_GRAPH)
    stored = {weight.name for weight in onnx.load(tmp_path / HEADS_GRAPH).graph.initializer}
    assert len(stored) < len(heads.state_dict())
    again = load_heads(tmp_path / "memobert.onnx")
    assert again.keys() == heads.state_dict().keys()
    for name, value in heads.state_dict().items():
        assert torch.allclose(again[name], value, atol=2e-3), name


@torch.no_grad()
def test_heads_stored_in_4_bits_read_back_as_they_are_stored(tmp_path):
    torch.manual_seed(0)
    model = MemoBert(small_config(**SMALL | {"hidden_size": 128}, vocab_size=300)).eval()
    heads = PretrainingHeads(model.requires_grad_(False)).eval()
    for parameter in heads.parameters():
        parameter.uniform_(-0.3, 0.3)
    # as the bundle's graphs are: the embedders in MEmoBERT's own form, which is not the heads'
    given = {"hidden": torch.randn(3, 128)}
    round_to_blocks(heads)
    graph = trace(heads, given, OUTPUTS["memobert-heads"], AXES["memobert-heads"])
    onnx.save(VARIANTS["fp32-int4"].make(graph), tmp_path / HEADS_GRAPH)
    again = load_heads(tmp_path / "memobert.onnx")
    for name, value in heads.state_dict().items():
        assert torch.allclose(again[name], value, atol=2e-3), name


@torch.no_grad()
@pytest.mark.parametrize("variant", ["fp32-half", "fp32-packed"])
def test_a_head_of_masked_words_is_read_back_from_the_graph_that_has_the_table(tmp_path, variant):
    torch.manual_seed(1)
    model = MemoBert(small_config(**SMALL, vocab_size=300)).eval()
    heads = PretrainingHeads(model.requires_grad_(False)).eval()
    heads.add_words(model)
    for parameter in (*model.parameters(), *heads.parameters()):
        parameter.uniform_(-0.3, 0.3)
    whole = Published(model, heads.words)
    names = outputs_of("memobert", whole)
    assert names == ["mask_logits", "hidden", "filled_words"]
    given = fusion_like(model)
    path = tmp_path / "memobert.onnx"
    onnx.save(VARIANTS[variant].make(trace(whole, given, names, AXES["memobert"])), path)
    hidden = {"hidden": torch.randn(3, model.config.hidden_size)}
    to_onnx(heads, hidden, OUTPUTS["memobert-heads"], AXES["memobert-heads"], tmp_path / HEADS_GRAPH)
    # what no output needs stays out of the file
    kept = {weight.name for weight in onnx.load(tmp_path / HEADS_GRAPH).graph.initializer}
    assert not any(name.startswith("words.") for name in kept)
    found = load_published(path, **SMALL)
    again = MemoBert(small_config(**SMALL, vocab_size=300)).eval()
    again.load_state_dict(found["model"])
    beside = PretrainingHeads(again.requires_grad_(False)).eval()
    beside.load(found["heads"], again)
    wanted = onnxruntime.InferenceSession(path).run(None, {k: v.numpy() for k, v in given.items()})
    for answer, want in zip(Published(again, beside.words)(*given.values()), wanted, strict=True):
        assert np.abs(answer.numpy() - want).max() < 1e-3
    assert np.abs(wanted[2] - wanted[0]).max() > 0.1


@torch.no_grad()
@pytest.mark.parametrize(("labels", "squeeze"), [(7, 1), (0, 1), (7, 3)])
def test_wav2vec2_reads_back_to_the_bit(tmp_path, labels, squeeze):
    torch.manual_seed(0)
    model = squeezed(VoiceEncoder(compact_config(**TOY), labels), squeeze).eval()
    config = model.config
    model.wav2vec2.set_attn_implementation("eager")
    for parameter in model.parameters():
        parameter.uniform_(-0.3, 0.3)
    convolution = model.wav2vec2.encoder.pos_conv_embed.conv
    torch.nn.utils.parametrize.remove_parametrizations(convolution, "weight")
    inputs = {"waveform": torch.randn(1, 8_000)}
    path = tmp_path / "wav2vec2.onnx"
    to_onnx(model, inputs, outputs_of("wav2vec2", model), AXES["wav2vec2"], path)
    found = load_wav2vec2(path, config).eval()
    assert found.labels == labels
    wanted = round_to_half(model).state_dict()
    for name, value in found.state_dict().items():
        if name in wanted and "masked_spec_embed" not in name:
            assert torch.equal(value, wanted[name]), name
    answers = found(inputs["waveform"])
    graph = onnxruntime.InferenceSession(path).run(None, {"waveform": inputs["waveform"].numpy()})
    for got, want in zip(answers if labels else [answers], graph, strict=True):
        assert np.abs(got.numpy() - want).max() < 1e-4 * max(1, np.abs(want).max())
    with pytest.raises(ValueError, match="of this shape"):
        load_wav2vec2(path, compact_config(**{**TOY, "num_hidden_layers": 2}))


def test_the_published_voice_keeps_the_filter_that_it_hears_behind(tmp_path):
    bundle = Path(__file__).parents[2] / "public/models/small"
    manifest = json.loads((bundle / "manifest.json").read_text())
    wav2vec2_import.main(["--bundle", str(bundle), "--out", str(tmp_path / "best.pt")])
    stored = torch.load(tmp_path / "best.pt", weights_only=False)
    # without it features for MEmoBERT would be computed as the page does not
    assert stored["high_pass_hz"] == manifest["voice"]["highPassHz"] > 0
    again = VoiceEncoder(Wav2Vec2Config.from_dict(stored["config"]), stored["labels"])
    again.load_state_dict(stored["model"])


@torch.no_grad()
def test_lightface_reads_back_the_same_and_trains(tmp_path):
    torch.manual_seed(0)
    shape = {"widths": (8, 12, 16), "features": 27}
    path, faces = tmp_path / "denseface-light.onnx", torch.randn(32, 1, 64, 64)
    folded = fold_norms(stir(LightFace(**shape)).eval())
    to_onnx(folded, {"faces": faces[:1]}, OUTPUTS["denseface-light"], AXES["denseface-light"], path)
    model, found_shape = load_lightface(path, faces)
    assert found_shape == {**shape, "classes": 8}
    wanted = onnxruntime.InferenceSession(path).run(None, {"faces": faces.numpy()})
    for got, want in zip(model(faces), wanted, strict=True):
        assert np.abs(got.numpy() - want).max() < 1e-4 * max(1, np.abs(want).max())
    # batch statistics are those of the faces, so training starts from the same answers
    for got, want in zip(model.train()(faces), wanted, strict=True):
        assert np.abs(got.numpy() - want).max() < 1e-2 * max(1, np.abs(want).max())


def test_lightface_of_another_network_is_refused(denseface_graph):
    with pytest.raises(ValueError, match="is no denseface-light"):
        load_lightface(denseface_graph, torch.randn(2, 1, 64, 64))
