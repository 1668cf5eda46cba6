"""What is kept outlives a power cut: a file is on the disk before it has its name, and so is the name."""

import os
import stat
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest

from . import disk as syncing
from . import kept
from .kept import add_row, keep_arrays, whole_folder, write_text
from .loop import Checkpoints
from .shard_writing import ShardWriter, write_part
from .shards import Clip
from .utterances import Faults, Unit


class Disk:
    """What would be there after a power cut, by what `os` was asked to sync; files by their number."""

    def __init__(self, patched: pytest.MonkeyPatch) -> None:
        self.synced: dict[int, int] = {}
        self.waiting: dict[int, str] = {}
        self.named: list[str] = []
        plain = {name: getattr(os, name) for name in ("fsync", "replace", "rename")}

        def fsync(opened: int) -> None:
            about = os.fstat(opened)
            plain["fsync"](opened)
            if stat.S_ISDIR(about.st_mode):
                self.waiting.pop(about.st_ino, None)
            else:
                self.synced[about.st_ino] = about.st_size

        def renamed(how: str):
            def rename(before, after) -> None:
                about = os.stat(before)
                assert self.synced.get(about.st_ino) == about.st_size, f"{after} may be empty"
                # what comes later tells of what came before
                assert not self.waiting, f"{after} may be there without {self.waiting}"
                plain[how](before, after)
                self.waiting[os.stat(Path(after).parent).st_ino] = str(after)
                self.named.append(Path(after).name)

            return rename

        patched.setattr(os, "fsync", fsync)
        for how in ("replace", "rename"):
            patched.setattr(os, how, renamed(how))


@pytest.fixture
def disk(monkeypatch):
    found = Disk(monkeypatch)
    yield found
    assert found.named and not found.waiting


def test_a_file_is_written_synced_named_and_its_name_synced(disk, tmp_path):
    keep_arrays(tmp_path / "banks/a.npz", None, values=np.arange(1000))
    write_text(tmp_path / "results/a.md", "what was measured")
    assert disk.named == ["a.npz", "a.md"]


def test_a_new_folder_has_its_name_as_well(monkeypatch, tmp_path):
    synced = []
    monkeypatch.setattr(syncing, "sync_folder", synced.append)
    monkeypatch.setattr(kept, "put_in_place", Path.replace)
    write_text(tmp_path / "a/b/c.md", "")
    assert synced == [tmp_path, tmp_path / "a"]


def test_checkpoints_and_their_log_are(disk, tmp_path):
    checkpoints = Checkpoints(tmp_path / "run", Namespace(seed=1))
    checkpoints.save(1, 0.5, {"training": np.zeros(9)}, {"model": np.zeros(9)}, {"loss": 1.0})
    assert disk.named == ["best.pt", "last.pt"]
    log = (tmp_path / "run/log.jsonl").stat()
    assert disk.synced[log.st_ino] == log.st_size > 0


def test_rows_are(disk, tmp_path):
    for row in ("1", "2"):
        add_row(tmp_path / "cells.jsonl", row)
        about = (tmp_path / "cells.jsonl").stat()
        assert disk.synced[about.st_ino] == about.st_size
    write_text(tmp_path / "a.md", "")


def test_a_bundle_is_with_its_manifest_last(disk, tmp_path):
    for _ in range(2):
        with whole_folder(tmp_path / "bundle", "manifest.json") as folder:
            (folder / "manifest.json").write_text("{}")
            (folder / "graphs").mkdir()
            (folder / "graphs/a.onnx").write_bytes(b"graph")
    assert disk.named == ["a.onnx", "manifest.json"] * 2


def test_shards_are_before_the_index_that_tells_of_them(disk, tmp_path):
    writer = ShardWriter(tmp_path / "out", {})
    unit = Unit("a.mp4", "train", ())
    clips = [Clip(key="a-0", source="a.mp4", start_s=0, end_s=1, split="train")]
    write_part(writer.parts, unit, "print", clips, Faults())
    writer.pack([unit])
    assert disk.named[1:] == [f"{unit.key}.tar", f"{unit.key}.json", "train-000000.tar", "shards.json"]


def test_a_folder_that_cannot_be_synced_is_none_the_worse(monkeypatch, tmp_path):
    def refused(_opened) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(kept, "sync", lambda file: None)
    monkeypatch.setattr(os, "fsync", refused)
    write_text(tmp_path / "a.md", "kept")
    assert (tmp_path / "a.md").read_text() == "kept"
