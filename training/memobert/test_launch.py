"""Two processes train together: of one machine, where the first makes the banks, and of two machines."""

import json
import os
import socket
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import torch

from .feature_banks import Bank
from .fit import Fit, make_accelerator
from .loop import Checkpoints

LAUNCH = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "memobert.pretrain")


def test_two_processes_make_banks_once_and_train_together(runs, tmp_path):
    given = [*runs["fusion"], "--steps", "1", "--threads", "1"]
    given += ["--banks", str(tmp_path / "banks"), "--out", str(tmp_path / "out")]
    place = {"cwd": Path(__file__).parents[1], "env": {**os.environ, "OMP_NUM_THREADS": "1"}}
    found = subprocess.run([sys.executable, *LAUNCH, *given], capture_output=True, text=True, **place)
    assert found.returncode == 0, found.stderr[-4000:]
    names = {f"{name}-{split}" for name in ("face", "light", "voice") for split in ("train", "valid")}
    for name in names:
        made = [line for line in found.stderr.splitlines() if f"memobert.kept_banks {name}: " in line]
        assert len(made) == 1, (name, made)
        assert len(Bank.load(tmp_path / f"banks/{name}.npz", {}).labels)
    assert {file.stem for file in (tmp_path / "banks").iterdir()} == names
    log = (tmp_path / "out/log.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in log] == [1]


def train_here(steps: int) -> None:
    """A toy's training by `Fit`, in the working folder; `end.pt` tells where it ended."""
    kind = {"device": "cpu", "precision": "fp32", "threads": 1}
    arguments = Namespace(**kind, steps=steps, every=2, seed=1, rate=0.1, dry_run=False)
    torch.manual_seed(1)
    module = torch.nn.Linear(3, 1)
    fit = Fit(module, arguments, make_accelerator(arguments), Checkpoints(Path("out")))
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
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    place = {
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": port,
        "WORLD_SIZE": str(len(folders)),
        "LOCAL_RANK": "0",
    }
    place |= {"PYTHONPATH": str(Path(__file__).parents[1]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", f"from memobert.test_launch import train_here; train_here({steps})"]
    started = [
        subprocess.Popen(
            command, cwd=folder, env={**os.environ, **place, "RANK": str(rank)}, stderr=subprocess.PIPE
        )
        for rank, folder in enumerate(folders)
    ]
    for process in started:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said.decode()[-4000:]
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
