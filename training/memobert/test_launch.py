"""Two processes of one machine train together: banks are made once, by the first."""

import json
import os
import subprocess
import sys
from pathlib import Path

from .feature_banks import Bank

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
