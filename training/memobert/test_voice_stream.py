"""The voice in two graphs: exactly what the whole graph answers, however the sound was cut up."""

import json

import numpy as np
import onnxruntime
import pytest
import torch

from . import export
from .test_export import arguments, bundle, checkpoints  # noqa: F401
from .voice_stream import CONTEXT, FRAMES, VoiceContext, VoiceFrames, can_stream
from .wav2vec2_model import TOY, VoiceEncoder, compact_config

HOP, REACH = 320, 400


def encoder(**changes) -> VoiceEncoder:
    torch.manual_seed(3)
    model = VoiceEncoder(compact_config(**{**TOY, **changes}), 7).eval()
    model.wav2vec2.set_attn_implementation("eager")
    return model


@torch.no_grad()
def test_both_halves_are_the_whole():
    model, sound = encoder(), torch.randn(2, REACH + 20 * HOP)
    halves = VoiceContext(model)(VoiceFrames(model)(sound))
    for got, want in zip(halves, model(sound), strict=True):
        assert torch.equal(got, want)


@torch.no_grad()
def test_a_frame_is_the_same_in_every_piece_of_the_sound():
    model = encoder()
    sound = torch.randn(1, REACH + 40 * HOP)
    whole = VoiceFrames(model)(sound)
    for first, count in [(0, 1), (1, 7), (13, 28)]:
        piece = sound[:, first * HOP : first * HOP + REACH + (count - 1) * HOP]
        assert torch.allclose(VoiceFrames(model)(piece), whole[:, first : first + count], atol=2e-6)


def test_a_norm_over_time_is_refused_and_exported_whole():
    model = encoder(feat_extract_norm="group")
    assert not can_stream(model) and export.voice_halves(model) == {}
    with pytest.raises(ValueError, match="group norm"):
        VoiceFrames(model)


def session(path):
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def test_the_exported_halves_stream_as_the_whole_graph_answers(bundle):  # noqa: F811
    folder, _ = bundle
    whole, frames, context = (session(folder / f"{name}.onnx") for name in ("wav2vec2", FRAMES, CONTEXT))
    generator = np.random.default_rng(5)
    sound = generator.normal(size=(1, REACH + 59 * HOP)).astype(np.float32)
    window, kept, first = 30, np.zeros((1, 0, 32), np.float32), 0
    for count in (30, 1, 12, 17):
        piece = sound[:, first * HOP : first * HOP + REACH + (count - 1) * HOP]
        kept = np.concatenate([kept, frames.run(None, {"waveform": piece})[0]], 1)[:, -window:]
        first += count
        heard = sound[:, (first - window) * HOP : (first - window) * HOP + REACH + (window - 1) * HOP]
        streamed, wanted = context.run(None, {"frames": kept}), whole.run(None, {"waveform": heard})
        for got, want in zip(streamed, wanted, strict=True):
            assert np.abs(got - want).max() < 1e-5 * max(1, np.abs(want).max())


def test_halves_are_taken_over_with_the_whole_and_go_with_it(bundle, checkpoints, tmp_path):  # noqa: F811
    folder, before = bundle
    words = [*arguments(checkpoints, "face"), "--reuse", str(folder), "--out", str(tmp_path)]
    after = export.main(words)
    goldens = [json.loads((where / "golden.json").read_text()) for where in (folder, tmp_path)]
    for name in (FRAMES, CONTEXT):
        assert after["graphs"][name] == before["graphs"][name]
        assert goldens[0][name] == goldens[1][name]
