"""Convolutional features kept: with the convolutions frozen, the transformer trains many times faster.

Freezing them is how wav2vec 2.0 is fine-tuned anyway (Baevski et al., 2020, section 4.2).
"""

import argparse
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from .kept import write_whole
from .locks import locked
from .loop import autocast
from .speech_data import Clip, Speech
from .voice_augmentation import augment, high_pass, normalise, place
from .wav2vec2_model import POOL, SAMPLE_RATE_HZ, WINDOW_SAMPLES, SpectralTargets, VoiceEncoder

if TYPE_CHECKING:
    from .voice_states import States

log = logging.getLogger(__name__)

FRAME_SAMPLES = 320
RECEPTIVE_SAMPLES = 400
# quieter than this below the loudest tenth of a second counts as silence around the clip
SILENCE_DB = 35
# out of what was heard: offsets wander, and overlapping windows then share no frame (`high_pass`)
HIGH_PASS_HZ = 20.0
# the page holds a level until the window's own is off by so much, and streams meanwhile
LEVEL_FACTOR = 1.5
# about what silence has in standardised log-mel bands
SILENT_BAND = -2.0


def voiced_span(wave: np.ndarray) -> tuple[int, int]:
    """First and last sample of what is louder than the silence around it, of [T]."""
    block = 1600
    count = len(wave) // block
    if count < 2:
        return 0, len(wave)
    power = np.square(wave[: count * block]).reshape(count, block).mean(1)
    loud = np.flatnonzero(power > power.max() * 10 ** (-SILENCE_DB / 10))
    return int(loud[0] * block), int(min(len(wave), (loud[-1] + 2) * block))


def voiced_samples(wave: np.ndarray) -> np.ndarray:
    """What features are kept of, of [T]: the voice, two windows of it at most."""
    begin, end = voiced_span(wave)
    return wave[begin : min(end, begin + 2 * WINDOW_SAMPLES)]


def spoken(wave: np.ndarray) -> np.ndarray:
    """What the page's speech gate keeps of [T]: voice and 0.2 s around it."""
    begin, end = spoken_span(wave)
    return wave[begin:end]


def spoken_span(wave: np.ndarray) -> tuple[int, int]:
    """First and last sample of that."""
    begin, end = voiced_span(wave)
    margin = SAMPLE_RATE_HZ // 5
    return max(0, begin - margin), min(len(wave), end + margin)


def heard_window(wave: np.ndarray, high_pass_hz: float = 0.0) -> np.ndarray:
    """[T] -> [61,520]: the window that the page would encode once this had been said.

    `high_pass_hz` is the encoder's: 0 for one that was trained without.
    """
    begin, end = spoken_span(wave)
    heard = high_pass(wave, high_pass_hz)[begin:end]
    return place(heard[-WINDOW_SAMPLES:], WINDOW_SAMPLES, None, centred=high_pass_hz > 0)


@dataclass(frozen=True)
class FrozenFeatures:
    """Features of every clip, in several augmented variants, and the log-mel bands of the same frames.

    `features` [frames in all, size] and `bands` [frames in all, 64], float16, clip after clip, variant after
    variant; `ends` [variants + 1, clips] is where each ends. Silence before and after a clip is cut, so that
    a crop holds voice; the first variant is the clip as it is. A last one is the clip whole, with the silence
    of its room.
    """

    clips: list[Clip]
    features: np.ndarray
    bands: np.ndarray
    ends: np.ndarray

    @property
    def labels(self) -> Tensor:
        return torch.tensor([clip.label for clip in self.clips])

    @staticmethod
    def compute(
        model: VoiceEncoder,
        speech: Speech,
        clips: list[Clip],
        variants: int,
        device,
        seed: int,
        high_pass_hz: float = 0.0,
    ):
        rng = np.random.default_rng(seed)
        spectrum = SpectralTargets().to(device)
        features: list[np.ndarray] = []
        bands: list[np.ndarray] = []
        for number in range(variants + 1):
            whole = number == variants
            changing = rng if number and not whole else None
            for clip in clips:
                wave = _laid_out(speech.waveform(clip), changing, whole, high_pass_hz)
                found = _encode(model, spectrum, wave, device)
                features.append(found[0])
                bands.append(found[1])
            log.info("features of %d clips, variant %d of %d", len(clips), number + 1, variants + 1)
        ends = np.cumsum([len(found) for found in features]).reshape(variants + 1, len(clips))
        return FrozenFeatures(clips, np.concatenate(features), np.concatenate(bands), ends)

    def save(self, folder: Path) -> None:
        # raw arrays: as pickled lists they would take several times their size in memory
        # the last one says that all are there
        for name in ("features", "bands", "ends"):
            write_whole(folder / f"{name}.npy", lambda file, of=name: np.save(file, getattr(self, of)))

    @staticmethod
    def load(folder: Path, clips: list[Clip]) -> "FrozenFeatures":
        """Raises ValueError if they are of other clips."""
        features, bands, ends = (np.load(folder / f"{name}.npy") for name in ("features", "bands", "ends"))
        if ends.shape[1] != len(clips):
            raise ValueError(
                f"{folder} is of {ends.shape[1]} clips, and {len(clips)} are there: give another --features"
            )
        return FrozenFeatures(clips, features, bands, ends)

    def batch(
        self,
        rows: np.ndarray,
        frames: int,
        rng: np.random.Generator,
        variants: Sequence[int],
        states: "States | None" = None,
    ) -> tuple[Tensor, ...]:
        """Crops of random ones of `variants`: features [N,frames,size], bands [N,frames,64].

        A clip that is shorter lies somewhere amid zeros. With `states` also those of the crop's tokens
        [N,frames // 3,S], and 1 where a token has voice, else 0, [N,frames // 3,1].
        """
        tokens = frames // POOL
        moments = [] if states is None else np.zeros((len(rows), tokens, states.values.shape[1]), np.float32)
        voiced = np.zeros((len(rows), tokens, 1), np.float32)
        values = np.zeros((len(rows), frames, self.features.shape[1]), np.float32)
        mel = np.full((len(rows), frames, self.bands.shape[1]), SILENT_BAND, np.float32)
        flat = self.ends.ravel()
        for index, row in enumerate(rows):
            place = int(rng.choice(variants)) * len(self.clips) + int(row)
            begin, end = (int(flat[place - 1]) if place else 0), int(flat[place])
            length = end - begin
            # where the clip's first frame lies in the crop: before it, if the clip is longer
            first = int(rng.integers(abs(length - frames) + 1)) * (1 if length < frames else -1)
            of, at = slice(begin + max(0, -first), min(end, begin + frames - first)), max(0, first)
            values[index, at : at + of.stop - of.start] = self.features[of]
            mel[index, at : at + of.stop - of.start] = self.bands[of]
            if states is not None:
                # a variant that is said faster has the same moments at the same parts of it
                places = ((np.arange(tokens) + 0.5) * POOL - first) / length
                moments[index] = states.at(int(row), places)
                voiced[index, :, 0] = (places > 0) & (places < 1)
        found = torch.from_numpy(values), torch.from_numpy(mel)
        return found if states is None else (*found, torch.from_numpy(moments), torch.from_numpy(voiced))

    def windows(
        self, rows: np.ndarray, frames: int, silence: np.ndarray, rng: np.random.Generator, variants
    ) -> Tensor:
        """As the page lays a window out, [N,frames,size]: the clip's end at its end, `silence` [size] before.

        A tenth of the time at most is silent after the clip.
        """
        values = np.tile(silence.astype(np.float32), (len(rows), frames, 1))
        flat = self.ends.ravel()
        for index, row in enumerate(rows):
            place = int(rng.choice(variants)) * len(self.clips) + int(row)
            begin, end = (int(flat[place - 1]) if place else 0), int(flat[place])
            last = frames - int(rng.integers(frames // 10 + 1))
            first = max(0, last - (end - begin))
            values[index, first:last] = self.features[end - (last - first) : end]
        return torch.from_numpy(values)


@torch.inference_mode()
def silent_features(model: VoiceEncoder, device) -> np.ndarray:
    """[size]: what the convolutions make of zeros, which stand before what was heard."""
    zeros = torch.zeros(1, RECEPTIVE_SAMPLES, device=device)
    with autocast(torch.device(device), "bf16"):
        return model.wav2vec2.feature_extractor(zeros)[0, :, 0].float().cpu().numpy()


def _laid_out(wave: np.ndarray, rng, whole: bool, high_pass_hz: float) -> np.ndarray:
    """What is encoded of a clip [T]: its voice, or all of it `whole`; with `rng` changed as a room would.

    Behind a high pass frames lie anywhere, and have about their window's level only: as the page streams.
    """
    wave = wave[: 2 * WINDOW_SAMPLES] if whole else voiced_samples(wave)
    if rng and high_pass_hz and len(wave) > FRAME_SAMPLES + RECEPTIVE_SAMPLES:
        wave = wave[int(rng.integers(FRAME_SAMPLES)) :]
    wave = normalise(high_pass(augment(wave, rng) if rng else wave, high_pass_hz), high_pass_hz > 0)
    if rng and high_pass_hz:
        wave = (wave * LEVEL_FACTOR ** rng.uniform(-1, 1)).astype(np.float32)
    return np.pad(wave, (0, max(0, RECEPTIVE_SAMPLES - len(wave))))


@torch.inference_mode()
def _encode(
    model: VoiceEncoder, spectrum: SpectralTargets, wave: np.ndarray, device
) -> tuple[np.ndarray, np.ndarray]:
    given = torch.from_numpy(wave[None]).to(device)
    with autocast(torch.device(device), "bf16"):
        found = model.wav2vec2.feature_extractor(given)
    bands = spectrum(given)[0, :, : spectrum.bands]
    return found[0].T.float().cpu().numpy().astype(np.float16), bands.cpu().numpy().astype(np.float16)


def contextualise(model: VoiceEncoder, features: Tensor) -> Tensor:
    """The rest of wav2vec 2.0 after its convolutions: [N, frames, size] -> hidden states."""
    return model.contextualise(model.wav2vec2.feature_projection(features)[0])


def add_feature_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--features", type=Path, default=None, help="folder that keeps frozen features")
    parser.add_argument("--variants", type=int, default=4, help="of each clip's frozen features")
    parser.add_argument(
        "--high-pass", type=float, default=HIGH_PASS_HZ, help="Hz taken out below, in the page too; 0: none"
    )
    parser.add_argument("--leave-out", nargs="*", default=["emovo"], help="corpora kept out whole")


def kept_features(arguments, split: str, speech: Speech, model: VoiceEncoder, device) -> FrozenFeatures:
    """Features of a split by the model's convolutions; in `--features`, where one of their name is kept."""
    clips = speech.split(split, tuple(arguments.leave_out))

    def compute() -> FrozenFeatures:
        return FrozenFeatures.compute(
            model, speech, clips, arguments.variants, device, arguments.seed, arguments.high_pass
        )

    if arguments.features is None:
        return compute()
    # the convolutions' own values name the file: other weights never meet these features
    weights = [p.detach().cpu().numpy().tobytes() for p in model.wav2vec2.feature_extractor.parameters()]
    print_of = hashlib.sha256(b"".join(weights)).hexdigest()[:12]
    left = "-".join(arguments.leave_out) or "none"
    passed = f"-{arguments.high_pass:g}-Hz" if arguments.high_pass else ""
    folder = arguments.features / f"{split}-{arguments.variants}-without-{left}{passed}-{print_of}"
    if not (folder / "ends.npy").exists():
        # two runs may share it: the parts of one are never read with the other's, drawn by another seed
        with locked(folder, wait=True):
            if not (folder / "ends.npy").exists():
                compute().save(folder)
    return FrozenFeatures.load(folder, clips)
