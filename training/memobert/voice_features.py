"""Convolutional features kept: with the convolutions frozen, the transformer trains many times faster.

Freezing them is how wav2vec 2.0 is fine-tuned anyway (Baevski et al., 2020, section 4.2).
"""

import numpy as np
import torch
from torch import Tensor

from .loop import autocast
from .speech_data import Clip, Speech
from .voice_augmentation import augment, normalise
from .wav2vec2_model import WINDOW_SAMPLES, VoiceEncoder

FRAME_SAMPLES = 320
RECEPTIVE_SAMPLES = 400


class FrozenFeatures:
    """Features of every clip, in several augmented variants: lists of [frames, size] float16."""

    def __init__(self, model: VoiceEncoder, speech: Speech, clips: list[Clip], variants: int, device, rng):
        self.labels = np.array([clip.label for clip in clips])
        self.variants = [
            [self._encode(model, speech.waveform(clip), device, rng if number else None) for clip in clips]
            for number in range(variants)
        ]
        # what the convolutions make of silence pads a short clip, as zeros before it do in the page
        self.silence = self._encode(model, np.zeros(RECEPTIVE_SAMPLES, np.float32), device, None)[0]

    @staticmethod
    @torch.inference_mode()
    def _encode(model: VoiceEncoder, wave: np.ndarray, device, rng) -> np.ndarray:
        wave = augment(wave, rng) if rng else wave
        wave = torch.from_numpy(normalise(wave[: 3 * WINDOW_SAMPLES])[None]).to(device)
        with autocast(torch.device(device), "bf16"):
            found = model.wav2vec2.feature_extractor(wave)
        return found[0].T.float().cpu().numpy().astype(np.float16)

    def batch(self, rows: np.ndarray, frames: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Crops [N, frames, size] of random variants, and labels [N]."""
        values = np.tile(self.silence.astype(np.float32), (len(rows), frames, 1))
        for index, row in enumerate(rows):
            found = self.variants[int(rng.integers(len(self.variants)))][row]
            spare = len(found) - frames
            if spare >= 0:
                first = int(rng.integers(spare + 1))
                values[index] = found[first : first + frames]
            else:
                first = int(rng.integers(-spare + 1))
                values[index, first : first + len(found)] = found
        return torch.from_numpy(values), torch.from_numpy(self.labels[rows])


def contextualise(model: VoiceEncoder, features: Tensor) -> Tensor:
    """The rest of wav2vec 2.0 after its convolutions: [N, frames, size] -> hidden states."""
    inner = model.wav2vec2
    hidden, _ = inner.feature_projection(features)
    hidden = inner._mask_hidden_states(hidden)
    return inner.encoder(hidden).last_hidden_state
