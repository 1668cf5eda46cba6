"""A checkpoint that is named to a command is read as weights alone, whichever command it is."""

import os
import re
from pathlib import Path

import pytest
import torch

from . import (
    average_weights,
    export,
    pretrain,
    pretrain_wav2vec2,
    train_denseface,
    train_lightface,
    train_wav2vec2,
    voice_teacher,
)
from .checkpoint_files import CheckpointError, read_own

# command -> the part of `toy_runs` whose options it takes, and the options that name a checkpoint
COMMANDS = [
    (train_denseface, "face", "--init"),
    (train_lightface, "light", "--teacher"),
    (train_lightface, "light", "--init"),
    (pretrain_wav2vec2, "ssl", "--init"),
    (voice_teacher, "ssl", "--init"),
    (train_wav2vec2, "voice", "--init"),
    (train_wav2vec2, "voice", "--teacher"),
    (pretrain, "fusion", "--face-encoder"),
    (pretrain, "fusion", "--light-encoder"),
    (pretrain, "fusion", "--voice-encoder"),
    (pretrain, "fusion", "--init"),
    (average_weights, None, None),
    (export, None, "--light"),
    (export, None, "--fusion"),
]


class Acts:
    """Makes a folder wherever it is read as an object."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize(("command", "part", "option"), COMMANDS)
def test_a_pickle_that_acts_is_refused_and_does_nothing(runs, tmp_path, command, part, option):
    acted = tmp_path / "acted"
    torch.save({"model": {}, "also": Acts(acted)}, tmp_path / "best.pt")
    # of the voice's options those that have no teacher
    known = runs["voice"][: runs["voice"].index("--teacher")] if part == "ssl" else runs[part] if part else []
    given = [*known, *([option] if option else []), str(tmp_path / "best.pt"), "--out", str(tmp_path / "out")]
    given += ["--banks", str(tmp_path / "banks")] if part == "fusion" else []
    with pytest.raises(CheckpointError, match=r"best\.pt holds more than tensors.* could run code"):
        command.main(given)
    assert not acted.exists()


def test_a_mean_does_not_read_more_of_the_run_beside_it(tmp_path):
    torch.save({"model": {"w": torch.zeros(2)}, "run": None}, tmp_path / "one.pt")
    torch.save({"average": {"w": torch.zeros(2)}}, tmp_path / "last.pt")
    torch.save({"run": Acts(tmp_path / "acted")}, tmp_path / "best.pt")
    given = [str(tmp_path / name) for name in ("one.pt", "last.pt")]
    with pytest.raises(CheckpointError, match="could run code"):
        average_weights.main([*given, "--out", str(tmp_path / "out")])
    assert not (tmp_path / "acted").exists()


def test_what_the_commands_write_is_read_so(runs):
    written = sorted(runs["out"].glob("*/*.pt"))
    assert {"best.pt", "last.pt"} <= {path.name for path in written}
    for path in written:
        assert read_own(path)


def test_only_a_runs_own_folder_and_what_is_trusted_are_read_whole():
    found = {
        path.name: len(re.findall("weights_only=False", path.read_text()))
        for path in Path(__file__).parent.glob("*.py")
        if not path.name.startswith(("test_", "conftest"))
    }
    # loop: last.pt and best.pt of --out; checkpoint_files: `_read_trusted`
    assert {name: count for name, count in found.items() if count} == {
        "checkpoint_files.py": 1,
        "loop.py": 2,
        "text_teacher.py": 1,
    }
