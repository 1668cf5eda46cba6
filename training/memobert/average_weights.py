"""The mean of several runs' weights, as one checkpoint: better than each where they began alike.

    python -m memobert.average_weights runs/voice/best.pt runs/voice-again/last.pt --out runs/voice-mean

Model soups (Wortsman et al., ICML 2022), and the mean of a run's start and end (WiSE-FT, CVPR 2022). Of a
`last.pt` the running average is taken: alone (`RUN/best.pt RUN/last.pt --parts 0 1`) it is the run's end, for
`export`. Writes `best.pt` like the first one, its heads too; measure it before it is used.
"""

import argparse
import logging
from pathlib import Path

import torch
from torch import Tensor

from .checkpoint_files import read_own
from .command_help import CommandHelp
from .kept import write_whole
from .loop import describe_run
from .memobert_import import load_published

log = logging.getLogger(__name__)

# where MEmoBERT is among what `tune` and `pretrain` average, heads and all
TUNED = "tuning.model."
PRETRAINED = "model."
CLASSIFIER = "tuning.classifier."
# what a checkpoint says of its own weights, and of nobody else's
OF_ONE = ("valid", "epoch", "score")


def weights_of(stored: dict, path: Path) -> dict[str, Tensor]:
    """Of a best.pt or a last.pt. Raises ValueError for what is neither."""
    weights = stored.get("model", stored.get("average"))
    if weights is None:
        raise ValueError(f"{path} holds no weights: give a best.pt or a last.pt of a training command")
    # their best.pt has it alone under "model"; without heads beside it, such names are an encoder's own
    prefix = PRETRAINED if any(name.startswith("heads.") for name in weights) else TUNED
    own = {k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)}
    return own or weights


def classifier_of(stored: dict) -> dict[str, Tensor] | None:
    """That of `tune --method finetune`, of a best.pt or a last.pt."""
    if "average" not in stored:
        return stored.get("classifier")
    found = {k: v for k, v in stored["average"].items() if k.startswith(CLASSIFIER)}
    return {k.removeprefix(CLASSIFIER): v for k, v in found.items()} or None


def mean_classifier(stored: list[dict], parts: list[float]) -> dict[str, Tensor] | None:
    """Of those that have a part; None where they answer by their prompt.

    Raises ValueError where they answer unlike each other, or unlike the first, whose settings are kept.
    """
    kept = [
        (part, classifier_of(of))
        for i, (part, of) in enumerate(zip(parts, stored, strict=True))
        if part or not i
    ]
    if len({classifier is None for _, classifier in kept}) > 1:
        raise ValueError("some answer by a classifier, others by their prompt: give those of one --method")
    if kept[0][1] is None:
        return None
    return mean_of([classifier for _, classifier in kept], [part for part, _ in kept])


def load(path: Path) -> dict:
    """A checkpoint, or a bundle's memobert.onnx as one."""
    if path.suffix == ".onnx":
        return load_published(path)
    return read_own(path)


def run_of(stored: dict, path: Path) -> dict | None:
    """What made a checkpoint; a last.pt leaves it to the best.pt beside it."""
    best = path.with_name("best.pt")
    if "run" not in stored and best.exists():
        stored = read_own(best)
    return stored.get("run")


def labels_of(stored: dict, path: Path) -> tuple[str, ...] | None:
    """What a model of `tune` answers by; a last.pt leaves it to the best.pt beside it, others do not tell."""
    best = path.with_name("best.pt")
    if "labels" not in stored and "average" in stored and best.exists():
        stored = read_own(best)
    labels = stored.get("labels")
    # a voice's is their count
    return tuple(labels) if isinstance(labels, list) else None


def check_labels(stored: list[dict], paths: list[Path], parts: list[float]) -> None:
    """Tells where label words differ: the mean has the first one's. Raises ValueError for classifiers."""
    told = {
        labels: path
        for i, (part, of, path) in enumerate(zip(parts, stored, paths, strict=True))
        if (part or not i) and (labels := labels_of(of, path))
    }
    if len(told) < 2:
        return
    each = "; ".join(f"{path}: {', '.join(labels)}" for labels, path in told.items())
    if any(classifier_of(of) for of in stored):
        raise ValueError(
            f"the classifiers are of other labels ({each}): give those of the same, in one order"
        )
    log.warning("these were tuned for other labels (%s): the mean has those of the first", each)


def mean_of(all_weights: list[dict[str, Tensor]], parts: list[float]) -> dict[str, Tensor]:
    """Each floating tensor's mean by `parts`, which sum to 1; others as in the first.

    Raises ValueError for weights that do not fit one another.
    """
    first, *others = all_weights
    for other in others:
        unlike = {name for name in first.keys() | other.keys() if name not in first or name not in other}
        unlike |= {name for name in first.keys() & other.keys() if first[name].shape != other[name].shape}
        if unlike:
            raise ValueError(f"these are not of one shape: {', '.join(sorted(unlike)[:3])}")
    return {
        name: sum(part * weights[name] for part, weights in zip(parts, all_weights, strict=True))
        if tensor.is_floating_point()
        else tensor
        for name, tensor in first.items()
    }


def warn_of_heads(stored: list[dict], parts: list[float], path: Path) -> None:
    """Where the heads are of an epoch of which no weight is taken; heads trained alone are meant to be."""
    first, *others = stored
    given = (first.get("run") or {}).get("arguments") or {}
    epochs = {of.get("epoch") for part, of in zip(parts[1:], others, strict=True) if part}
    if first.get("heads") and not parts[0] and not given.get("hold_model") and epochs != {first.get("epoch")}:
        log.warning(
            "the heads of masked words, faces and voice are of %s, epoch %s, the weights of epoch %s: train "
            "the heads on with `tune --hold-model` where they are needed",
            path,
            first.get("epoch"),
            ", ".join(map(str, epochs)),
        )


def main(argv: list[str] | None = None) -> dict:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    parser.add_argument(
        "checkpoints", type=Path, nargs="+", help="best.pt or last.pt of one command's runs; memobert.onnx"
    )
    parser.add_argument("--parts", type=float, nargs="*", default=[], help="of each; alike without")
    parser.add_argument("--out", type=Path, required=True, help="folder for best.pt")
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    count = len(arguments.checkpoints)
    parts = arguments.parts or [1.0] * count
    if len(parts) != count or min(parts) < 0 or not sum(parts) > 0:
        raise ValueError(f"--parts: give {count} numbers from 0, one a checkpoint, not all 0")
    parts = [part / sum(parts) for part in parts]
    stored = [load(path) for path in arguments.checkpoints]
    if "model" not in stored[0]:
        raise ValueError(f"{arguments.checkpoints[0]} is no best.pt: only the others may be a last.pt")
    check_labels(stored, arguments.checkpoints, parts)
    weights = [weights_of(of, path) for of, path in zip(stored, arguments.checkpoints, strict=True)]
    # what the first one reached, and when, is not the mean's
    averaged = {key: value for key, value in stored[0].items() if key not in OF_ONE}
    averaged["model"] = mean_of(weights, parts)
    if "classifier" in averaged:
        averaged["classifier"] = mean_classifier(stored, parts)
    averaged["run"] = {**describe_run(arguments), "parts": parts}
    averaged["run"]["of"] = [run_of(of, path) for of, path in zip(stored, arguments.checkpoints, strict=True)]
    averaged["run"]["epochs"] = [of.get("epoch") for of in stored]
    warn_of_heads(stored, parts, arguments.checkpoints[0])
    path = arguments.out / "best.pt"
    write_whole(path, lambda file: torch.save(averaged, file), alone=True)
    log.info("the mean of %d is in %s", count, path)
    return averaged


if __name__ == "__main__":
    main()
