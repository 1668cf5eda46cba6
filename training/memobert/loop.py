"""What every training command shares: device, seed, schedule, averaged weights, checkpoints."""

import argparse
import json
import logging
import math
import os
import pickle
import random
import subprocess
import time
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .disk import make_folder
from .kept import add_row, write_whole
from .learned_from import check_same_run, kept_digest, learned_from
from .locks import hold, writes_results

log = logging.getLogger(__name__)

LOG = "log.jsonl"


def add_common_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, required=True, help="folder of the run's checkpoints")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1, mps")
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 leaves the default")
    parser.add_argument(
        "--precision", choices=("fp32", "bf16"), default="bf16", help="bf16 falls back where it would be slow"
    )


def add_dry_run(parser: argparse.ArgumentParser, what: str) -> None:
    """`--dry-run`, which does `what` and writes no result: `start` then makes no folder."""
    parser.add_argument("--dry-run", action="store_true", help=f"{what}, write nothing")


def add_training_dry_run(parser: argparse.ArgumentParser) -> None:
    """`--dry-run` of a training by `start_alone` and `Checkpoints`; what it keeps elsewhere it may keep."""
    add_dry_run(parser, "read and check all, train a first step or two, measure")


def start(arguments: argparse.Namespace, shared: bool = False) -> torch.device:
    """Seeds everything, sets threads and logging, makes the run's folder; returns the device.

    The folder is this command's alone until it ends, unless processes share it and each locks what it does.
    Raises FolderInUseError where another writes there.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    random.seed(arguments.seed)
    np.random.seed(arguments.seed)
    torch.manual_seed(arguments.seed)
    if not getattr(arguments, "dry_run", False):
        make_folder(arguments.out)
        if not shared and writes_results():
            hold(arguments.out)
    return pick_device(arguments.device)


def start_alone(arguments: argparse.Namespace) -> torch.device:
    """As `start`, of a command for one process. Raises also what `refuse_several` does.

    A dry run of a training is cut down to a round of a step, or to an epoch of a batch of pictures.
    """
    refuse_several()
    if getattr(arguments, "dry_run", False):
        short = {"steps": 1, "every": 1, "epochs": 1, "limit": getattr(arguments, "batch", 0)}
        vars(arguments).update({name: value for name, value in short.items() if hasattr(arguments, name)})
    return start(arguments)


def refuse_several() -> None:
    """Raises ValueError in one of several processes: each would do all, and write the same files."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count > 1:
        raise ValueError(
            f"a launcher started {count} processes, and this command is for one: each would do all of it and "
            "write the same files. Start it by `python -m memobert.…`; pretrain, tune and text_teacher share "
            "their work"
        )


def pick_device(name: str) -> torch.device:
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def first_of_machine() -> bool:
    """Whether this is the first process of its machine; launchers number those of one from 0."""
    return int(os.environ.get("LOCAL_RANK", "0")) <= 0


def describe_run(arguments: argparse.Namespace) -> dict:
    """What a checkpoint tells of the run it came from: arguments, seed, commit, and `files`.

    Of paths those of files, and of folders with a checkpoint, are told: by name and sha256, for folders above
    are a machine's business. `dirty`: the package was not as in that commit.
    """
    paths: dict[str, list[Path]] = {}
    kept = {}
    for name, value in vars(arguments).items():
        parts = value if isinstance(value, list) else [value]
        if found := [part for part in parts if isinstance(part, Path)]:
            paths[name] = found
        elif name not in ("seed", "device"):
            kept[name] = value
    files = {name: [told for path in of if (told := _file(path))] for name, of in paths.items()}
    files = {name: told for name, told in files.items() if told}
    commit, changes = (_git(words) for words in (["rev-parse", "HEAD"], ["status", "--porcelain", "."]))
    dirty = None if changes is None else bool(changes)
    return {"arguments": kept, "files": files, "seed": arguments.seed, "commit": commit, "dirty": dirty}


def _file(path: Path) -> dict[str, str] | None:
    """Name and sha256 of a file or a checkpoint's folder; None of what is neither."""
    sha256 = kept_digest(path)
    return sha256 and {"file": path.resolve().name, "sha256": sha256}


def _git(words: list[str]) -> str | None:
    try:
        return subprocess.check_output(
            ["git", "--no-optional-locks", *words], cwd=Path(__file__).parent, text=True
        ).strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def bf16_gains(device) -> bool:
    """False where bf16 is computed number by number: at an 80th of fp32's speed by a CPU without AVX-512,
    emulated by NVIDIA's GPUs before Ampere (T4, V100).
    """
    device = torch.device(device)
    if device.type == "cuda":
        return bool(torch.version.hip) or torch.cuda.get_device_capability(device)[0] >= 8
    return device.type == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported()


def autocast(device: torch.device, precision: str) -> torch.autocast:
    enabled = precision == "bf16" and bf16_gains(device)
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=enabled)


class _Full(torch.Tensor):
    """A gradient that stays fp32 when PyTorch's Muon halves it."""

    def bfloat16(self, *_args, **_kwargs) -> torch.Tensor:
        return self.as_subclass(torch.Tensor).clone()


class _FullMuon(torch.optim.Muon):
    """Muon in fp32: PyTorch's own computes in bf16 whatever it is given."""

    def step(self, closure=None):
        module = torch.optim._muon
        halved = module._zeropower_via_newtonschulz
        module._zeropower_via_newtonschulz = lambda grad, *rest: halved(grad.as_subclass(_Full), *rest)
        try:
            return super().step(closure)
        finally:
            module._zeropower_via_newtonschulz = halved


def make_muon(matrices: list[nn.Parameter], rate: float) -> torch.optim.Muon:
    """Muon at the rates of AdamW (Liu et al., 2025), in fp32 where bf16 would be slow."""
    full = matrices and not bf16_gains(matrices[0].device)
    make = _FullMuon if full else torch.optim.Muon
    return make(matrices, lr=rate, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")


def one_cycle(step: int, steps: int, warmup: float = 0.15) -> float:
    """Factor of the peak rate: linear up for a part `warmup`, then a cosine to 0."""
    begin = max(1, int(steps * warmup))
    if step < begin:
        return (step + 1) / begin
    return 0.5 * (1 + math.cos(math.pi * (step - begin) / max(1, steps - begin)))


def rounds_of(steps: int, every: int) -> list[range]:
    """The steps of each round, counted from 0: `every` of them, in the last what is left.

    Raises ValueError for less than one of either.
    """
    if min(steps, every) < 1:
        raise ValueError(f"--steps {steps} --every {every}: both begin at 1")
    return [range(first, min(first + every, steps)) for first in range(0, steps, every)]


def rounds_left(last: dict | None, steps: int, every: int) -> list[tuple[int, range]]:
    """The numbers and the steps of the rounds behind `last.pt`; of all without one.

    Numbers, by which draws are made and scores told, go on from those of `last` even where rounds were of
    another length. One that does not tell its steps is of an old version, and had rounds of `every`.
    Raises ValueError as `rounds_of` does, and where no round of today ends with the steps of `last`.
    """
    rounds = rounds_of(steps, every)
    if last is None or "steps" not in last:
        return list(enumerate(rounds))[last["epoch"] if last else 0 :]
    done = last["steps"]
    if done not in (of.stop for of in rounds):
        raise ValueError(
            f"last.pt holds {done} steps, and no round of --steps {steps} --every {every} ends there: give "
            f"at least {done} steps and an --every that divides {done}, or another --out"
        )
    return list(enumerate((of for of in rounds if of.start >= done), last["epoch"]))


class AveragedWeights:
    """Exponential moving average of a module's state (parameters and norm statistics)."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.state = {k: v.detach().clone() for k, v in module.state_dict().items()}
        self.updates = 0

    @torch.no_grad()
    def update(self, module: nn.Module) -> None:
        self.updates += 1
        # a young average would remember the random start, so it follows faster at first
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for key, value in module.state_dict().items():
            if value.dtype.is_floating_point:
                self.state[key].lerp_(value, 1 - decay)
            else:
                self.state[key].copy_(value)

    @torch.no_grad()
    def load(self, state: dict[str, torch.Tensor], updates: int) -> None:
        """Goes on with a kept `state` after its `updates`, on the device where the average is."""
        for key, value in self.state.items():
            value.copy_(state[key])
        self.updates = updates


class Checkpoints:
    """`last.pt` to resume from, `best.pt` to export, `log.jsonl` of what was measured.

    A dry run of the `arguments` neither resumes nor writes.
    """

    def __init__(self, folder: Path, arguments: argparse.Namespace) -> None:
        self.folder, self.arguments = folder, arguments
        self.dry_run = getattr(arguments, "dry_run", False)
        self.best = -math.inf
        self.started = time.monotonic()

    @cached_property
    def learned_from(self) -> dict[str, str]:
        """What the weights learn from, as it is when the run begins."""
        return learned_from(self.arguments)

    def load_last(self) -> dict | None:
        """What `save` kept last. Raises ValueError for half a file, or as `check_same_run` does."""
        path = self.folder / "last.pt"
        if self.dry_run:
            return None
        now = self.learned_from
        if not path.exists():
            return None
        try:
            last = torch.load(path, map_location="cpu", weights_only=False)
        except (EOFError, RuntimeError, pickle.UnpicklingError) as error:
            # as versions left it that did not sync
            raise ValueError(
                f"{path} was cut short, or is no checkpoint ({error}): put a copy back, or delete it for the "
                "run to begin anew"
            ) from error
        check_same_run(path, last.get("learned_from"), now)
        self.best = last["best"]
        self._complete_log(last.get("row"))
        log.info("resumed %s at epoch %d", path, last["epoch"])
        return last

    def load_scores(self) -> dict:
        """What best.pt was measured at: for a command begun again after its last round."""
        return torch.load(self.folder / "best.pt", map_location="cpu", weights_only=False)["valid"]

    def save(self, epoch: int, score: float, state: dict, best_state: dict, row: dict) -> None:
        """`best_state` goes to best.pt when `score` is the highest so far."""
        if self.dry_run:
            log.info("dry run: %s; nothing is written", json.dumps(row))
            return
        if score > self.best:
            self.best = score
            self._write("best.pt", {**best_state, "epoch": epoch, "score": score})
        row = {"epoch": epoch, "seconds": round(time.monotonic() - self.started, 1), **row}
        line = json.dumps(row)
        kept = {**state, "epoch": epoch, "best": self.best, "learned_from": self.learned_from, "row": line}
        self._write("last.pt", kept)
        add_row(self.folder / LOG, line)
        log.info("%s", line)

    def _complete_log(self, line: str | None) -> None:
        """Adds what last.pt tells of its own measurement, where the run ended before the log had it."""
        path = self.folder / LOG
        if line and not (path.exists() and line in path.read_text().splitlines()):
            add_row(path, line)

    def _write(self, name: str, content: dict) -> None:
        write_whole(self.folder / name, lambda file: torch.save(content, file), alone=True)


def pack(average: AveragedWeights, **parts) -> dict:
    """What a run needs to go on exactly: states of modules, optimisers and generators by name."""
    states = {name: _state_of(part) for name, part in parts.items()}
    return {**states, "average": average.state, "updates": average.updates, "random": random_state()}


def unpack(last: dict, average: AveragedWeights, **parts) -> int:
    """Puts the states of `pack` back; returns the epoch to go on with."""
    for name, part in parts.items():
        if isinstance(part, torch.Generator):
            part.set_state(last[name])
        elif isinstance(part, np.random.Generator):
            part.bit_generator.state = last[name]
        else:
            part.load_state_dict(last[name])
    average.load(last["average"], last["updates"])
    set_random_state(last["random"])
    return last["epoch"]


def _state_of(part) -> object:
    if isinstance(part, torch.Generator):
        return part.get_state()
    if isinstance(part, np.random.Generator):
        return part.bit_generator.state
    return part.state_dict()


def random_state() -> dict:
    state = {"torch": torch.get_rng_state(), "numpy": np.random.get_state(), "python": random.getstate()}
    # what a GPU drops out is drawn there
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    if torch.backends.mps.is_available():
        state["mps"] = torch.mps.get_rng_state()
    return state


def set_random_state(state: dict) -> None:
    torch.set_rng_state(state["torch"])
    if torch.cuda.is_available():
        # of as many GPUs as both machines have
        for device, of in zip(range(torch.cuda.device_count()), state.get("cuda", ()), strict=False):
            torch.cuda.set_rng_state(of, device)
    if torch.backends.mps.is_available() and "mps" in state:
        torch.mps.set_rng_state(state["mps"])
    np.random.set_state(state["numpy"])
    random.setstate(state["python"])
