"""Two processes train together, of one machine, where the first makes the banks, or two; or are refused."""

import json
import os
import subprocess
import sys
import time
from argparse import Namespace
from pathlib import Path

import pytest
import torch

from . import convert, evaluate, evaluate_encoders, export, extract, paper_tables, prepare, train_denseface
from .feature_banks import Bank
from .fit import Fit, make_accelerator
from .loop import Checkpoints

# --multi_gpu: `accelerate launch` starts several processes of CPUs alone by mpirun only
LAUNCH = ("-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1")
LAUNCH += ("--main_process_port", "0", "--mixed_precision", "no", "--dynamo_backend", "no", "-m")


def launch(command: str, given: list[str]) -> subprocess.CompletedProcess[str]:
    """`accelerate launch` of two processes of a command, in `training/`."""
    place = {"cwd": Path(__file__).parents[1], "env": {**os.environ, "OMP_NUM_THREADS": "1"}}
    started = [sys.executable, *LAUNCH, f"memobert.{command}", *given]
    return subprocess.run(started, capture_output=True, text=True, **place)


def test_two_processes_make_banks_once_and_train_together(runs, tmp_path):
    given = [*runs["fusion"], "--steps", "1", "--threads", "1", "--banks", str(tmp_path / "banks")]
    found = launch("pretrain", [*given, "--out", str(tmp_path / "out")])
    assert found.returncode == 0, found.stderr[-4000:]
    names = {f"{name}-{split}" for name in ("face", "light", "voice") for split in ("train", "valid")}
    for name in names:
        made = [line for line in found.stderr.splitlines() if f"memobert.kept_banks {name}: " in line]
        assert len(made) == 1, (name, made)
        assert len(Bank.load(tmp_path / f"banks/{name}.npz", {}).labels)
    assert {file.stem for file in (tmp_path / "banks").iterdir()} == names
    log = (tmp_path / "out/log.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in log] == [1]
    init = ["--init", str(tmp_path / "out/best.pt")]
    found = launch("tune", [*given, *init, "--out", str(tmp_path / "tuned")])
    assert found.returncode == 0, found.stderr[-4000:]
    assert "kept_banks" not in found.stderr
    assert len((tmp_path / "tuned/log.jsonl").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "given"),
    [
        (prepare, ["--videos", "no"]),
        (extract, ["--shards", "no", "--face-encoder", "no", "--voice-encoder", "no"]),
        (evaluate, ["--model", "no", "--vocabulary", "no"]),
        (evaluate_encoders, ["--face", "no", "--faces", "no"]),
        (export, []),
        (convert, []),
        (train_denseface, ["--faces", "no"]),
        (paper_tables, ["--run", "prompts", "--vocabulary", "no", "--toy"]),
    ],
)
def test_what_is_not_shared_is_refused_to_several_processes(command, given, tmp_path, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(ValueError, match=r"started 2 processes, and this command is for one"):
        command.main([*given, "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def train_here(steps: int, meet: str, rank: int, count: int) -> None:
    """A toy's training by `Fit`, in the working folder; `end.pt` tells where it ended.

    The `count` processes meet by the file `meet`: a port that is free now need not be so when they come.
    """
    torch.distributed.init_process_group("gloo", init_method=f"file://{meet}", rank=rank, world_size=count)
    kind = {"device": "cpu", "precision": "fp32", "threads": 1}
    arguments = Namespace(**kind, steps=steps, every=2, seed=1, rate=0.1, dry_run=False)
    torch.manual_seed(1)
    module = torch.nn.Linear(3, 1)
    fit = Fit(module, arguments, make_accelerator(arguments), Checkpoints(Path("out"), arguments))
    rounds = []

    def step(wrapped, _index, draws):
        return {"loss": wrapped(torch.randn(4, 3, generator=draws.generator)).square().mean()}

    def measure(_state, round_, _last):
        rounds.append(round_)
        return round_, {}, {"valid": {"round": round_}}

    fit.run(step, measure)
    torch.save({"module": module.state_dict(), "rounds": rounds, "scores": fit.load_scores()}, "end.pt")


def train_on_machines(folders: list[Path], steps: int) -> list[dict]:
    """What `train_here` tells of each; the first is the main process."""
    place = {"WORLD_SIZE": str(len(folders)), "LOCAL_RANK": "0", "MASTER_ADDR": "127.0.0.1"}
    place |= {"PYTHONPATH": str(Path(__file__).parents[1]), "OMP_NUM_THREADS": "1"}
    meet = str(folders[0] / f"meet-{steps}")
    started = []
    try:
        for rank, folder in enumerate(folders):
            called = f"train_here({steps}, {meet!r}, {rank}, {len(folders)})"
            command = [sys.executable, "-c", f"from memobert.test_launch import train_here; {called}"]
            given = {"cwd": folder, "env": {**os.environ, **place, "RANK": str(rank)}}
            with (folder / "said.txt").open("wb") as said:
                started.append(subprocess.Popen(command, stderr=said, **given))
        # the first that fails ends the wait: the others would wait for it
        while None in (ended := [process.poll() for process in started]) and not any(ended):
            time.sleep(0.05)
        for folder, code in zip(folders, ended, strict=True):
            assert not code, (folder / "said.txt").read_text()[-4000:]
    finally:
        for process in started:
            process.kill()
            process.wait()
    return [torch.load(folder / "end.pt") for folder in folders]


def test_machines_that_share_no_folder_go_on_alike(tmp_path):
    folders = [tmp_path / name for name in ("main", "other")]
    for folder in folders:
        folder.mkdir()
    train_on_machines(folders[:1], 2)
    main, other = train_on_machines(folders, 4)
    assert main["rounds"] == other["rounds"] == [1]
    assert main["scores"] == other["scores"] == {"round": 1}
    for name, value in main["module"].items():
        assert torch.equal(value, other["module"][name])
    # only the main process writes
    assert not (folders[1] / "out").exists()
