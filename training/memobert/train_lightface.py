"""Distils DenseFace into LightFace: the same features and distributions at a seventh of the multiplications.

    python -m memobert.train_lightface --faces FOLDER --teacher runs/denseface/best.pt --out runs/lightface

`--init` goes on from an earlier teacher's student: the feature space moves little as a teacher is trained on.

Each batch is half augmented pictures that the teacher saw as well (its features and softened distribution
are the targets; Hinton et al. 2015, FitNets: Romero et al. 2015), half freshly augmented ones with their
votes. The teacher's answers are computed once, in several variants of each picture, and kept.
"""

import argparse
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .checkpoint_files import read_own
from .command_help import CommandHelp
from .denseface_model import DenseFace
from .face_augmentation import degrade, warp
from .ferplus_data import distributions, load_ferplus, load_training_faces
from .kept import check_made, write_whole
from .lightface_model import LightFace
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
from .shards import sha256
from .train_denseface import evaluate

log = logging.getLogger(__name__)

SIZE = 64
SOFTENING = 2.0


@dataclass(frozen=True)
class Lessons:
    """`pictures` [K*N,1,64,64] uint8, augmented; the teacher's `features` [K*N,342] and `logits` [K*N,8]."""

    pictures: Tensor
    features: Tensor
    logits: Tensor


def bigger(pictures: Tensor) -> Tensor:
    """uint8 [N,1,H,W] -> float [N,1,64,64], otherwise as they are."""
    return F.interpolate(pictures.float(), size=(SIZE, SIZE), mode="bilinear", align_corners=False)


@torch.inference_mode()
def make_lessons(
    teacher: DenseFace, pictures: Tensor, variants: int, mean: float, std: float, device, seed: int
) -> Lessons:
    """The teacher's answers to `variants` augmentations of each of `pictures` [N,1,H,W] uint8.

    With 0 variants: to the pictures as they are.
    """
    generator = torch.Generator().manual_seed(seed)
    teacher.eval()
    seen, features, logits = [], [], []
    for variant in range(max(1, variants)):
        for part in pictures.split(128):
            faces = warp(part.float(), SIZE, generator) if variants else bigger(part)
            # one variant without degradation: most faces before a camera are well seen
            faces = (degrade(faces, generator) if variant else faces).round().clamp(0, 255)
            given = ((faces - mean) / std).to(device).contiguous(memory_format=torch.channels_last)
            with autocast(torch.device(device), "bf16"):
                found = teacher(given)
            seen.append(faces.byte())
            features.append(found[0].half().cpu())
            logits.append(found[1].float().cpu())
        log.info("the teacher has seen variant %d of %d", variant + 1, variants)
    return Lessons(torch.cat(seen), torch.cat(features), torch.cat(logits))


def kept_lessons(path: Path, made_of: dict, make: Callable[[], Lessons]) -> Lessons:
    """Raises ValueError when those that are kept were made of something else."""
    if path.exists():
        stored = torch.load(path, weights_only=True)
        check_made(path, stored.pop("made_of", None), made_of, "--out")
        return Lessons(**stored)
    lessons = make()
    write_whole(path, lambda file: torch.save({**vars(lessons), "made_of": made_of}, file))
    return lessons


def distillation_loss(features, logits, wanted_features, wanted_logits, spread: Tensor) -> Tensor:
    """Squared error of features in units of `spread` [342], and KL of softened distributions."""
    apart = ((features.float() - wanted_features) / spread).square().mean()
    soft = F.kl_div(
        F.log_softmax(logits.float() / SOFTENING, 1),
        F.softmax(wanted_logits / SOFTENING, 1),
        reduction="batchmean",
    )
    return apart + SOFTENING**2 * soft


@releases
def main(argv: list[str] | None = None) -> dict[str, float]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    add_training_dry_run(parser)
    parser.add_argument("--faces", type=Path, required=True, help="folder of ferplus-{train,valid}.zip")
    parser.add_argument("--teacher", type=Path, required=True, help="best.pt of train_denseface")
    parser.add_argument("--init", type=Path, default=None, help="best.pt of this command to start from")
    parser.add_argument("--cache", type=Path, default=None, help="folder for decoded pictures")
    parser.add_argument("--epochs", type=int, default=12, help="over the pictures, not their variants")
    parser.add_argument("--batch", type=int, default=128, help="pictures a step")
    parser.add_argument("--rate", type=float, default=2e-3, help="peak rate of AdamW")
    parser.add_argument("--variants", type=int, default=4, help="0: no augmentation, for comparison")
    parser.add_argument("--limit", type=int, default=0, help="train on so many pictures, the first; 0: all")
    arguments = parser.parse_args(argv)
    device = start_alone(arguments)

    train, target = distributions(load_training_faces(arguments.faces, arguments.cache))
    valid = load_ferplus(arguments.faces, "valid", arguments.cache)
    if arguments.limit:
        train, target = train.subset(np.arange(len(target))[: arguments.limit]), target[: arguments.limit]
    pictures, votes = torch.from_numpy(train.pictures).unsqueeze(1), torch.from_numpy(target)
    stored = read_own(arguments.teacher)
    teacher = DenseFace(**stored["shape"]).to(device, memory_format=torch.channels_last)
    teacher.load_state_dict(stored["model"])
    mean, std = stored["mean"], stored["std"]
    made_of = {
        "teacher": sha256(arguments.teacher),
        "variants": arguments.variants,
        "pictures (--faces, --limit)": len(pictures),
        "seed": arguments.seed,
    }

    def taught_by_teacher() -> Lessons:
        return make_lessons(teacher, pictures, arguments.variants, mean, std, device, arguments.seed)

    kept = arguments.out / "lessons.pt"
    lessons = taught_by_teacher() if arguments.dry_run else kept_lessons(kept, made_of, taught_by_teacher)
    spread = lessons.features[:20000].float().std(0).clamp(min=1e-2).to(device)

    light = {"features": teacher.feature_size}
    model, twin = (LightFace(**light).to(device, memory_format=torch.channels_last) for _ in range(2))
    if arguments.init:
        model.load_state_dict(read_own(arguments.init)["model"])
    # the teacher's own classifier: what it reads in its features must be there in the student's
    model.classifier.load_state_dict(teacher.classifier.state_dict())
    optimiser = torch.optim.AdamW(model.parameters(), arguments.rate, weight_decay=0.05)
    average = AveragedWeights(model, 0.998)
    checkpoints = Checkpoints(arguments.out, arguments)
    generator = torch.Generator().manual_seed(arguments.seed)
    parts = dict(training=model, optimiser=optimiser, generator=generator)
    last = checkpoints.load_last()
    first = unpack(last, average, **parts) if last else 0

    half = arguments.batch // 2
    per_epoch = max(1, len(pictures) // half)
    scores: dict[str, float] = {}
    for epoch in range(first, arguments.epochs):
        model.train()
        totals = np.zeros(2)
        for index in range(per_epoch):
            for group in optimiser.param_groups:
                group["lr"] = arguments.rate * one_cycle(
                    epoch * per_epoch + index, per_epoch * arguments.epochs
                )
            rows = torch.randint(len(lessons.pictures), (half,), generator=generator)
            fresh = torch.randint(len(pictures), (half,), generator=generator)
            new = bigger(pictures[fresh])
            if arguments.variants:
                new = degrade(warp(pictures[fresh].float(), SIZE, generator), generator)
            faces = torch.cat([lessons.pictures[rows].float(), new])
            faces = ((faces - mean) / std).to(device).contiguous(memory_format=torch.channels_last)
            with autocast(device, arguments.precision):
                features, logits = model(faces)
            taught = distillation_loss(
                features[:half],
                logits[:half],
                lessons.features[rows].float().to(device),
                lessons.logits[rows].to(device),
                spread,
            )
            voted = F.cross_entropy(logits[half:].float(), votes[fresh].to(device))
            optimiser.zero_grad(set_to_none=True)
            (taught + voted).backward()
            optimiser.step()
            average.update(model)
            totals += (taught.item(), voted.item())
        twin.load_state_dict(average.state)
        scores = evaluate(twin, valid, SIZE, mean, std, device)
        best = {
            "model": average.state,
            "mean": mean,
            "std": std,
            "light": light,
            "valid": scores,
            "run": describe_run(arguments),
        }
        row = {"taught": totals[0] / per_epoch, "voted": totals[1] / per_epoch, **scores}
        checkpoints.save(epoch + 1, scores["wa"], pack(average, **parts), best, row)
    return scores


if __name__ == "__main__":
    main()
