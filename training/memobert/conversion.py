"""What the conversions of face, voice and fusion share: each tensor is accounted for, or all are refused."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from .checkpoint_files import Checkpoint, CheckpointError
from .foreign_layouts import Layout, Row
from .memobert_model import small_config

log = logging.getLogger(__name__)

# BERT's and wav2vec 2.0's, base and large; a config says where it is another
HEAD_SIZE = 64


@dataclass(frozen=True)
class Part:
    """`stored` is what a best.pt of this folder holds; `rows` say where each tensor is from."""

    layout: str
    stored: dict
    rows: list[Row]


def guessed_heads(hidden: int, path: object) -> int:
    """How many heads one that does not tell has: as many as the usual shape where it is as wide as that, else
    64 numbers each, which the log says.

    Raises CheckpointError where it can be neither.
    """
    usual = small_config()
    if hidden == usual.hidden_size:
        return usual.num_attention_heads
    if hidden % HEAD_SIZE:
        raise CheckpointError(
            f"{path} is {hidden} wide, no multiple of {HEAD_SIZE}, and nothing beside it tells how many "
            "heads it has: say --heads, or put its config.json beside it."
        )
    heads = hidden // HEAD_SIZE
    log.warning(
        "nothing beside %s tells how many heads it has, and %d of %d numbers are taken: else say --heads",
        path,
        heads,
        HEAD_SIZE,
    )
    return heads


def refuse_classifier(stored: Mapping, path: object) -> None:
    """Raises CheckpointError for what `tune --method finetune` stored: a bundle answers by its prompt."""
    if stored.get("method") == "finetune":
        raise CheckpointError(
            f"{path} answers by a classifier (--method finetune), for which the page has no place: "
            "give one that was tuned with --method prompt."
        )


def account(
    checkpoint: Checkpoint,
    layout: Layout,
    state: Mapping[str, Tensor],
    expected: Mapping[str, torch.Size],
    unexpected: list[str],
    cure: str = "",
) -> None:
    """Raises CheckpointError unless `state` has just what is expected, with every tensor that differs.

    `unexpected` are names that no rule knows; `cure` is what helps beside another file when some are missing.
    """
    missing = [name for name in expected if name not in state]
    unexpected = [*unexpected, *(name for name in state if name not in expected)]
    misshaped = [
        f"{name} {list(state[name].shape)}, not {list(shape)}"
        for name, shape in expected.items()
        if name in state and state[name].shape != shape
    ]
    lines = []
    if missing:
        lines.append(f"missing: {', '.join(missing)}. Give a whole checkpoint{cure}.")
    if unexpected:
        lines.append(f"unexpected: {', '.join(unexpected)}. This model has no such part: train without it.")
    if misshaped:
        lines.append(f"of another shape: {'; '.join(misshaped)}. Give the config of these very weights.")
    if lines:
        head = f"{checkpoint.path} (layout {layout.name}) cannot be converted:"
        raise CheckpointError("\n  ".join([head, *lines]))


def origin(checkpoint: Checkpoint, layout: Layout) -> dict:
    """What the manifest says of where the weights are from."""
    converted = {"layout": layout.name, "file": checkpoint.path.name, "sha256": checkpoint.sha256}
    run = {key: checkpoint.stored[key] for key in ("run", "epoch", "valid") if key in checkpoint.stored}
    return {**(run if layout.own else {}), "converted": converted}


def count_layers(state: Mapping[str, Tensor], pattern: str) -> int:
    """One more than the highest number in `pattern`'s group; 0 without any."""
    return 1 + max((int(m[1]) for name in state if (m := re.fullmatch(pattern, name))), default=-1)
