"""Trains DenseFace on the vote distributions of FER+.

    python -m memobert.train_denseface --faces FOLDER --out runs/denseface48 --size 48 --epochs 14
    python -m memobert.train_denseface --faces FOLDER --out runs/denseface --size 64 --epochs 2 \
        --init runs/denseface48/best.pt --rate 0.02
"""

import argparse
import copy
import logging
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .checkpoint_files import read_own
from .command_help import CommandHelp
from .denseface_import import load_denseface
from .denseface_model import FACE_CLASSES, DenseFace
from .face_augmentation import degrade, warp
from .ferplus_data import Faces, distributions, load_ferplus, load_training_faces, majority
from .locks import releases
from .loop import (
    AveragedWeights,
    Checkpoints,
    add_common_arguments,
    add_training_dry_run,
    autocast,
    describe_run,
    one_cycle,
    pack,
    start_alone,
    unpack,
)
from .metrics import measure

log = logging.getLogger(__name__)


def to_input(pictures: Tensor, size: int, mean: float, std: float) -> Tensor:
    """uint8 or float grey [N,1,H,W] -> normalised [N,1,size,size], bilinear as the browser does it."""
    faces = pictures.float()
    if faces.shape[-1] != size:
        faces = F.interpolate(faces, size=(size, size), mode="bilinear", align_corners=False)
    return (faces - mean) / std


@torch.inference_mode()
def predict(model: DenseFace, faces: Tensor, batch: int = 256) -> tuple[np.ndarray, np.ndarray]:
    """Features [N,342] and logits [N,8] of normalised faces [N,1,H,W]."""
    model.eval()
    parts = [model(part.contiguous(memory_format=torch.channels_last)) for part in faces.split(batch)]
    return (
        torch.cat([p[0] for p in parts]).float().cpu().numpy(),
        torch.cat([p[1] for p in parts]).float().cpu().numpy(),
    )


def evaluate(model: DenseFace, valid: Faces, size: int, mean: float, std: float, device) -> dict[str, float]:
    kept, truth = majority(valid)
    faces = to_input(torch.from_numpy(kept.pictures).unsqueeze(1), size, mean, std).to(device)
    _, logits = predict(model, faces)
    return measure(truth, logits.argmax(1), len(FACE_CLASSES))


@releases
def main(argv: list[str] | None = None) -> dict[str, float]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    add_training_dry_run(parser)
    parser.add_argument("--faces", type=Path, required=True, help="folder of ferplus-{train,valid}.zip")
    parser.add_argument("--cache", type=Path, default=None, help="folder for decoded pictures")
    parser.add_argument("--size", type=int, default=64, help="side of the pictures in pixels")
    parser.add_argument("--epochs", type=int, default=14, help="passes over the pictures")
    parser.add_argument("--batch", type=int, default=96, help="pictures a step")
    parser.add_argument("--rate", type=float, default=0.15, help="peak rate of SGD")
    parser.add_argument("--growth", type=int, default=12, help="channels that each layer adds")
    parser.add_argument(
        "--blocks", type=int, nargs=3, default=(16, 16, 16), help="layers of the three dense blocks"
    )
    parser.add_argument(
        "--init", type=Path, default=None, help="best.pt, or a bundle's denseface.onnx, to start from"
    )
    parser.add_argument(
        "--degraded", type=float, default=0.6, help="part of each batch seen as a poor webcam's"
    )
    parser.add_argument("--no-augmentation", action="store_true", help="pictures as they are, for comparison")
    parser.add_argument("--limit", type=int, default=0, help="train on so many pictures, the first; 0: all")
    arguments = parser.parse_args(argv)
    device = start_alone(arguments)

    train, target = distributions(load_training_faces(arguments.faces, arguments.cache))
    valid = load_ferplus(arguments.faces, "valid", arguments.cache)
    if arguments.limit:
        train, target = train.subset(np.arange(len(target))[: arguments.limit]), target[: arguments.limit]
    mean, std = float(train.pictures.mean()), float(train.pictures.std())
    shape = {"growth": arguments.growth, "blocks": tuple(arguments.blocks)}
    model = DenseFace(**shape).to(device, memory_format=torch.channels_last)
    if arguments.init and arguments.init.suffix == ".onnx":
        some = torch.from_numpy(train.pictures[:512]).unsqueeze(1)
        model.load_state_dict(
            load_denseface(arguments.init, to_input(some, arguments.size, mean, std), **shape).state_dict()
        )
    elif arguments.init:
        initial = read_own(arguments.init)
        model.load_state_dict(initial["model"])
        mean, std = initial["mean"], initial["std"]
    log.info("%d training faces, mean %.2f, std %.2f, on %s", len(target), mean, std, device)

    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    optimiser = torch.optim.SGD(
        [{"params": decayed, "weight_decay": 2e-4}, {"params": plain, "weight_decay": 0.0}],
        lr=arguments.rate,
        momentum=0.9,
        nesterov=True,
    )
    average = AveragedWeights(model, 0.998)
    checkpoints = Checkpoints(arguments.out, arguments)
    generator = torch.Generator().manual_seed(arguments.seed)
    parts = dict(training=model, optimiser=optimiser, generator=generator)
    last = checkpoints.load_last()
    first = unpack(last, average, **parts) if last else 0

    per_epoch = max(1, len(target) // arguments.batch)
    steps = per_epoch * arguments.epochs
    pictures = torch.from_numpy(train.pictures).unsqueeze(1)
    targets = torch.from_numpy(target)
    smooth = AveragedView(model)
    scores: dict[str, float] = {}
    for epoch in range(first, arguments.epochs):
        model.train()
        order = torch.randperm(len(targets), generator=generator)
        total = 0.0
        for index in range(per_epoch):
            for group in optimiser.param_groups:
                group["lr"] = arguments.rate * one_cycle(epoch * per_epoch + index, steps)
            rows = order[index * arguments.batch : (index + 1) * arguments.batch]
            if arguments.no_augmentation:
                faces = to_input(pictures[rows], arguments.size, mean, std)
            else:
                faces = warp(pictures[rows].float(), arguments.size, generator)
                # the rest stays sharp: a network of this size cannot fit only what is degraded
                poor = round(arguments.degraded * len(faces))
                faces[:poor] = degrade(faces[:poor], generator)
                faces = (faces - mean) / std
            faces = faces.to(device).contiguous(memory_format=torch.channels_last)
            with autocast(device, arguments.precision):
                _, logits = model(faces)
            loss = F.cross_entropy(logits.float(), targets[rows].to(device))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            average.update(model)
            total += loss.item()
        scores = smooth.evaluate(average, valid, arguments.size, mean, std, device)
        best = {
            "model": average.state,
            "mean": mean,
            "std": std,
            "shape": shape,
            "valid": scores,
            "run": describe_run(arguments),
        }
        checkpoints.save(
            epoch + 1, scores["wa"], pack(average, **parts), best, {"loss": total / per_epoch, **scores}
        )
    return scores


class AveragedView:
    """Evaluates averaged weights in a twin, so that the training module is never touched."""

    def __init__(self, model: DenseFace) -> None:
        self.twin = copy.deepcopy(model)

    def evaluate(self, average: AveragedWeights, *rest) -> dict[str, float]:
        self.twin.load_state_dict(average.state)
        return evaluate(self.twin, *rest)


if __name__ == "__main__":
    main()
