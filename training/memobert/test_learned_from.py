"""A run's folder goes on with that run alone: what is learned from is compared, wherever it lies."""

import argparse
import json
import re
import shutil
import zipfile

import numpy as np
import pytest
import torch

from . import tune
from .learned_from import check_same_run, learned_from
from .samples import Sample, save_samples
from .toy_data import write_vocabulary


@pytest.fixture
def own(tmp_path):
    """Toy clips, and the arguments of a training on them."""
    write_vocabulary(tmp_path / "vocab.txt")
    rng = np.random.default_rng(0)
    for split in ("train", "valid"):
        clips = [
            Sample(
                (8 + i % 7,), rng.random((4, 20)), rng.dirichlet(np.ones(8), 4), rng.random((9, 16)), i % 7
            )
            for i in range(14)
        ]  # fmt: skip
        save_samples(tmp_path / f"features/{split}-000000.npz", clips)
    return [
        "--vocabulary", str(tmp_path / "vocab.txt"), "--samples", str(tmp_path / "features"), "--device",
        "cpu", "--toy", "--batch", "2", "--pretraining", "0", "--every", "1",
        "--out", str(tmp_path / "tuned"),
    ]  # fmt: skip


def steps_of(folder) -> int:
    return torch.load(folder / "tuned/last.pt", weights_only=False)["steps"]


def test_a_folder_of_another_run_is_refused_and_stays_as_it_is(own, tmp_path):
    tune.main([*own, "--steps", "1"])
    other = ["--rate", "0.01", "--seed", "9", "--chances", "T=1", "--prompt", "it was [MASK] ."]
    told = r"tuned/last\.pt is of a run with another (.+): give the same, or another --out"
    for steps in ("1", "2"):
        with pytest.raises(ValueError, match=told) as error:
            tune.main([*own, *other, "--steps", steps])
        named = re.search(told, str(error.value)).group(1)
        assert set(named.split(", ")) == {"--rate", "--seed", "--chances", "--prompt"}
    # of another shape, too, the folder is named
    with pytest.raises(ValueError, match=r"another --layers: .* another --out"):
        tune.main([*own, "--layers", "2", "--steps", "2"])
    # the same names of files, and other voices
    shutil.copy(tmp_path / "features/valid-000000.npz", tmp_path / "features/train-000000.npz")
    with pytest.raises(ValueError, match="another --samples: "):
        tune.main([*own, "--steps", "2"])
    assert steps_of(tmp_path) == 1
    assert len((tmp_path / "tuned/log.jsonl").read_text().splitlines()) == 1


def test_a_run_goes_on_with_what_changes_nothing_of_it(own, tmp_path):
    tune.main([*own, "--steps", "1"])
    # on another machine
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("vocab.txt", "features"):
        (tmp_path / name).rename(elsewhere / name)
    moved = [part.replace(str(tmp_path), str(elsewhere)) for part in own[:4]]
    tune.main([*own[4:], *moved, "--steps", "2"])
    more = ["--threads", "1", "--banks", str(tmp_path / "banks"), "--cache", str(tmp_path / "cache")]
    save_samples(elsewhere / "features/test-000000.npz", [])
    tune.main([*own[4:], *moved, *more, "--steps", "4"])
    assert steps_of(tmp_path) == 4


def test_a_checkpoint_that_does_not_tell_is_taken_as_it_is(own, tmp_path, caplog):
    tune.main([*own, "--steps", "1"])
    path = tmp_path / "tuned/last.pt"
    last = torch.load(path, weights_only=False)
    assert last.pop("learned_from")
    torch.save(last, path)
    tune.main([*own, "--rate", "0.01", "--steps", "2"])
    assert f"{path} does not tell which arguments it was trained with" in caplog.text
    assert steps_of(tmp_path) == 2


def test_of_folders_what_is_read_counts(tmp_path):
    def told(**given) -> dict:
        return learned_from(argparse.Namespace(**given))

    def pack(name: str, content: str) -> None:
        (tmp_path / name).mkdir(exist_ok=True)
        with zipfile.ZipFile(tmp_path / name / "tess.zip", "w") as archive:
            archive.writestr("a.wav", content)
        (tmp_path / name / "tess.csv").write_text("file,speaker,emotion\n")

    for name, content in (("one", "one"), ("alike", "one"), ("two", "two")):
        pack(name, content)
    one, alike, two = (told(speech=tmp_path / name) for name in ("one", "alike", "two"))
    assert one == alike != two
    (tmp_path / "one/README").write_text("of people")
    assert told(speech=tmp_path / "one") == one
    (tmp_path / "one/tess.csv").write_text("file,speaker,emotion\na.wav,a,sad\n")
    assert told(speech=tmp_path / "one") != one
    # a file that is given, or none
    (tmp_path / "best.pt").write_text("weights")
    assert told(init=None) != told(init=tmp_path / "best.pt")
    assert json.loads(told(teacher=[tmp_path / "best.pt"])["teacher"])[0].isalnum()
    # tuples and lists say the same, and what only one version knows is not compared
    assert told(fresh=("img_",)) == told(fresh=["img_"])
    check_same_run(tmp_path, told(rate=1.0, gone=2), told(rate=1.0, new=3))
