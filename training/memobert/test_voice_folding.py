"""The voice's frames, folded: the same frames, whatever the norms learnt, and read back as they were."""

import onnx
import pytest
import torch

from .exported_models import AXES, OUTPUTS, to_onnx
from .voice_folding import GeluOfHalf, HalfNorm, NormedConvolution, fold_frames, unfold_frames
from .voice_stream import FRAMES, VoiceFrames
from .wav2vec2_import import load_wav2vec2
from .wav2vec2_model import TOY, VoiceEncoder, compact_config

SOUND = 400 + 30 * 320


@torch.no_grad()
def encoder(**changes) -> VoiceEncoder:
    """Norms as after training, and filters with a mean: so that folding them wrongly shows."""
    torch.manual_seed(5)
    model = VoiceEncoder(compact_config(**{**TOY, **changes}), 7).eval()
    model.wav2vec2.set_attn_implementation("eager")
    # weights that are equal become one, and are not read back
    for bias in (p for name, p in model.named_parameters() if name.endswith("bias")):
        bias.uniform_(-0.1, 0.1)
    for norm in (m for m in model.modules() if isinstance(m, torch.nn.LayerNorm)):
        norm.weight.uniform_(0.5, 2)
    for layer in model.wav2vec2.feature_extractor.conv_layers:
        layer.conv.weight += 0.3
    return model


def sound() -> torch.Tensor:
    """Loud, quiet, and a digital silence: where nothing is, epsilon rules."""
    level = torch.linspace(-6, 1, SOUND).exp()
    wave = torch.randn(1, SOUND, generator=torch.Generator().manual_seed(1)) * level
    wave[:, 4000:6000] = 0
    return wave


def worst(got: torch.Tensor, want: torch.Tensor) -> float:
    return float((got - want).abs().max() / want.abs().max())


def test_half_of_the_gelu_s_input_gives_the_gelu():
    x = torch.cat([torch.linspace(-40, 40, 160_001), torch.linspace(-1e-3, 1e-3, 101)])
    assert (GeluOfHalf()(x / 2) - torch.nn.functional.gelu(x)).abs().max() < 3e-5


@torch.no_grad()
def test_half_of_the_norm_is_the_norm_s_of_channels_without_a_mean():
    x, scale, bias = torch.randn(2, 24, 9), torch.rand(24) + 0.5, torch.randn(24)
    norm = torch.nn.LayerNorm(24)
    norm.weight.copy_(scale)
    norm.bias.copy_(bias)
    wanted = norm(x.transpose(1, 2)).transpose(1, 2)
    centred = (x - x.mean(1, keepdim=True)) * scale[:, None]
    assert worst(2 * HalfNorm(scale, bias, norm.eps)(centred), wanted) < 1e-6


@torch.no_grad()
@pytest.mark.parametrize("bias", [False, True])
def test_folded_frames_are_the_same(bias, monkeypatch):
    model = encoder(conv_bias=bias)
    wanted = VoiceFrames(model)(sound())
    assert fold_frames(model) == 7
    assert all(isinstance(m, NormedConvolution) for m in model.wav2vec2.feature_extractor.conv_layers)
    # with so few channels each layer makes the error of the one before larger
    assert worst(VoiceFrames(model)(sound()), wanted) < 4e-4
    # all of it is the GELU's
    monkeypatch.setattr(GeluOfHalf, "forward", lambda _, half: torch.nn.functional.gelu(2 * half))
    assert worst(VoiceFrames(model)(sound()), wanted) < 1e-5
    # a second time there is nothing left to fold
    assert fold_frames(model) == 0


@torch.no_grad()
def test_a_layer_that_cannot_be_folded_stays_and_the_others_do_not():
    model = encoder()
    layers = model.wav2vec2.feature_extractor.conv_layers
    layers[1].layer_norm.weight[2] = -0.5
    layers[4].layer_norm.weight[0] = 1e-3
    wanted = VoiceFrames(model)(sound())
    assert fold_frames(model) == 5
    assert not isinstance(layers[1], NormedConvolution) and not isinstance(layers[4], NormedConvolution)
    assert worst(VoiceFrames(model)(sound()), wanted) < 4e-4


def test_other_activations_and_norms_over_time_stay():
    assert fold_frames(encoder(feat_extract_activation="relu")) == 0
    over_time = VoiceEncoder(compact_config(**TOY, feat_extract_norm="group"), 7)
    assert fold_frames(over_time) == 0


@torch.no_grad()
def test_a_folded_graph_answers_and_reads_back_as_the_encoder(tmp_path):
    model = encoder()
    inputs, path = {"waveform": sound()}, tmp_path / "wav2vec2.onnx"
    wanted = model(sound())
    fold_frames(model)
    torch.nn.utils.parametrize.remove_parametrizations(model.wav2vec2.encoder.pos_conv_embed.conv, "weight")
    to_onnx(model, inputs, OUTPUTS["wav2vec2"], AXES["wav2vec2"], path)
    found = load_wav2vec2(path, model.config).eval()
    # fp16 is what is stored
    for got, want in zip(found(sound()), wanted, strict=True):
        assert worst(got, want) < 2e-3
    norms = [layer.layer_norm for layer in found.wav2vec2.feature_extractor.conv_layers]
    assert all(isinstance(norm, torch.nn.LayerNorm) and norm.weight.requires_grad for norm in norms)


@torch.no_grad()
def test_unfolding_undoes_folding():
    model = encoder(conv_bias=True)
    wanted = VoiceFrames(model)(sound())
    fold_frames(model)
    again = encoder(conv_bias=True)
    again.load_state_dict(unfold_frames(model.state_dict()))
    assert worst(VoiceFrames(again)(sound()), wanted) < 1e-5
    assert unfold_frames(again.state_dict()).keys() == again.state_dict().keys()


def test_a_folded_graph_has_no_norm_over_transposed_frames(tmp_path):
    model, path = encoder(), tmp_path / f"{FRAMES}.onnx"
    fold_frames(model)
    to_onnx(VoiceFrames(model), {"waveform": sound()}, OUTPUTS[FRAMES], AXES[FRAMES], path)
    kinds = [node.op_type for node in onnx.load(path).graph.node]
    # what is left of both belongs to the projection
    assert kinds.count("LayerNormalization") == kinds.count("Transpose") == 1
    assert "Gelu" not in kinds and "Erf" not in kinds
