"""What of MEmoBERT a run of `tune` does not train."""

import argparse
from collections.abc import Sequence

from .memobert_model import MemoBert
from .onnx_variants import round_to_packed


def hold_back(model: MemoBert, arguments: argparse.Namespace) -> None:
    """As `--hold-words`, `--hold-model`, `--learn-only` say. Raises ValueError where nothing would learn."""
    if arguments.hold_words:
        hold_words(model)
    if arguments.hold_model:
        hold_model(model, arguments)
    if arguments.learn_only:
        learn_only(model, arguments.learn_only)


def hold_words(model: MemoBert) -> None:
    """Rounds the word table to the 4 bits that are shipped, and keeps it out of the training.

    A step changes a number of it by less than a step of 4 bits, which rounding takes back: what the table
    learns is lost, and the layers have learned to count on it.
    """
    round_to_packed(model.embeddings.word_embeddings)
    model.embeddings.word_embeddings.weight.requires_grad_(False)


def hold_model(model: MemoBert, arguments: argparse.Namespace) -> None:
    """Leaves the heads to train: they catch up with an encoder that was exchanged, or with the tuning.

    Raises ValueError where a step would have nothing to learn.
    """
    if arguments.pretraining != 1 or not arguments.tasks:
        raise ValueError("--hold-model leaves the heads: give --pretraining 1 and --tasks")
    model.requires_grad_(False)


def learn_only(model: MemoBert, names: Sequence[str]) -> None:
    """Leaves these modules of `model` to train, as far as they are not held already.

    How it takes in one modality can so be mended, and each case without that modality stays as it is.
    Raises ValueError for what is no module of it, or has nothing left to train.
    """
    modules = dict(model.named_modules())
    if unknown := [name for name in names if not modules.get(name)]:
        known = ", ".join(name for name, _ in model.named_children())
        raise ValueError(f"--learn-only {' '.join(unknown)}: MEmoBERT is made of {known}")
    chosen = {
        name for name, _ in model.named_parameters() if name.startswith(tuple(f"{of}." for of in names))
    }
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(parameter.requires_grad and name in chosen)
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise ValueError(f"--learn-only {' '.join(names)}: it is held, so nothing is left to learn")
