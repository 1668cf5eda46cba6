import json

import numpy as np
import pytest
import torch

from . import train_wav2vec2, voice_states, warm_up_wav2vec2
from .speech_data import load_speech
from .voice_features import FrozenFeatures, voiced_samples
from .voice_states import States


def test_moments_are_a_clips_own_and_no_speakers(whisper, toy, tmp_path):
    options = ["--speech", str(toy / "speech"), "--whisper", str(tmp_path / "whisper"), "--device", "cpu"]
    made = voice_states.main([*options, "--layers", "0", "2", "--out", str(tmp_path / "states")])
    speech = load_speech(toy / "speech")
    clips = speech.split("train", ("emovo",))
    assert made.values.shape == (made.ends[-1], 2 * 64) and len(made.ends) == len(clips)
    # a moment is three states of 20 ms
    counts = [len(voiced_samples(speech.waveform(clip))) // 320 // 3 for clip in clips]
    assert np.diff(made.ends, prepend=0).tolist() == counts
    speakers = np.repeat([clip.speaker for clip in clips], counts)
    for speaker in np.unique(speakers):
        # halves round a channel that hardly varies around what it is
        assert np.abs(made.values[speakers == speaker].mean(0, dtype=np.float32)).max() < 0.1
    assert np.median(made.values.std(0, dtype=np.float32)) == pytest.approx(1, abs=0.02)
    read = States.load(tmp_path / "states", clips)
    assert np.array_equal(read.values, made.values)
    with pytest.raises(ValueError, match="run voice_states again"):
        States.load(tmp_path / "states", clips[:3])
    with pytest.raises(ValueError, match="--layers: the encoder has 0 to 2"):
        voice_states.main([*options, "--layers", "3", "--out", str(tmp_path / "none")])


def test_a_moment_is_found_by_its_part_of_the_clip():
    states = States(np.array([[9], [0], [1], [2], [3]], np.float16), np.array([1, 5]))
    # the second clip's four lie at an eighth, three eighths ... of it
    found = states.at(1, np.array([0, 1 / 8, 2 / 8, 3 / 8, 7 / 8, 1]))
    assert found[:, 0].tolist() == [0, 0, 0.5, 1, 3, 3]
    assert states.at(0, np.array([0.2, 0.8]))[:, 0].tolist() == [9, 9]


def test_crops_carry_the_moments_that_they_hold(toy, tmp_path):
    """Features that tell their own place: whatever the crop, the states beside them tell the same."""
    speech = load_speech(toy / "speech")
    clips = speech.split("train")[:3]
    lengths = np.array([30, 90, 300])
    variants = [lengths, (lengths * 1.1).astype(int)]
    places = [(np.arange(n) + 0.5) / n for of in variants for n in of]
    frozen = FrozenFeatures(
        clips,
        np.concatenate(places)[:, None].astype(np.float32),
        np.zeros((sum(map(len, places)), 64), np.float16),
        np.cumsum([len(of) for of in places]).reshape(2, 3),
    )
    moments = [(np.arange(n // 3) + 0.5) / (n // 3) for n in lengths]
    states = States(
        np.concatenate(moments)[:, None].astype(np.float32), np.cumsum([len(of) for of in moments])
    )
    rng = np.random.default_rng(2)
    rows = np.repeat([0, 1, 2], 20)
    features, _, told, voiced = frozen.batch(rows, 60, rng, [0, 1], states)
    tokens = features.reshape(len(rows), 20, 3).mean(2, keepdim=True)
    # all three frames of a token within the clip
    whole = (features.reshape(len(rows), 20, 3) > 0).all(2)
    assert (voiced[whole] == 1).all() and voiced[rows > 0].all() and not voiced[:20].all()
    assert (told - tokens)[whole].abs().max() < 0.03


def test_a_voice_learns_to_tell_states_beside_the_labels(whisper, toy, tmp_path):
    speech = ["--speech", str(toy / "speech"), "--device", "cpu"]
    states = str(tmp_path / "states")
    voice_states.main(
        [*speech, "--whisper", str(tmp_path / "whisper"), "--layers", "1", "2", "--out", states]
    )
    voice = [*speech, "--batch", "8", "--leave-out", "emovo"]
    warm_up_wav2vec2.main([*voice, "--toy", "--every", "1", "--steps", "1", "--out", str(tmp_path / "warm")])
    voice += ["--init", str(tmp_path / "warm/best.pt"), "--variants", "2", "--seconds", "1", "--squeeze", "3"]
    voice += ["--every", "20", "--rate", "1e-2", "--mixup", "0", "--states", states]
    out = tmp_path / "voice"
    train_wav2vec2.main([*voice, "--steps", "20", "--out", str(out)])
    # it goes on with the head that it has
    train_wav2vec2.main([*voice, "--steps", "60", "--out", str(out)])
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert len(rows) == 3 and rows[2]["states unlike"] < 0.9 * rows[0]["states unlike"]
    # only the encoder is kept
    assert not any("imitation" in name for name in torch.load(out / "best.pt", weights_only=False)["model"])
