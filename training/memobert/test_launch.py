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


# a command whose main process is killed behind its first checkpoint
KILLED = """
import os, signal, sys
from memobert import pretrain
from memobert.loop import Checkpoints

save = Checkpoints.save

def killed(*given):
    save(*given)
    os.kill(os.getpid(), signal.SIGKILL)

Checkpoints.save = killed
pretrain.main(sys.argv[1:])
"""


def launch(command: str | Path, given: list[str]) -> subprocess.CompletedProcess[str]:
    """`accelerate launch` of two processes of a command, or of a script, in `training/`."""
    training = Path(__file__).parents[1]
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(training)}
    what = [*LAUNCH[:-1], str(command)] if isinstance(command, Path) else [*LAUNCH, f"memobert.{command}"]
    started = [sys.executable, *what, *given]
    return subprocess.run(started, capture_output=True, text=True, cwd=training, env=env)


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


def test_two_processes_killed_at_a_checkpoint_go_on_exactly(runs, tmp_path):
    given = [*runs["fusion"], "--steps", "3", "--every", "2", "--batch", "4", "--threads", "1"]
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    (tmp_path / "killed.py").write_text(KILLED)
    found = launch("pretrain", [*given, "--out", str(straight)])
    assert found.returncode == 0, found.stderr[-4000:]
    found = launch(tmp_path / "killed.py", [*given, "--out", str(killed)])
    assert found.returncode and "SIGKILL" in found.stderr, found.stderr[-4000:]
    assert torch.load(killed / "last.pt", weights_only=False)["steps"] == 2
    found = launch("pretrain", [*given, "--out", str(killed)])
    assert found.returncode == 0 and "resumed" in found.stderr, found.stderr[-4000:]
    wanted, resumed = (torch.load(out / "last.pt", weights_only=False) for out in (straight, killed))
    assert resumed["steps"] == wanted["steps"] == 3
    for part in ("training", "average"):
        for name, value in wanted[part].items():
            assert torch.equal(value, resumed[part][name]), (part, name)
    for row, state in wanted["optimiser"]["state"].items():
        for name, value in state.items():
            assert torch.equal(value, resumed["optimiser"]["state"][row][name]), (row, name)
    rows = [(out / "log.jsonl").read_text().splitlines() for out in (straight, killed)]
    told = [[{k: v for k, v in json.loads(row).items() if "second" not in k} for row in of] for of in rows]
    assert told[0] == told[1] and len(told[0]) == 2
    assert sorted(path.name for path in killed.iterdir()) == ["best.pt", "last.pt", "log.jsonl"]


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
