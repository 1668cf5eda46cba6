"""Convolutional features kept: with the convolutions frozen, the transformer trains many times faster.

Freezing them is how wav2vec 2.0 is fine-tuned anyway (Baevski et al., 2020, section 4.2).
"""

import logging

import numpy as np
import torch
from torch import Tensor

from .loop import autocast
from .speech_data import Clip, Speech
from .voice_augmentation import augment, normalise
from .wav2vec2_model import WINDOW_SAMPLES, VoiceEncoder

log = logging.getLogger(__name__)

FRAME_SAMPLES = 320
RECEPTIVE_SAMPLES = 400
# quieter than this below the loudest tenth of a second counts as silence around the clip
SILENCE_DB = 35


def voiced_span(wave: np.ndarray) -> tuple[int, int]:
    """First and last sample of what is louder than the silence around it, of [T]."""
    block = 1600
    count = len(wave) // block
    if count < 2:
        return 0, len(wave)
    power = np.square(wave[: count * block]).reshape(count, block).mean(1)
    loud = np.flatnonzero(power > power.max() * 10 ** (-SILENCE_DB / 10))
    return int(loud[0] * block), int(min(len(wave), (loud[-1] + 2) * block))


class FrozenFeatures:
    """Features of every clip, in several augmented variants: lists of [frames, size] float16.

    Silence before and after a clip is cut, so that a crop holds voice. `augmented` False keeps clips as
    they are, for comparison.
    """

    def __init__(
        self,
        model: VoiceEncoder,
        speech: Speech,
        clips: list[Clip],
        variants: int,
        device,
        rng: np.random.Generator,
        augmented: bool = True,
    ) -> None:
        self.clips = clips
        self.variants: list[list[np.ndarray]] = []
        for number in range(variants):
            changing = rng if augmented and number else None
            self.variants.append([self._encode(model, speech.waveform(c), device, changing) for c in clips])
            log.info("features of %d clips, variant %d of %d", len(clips), number + 1, variants)
        # what the convolutions make of silence pads a short clip, as zeros before it do in the page
        self.silence = self._encode(model, np.zeros(RECEPTIVE_SAMPLES, np.float32), device, None)[0]

    @staticmethod
    @torch.inference_mode()
    def _encode(model: VoiceEncoder, wave: np.ndarray, device, rng: np.random.Generator | None) -> np.ndarray:
        begin, end = voiced_span(wave)
        wave = wave[begin : min(end, begin + 2 * WINDOW_SAMPLES)]
        wave = normalise(augment(wave, rng) if rng else wave)
        if len(wave) < RECEPTIVE_SAMPLES:
            wave = np.pad(wave, (0, RECEPTIVE_SAMPLES - len(wave)))
        with autocast(torch.device(device), "bf16"):
            found = model.wav2vec2.feature_extractor(torch.from_numpy(wave[None]).to(device))
        return found[0].T.float().cpu().numpy().astype(np.float16)

    def batch(self, rows: np.ndarray, frames: int, rng: np.random.Generator) -> Tensor:
        """Crops [N, frames, size] of random variants; a clip that is shorter lies somewhere amid silence."""
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
        return torch.from_numpy(values)


def contextualise(model: VoiceEncoder, features: Tensor) -> Tensor:
    """The rest of wav2vec 2.0 after its convolutions: [N, frames, size] -> hidden states."""
    inner = model.wav2vec2
    hidden, _ = inner.feature_projection(features)
    hidden = inner._mask_hidden_states(hidden)
    return inner.encoder(hidden).last_hidden_state
