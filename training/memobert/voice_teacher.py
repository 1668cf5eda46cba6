"""A teacher for the voice: a small residual network over log-mel pictures, which learns fast from few hours.

    python -m memobert.voice_teacher --speech FOLDER --init runs/voice-warm/best.pt --features runs/features \
        --out runs/voice-teacher

It is trained on the very crops that wav2vec 2.0 will see and is not shipped: `train_wav2vec2 --teacher`
learns its answers, frame by frame.
"""

import argparse
import logging
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import Wav2Vec2Config

from .checkpoint_files import read_own
from .command_help import CommandHelp
from .labels import LABELS
from .lightface_model import Residual
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
from .metrics import measure
from .speech_data import Clip, Speech, load_speech, of_first_corpus, sampling_weights, validation_clips
from .voice_augmentation import mixed, place
from .voice_features import SILENT_BAND, add_feature_arguments, kept_features, voiced_span
from .wav2vec2_model import SpectralTargets, VoiceEncoder

log = logging.getLogger(__name__)

EMBEDDING_SIZE = 192


class VoiceTeacher(nn.Module):
    """Input `bands` [N,T,64], standardised log-mel at 50 Hz.

    Returns `frames` [N,T/4,192], embeddings at 12.5 Hz, and `logits` [N,labels].
    """

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64, 128), labels: int = len(LABELS)) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(1, widths[0], 3, 2, 1, bias=False), nn.BatchNorm2d(widths[0])]
        layers.append(nn.ReLU())
        for stage, (before, width) in enumerate(pairwise(widths)):
            stride = 2 if stage == 0 else (2, 1)
            layers += [nn.Conv2d(before, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            layers += [Residual(width), nn.Dropout2d(0.1)]
        self.body = nn.Sequential(*layers)
        self.embed = nn.Sequential(nn.Linear(widths[-1] * 2, EMBEDDING_SIZE), nn.ReLU())
        self.attention = nn.Linear(EMBEDDING_SIZE, 1)
        self.classifier = nn.Sequential(nn.Dropout(0.3), nn.Linear(EMBEDDING_SIZE * 2, labels))

    def forward(self, bands: Tensor) -> tuple[Tensor, Tensor]:
        found = self.body(bands.transpose(1, 2).unsqueeze(1))
        frames = self.embed(torch.cat([found.mean(2), found.amax(2)], 1).transpose(1, 2))
        weight = torch.softmax(self.attention(frames), 1)
        mean = (weight * frames).sum(1)
        spread = (weight * (frames - mean.unsqueeze(1)).square()).sum(1)
        return frames, self.classifier(torch.cat([mean, torch.sqrt(spread + 1e-4)], 1))


def vary_bands(bands: Tensor, rng: np.random.Generator) -> Tensor:
    """Other throats and rooms: each of [N,T,64] is stretched and moved over its bands (vocal tract length
    perturbation: Jaitly & Hinton, 2013) and over time, and filtered (FilterAugment: Nam et al., 2022)."""
    count, _, size = bands.shape
    matrix = torch.zeros(count, 2, 3)
    matrix[:, 0, 0] = torch.from_numpy(rng.uniform(0.95, 1.05, count))
    matrix[:, 0, 2] = torch.from_numpy(rng.uniform(-0.05, 0.05, count))
    matrix[:, 1, 1] = torch.from_numpy(rng.uniform(0.9, 1.1, count))
    grid = F.affine_grid(matrix, [count, 1, *bands.shape[1:]], align_corners=False)
    varied = F.grid_sample(bands.unsqueeze(1), grid, padding_mode="border", align_corners=False)[:, 0]
    waves = torch.cos(torch.pi * torch.arange(1, 4)[:, None] * (torch.arange(size) + 0.5) / size)
    gains = torch.from_numpy(rng.normal(0, 0.1, (count, 3))).float() @ waves
    return varied + gains[:, None]


def hide_stripes(bands: Tensor, rng: np.random.Generator) -> Tensor:
    """SpecAugment (Park et al., 2019): a stripe of time and one of bands of each of [N,T,64] is hidden."""
    count, time, size = bands.shape
    bands = bands.clone()
    for row in range(count):
        width = int(rng.integers(0, 16))
        begin = int(rng.integers(0, max(1, time - width)))
        bands[row, begin : begin + width] = 0
        width = int(rng.integers(0, 12))
        begin = int(rng.integers(0, size - width))
        bands[row, :, begin : begin + width] = 0
    return bands


@torch.inference_mode()
def evaluate(model: VoiceTeacher, speech: Speech, clips: list[Clip], frames: int, device) -> dict[str, float]:
    """Whole utterances without the silence around them, as far as `frames` reach twice."""
    model.eval()
    spectrum = SpectralTargets().to(device)
    logits = []
    for clip in clips:
        wave = speech.waveform(clip)
        begin, end = voiced_span(wave)
        wave = place(wave[begin:end], min(end - begin, 640 * frames), None)
        bands = spectrum(torch.from_numpy(wave[None]).to(device))[..., : spectrum.bands]
        if bands.shape[1] < frames:
            bands = F.pad(bands, (0, 0, 0, frames - bands.shape[1]), value=SILENT_BAND)
        logits.append(model(bands)[1].float().cpu().numpy())
    found = np.concatenate(logits)
    return measure(np.array([clip.label for clip in clips]), found.argmax(1), len(LABELS))


@releases
def main(argv: list[str] | None = None) -> dict[str, float]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    add_training_dry_run(parser)
    parser.add_argument("--speech", type=Path, required=True, help="folder of the corpora's archives")
    parser.add_argument("--init", type=Path, required=True, help="best.pt of warm_up_wav2vec2")
    parser.add_argument("--cache", type=Path, default=None, help="folder for decoded samples")
    parser.add_argument("--seconds", type=float, default=1.6, help="of voice in a crop")
    parser.add_argument("--steps", type=int, default=2400, help="of training, in all")
    parser.add_argument("--every", type=int, default=200, help="steps between checkpoints")
    parser.add_argument("--batch", type=int, default=64, help="crops a step")
    parser.add_argument("--rate", type=float, default=3e-3, help="peak learning rate")
    parser.add_argument(
        "--mixup",
        type=float,
        default=0.0,
        help="clips are mixed by twos, by parts from Beta(this, this); 0: none",
    )
    parser.add_argument(
        "--widths", type=int, nargs=4, default=(16, 32, 64, 128), help="channels of each stage"
    )
    add_feature_arguments(parser)
    arguments = parser.parse_args(argv)
    device = start_alone(arguments)

    speech = load_speech(arguments.speech, arguments.cache)
    valid = of_first_corpus(validation_clips(speech, tuple(arguments.leave_out)))
    stored = read_own(arguments.init)
    encoder = VoiceEncoder(Wav2Vec2Config.from_dict(stored["config"]), len(LABELS)).to(device)
    encoder.load_state_dict(stored["model"])
    frozen = kept_features(arguments, "train", speech, encoder, device)
    weights = sampling_weights(frozen.clips)
    model, twin = (
        VoiceTeacher(tuple(arguments.widths)).to(device, memory_format=torch.channels_last) for _ in range(2)
    )
    optimiser = torch.optim.AdamW(model.parameters(), arguments.rate, weight_decay=0.05)
    average = AveragedWeights(model, 0.995)
    checkpoints = Checkpoints(arguments.out, arguments)
    rng = np.random.default_rng(arguments.seed)
    parts = dict(training=model, optimiser=optimiser, generator=rng)
    last = checkpoints.load_last()
    rounds = rounds_left(last, arguments.steps, arguments.every)
    if last:
        unpack(last, average, **parts)
    frames = int(arguments.seconds * 50)
    scores: dict[str, float] = {}
    for epoch, steps in rounds:
        model.train()
        total, hits = 0.0, 0
        for step in steps:
            for group in optimiser.param_groups:
                group["lr"] = arguments.rate * one_cycle(step, arguments.steps, 0.1)
            rows = rng.choice(len(weights), arguments.batch, p=weights)
            target = frozen.labels[rows].to(device)
            bands = frozen.batch(rows, frames, rng, range(arguments.variants))[1]
            bands = hide_stripes(vary_bands(bands, rng), rng)
            bands, wanted = mixed(
                arguments.mixup, rng, bands, F.one_hot(frozen.labels[rows], len(LABELS)).float()
            )
            with autocast(device, arguments.precision):
                _, logits = model(bands.to(device))
            loss = F.cross_entropy(logits.float(), wanted.to(device), label_smoothing=0.1)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            average.update(model)
            total += loss.item()
            hits += int((logits.argmax(1) == target).sum())
        twin.load_state_dict(average.state)
        scores = evaluate(twin, speech, valid, frames, device)
        best = {
            "model": average.state,
            "widths": tuple(arguments.widths),
            "valid": scores,
            "run": describe_run(arguments),
        }
        row = {
            **scores,
            "train_loss": total / len(steps),
            "train_wa": hits / len(steps) / arguments.batch,
        }
        # the last average, not the luckiest on a small split
        checkpoints.save(epoch + 1, epoch, {**pack(average, **parts), "steps": steps.stop}, best, row)
    return scores


if __name__ == "__main__":
    main()
