"""An encoder whose transformer sees three frames as one step."""

import pytest
import torch
from transformers import Wav2Vec2Config

from .voice_squeeze import folded, squeezed
from .voice_stream import VoiceContext, VoiceFrames
from .wav2vec2_model import TOY, VoiceEncoder, compact_config

HOP, REACH = 320, 400


def encoder(**changes) -> VoiceEncoder:
    torch.manual_seed(5)
    return VoiceEncoder(compact_config(**{**TOY, **changes}), 7).eval()


@torch.no_grad()
def test_it_has_the_shape_of_what_it_was_made_from():
    model = encoder()
    sound = torch.randn(2, REACH + 20 * HOP)
    for got, want in zip(squeezed(model).eval()(sound), model(sound), strict=True):
        assert got.shape == want.shape


@torch.no_grad()
def test_positions_of_a_sound_that_stays_are_the_same():
    model = encoder()
    frames = torch.randn(1, 1, 32).expand(1, 60, 32)
    whole, small = (m.wav2vec2.encoder.pos_conv_embed for m in (model, squeezed(model)))
    # the middle, where no tap sees the padding
    want, got = whole(frames)[0, 30], small(frames[:, :20])[0, 10]
    assert torch.allclose(got, want, atol=1e-6) and want.abs().max() > 1e-3


@pytest.mark.parametrize(("taps", "count"), [(64, 22), (16, 6), (4, 2), (3, 1), (5, 3)])
def test_no_tap_is_lost(taps, count):
    weight = torch.rand(2, 3, taps)
    made = folded(weight, 3)
    assert made.shape == (2, 3, count)
    assert torch.allclose(made.sum(2), weight.sum(2))


def test_the_middle_tap_stays_in_the_middle():
    for taps in (64, 16, 5):
        weight = torch.zeros(1, 1, taps)
        weight[0, 0, taps // 2] = 1
        made = folded(weight, 3)
        assert made[0, 0, made.shape[2] // 2] == 1


@torch.no_grad()
def test_streaming_needs_no_multiple_of_three():
    model = squeezed(encoder()).eval()
    sound = torch.randn(1, REACH + 23 * HOP)
    frames = VoiceFrames(model)(sound)
    for first in (0, 1, 2):
        part = sound[:, first * HOP : first * HOP + REACH + 20 * HOP]
        got, want = VoiceContext(model)(frames[:, first : first + 21]), model(part)
        assert torch.allclose(got[0], want[0], atol=1e-5) and got[0].shape[1] == 7


def test_its_config_comes_back_from_a_checkpoint():
    model = squeezed(encoder())
    again = VoiceEncoder(Wav2Vec2Config.from_dict(model.config.to_dict()), 7)
    again.load_state_dict(model.state_dict())
    assert again.squeeze == 3 and squeezed(again) is again


def test_a_factor_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="cannot become 2"):
        squeezed(encoder(), 2)
    with pytest.raises(ValueError, match="squeeze of 3"):
        squeezed(squeezed(encoder()), 1)
