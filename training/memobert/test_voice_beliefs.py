import argparse
import csv
import shutil
import struct

import numpy as np
import pytest
import torch

from . import train_wav2vec2, voice_beliefs, warm_up_wav2vec2
from .beliefs import heard_as
from .kept_banks import chosen_clips
from .sources import add_source_arguments
from .speech_data import load_speech
from .text_teacher import load_beliefs
from .whisper_encoder import layer_states, load_whisper_encoder


@pytest.fixture
def speakers(toy, tmp_path):
    """The toy corpus, its training clips said by three people."""
    folder = tmp_path / "speech"
    shutil.copytree(toy / "speech", folder)
    with (folder / "ravdess.csv").open(newline="") as file:
        head, *rows = csv.reader(file)
    for index, row in enumerate(rows):
        row[1] = row[1] if row[1] == "ravdess_17" else f"ravdess_0{1 + index % 3}"
    with (folder / "ravdess.csv").open("w", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return folder


def write_ctranslate2(path, encoder) -> None:
    """`encoder` as CTranslate2 4 writes it: version 6, names with slashes, one matrix for q, k and v."""
    own, given = dict(encoder.state_dict()), {}

    def put(name: str, of: str, parts=("weight", "bias")) -> None:
        for part, ours in zip(parts, ("weight", "bias"), strict=True):
            given[f"encoder/{name}/{part}"] = own[f"{of}.{ours}"]

    norm = ("gamma", "beta")
    put("conv1", "conv1")
    put("conv2", "conv2")
    put("layer_norm", "layer_norm", norm)
    given["encoder/position_encodings/encodings"] = own["embed_positions.weight"]
    for layer in range(encoder.config.encoder_layers):
        to, of = f"layer_{layer}", f"layers.{layer}"
        put(f"{to}/self_attention/layer_norm", f"{of}.self_attn_layer_norm", norm)
        put(f"{to}/ffn/layer_norm", f"{of}.final_layer_norm", norm)
        put(f"{to}/ffn/linear_0", f"{of}.fc1")
        put(f"{to}/ffn/linear_1", f"{of}.fc2")
        put(f"{to}/self_attention/linear_1", f"{of}.self_attn.out_proj")
        weights = [own[f"{of}.self_attn.{name}_proj.weight"] for name in "qkv"]
        query, value = (own[f"{of}.self_attn.{name}_proj.bias"] for name in "qv")
        given[f"encoder/{to}/self_attention/linear_0/weight"] = torch.cat(weights)
        given[f"encoder/{to}/self_attention/linear_0/bias"] = torch.cat([query, 0 * query, value])

    def text(words: str) -> bytes:
        return struct.pack("H", len(words) + 1) + words.encode() + b"\0"

    with path.open("wb") as file:
        file.write(struct.pack("I", 6) + text("WhisperSpec") + struct.pack("=II", 3, len(given)))
        for name, value in given.items():
            packed = value.numpy().astype(np.float16).tobytes()
            file.write(
                text(name) + struct.pack("B", value.ndim) + struct.pack(f"{value.ndim}I", *value.shape)
            )
            file.write(struct.pack("=BI", 4, len(packed)) + packed)


def test_whisper_is_read_in_both_layouts_and_heard_at_its_own_length(whisper, tmp_path):
    mel = torch.randn(2, 80, 3000)
    read = load_whisper_encoder(tmp_path / "whisper")
    states = layer_states(read, mel)
    with torch.inference_mode():
        wanted = whisper(mel, output_hidden_states=True)
    assert torch.allclose(states[-1], wanted.last_hidden_state, atol=1e-5)
    assert torch.allclose(states[1], wanted.hidden_states[1], atol=1e-5)
    assert [tuple(of.shape) for of in layer_states(read, mel[..., :40])] == [(2, 20, 64)] * 3
    write_ctranslate2(tmp_path / "model.bin", whisper)
    halves = layer_states(load_whisper_encoder(tmp_path / "model.bin"), mel)
    assert torch.allclose(halves[-1], states[-1], atol=0.05)


def test_a_file_that_is_no_whisper_is_named(whisper, tmp_path):
    write_ctranslate2(tmp_path / "model.bin", whisper)
    whole = (tmp_path / "model.bin").read_bytes()
    for name, content in (("cut.bin", whole[:1000]), ("other.bin", b"PK\3\4" * 99), ("empty.bin", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=f"{name} is no model.bin"):
            load_whisper_encoder(tmp_path / name)


def test_a_clip_is_judged_by_heads_that_never_heard_its_speaker(whisper, speakers, toy, tmp_path):
    out = tmp_path / "beliefs"
    options = ["--speech", str(speakers), "--whisper", str(tmp_path / "whisper"), "--device", "cpu"]
    options += ["--corpora", "ravdess", "--folds", "2", "--heads", "1", "--steps", "60", "--batch", "32"]
    scores = voice_beliefs.main([*options, "--out", str(out)])
    clips = load_speech(speakers).split("train")
    beliefs = load_beliefs(out / voice_beliefs.BELIEFS, clips)
    assert sorted(beliefs) == list(range(len(clips)))
    assert all(abs(of.sum() - 1) < 2e-3 for of in beliefs.values())
    assert scores["ravdess"]["count"] == len(clips) and scores["ravdess valid"]["count"] > 0
    folds = voice_beliefs.speaker_folds(clips, 2)
    of = {
        clip.speaker: {int(folds[row]) for row, c in enumerate(clips) if c.speaker == clip.speaker}
        for clip in clips
    }
    assert sorted(map(tuple, of.values())) == [(0,), (0,), (1,)]
    # what was heard is kept: without the encoder the same comes out
    again = voice_beliefs.main([*options[:3], "gone", *options[4:], "--out", str(out)])
    assert again == scores
    (tmp_path / "other").write_bytes(b"another")
    with pytest.raises(ValueError, match=r"pooled\.npz was made with another whisper"):
        voice_beliefs.main([*options[:3], str(tmp_path / "other"), *options[4:], "--out", str(out)])

    wanted = train_wav2vec2.believed(clips, out / voice_beliefs.BELIEFS, 0.5)
    assert all(wanted[row, clip.label] >= 0.5 for row, clip in enumerate(clips))
    assert torch.allclose(wanted.sum(1), torch.ones(len(clips)), atol=2e-3)
    voice = ["--speech", str(speakers), "--device", "cpu", "--batch", "4", "--leave-out"]
    warm_up_wav2vec2.main([*voice, "--toy", "--every", "1", "--steps", "1", "--out", str(tmp_path / "warm")])
    voice += ["--init", str(tmp_path / "warm/best.pt"), "--variants", "1", "--seconds", "1", "--every", "1"]
    voice += ["--steps", "1", "--out", str(tmp_path / "voice")]
    train_wav2vec2.main([*voice, "--beliefs", str(out / voice_beliefs.BELIEFS)])
    with pytest.raises(ValueError, match="--believed 2"):
        train_wav2vec2.main([*voice, "--believed", "2"])
    given = [
        "--vocabulary",
        "v",
        "--speech",
        str(speakers),
        "--voice-beliefs",
        str(out / voice_beliefs.BELIEFS),
    ]
    parser = argparse.ArgumentParser()
    add_source_arguments(parser)
    heard = heard_as(argparse.Namespace(**vars(parser.parse_args(given)), seed=1))
    assert sorted(heard) == sorted(beliefs) and np.allclose(heard[2], wanted[2])
    # of some of the clips, those that are voices to compose with
    few = argparse.Namespace(**vars(parser.parse_args([*given, "--voices", "5"])), seed=1)
    rows = chosen_clips(few, len(clips))
    assert len(rows) == 5 and all(np.allclose(heard_as(few)[n], wanted[row]) for n, row in enumerate(rows))
    with pytest.raises(ValueError, match="--believed 2"):
        heard_as(argparse.Namespace(**vars(parser.parse_args([*given, "--believed", "2"])), seed=1))
    with pytest.raises(ValueError, match="run voice_beliefs again"):
        load_beliefs(out / voice_beliefs.BELIEFS, clips[:3], "voice_beliefs")
    with pytest.raises(ValueError, match="nowhere"):
        voice_beliefs.main([*options, "--corpora", "nowhere", "--out", str(tmp_path / "none")])
    alone = [*options[:1], str(toy / "speech"), *options[2:], "--out", str(tmp_path / "alone")]
    with pytest.raises(ValueError, match="one training speaker"):
        voice_beliefs.main(alone)
