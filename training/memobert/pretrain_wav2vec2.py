"""Self-supervised pre-training of wav2vec 2.0's transformer: tell the true masked frame among others.

    python -m memobert.pretrain_wav2vec2 --speech FOLDER --init runs/voice-warm/best.pt --out runs/voice-ssl

The contrastive task of Baevski et al. (NeurIPS 2020, section 3.2) over all the audio, no label used:
half of a clip's frames are masked, and each must be told from 16 others of its clip, both quantised by a
Gumbel product quantiser. The convolutions stay as `--init` has them, so their features are computed once.
"""

import argparse
import logging
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from transformers import Wav2Vec2Config, Wav2Vec2ForPreTraining
from transformers.models.wav2vec2.modeling_wav2vec2 import _compute_mask_indices, _sample_negative_indices

from .checkpoint_files import read_own
from .command_help import CommandHelp
from .labels import LABELS
from .locks import releases
from .loop import (
    Checkpoints,
    add_common_arguments,
    add_training_dry_run,
    autocast,
    describe_run,
    one_cycle,
    random_state,
    rounds_left,
    set_random_state,
    start_alone,
)
from .speech_data import load_speech, validation_clips
from .voice_features import FrozenFeatures, add_feature_arguments, kept_features
from .wav2vec2_model import VoiceEncoder

log = logging.getLogger(__name__)

MASKED = 0.5
SPAN = 8
PRETRAINING = {
    "codevector_dim": 128,
    "proj_codevector_dim": 128,
    "num_codevectors_per_group": 64,
    "num_codevector_groups": 2,
    "num_negatives": 16,
    "mask_feature_prob": 0.0,
}


def masked_frames(held: np.ndarray) -> np.ndarray:
    """Which of the frames that hold a clip, `held` [N, frames], are to be told: spans, at most half of them.

    Of a short clip one span, as long as which it must be.
    """
    # drawn as if each clip began with its row, and then laid to where it is
    begun = np.arange(held.shape[1]) < held.sum(1, keepdims=True)
    spans = _compute_mask_indices(held.shape, MASKED, SPAN, torch.from_numpy(begun), min_masks=1)
    masked = np.zeros_like(held)
    masked[held] = spans[begun]
    return masked


def contrast(model: Wav2Vec2ForPreTraining, features: Tensor) -> Tensor:
    """Loss of a masked frame, of kept convolutional features [N, frames, size], zeros around a clip.

    Zeros are neither to be told nor to be told from. A clip that is shorter than a span is left out.
    """
    # no convolution answers zeros
    held = features.any(2)
    long = held.sum(1) >= SPAN
    features, held = features[long], held[long]
    masked = masked_frames(held.cpu().numpy())
    negatives = _sample_negative_indices(masked.shape, model.config.num_negatives, mask_time_indices=masked)
    output = model(
        features.transpose(1, 2),
        mask_time_indices=torch.from_numpy(masked).to(features.device),
        sampled_negative_indices=torch.from_numpy(negatives).to(features.device),
    )
    return output.loss / masked.sum()


@torch.no_grad()
def evaluate(model: Wav2Vec2ForPreTraining, frozen: FrozenFeatures, frames: int, device) -> float:
    """Loss over held-out speakers, the same masks each time."""
    model.eval()
    before = random_state()
    np.random.seed(99)
    rng = np.random.default_rng(99)
    rows = np.arange(len(frozen.clips))
    losses = []
    for part in np.array_split(rows, max(1, len(rows) // 64)):
        losses.append(float(contrast(model, frozen.batch(part, frames, rng, [0])[0].to(device))))
    np.random.set_state(before["numpy"])
    return float(np.mean(losses))


@releases
def main(argv: list[str] | None = None) -> float:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    add_training_dry_run(parser)
    parser.add_argument("--speech", type=Path, required=True, help="folder of the corpora's archives")
    parser.add_argument("--init", type=Path, required=True, help="best.pt of warm_up_wav2vec2")
    parser.add_argument("--cache", type=Path, default=None, help="folder for decoded samples")
    parser.add_argument("--seconds", type=float, default=2.2, help="of voice in a crop")
    parser.add_argument("--steps", type=int, default=800, help="of training, in all")
    parser.add_argument("--every", type=int, default=100, help="steps between checkpoints")
    parser.add_argument("--batch", type=int, default=32, help="crops a step")
    parser.add_argument("--rate", type=float, default=1e-3, help="peak learning rate")
    add_feature_arguments(parser)
    arguments = parser.parse_args(argv)
    device = start_alone(arguments)

    speech = load_speech(arguments.speech, arguments.cache)
    choosing = validation_clips(speech, tuple(arguments.leave_out))
    stored = read_own(arguments.init)
    config = Wav2Vec2Config.from_dict({**stored["config"], **PRETRAINING})
    encoder = VoiceEncoder(Wav2Vec2Config.from_dict(stored["config"]), len(LABELS)).to(device)
    encoder.load_state_dict(stored["model"])
    rng = np.random.default_rng(arguments.seed)
    train = kept_features(arguments, "train", speech, encoder, device)
    valid = FrozenFeatures.compute(encoder, speech, choosing, 1, device, arguments.seed, arguments.high_pass)
    model = Wav2Vec2ForPreTraining(config).to(device)
    model.wav2vec2.load_state_dict(encoder.wav2vec2.state_dict())
    # the features are computed already
    model.wav2vec2.feature_extractor = nn.Identity()
    lengths = np.array([clip.length for clip in train.clips], np.float64)
    chances = lengths / lengths.sum()
    frames, variants = int(arguments.seconds * 50), range(arguments.variants)
    optimiser = torch.optim.AdamW(model.parameters(), arguments.rate, betas=(0.9, 0.98), weight_decay=0.01)
    checkpoints = Checkpoints(arguments.out, arguments)
    last = checkpoints.load_last()
    rounds = rounds_left(last, arguments.steps, arguments.every)
    if last:
        resume(last, model, optimiser, rng)

    score = 0.0
    for epoch, steps in rounds:
        model.train()
        total = 0.0
        for step in steps:
            for group in optimiser.param_groups:
                group["lr"] = arguments.rate * one_cycle(step, arguments.steps, 0.1)
            model.quantizer.temperature = max(0.5, 2 * 0.25 ** (step / arguments.steps))
            rows = rng.choice(len(train.clips), arguments.batch, p=chances)
            with autocast(device, arguments.precision):
                loss = contrast(model, train.batch(rows, frames, rng, variants)[0].to(device))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            total += loss.item()
        score = evaluate(model, valid, frames, device)
        encoder.wav2vec2.load_state_dict(model.wav2vec2.state_dict(), strict=False)
        state = {
            "training": model.state_dict(),
            "optimiser": optimiser.state_dict(),
            "generator": rng.bit_generator.state,
            "random": random_state(),
            "steps": steps.stop,
        }
        best = {
            "model": encoder.state_dict(),
            "config": stored["config"],
            "valid": {"contrastive": score},
            "run": describe_run(arguments),
        }
        checkpoints.save(epoch + 1, -score, state, best, {"loss": total / len(steps), "contrastive": score})
    return score


def resume(last: dict, model: nn.Module, optimiser, rng: np.random.Generator) -> None:
    """Puts the last state back."""
    model.load_state_dict(last["training"])
    optimiser.load_state_dict(last["optimiser"])
    rng.bit_generator.state = last["generator"]
    set_random_state(last["random"])


if __name__ == "__main__":
    main()
