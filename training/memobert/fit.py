"""One resumable loop for whatever trains MEmoBERT, on one machine or, by `accelerate launch`, on many.

Every round of `every` steps (the last: of what is left) draws from generators made anew from (seed, process,
round), and so a run that was interrupted goes on exactly as if it had not been.
"""

import argparse
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from accelerate.utils import broadcast_object_list
from torch import Tensor, nn
from tqdm import tqdm

from .loop import AveragedWeights, Checkpoints, add_dry_run, bf16_gains, one_cycle, pick_device, rounds_left

log = logging.getLogger(__name__)


def add_fit_arguments(
    parser: argparse.ArgumentParser, steps: int, every: int, rate: float, batch: int
) -> None:
    parser.add_argument("--steps", type=int, default=steps, help="of training, in all")
    parser.add_argument("--every", type=int, default=every, help="steps between checkpoints")
    parser.add_argument("--batch", type=int, default=batch, help="samples a step and process")
    parser.add_argument("--rate", type=float, default=rate, help="peak rate of AdamW")
    add_dry_run(parser, "read and check all, train one step")


def make_accelerator(arguments: argparse.Namespace) -> Accelerator:
    """The device and processes of this run; tasks differ by step, hence parameters without a gradient.

    Raises ValueError where a launcher asks for gradients of several steps: `Fit.run` steps after each.
    """
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    device = pick_device(arguments.device)
    if device.type == "cuda" and device.index is not None:
        # Accelerate takes the current one; of several processes each is given its own
        torch.cuda.set_device(device)
    half = arguments.precision == "bf16" and bf16_gains(device)
    accelerator = Accelerator(
        mixed_precision="bf16" if half else "no",
        cpu=arguments.device == "cpu",
        kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
    )
    if (steps := accelerator.gradient_accumulation_steps) != 1:
        raise ValueError(
            f"gradient_accumulation_steps {steps} of `accelerate`: every step updates the weights here. "
            "Leave it at 1, and give a larger --batch or more processes"
        )
    return accelerator


@dataclass
class Draws:
    """The generators of one round."""

    rng: np.random.Generator
    generator: torch.Generator

    @staticmethod
    def of(seed: int, process: int, round_: int) -> "Draws":
        rng = np.random.default_rng((seed, process, round_))
        # dropout draws from the global one
        torch.manual_seed(int(rng.integers(2**62)))
        return Draws(rng, torch.Generator().manual_seed(int(rng.integers(2**62))))


@dataclass
class Fit:
    """What is trained and how: a module, AdamW at a one-cycle rate, averaged weights."""

    module: nn.Module
    arguments: argparse.Namespace
    accelerator: Accelerator
    checkpoints: Checkpoints
    decay: float = 0.995
    weight_decay: float = 0.01
    average: AveragedWeights = field(init=False)

    def run(
        self,
        step: Callable[[nn.Module, int, Draws], dict[str, Tensor]],
        measure: Callable[[dict, int, bool], tuple[float, dict, dict]],
    ) -> None:
        """Trains on what is left of `--steps`.

        `step(module, index, draws)` returns losses by name, "loss" being the one to descend. After each
        round `measure(averaged state, round, is it the last)` returns the score, a row for the log, and
        what best.pt holds.
        """
        arguments, accelerator = self.arguments, self.accelerator
        self.module.to(accelerator.device)
        matrices = [p for p in self.module.parameters() if p.ndim > 1]
        plain = [p for p in self.module.parameters() if p.ndim <= 1]
        groups = [
            {"params": matrices, "weight_decay": self.weight_decay},
            {"params": plain, "weight_decay": 0.0},
        ]
        # fused: one pass over the word table, a seventh of a step on a CPU
        optimiser = torch.optim.AdamW(groups, lr=arguments.rate, betas=(0.9, 0.98), fused=True)
        self.average = AveragedWeights(self.module, self.decay)
        # a dry run takes the first step, whatever is there
        last = None if arguments.dry_run else self._of_main(self.checkpoints.load_last)
        rounds = rounds_left(last, arguments.steps, arguments.every)
        if last:
            self._resume(last, optimiser)
        wrapped, optimiser = accelerator.prepare(self.module, optimiser)
        for round_, steps in rounds:
            wrapped.train()
            draws = Draws.of(arguments.seed, accelerator.process_index, round_)
            totals: dict[str, list[float]] = {}
            began = time.monotonic()
            quiet = not accelerator.is_main_process or len(steps) < 20
            for index in tqdm(steps[:1] if arguments.dry_run else steps, disable=quiet, mininterval=10):
                rate = arguments.rate * one_cycle(index, arguments.steps, 0.1)
                for group in optimiser.param_groups:
                    group["lr"] = rate
                with accelerator.autocast():
                    losses = step(wrapped, index, draws)
                optimiser.zero_grad(set_to_none=True)
                accelerator.backward(losses["loss"])
                accelerator.clip_grad_norm_(self.module.parameters(), 1.0)
                optimiser.step()
                self.average.update(self.module)
                for name, loss in losses.items():
                    totals.setdefault(name, []).append(float(loss.detach()))
            if arguments.dry_run:
                log.info("dry run: one step's losses are %s; nothing is written", totals)
                return
            score, row, best = measure(self.average.state, round_, steps.stop == arguments.steps)
            row = {**{name: float(np.mean(parts)) for name, parts in totals.items()}, **row}
            row["steps_a_second"] = round(len(steps) / (time.monotonic() - began), 3)
            if accelerator.is_main_process:
                state = {
                    "training": self.module.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "average": self.average.state,
                    "updates": self.average.updates,
                    "steps": steps.stop,
                }
                self.checkpoints.save(round_ + 1, score, state, best, row)
            accelerator.wait_for_everyone()

    def load_scores(self) -> dict:
        """As `Checkpoints.load_scores`, on every process."""
        return self._of_main(self.checkpoints.load_scores)

    def _of_main(self, read: Callable[[], dict | None]) -> dict | None:
        """What the main process reads, on every process: machines need not share `--out`."""
        return broadcast_object_list([read() if self.accelerator.is_main_process else None])[0]

    def _resume(self, last: dict, optimiser: torch.optim.Optimizer) -> None:
        self.module.load_state_dict(last["training"])
        optimiser.load_state_dict(last["optimiser"])
        self.average.load(last["average"], last["updates"])
