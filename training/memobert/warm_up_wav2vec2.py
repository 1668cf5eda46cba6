"""Warms up the convolutions of wav2vec 2.0: each frame tells its log-mel bands and its pitch.

    python -m memobert.warm_up_wav2vec2 --speech FOLDER --out runs/wav2vec2-warm

Needs no labels. The later steps keep the convolutions frozen (as fine-tuning does in Baevski et al., 2020,
section 4.2) and so train the transformer several times faster.
"""

import argparse
import logging
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .command_help import CommandHelp
from .labels import LABELS
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
    rounds_left,
    start_alone,
    unpack,
)
from .speech_data import Speech, load_speech, validation_clips
from .voice_augmentation import augment, place
from .wav2vec2_model import SAMPLE_RATE_HZ, TOY, SpectralTargets, VoiceEncoder, compact_config

log = logging.getLogger(__name__)


def draw(speech: Speech, clips: list, count: int, window: int, rng: np.random.Generator) -> torch.Tensor:
    """[count, window]: crops of augmented clips, the longer clips more often."""
    lengths = np.array([clip.length for clip in clips], np.float64)
    rows = rng.choice(len(clips), count, p=lengths / lengths.sum())
    waves = [place(augment(speech.waveform(clips[row]), rng), window, rng) for row in rows]
    return torch.from_numpy(np.stack(waves))


@torch.inference_mode()
def explained(features, head: nn.Module, targets: SpectralTargets, waves: torch.Tensor) -> float:
    """The part of the targets' variance that `head` finds in the features, over `waves` [N,T]."""
    wanted = targets(waves)
    found = head(features(waves).transpose(1, 2)).float()
    return float(1 - (found - wanted).square().mean() / wanted.var((0, 1)).mean())


@releases
def main(argv: list[str] | None = None) -> float:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    add_training_dry_run(parser)
    parser.add_argument("--speech", type=Path, required=True, help="folder of the corpora's archives")
    parser.add_argument("--cache", type=Path, default=None, help="folder for decoded samples")
    parser.add_argument("--seconds", type=float, default=1.0, help="of voice in a crop")
    parser.add_argument("--steps", type=int, default=1200, help="of training, in all")
    parser.add_argument("--every", type=int, default=100, help="steps between measurements")
    parser.add_argument("--batch", type=int, default=32, help="crops a step")
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--leave-out", nargs="*", default=["emovo"], help="corpora kept out whole")
    parser.add_argument("--toy", action="store_true", help="a tiny encoder, for tests")
    arguments = parser.parse_args(argv)
    device = start_alone(arguments)

    speech = load_speech(arguments.speech, arguments.cache)
    train = speech.split("train", tuple(arguments.leave_out))
    valid = validation_clips(speech, tuple(arguments.leave_out))
    config = compact_config(**TOY) if arguments.toy else compact_config()
    model, twin = (VoiceEncoder(config, len(LABELS)).to(device) for _ in range(2))
    features = model.wav2vec2.feature_extractor
    targets = SpectralTargets().to(device)
    head, twin_head = (nn.Linear(config.conv_dim[-1], targets.size).to(device) for _ in range(2))
    whole = nn.ModuleDict({"features": features, "head": head})
    optimiser = torch.optim.AdamW(whole.parameters(), arguments.rate, betas=(0.9, 0.98), weight_decay=0.01)
    average = AveragedWeights(whole, 0.99)
    checkpoints = Checkpoints(arguments.out, arguments)
    rng = np.random.default_rng(arguments.seed)
    window = int(arguments.seconds * SAMPLE_RATE_HZ)
    probe = draw(speech, valid, 64, window, np.random.default_rng(99)).to(device)
    parts = dict(training=whole, optimiser=optimiser, generator=rng)
    last = checkpoints.load_last()
    rounds = rounds_left(last, arguments.steps, arguments.every)
    if last:
        unpack(last, average, **parts)

    score = 0.0
    for epoch, steps in rounds:
        total = 0.0
        for step in steps:
            for group in optimiser.param_groups:
                group["lr"] = arguments.rate * one_cycle(step, arguments.steps, 0.1)
            wave = draw(speech, train, arguments.batch, window, rng).to(device)
            with autocast(device, arguments.precision):
                found = head(features(wave).transpose(1, 2))
            loss = F.mse_loss(found.float(), targets(wave))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(whole.parameters(), 1.0)
            optimiser.step()
            average.update(whole)
            total += loss.item()
        nn.ModuleDict({"features": twin.wav2vec2.feature_extractor, "head": twin_head}).load_state_dict(
            average.state
        )
        score = explained(twin.wav2vec2.feature_extractor, twin_head, targets, probe)
        best = {
            "model": twin.state_dict(),
            "config": config.to_dict(),
            "valid": {"explained": score},
            "run": describe_run(arguments),
        }
        row = {"loss": total / len(steps), "explained": score}
        checkpoints.save(epoch + 1, score, {**pack(average, **parts), "steps": steps.stop}, best, row)
    return score


if __name__ == "__main__":
    main()
