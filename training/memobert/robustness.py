"""Conditions of a real webcam and microphone, put on clean pictures and clips: one line of a table each.

A condition takes its randomness from a generator seeded by its own name, so the table can grow or change its
order and no other row's numbers move.
"""

import math
import zlib
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt
from torch import Tensor

from .face_augmentation import blur, jpeg, lower_resolution
from .wav2vec2_model import SAMPLE_RATE_HZ

FaceCondition = Callable[[Tensor, torch.Generator], Tensor]
"""[N,1,H,W] float32 grey 0..255 -> the same, not in place."""
VoiceCondition = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""[T] float32 in -1..1 at 16 kHz -> [T'] float32."""

CLEAN = "clean"
GREY = 128.0


def _seed(seed: int, name: str, index: int = 0) -> list[int]:
    return [seed, zlib.crc32(name.encode()), index]


# --- faces -----------------------------------------------------------------------------------------------


def dark(faces: Tensor, generator: torch.Generator, gain: float) -> Tensor:
    """Less light, the sensor's noise as before: variance grows with the signal (Foi et al., IEEE TIP 2008).

    Shot noise of 0.5 grey levels squared per level, read noise of 3 levels, rounded to 8 bits.
    """
    lit = faces * gain
    noise = torch.randn(faces.shape, generator=generator) * (0.5 * lit + 9.0).sqrt()
    return (lit + noise).round().clamp(0, 255)


def tilt(faces: Tensor, generator: torch.Generator, degrees: float) -> Tensor:
    """Turned in the picture's plane, to either side by chance; edges are held."""
    side = torch.where(torch.rand(len(faces), generator=generator) < 0.5, -1.0, 1.0)
    angle = side * degrees * math.pi / 180
    cos, sin, none = torch.cos(angle), torch.sin(angle), torch.zeros_like(angle)
    matrix = torch.stack([torch.stack([cos, -sin, none], 1), torch.stack([sin, cos, none], 1)], 1)
    grid = F.affine_grid(matrix, list(faces.shape), align_corners=False)
    return F.grid_sample(faces, grid, padding_mode="border", align_corners=False)


def motion_blur(faces: Tensor, _: torch.Generator, parts: float) -> Tensor:
    """A horizontal move by `parts` of the picture's width while the shutter is open."""
    length = 2 * round(parts * faces.shape[-1] / 2) + 1
    padded = F.pad(faces, (length // 2, length // 2, 0, 0), mode="replicate")
    return F.conv2d(padded, torch.full((1, 1, 1, length), 1 / length))


def noise(faces: Tensor, generator: torch.Generator, levels: float) -> Tensor:
    """Gaussian noise with a standard deviation of `levels` grey levels."""
    return (faces + levels * torch.randn(faces.shape, generator=generator)).round().clamp(0, 255)


def cover(
    faces: Tensor, _: torch.Generator, top: float, bottom: float, left: float = 0, right: float = 1
) -> Tensor:
    """A grey rectangle; its edges are parts of the picture's sides."""
    height, width = faces.shape[-2:]
    rows = slice(round(top * height), round(bottom * height))
    covered = faces.clone()
    covered[..., rows, round(left * width) : round(right * width)] = GREY
    return covered


def cover_quarter(faces: Tensor, generator: torch.Generator) -> Tensor:
    """One of the four quarters, drawn for each picture."""
    covered = faces.clone()
    height, width = faces.shape[-2:]
    quarter = torch.randint(4, (len(faces),), generator=generator)
    for index, (row, column) in enumerate(zip((quarter // 2).tolist(), (quarter % 2).tolist(), strict=True)):
        top, left = row * height // 2, column * width // 2
        covered[index, :, top : top + height // 2, left : left + width // 2] = GREY
    return covered


# on the 48x48 crop that the page cuts out of the camera's picture, before it is enlarged to the graph's 64
FACE_CONDITIONS: dict[str, FaceCondition] = {
    CLEAN: lambda faces, _: faces,
    "face of 24 px": lambda faces, _: lower_resolution(faces, 24),
    "face of 16 px": lambda faces, _: lower_resolution(faces, 16),
    "face of 12 px": lambda faces, _: lower_resolution(faces, 12),
    "dark, gain 0.35": partial(dark, gain=0.35),
    "dark, gain 0.2": partial(dark, gain=0.2),
    "tilted 15°": partial(tilt, degrees=15),
    "tilted 30°": partial(tilt, degrees=30),
    "out of focus": lambda faces, _: blur(faces, 1.5),
    "motion blur": partial(motion_blur, parts=0.15),
    "JPEG quality 20": lambda faces, _: jpeg(faces, 20),
    "noise, 15 levels": partial(noise, levels=15),
    "lower half covered": partial(cover, top=0.5, bottom=1),
    # the page puts the eyes at 0.396 of the height (src/encoders/face/framing.ts)
    "eyes covered": partial(cover, top=0.28, bottom=0.5),
    "a quarter covered": cover_quarter,
}


def degrade_faces(name: str, faces: Tensor, seed: int) -> Tensor:
    """[N,1,H,W] grey 0..255 under the condition `name`. Raises KeyError for one that is not in the table."""
    first, second, _ = _seed(seed, name)
    generator = torch.Generator().manual_seed(first * 2**32 + second)
    return FACE_CONDITIONS[name](faces, generator)


# --- voices ----------------------------------------------------------------------------------------------


def telephone(wave: np.ndarray, _: np.random.Generator) -> np.ndarray:
    """300 to 3400 Hz at 8 kHz, companded to 8 bits with mu = 255 (ITU-T G.711)."""
    narrow = resample_poly(wave, 1, 2)
    narrow = sosfilt(butter(4, (300, 3400), "bandpass", fs=SAMPLE_RATE_HZ / 2, output="sos"), narrow)
    narrow = np.clip(narrow, -1, 1)
    companded = np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256)
    companded = np.round(companded * 127) / 127
    narrow = np.sign(companded) * np.expm1(np.abs(companded) * np.log(256)) / 255
    return resample_poly(narrow, 2, 1)[: len(wave)].astype(np.float32)


def at_snr(wave: np.ndarray, added: np.ndarray, snr_db: float) -> np.ndarray:
    """`wave` [T] with `added` [T] scaled to this ratio of their powers over the whole clip."""
    power, added_power = np.mean(wave**2), np.mean(added**2) + 1e-12
    return (wave + added * np.sqrt(power / added_power / 10 ** (snr_db / 10))).astype(np.float32)


def white_noise(wave: np.ndarray, rng: np.random.Generator, snr_db: float) -> np.ndarray:
    return at_snr(wave, rng.standard_normal(len(wave)), snr_db)


def babble_noise(
    wave: np.ndarray, rng: np.random.Generator, voices: Sequence[np.ndarray], snr_db: float, talkers: int = 6
) -> np.ndarray:
    """`talkers` clips of `voices` at once, each equally loud, repeated and shifted to fill the clip."""
    babble = np.zeros(len(wave))
    for index in rng.integers(len(voices), size=talkers):
        voice = voices[index] / (np.std(voices[index]) + 1e-6)
        babble += np.resize(np.roll(voice, int(rng.integers(len(voice)))), len(wave))
    return at_snr(wave, babble, snr_db)


def clipped(wave: np.ndarray, _: np.random.Generator, part: float) -> np.ndarray:
    """Cut where the loudest `part` of the samples begins, as a microphone that is set too loud does."""
    level = np.quantile(np.abs(wave), 1 - part)
    return np.clip(wave, -level, level)


def reverberation(wave: np.ndarray, rng: np.random.Generator, rt60_s: float) -> np.ndarray:
    """A room whose sound falls by 60 dB in `rt60_s`: decaying noise (Moorer, Computer Music Journal 1979).

    The tail holds as much energy as the direct sound, as at some distance from the microphone.
    """
    time_s = np.arange(int(rt60_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    tail = rng.standard_normal(len(time_s)) * np.exp(-math.log(1000) * time_s / rt60_s)
    tail[0] = 0
    tail /= np.sqrt(np.sum(tail**2))
    tail[0] = 1
    return fftconvolve(wave, tail)[: len(wave)].astype(np.float32)


def quieter(wave: np.ndarray, _: np.random.Generator, db: float) -> np.ndarray:
    """Quieter by `db`, then rounded to the 16 bits that a browser's microphone usually has."""
    return (np.round(wave * 10 ** (-db / 20) * 32767) / 32767).astype(np.float32)


def faster(wave: np.ndarray, _: np.random.Generator, up: int, down: int) -> np.ndarray:
    """Resampled by `up` / `down`: tempo and pitch together."""
    return resample_poly(wave, up, down).astype(np.float32)


def voice_conditions(voices: Sequence[np.ndarray]) -> dict[str, VoiceCondition]:
    """The table; `voices` are clips [T] of nobody who is measured, to make babble from.

    Raises ValueError when there are none.
    """
    if not voices:
        raise ValueError("no clip to make babble from: the speech folder needs training speakers")
    return {
        CLEAN: lambda wave, _: wave,
        "telephone": telephone,
        **{f"white noise, {db} dB": partial(white_noise, snr_db=db) for db in (20, 10, 5, 0)},
        **{f"babble, {db} dB": partial(babble_noise, voices=voices, snr_db=db) for db in (20, 10, 5, 0)},
        "clipped, 10 %": partial(clipped, part=0.1),
        "clipped, 30 %": partial(clipped, part=0.3),
        "room, RT60 0.4 s": partial(reverberation, rt60_s=0.4),
        "room, RT60 0.8 s": partial(reverberation, rt60_s=0.8),
        "quiet, -20 dB": partial(quieter, db=20),
        "speed 0.9": partial(faster, up=10, down=9),
        "speed 1.1": partial(faster, up=10, down=11),
    }


def degrade_voice(
    name: str, condition: VoiceCondition, wave: np.ndarray, seed: int, index: int
) -> np.ndarray:
    """Clip number `index` [T] under the condition `name`, the same whatever else is measured."""
    return condition(wave, np.random.default_rng(_seed(seed, name, index)))
