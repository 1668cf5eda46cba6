"""What `tune` does against too sure an answer to a voice or a face alone: mixes, learns from its encoder."""

import argparse
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from .exported_models import load_models
from .labels import LABELS
from .option_values import check_part
from .samples import Batch
from .wav2vec2_model import VoiceEncoder


def mix_alone(batch: Batch, rng: np.random.Generator, parameter: float, labels: int) -> Batch:
    """Voices alone, or faces, and their `labels` [N,labels] mixed by twos (mixup: Zhang et al., ICLR 2018).

    The encoder knows the voices and faces of its training too well, and so what MEmoBERT learns of them is
    too sure of others'. Words are the prompt's alone, the same for all.
    """
    count = len(batch.labels)
    other = torch.from_numpy(rng.permutation(count))
    part = torch.from_numpy(rng.beta(parameter, parameter, count).astype(np.float32))
    wanted = batch.wanted(labels)
    masks = batch.attention_mask
    return replace(
        batch,
        voice_features=torch.lerp(batch.voice_features[other], batch.voice_features, part[:, None, None]),
        face_features=torch.lerp(batch.face_features[other], batch.face_features, part[:, None, None]),
        attention_mask=torch.maximum(masks, masks[other]),
        labels=torch.lerp(wanted[other], wanted, part[:, None]),
    )


def voice_that_says(arguments: argparse.Namespace, device, labels: Sequence[str] = LABELS) -> VoiceEncoder:
    """The encoder of `--voice-encoder`, for its answers. Raises ValueError where it has none of `labels`."""
    check_part("--voice-says", arguments.voice_says)
    if arguments.voice_encoder is None:
        raise ValueError("--voice-says is about --voice-encoder: give that as well")
    if tuple(labels) != LABELS:
        raise ValueError(
            f"--voice-says is about the labels {', '.join(LABELS)}, these clips have {', '.join(labels)}: "
            "leave it out"
        )
    voice = load_models(None, arguments.voice_encoder, None)["wav2vec2"]
    if voice.labels != len(LABELS):
        raise ValueError(f"{arguments.voice_encoder} has no answer of its own: leave --voice-says out")
    return voice.to(device).requires_grad_(False)


def as_said(batch: Batch, voice: VoiceEncoder, part: float) -> Batch:
    """Of voices alone, `part` of the labels [N,labels] is what their encoder answers to these very tokens.

    Beside labels alone MEmoBERT's likelihood of people that neither heard stays below the encoder's own
    (`training/SHIPPED.md`, "What was found on the way").
    """
    mask = batch.attention_mask[:, -batch.voice_features.shape[1] :]
    with torch.no_grad():
        said = voice.answer(batch.voice_features, mask).float().softmax(1)
    return replace(batch, labels=torch.lerp(batch.wanted(said.shape[1]), said, part))
