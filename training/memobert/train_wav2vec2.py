"""Trains the compact wav2vec 2.0 on emotional speech, speakers apart.

    python -m memobert.train_wav2vec2 --speech FOLDER --out runs/wav2vec2 --seconds 2.2 --steps 1500
    python -m memobert.train_wav2vec2 --speech FOLDER --out runs/wav2vec2-full --init runs/wav2vec2/best.pt

    python -m memobert.train_wav2vec2 --speech FOLDER --out runs/frozen --init runs/wav2vec2/best.pt \
        --freeze-features --steps 4000

The convolutions are warmed up by a second, fading loss: the log-mel spectrogram from each frame. With
`--freeze-features` they stay as `--init` has them and the transformer trains on what they gave.
"""

import argparse
import logging
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .labels import LABELS
from .loop import (
    AveragedWeights,
    Checkpoints,
    add_common_arguments,
    autocast,
    one_cycle,
    pack,
    start,
    unpack,
)
from .metrics import measure
from .speech_data import Clip, Speech, load_speech, sampling_weights
from .voice_augmentation import augment, place
from .voice_features import FRAME_SAMPLES, RECEPTIVE_SAMPLES, FrozenFeatures, contextualise
from .wav2vec2_model import SAMPLE_RATE_HZ, WINDOW_SAMPLES, LogMel, VoiceEncoder, compact_config

log = logging.getLogger(__name__)


@torch.inference_mode()
def predict(model: VoiceEncoder, speech: Speech, clips: list[Clip], device, batch: int = 32) -> np.ndarray:
    """Logits [N,7] of whole windows, clip at the end, zeros before it."""
    model.eval()
    parts = []
    for first in range(0, len(clips), batch):
        waves = [place(speech.waveform(c), WINDOW_SAMPLES, None) for c in clips[first : first + batch]]
        with autocast(torch.device(device), "bf16"):
            parts.append(model(torch.from_numpy(np.stack(waves)).to(device))[1].float().cpu().numpy())
    return np.concatenate(parts)


def evaluate(model: VoiceEncoder, speech: Speech, clips: list[Clip], device) -> dict[str, float]:
    """WA, UAR and their like, and the cross-entropy `loss`, which a small split tells more steadily."""
    truth = np.array([clip.label for clip in clips])
    logits = predict(model, speech, clips, device)
    loss = F.cross_entropy(torch.from_numpy(logits), torch.from_numpy(truth))
    return {**measure(truth, logits.argmax(1), len(LABELS)), "loss": float(loss)}


def main(argv: list[str] | None = None) -> dict[str, float]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add_common_arguments(parser)
    parser.add_argument("--speech", type=Path, required=True, help="folder of the corpora's archives")
    parser.add_argument("--cache", type=Path, default=None, help="folder for decoded samples")
    parser.add_argument("--seconds", type=float, default=WINDOW_SAMPLES / SAMPLE_RATE_HZ)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--every", type=int, default=150, help="steps between measurements")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--mel", type=float, default=1.0, help="weight of the log-mel loss at the start")
    parser.add_argument("--leave-out", nargs="*", default=["emovo"], help="corpora kept out whole")
    parser.add_argument("--init", type=Path, default=None)
    parser.add_argument("--freeze-features", action="store_true", help="train the transformer alone")
    parser.add_argument("--variants", type=int, default=2, help="of each clip's frozen features")
    parser.add_argument("--toy", action="store_true", help="a tiny encoder, for tests")
    arguments = parser.parse_args(argv)
    device = start(arguments)

    speech = load_speech(arguments.speech, arguments.cache)
    train = speech.split("train", tuple(arguments.leave_out))
    valid = speech.split("valid", tuple(arguments.leave_out))
    weights = sampling_weights(train)
    config = compact_config(**TOY) if arguments.toy else compact_config()
    model = VoiceEncoder(config, len(LABELS)).to(device)
    if arguments.init:
        model.load_state_dict(torch.load(arguments.init, map_location="cpu", weights_only=False)["model"])
    mel = LogMel().to(device)
    mel_head = nn.Linear(config.conv_dim[-1], 64).to(device)
    log.info(
        "%d training clips, %d validation clips, %.2f M parameters, on %s",
        len(train),
        len(valid),
        sum(p.numel() for p in model.parameters()) / 1e6,
        device,
    )

    parameters = [*model.parameters(), *mel_head.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=arguments.rate, betas=(0.9, 0.98), weight_decay=0.02)
    average = AveragedWeights(model, 0.995)
    twin = VoiceEncoder(config, len(LABELS)).to(device)
    checkpoints = Checkpoints(arguments.out)
    rng = np.random.default_rng(arguments.seed)
    frozen = None
    if arguments.freeze_features:
        frozen = FrozenFeatures(model, speech, train, arguments.variants, device, rng)
        model.wav2vec2.feature_extractor.requires_grad_(False)
        log.info("%d clips in %d variants", len(train), arguments.variants)
    parts = dict(training=model, mel_head=mel_head, optimiser=optimiser, generator=rng)
    last = checkpoints.load_last()
    first = unpack(last, average, **parts) if last else 0

    window = int(arguments.seconds * SAMPLE_RATE_HZ)
    frames = (window - RECEPTIVE_SAMPLES) // FRAME_SAMPLES + 1
    rounds = max(1, arguments.steps // arguments.every)
    scores: dict[str, float] = {}
    for epoch in range(first, rounds):
        model.train()
        total, hits = 0.0, 0
        for index in range(arguments.every):
            step = epoch * arguments.every + index
            for group in optimiser.param_groups:
                group["lr"] = arguments.rate * one_cycle(step, arguments.steps, 0.1)
            rows = rng.choice(len(train), arguments.batch, p=weights)
            with autocast(device, arguments.precision):
                if frozen:
                    features, target = frozen.batch(rows, frames, rng)
                    target = target.to(device)
                    hidden, extra = contextualise(model, features.to(device)), 0.0
                else:
                    waves = [place(augment(speech.waveform(train[r]), rng), window, rng) for r in rows]
                    wave = torch.from_numpy(np.stack(waves)).to(device)
                    target = torch.tensor([train[r].label for r in rows], device=device)
                    output = model.wav2vec2(wave)
                    hidden = output.last_hidden_state
                    fading = arguments.mel * max(0.05, 1 - 2 * step / arguments.steps)
                    extra = fading * F.mse_loss(mel_head(output.extract_features).float(), mel(wave))
                _, logits = model.pool(hidden)
            loss = F.cross_entropy(logits.float(), target, label_smoothing=0.05) + extra
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimiser.step()
            average.update(model)
            total += loss.item()
            hits += int((logits.argmax(1) == target).sum())
        twin.load_state_dict(average.state)
        scores = evaluate(twin, speech, valid, device)
        best = {"model": average.state, "config": config.to_dict(), "valid": scores}
        row = {
            **scores,
            "train_loss": total / arguments.every,
            "train_wa": hits / arguments.every / arguments.batch,
        }
        checkpoints.save(epoch + 1, -scores["loss"], pack(average, **parts), best, row)
    if arguments.leave_out and (others := [c for c in speech.clips if c.corpus in arguments.leave_out]):
        log.info("left out whole: %s", evaluate(twin, speech, others, device))
    return scores


TOY = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "conv_dim": (8, 8, 8, 16, 16, 16, 16),
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
}


if __name__ == "__main__":
    main()
