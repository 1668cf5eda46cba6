"""Frozen toy encoders over shards: the samples hold what the encoders say of each modality by itself."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from . import extract
from .denseface_model import DenseFace
from .encoder_loading import load_encoder
from .feature_banks import voice_bank
from .labels import LABELS
from .samples import lay_out
from .shard_writing import ShardWriter, write_part
from .shards import Clip, Word
from .sources import own_samples
from .speech_data import Clip as SpeechClip
from .speech_data import Speech
from .toy_data import write_vocabulary
from .toy_videos import hum
from .utterances import Faults, Unit, spread
from .wav2vec2_model import TOY, VoiceEncoder, compact_config


@pytest.fixture(scope="module")
def encoders(tmp_path_factory):
    """The arguments that name a face's and a voice's untrained checkpoint, and the vocabulary."""
    folder = tmp_path_factory.mktemp("encoders")
    torch.manual_seed(0)
    shape = {"blocks": (1, 1, 1)}
    face = {"model": DenseFace(**shape).state_dict(), "mean": 120.0, "std": 60.0, "shape": shape}
    voice = VoiceEncoder(compact_config(**TOY), len(LABELS))
    torch.save(face, folder / "face.pt")
    torch.save({"model": voice.state_dict(), "config": voice.config.to_dict()}, folder / "voice.pt")
    write_vocabulary(folder / "vocab.txt")
    names = {"face-encoder": "face.pt", "voice-encoder": "voice.pt", "vocabulary": "vocab.txt"}
    return {name: folder / file for name, file in names.items()}


def clip(number: int, faces: int, seconds: float, label: str | None, ends_s: float = 5.0) -> Clip:
    rng = np.random.default_rng(number)
    return Clip(
        key=f"a-{number}",
        source="a.mp4",
        start_s=0.0,
        end_s=ends_s,
        split="train",
        words=[Word("So", 0, 1), Word("lovely!", 1, 2)],
        faces=rng.integers(0, 256, (faces, 64, 64)).astype(np.uint8),
        face_times_s=np.arange(faces, dtype=np.float32) / 10,
        waveform=hum(seconds, 100 + 20 * number),
        label=label,
    )


CLIPS = (
    clip(0, 50, 5.0, "sad"),
    clip(1, 3, 1.0, None, 0.5),
    clip(2, 0, 0.0, "happy"),
    # its faces left the picture more than 3.6 s before it ended; its voice is too short
    clip(3, 10, 0.2, "angry"),
)


@pytest.fixture
def shards(tmp_path):
    writer = ShardWriter(tmp_path / "shards", {})
    for name, clips in (("a.mp4", CLIPS[:3]), ("b.mp4", CLIPS[3:])):
        unit = Unit(name, "train", ())
        write_part(writer.parts, unit, "print", clips, Faults())
        writer.pack([unit])
    writer.close()
    return tmp_path / "shards"


def run(shards, encoders, out, **changes) -> dict:
    given = {"shards": shards, "out": out, **encoders, **changes}
    return extract.main([part for name, value in given.items() for part in (f"--{name}", str(value))])


def test_a_dry_run_counts_what_is_left_and_writes_nothing(shards, encoders, tmp_path):
    given = {"shards": shards, "out": tmp_path / "out", **encoders}
    options = [part for name, value in given.items() for part in (f"--{name}", str(value))]
    assert extract.main([*options, "--dry-run"]) == {"shards": 2, "utterances": 4}
    assert not (tmp_path / "out").exists()
    extract.main(options)
    (tmp_path / "out/train-000001.npz").unlink()
    assert extract.main([*options, "--dry-run"]) == {"shards": 1, "utterances": 1}
    assert not (tmp_path / "out/train-000001.npz").exists()


def test_samples_hold_each_modality_as_the_page_computes_it(shards, encoders, tmp_path):
    counts = run(shards, encoders, tmp_path / "out")
    assert counts["utterances"] == counts["samples"] == 4 and counts["labelled"] == 3
    samples = extract.load_features(tmp_path / "out", "train")
    assert [sample.source for sample in samples] == [c.key for c in CLIPS]
    assert [sample.label for sample in samples] == [2, -1, 1, 3]
    assert [len(sample.faces) for sample in samples] == [36, 3, 0, 0]
    tokenizer = extract.load_tokenizer(encoders["vocabulary"])
    assert tokenizer.convert_ids_to_tokens(samples[0].words)[:2] == ["so", "lovely"]

    device = torch.device("cpu")
    face = load_encoder(encoders["face-encoder"], "face", device, "fp32")
    latest = CLIPS[0].faces[-36:, None].astype(np.float32)
    features, logits = face.encode((latest - face.mean) / face.std)
    assert np.abs(samples[0].faces - features).max() < 5e-3 * np.abs(features).max()
    assert np.abs(samples[0].face_classes - torch.softmax(torch.from_numpy(logits), 1).numpy()).max() < 1e-3

    # as the bank that the fusion was trained on until now lays a voice out, but for its bfloat16
    waves = [CLIPS[0].waveform, CLIPS[1].waveform]
    spoken = Speech(
        (np.concatenate(waves) * 32768).astype(np.int16),
        [SpeechClip("x", "y", 0, 0, 80_000), SpeechClip("x", "y", 0, 80_000, 16_000)],
    )
    model = VoiceEncoder(compact_config(**TOY), len(LABELS))
    model.load_state_dict(torch.load(encoders["voice-encoder"], weights_only=False)["model"])
    bank = voice_bank(model, spoken, spoken.clips, device, 1, False)
    assert [len(sample.voice) for sample in samples] == [64, len(bank.features[1]), 0, 0]
    for sample, kept in zip(samples[:2], bank.features, strict=True):
        assert sample.voice.dtype == np.float16
        assert np.abs(sample.voice.astype(float) - kept).mean() < 0.05 * np.abs(kept).mean()


def test_a_finished_shard_is_not_computed_again(shards, encoders, tmp_path, monkeypatch):
    run(shards, encoders, tmp_path / "out")
    first = tmp_path / "out/train-000000.npz"
    before = first.read_bytes()
    (tmp_path / "out/train-000001.npz").unlink()
    extracted = []
    plain = extract.extract_shard
    monkeypatch.setattr(extract, "extract_shard", lambda *a: extracted.append(a[1]["file"]) or plain(*a))
    assert run(shards, encoders, tmp_path / "out")["samples"] == 4
    assert extracted == ["train-000001.tar"] and first.read_bytes() == before
    other = torch.load(encoders["face-encoder"], weights_only=False) | {"mean": 100.0}
    torch.save(other, tmp_path / "other.pt")
    with pytest.raises(ValueError, match="made with another face_sha256: give the same, or another --out"):
        run(shards, encoders, tmp_path / "out", **{"face-encoder": tmp_path / "other.pt"})
    pieces = Path(encoders["vocabulary"]).read_text().splitlines()
    (tmp_path / "other.txt").write_text("\n".join([*pieces[:8], *reversed(pieces[8:])]) + "\n")
    with pytest.raises(ValueError, match="made with another vocabulary_sha256: give the same"):
        run(shards, encoders, tmp_path / "out", vocabulary=tmp_path / "other.txt")


def test_features_of_a_stopped_run_are_not_taken_for_all(shards, encoders, tmp_path):
    out = tmp_path / "out"
    run(shards, encoders, out)
    (out / "train-000001.npz").unlink()
    with pytest.raises(
        FileNotFoundError, match=r"lacks train-000001\.npz: 1 of 2 shards .* same extract again"
    ):
        extract.load_features(out, "train")
    # nor is a split whose shards come first
    with pytest.raises(FileNotFoundError, match="1 of 2 shards"):
        own_samples([out], "valid")
    run(shards, encoders, out)
    assert len(own_samples([out], "train")) == 4


def test_settings_that_are_half_written_are_made_again_or_named(shards, encoders, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    # what a kill leaves beside
    for name in ("features.json", "train-000001.npz"):
        (out / f"{name}.12.part").write_text("{")
    run(shards, encoders, out)
    assert sorted(path.name for path in out.iterdir()) == [
        "features.json",
        "train-000000.npz",
        "train-000001.npz",
    ]
    # as versions left it that wrote in place
    (out / "features.json").write_text('{"face_sha256": "c0')
    with pytest.raises(ValueError, match=r"features\.json was cut short: extract anew, into another --out"):
        run(shards, encoders, out)


def test_another_shard_of_the_same_name_is_noticed(shards, encoders, tmp_path):
    run(shards, encoders, tmp_path / "out")
    writer = ShardWriter(tmp_path / "others", {})
    unit = Unit("a.mp4", "train", ())
    write_part(writer.parts, unit, "print", [clip(7, 2, 1.0, "angry")], Faults())
    writer.pack([unit])
    writer.close()
    with pytest.raises(ValueError, match=r"made with another train-000000\.tar: give the same, or another"):
        run(tmp_path / "others", encoders, tmp_path / "out")
    assert run(tmp_path / "others", encoders, tmp_path / "fresh")["samples"] == 1


def test_a_lecture_becomes_samples_of_their_own_words(encoders, tmp_path, caplog):
    talk = replace(clip(0, 600, 60.0, "sad", 60.0), words=spread("so lovely " * 70, 0, 60.0))
    mute = replace(clip(1, 600, 60.0, "happy", 60.0), words=[])
    short = clip(2, 10, 1.0, None, 2.0)
    writer = ShardWriter(tmp_path / "shards", {})
    unit = Unit("a.mp4", "train", ())
    write_part(writer.parts, unit, "print", [talk, mute, short], Faults())
    writer.pack([unit])
    writer.close()
    counts = run(tmp_path / "shards", encoders, tmp_path / "out")
    samples = extract.load_features(tmp_path / "out", "train")
    parts = [sample for sample in samples if sample.source.startswith("a-0")]
    assert counts["utterances"] == 3 and counts["samples"] == len(samples) == len(parts) + 2
    assert len(parts) >= 60 / extract.LONGEST_S
    tokenizer = extract.load_tokenizer(encoders["vocabulary"])
    told = tokenizer("so lovely " * 70, add_special_tokens=False).input_ids
    assert [word for part in parts for word in part.words] == told
    # a model that is given them all loses none
    kept = lay_out(parts, tokenizer).input_ids
    assert sum(len(part.words) for part in parts) == (kept > tokenizer.mask_token_id).sum()
    assert all(len(part.faces) == 36 and len(part.voice) == 64 and part.label == 2 for part in parts)
    assert (
        "1 clips have more than 8 s or 30 WordPieces" in caplog.text and "Give their subtitles" in caplog.text
    )


def test_a_long_clip_does_not_wait_for_others(encoders, tmp_path, monkeypatch):
    """Sixteen films in memory would be gigabytes."""
    together = []
    plain = extract.Extractor.samples
    monkeypatch.setattr(
        extract.Extractor, "samples", lambda self, of: together.append(len(of)) or plain(self, of)
    )
    long = extract.TOGETHER_S + 1
    writer = ShardWriter(tmp_path / "shards", {})
    unit = Unit("a.mp4", "train", ())
    clips = [replace(clip(number, 1, 1.0, None, long), words=[]) for number in range(3)]
    write_part(writer.parts, unit, "print", clips, Faults())
    writer.pack([unit])
    writer.close()
    run(tmp_path / "shards", encoders, tmp_path / "out")
    assert together == [1, 1, 1]


def test_features_that_are_not_there_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="run extract first"):
        extract.load_features(tmp_path, "valid")
