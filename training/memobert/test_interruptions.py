"""Commands that are killed or meet a full disk at any write, begun again, end as if nothing had been."""

import json
import shutil

import numpy as np
import pytest
import torch

from . import extract, prepare, pretrain, tune
from .interruptions import DISK_FULL, KILLED, each, files_of
from .test_extract import encoders, shards  # noqa: F401
from .toy_videos import SkinDetector, hum, talking, write_subtitle, write_video

ERRORS = pytest.mark.parametrize("error", [KILLED, DISK_FULL], ids=["killed", "full"])


def emptied(folder):
    def ready() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()

    return ready


@ERRORS
def test_prepare_is_as_if_it_had_not_been_interrupted(tmp_path, monkeypatch, error):
    monkeypatch.setattr(prepare, "FaceDetector", lambda model: SkinDetector())
    film = write_video(tmp_path / "videos/a.mkv", talking(0.5), hum(0.5))
    for name in "bcd":
        shutil.copy(film, film.with_name(f"{name}.mkv"))
    for name in "abcd":
        write_subtitle(film.with_name(f"{name}.srt"), [(0, 0.2, f"hello {name}"), (0.2, 0.5, "there")])
    out = tmp_path / "out"

    def command() -> None:
        prepare.main(["--videos", str(film.parent), "--out", str(out), "--valid", "0", "--shard", "4"])

    command()
    wanted = files_of(out)
    assert sorted(wanted) == ["shards.json", "train-000000.tar", "train-000001.tar"]
    for at in each(command, out, error, 16, emptied(out)):
        command()
        assert files_of(out) == wanted, at


@ERRORS
def test_extract_is_as_if_it_had_not_been_interrupted(shards, encoders, tmp_path, error):  # noqa: F811
    out = tmp_path / "out"
    given = {"shards": shards, "out": out, **encoders}

    def command() -> None:
        extract.main([part for name, value in given.items() for part in (f"--{name}", str(value))])

    command()
    names = sorted(files_of(out))
    settings = (out / "features.json").read_bytes()
    wanted = {name: dict(np.load(out / name)) for name in names if name.endswith(".npz")}
    for at in each(command, out, error, 8, emptied(out)):
        command()
        assert sorted(files_of(out)) == names, at
        assert (out / "features.json").read_bytes() == settings, at
        for name in wanted:
            if name.endswith(".npz"):
                found = np.load(out / name)
                assert all(np.array_equal(of, found[part]) for part, of in wanted[name].items()), at


@ERRORS
@pytest.mark.parametrize("command", [pretrain, tune])
def test_training_is_as_if_it_had_not_been_interrupted(runs, tmp_path, command, error):
    out = tmp_path / "out"
    options = [*runs["fusion"], "--every", "1", "--steps", "3", "--batch", "2", "--out", str(out)]

    def once() -> None:
        command.main(options)

    def weights(name: str) -> dict:
        return torch.load(out / name, weights_only=False)

    once()
    names = sorted(files_of(out))
    wanted = {name: weights(name) for name in ("last.pt", "best.pt")}
    rows = rows_of(out)
    assert names == ["best.pt", "last.pt", "log.jsonl"] and [row["epoch"] for row in rows] == [1, 2, 3]
    for at in each(once, out, error, 5, emptied(out)):
        once()
        assert sorted(files_of(out)) == names, at
        assert rows_of(out) == rows, at
        for name, key in (("last.pt", "training"), ("best.pt", "model")):
            found = weights(name)
            assert found["epoch"] == wanted[name]["epoch"]
            assert all(torch.equal(of, found[key][part]) for part, of in wanted[name][key].items()), at


def rows_of(out) -> list[dict]:
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    return [{k: v for k, v in row.items() if k not in ("seconds", "steps_a_second")} for row in rows]
