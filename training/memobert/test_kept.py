"""What is kept between runs: whole or not at all, and never taken for what was made of something else."""

import errno
import os
import subprocess
import sys
from argparse import Namespace
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import torch

from . import voice_features
from .feature_banks import Bank
from .kept import add_row, keep_arrays, kept_arrays, read_rows, write_whole
from .kept_banks import kept_bank
from .locks import hold, release
from .sources import load_source
from .speech_data import Clip
from .train_lightface import Lessons, kept_lessons
from .tune import make_parser
from .voice_features import FrozenFeatures, kept_features


def test_what_is_kept_tells_what_it_was_made_of(tmp_path, caplog):
    path = tmp_path / "folder/a.npz"
    keep_arrays(path, {"encoder": "one", "tracks": 3}, values=np.arange(3))
    for now in ({"encoder": "one", "tracks": 3}, {"encoder": None, "tracks": 3}, {}):
        assert kept_arrays(path, now, "--banks")["values"].tolist() == [0, 1, 2]
    with pytest.raises(
        ValueError, match="made with another encoder, tracks: give the same, or another --banks"
    ):
        kept_arrays(path, {"encoder": "two", "tracks": 4}, "--banks")
    assert not caplog.text
    # of a version that kept no such thing
    keep_arrays(path, None, values=np.arange(3))
    assert len(kept_arrays(path, {"encoder": "two"}, "--banks")["values"]) == 3
    assert "does not tell what it was made of" in caplog.text
    assert [file.name for file in path.parent.iterdir()] == ["a.npz"]


def test_a_kill_leaves_no_half_file(tmp_path):
    path = tmp_path / "a.npz"

    def killed(file) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(path, killed)
    assert not list(tmp_path.iterdir())
    # as versions did that wrote in place
    path.write_bytes(b"PK half")
    with pytest.raises(ValueError, match=r"a\.npz was cut short, or is no \.npz: delete it"):
        kept_arrays(path, {}, "--banks")


def test_a_full_disk_is_told_by_the_files_name_and_keeps_what_was_there(tmp_path):
    path = tmp_path / "a.npz"
    path.write_bytes(b"before")

    def full(file) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    for alone in (False, True):
        with pytest.raises(OSError, match=r"a\.npz could not be written: .*No space left"):
            write_whole(path, full, alone)
    # what a kill left
    (tmp_path / "a.npz.part").write_bytes(b"more than half")
    assert path.read_bytes() == b"before"
    write_whole(path, lambda file: file.write(b"after"), alone=True)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"after"]


def test_a_row_takes_the_place_of_one_that_was_cut_short(tmp_path, caplog):
    path = tmp_path / "a.jsonl"
    add_row(path, '{"a": 1}')
    path.write_text(path.read_text() + '{"a": 2, "b')
    assert read_rows(path) == [{"a": 1}] and "was cut short" in caplog.text
    add_row(path, '{"a": 3}')
    assert path.read_text() == '{"a": 1}\n{"a": 3}\n'
    # whole, without a line's end
    path.write_text('{"a": 1}')
    add_row(path, '{"a": 2}')
    assert read_rows(path) == [{"a": 1}, {"a": 2}]
    path.write_text('{"a": 1, {"a": 2}\n{"a": 3}\n')
    with pytest.raises(ValueError, match=r"a\.jsonl has a line that is no JSON"):
        read_rows(path)


def test_a_bank_is_made_once_and_of_the_same(tmp_path):
    bank = Bank([np.zeros((2, 3), np.float16)], np.array([1]))
    made = []

    def make() -> Bank:
        made.append(1)
        return bank

    for _ in range(2):
        assert kept_bank(tmp_path / "a.npz", {"tracks": 1}, make).labels.tolist() == [1]
    with pytest.raises(ValueError, match="another tracks"):
        kept_bank(tmp_path / "a.npz", {"tracks": 2}, make)
    assert made == [1]


def test_a_bank_that_another_command_makes_is_waited_for(tmp_path):
    path = tmp_path / "banks/face-train.npz"
    lock = hold(path.parent, ".face-train.lock")
    program = (
        "import logging, sys; from pathlib import Path; from memobert.kept_banks import kept_bank\n"
        "logging.basicConfig(level=logging.INFO)\n"
        "print(kept_bank(Path(sys.argv[1]), {'tracks': 1}, lambda: sys.exit('made twice')).labels.tolist())"
    )
    given = [sys.executable, "-c", program, str(path)]
    other = subprocess.Popen(given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = next(line for line in other.stderr if "waits for" in line)
    assert f"waits for process {os.getpid()}, which holds {path.parent / '.face-train.lock'}" in said
    Bank([np.zeros((2, 3), np.float16)], np.array([1])).save(path, {"tracks": 1})
    release(lock)
    out, err = other.communicate(timeout=120)
    assert (out.strip(), other.returncode) == ("[1]", 0), err


def test_banks_of_another_encoder_or_choice_are_not_taken(runs, tmp_path):
    def load(*more: str, without: tuple[str, ...] = ()):
        given = list(runs["fusion"])
        for option in without:
            at = given.index(option)
            del given[at : at + 2]
        return load_source(make_parser().parse_args([*given, "--out", str(tmp_path / "out"), *more]))

    whole = load()
    other = tmp_path / "other.pt"
    other.write_bytes((runs["out"] / "voice/best.pt").read_bytes() + b" ")
    for option, value in (
        ("voice-encoder", str(other)),
        ("face-encoder", str(other)),
        ("light-encoder", str(other)),
        ("tracks", "3"),
        ("voices", "5"),
        ("leave-out", "emovo"),
    ):
        with pytest.raises(ValueError, match=f"another {option}(, seed)?: give the same, or another --banks"):
            load(f"--{option}", value)
    # for whoever has the banks alone
    kept = load(without=("--face-encoder", "--voice-encoder"))
    assert np.array_equal(kept.train.voices.features[0], whole.train.voices.features[0])


def test_frozen_features_are_of_as_many_clips(tmp_path):
    clips = [Clip("ravdess", "a", label, 0, 1) for label in range(3)]
    rows = np.zeros((6, 4), np.float16)
    FrozenFeatures(clips, rows, rows, np.arange(1, 7).reshape(2, 3)).save(tmp_path)
    assert len(FrozenFeatures.load(tmp_path, clips).features) == 6
    with pytest.raises(ValueError, match="is of 3 clips, and 2 are there: give another --features"):
        FrozenFeatures.load(tmp_path, clips[:2])


def test_features_that_two_runs_share_are_made_by_one(tmp_path, monkeypatch):
    """The second comes while the first makes them, and would lay its own parts beside those of the first."""
    clips = [Clip("ravdess", "a", label, 0, 1) for label in range(3)]
    speech = Namespace(split=lambda *_given: clips)
    model = Namespace(wav2vec2=Namespace(feature_extractor=torch.nn.Linear(1, 1)))
    given = Namespace(features=tmp_path, variants=1, leave_out=[], high_pass=0.0, seed=1)

    def made(seed: int) -> FrozenFeatures:
        ends = np.arange(1, 7).reshape(2, 3) * seed
        return FrozenFeatures(clips, np.full((6 * seed, 4), seed), np.full((6 * seed, 4), seed), ends)

    plain, computed = voice_features.locked, []

    @contextmanager
    def after_the_other(folder: Path, **named):
        assert named == {"wait": True}
        made(2).save(folder)
        with plain(folder, **named):
            yield

    monkeypatch.setattr(voice_features, "locked", after_the_other)
    monkeypatch.setattr(FrozenFeatures, "compute", lambda *_given: computed.append(1) or made(1))
    found = kept_features(given, "train", speech, model, "cpu")
    assert not computed and (found.features == 2).all() and len(found.features) == found.ends[-1, -1]


def test_lessons_are_of_their_teacher(tmp_path):
    lessons = Lessons(torch.zeros(2, 1, 64, 64).byte(), torch.zeros(2, 342).half(), torch.zeros(2, 8))
    path = tmp_path / "lessons.pt"
    for _ in range(2):
        assert len(kept_lessons(path, {"teacher": "one", "variants": 2}, lambda: lessons).logits) == 2
    with pytest.raises(
        ValueError, match="made with another teacher, variants: give the same, or another --out"
    ):
        kept_lessons(path, {"teacher": "two", "variants": 3}, lambda: lessons)
