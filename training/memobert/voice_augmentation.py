"""Augmentation of waveforms: speed, reverberation, noise, codec, gain, clipping; and the place in the window.

Meant to cover what a browser's microphone hears: a room, a fan, a headset, a call that is played back.
"""

import numpy as np
import torch
from scipy import fft
from scipy.signal import lfilter, oaconvolve


def _spectrum(wave: np.ndarray) -> np.ndarray:
    """Of the wave with zeros behind it, as many as make the transform fast."""
    return fft.rfft(wave, fft.next_fast_len(len(wave), real=True))


def _wave(spectrum: np.ndarray, length: int) -> np.ndarray:
    return fft.irfft(spectrum, fft.next_fast_len(length, real=True))[:length].astype(np.float32)


def change_speed(wave: np.ndarray, rng: np.random.Generator, most: float = 0.12) -> np.ndarray:
    """Resamples [T] by a factor of 1 +- most: tempo and pitch together."""
    factor = 1 + rng.uniform(-most, most)
    places = np.arange(0, len(wave) - 1, factor)
    return np.interp(places, np.arange(len(wave)), wave).astype(np.float32)


def add_noise(
    wave: np.ndarray, rng: np.random.Generator, low_db: float = 5, high_db: float = 35
) -> np.ndarray:
    """White to brown-ish noise at a random signal-to-noise ratio."""
    spectrum = _spectrum(rng.standard_normal(len(wave), np.float32))
    spectrum /= np.maximum(1, np.arange(len(spectrum))) ** rng.uniform(0, 1)
    noise = _wave(spectrum, len(wave))
    ratio = 10 ** (rng.uniform(low_db, high_db) / 20)
    power = np.sqrt(np.mean(wave**2) + 1e-12)
    return (wave + noise * power / ratio / (np.std(noise) + 1e-12)).astype(np.float32)


def band_limit(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cuts all above 3.4 to 7 kHz, as a telephone or a cheap headset does."""
    spectrum = _spectrum(wave)
    edge = rng.uniform(3400, 7000) / 8000
    spectrum[int(len(spectrum) * edge) :] = 0
    return _wave(spectrum, len(wave))


def reverberate(wave: np.ndarray, rng: np.random.Generator, low_s: float = 0.1, high_s: float = 0.8):
    """A room: noise that decays by 60 dB in `low_s` to `high_s`, behind the direct sound."""
    decay_s = rng.uniform(low_s, high_s)
    time = np.arange(int(decay_s * 16_000)) / 16_000
    tail = rng.standard_normal(len(time)) * 10 ** (-3 * time / decay_s)
    tail[: int(0.002 * 16_000)] = 0
    tail *= 10 ** (-rng.uniform(0, 10) / 20) / (np.linalg.norm(tail) + 1e-9)
    tail[0] = 1
    return oaconvolve(wave, tail.astype(np.float32))[: len(wave)].astype(np.float32)


def telephone(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """300 to 3,400 Hz and mu-law of 8 bits (ITU-T G.711), as a telephone codec does."""
    spectrum = _spectrum(wave)
    edges = np.array([rng.uniform(150, 300), rng.uniform(3300, 3700)]) / 8000 * len(spectrum)
    spectrum[: int(edges[0])] = 0
    spectrum[int(edges[1]) :] = 0
    band = _wave(spectrum, len(wave))
    peak = np.abs(band).max() + 1e-9
    level = np.sign(band) * np.log1p(255 * np.abs(band) / peak) / np.log(256)
    level = np.round(level * 127) / 127
    return (np.sign(level) * np.expm1(np.abs(level) * np.log(256)) / 255 * peak).astype(np.float32)


def drift_gain(wave: np.ndarray, rng: np.random.Generator, most_db: float = 8) -> np.ndarray:
    """A gain that drifts, as of an automatic level control or a turning head."""
    points = rng.uniform(-most_db, most_db, 5)
    gain = np.interp(np.linspace(0, 4, len(wave)), np.arange(5), points)
    return (wave * 10 ** (gain / 20)).astype(np.float32)


def clip_peaks(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    peak = np.abs(wave).max() * rng.uniform(0.2, 0.9)
    return np.clip(wave, -peak, peak)


# each with its chance, in the order in which a voice meets them
AUGMENTATIONS = (
    (change_speed, 0.7),
    (reverberate, 0.25),
    (drift_gain, 0.3),
    (add_noise, 0.45),
    (clip_peaks, 0.1),
    (band_limit, 0.1),
    (telephone, 0.12),
)


def augment(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    for change, chance in AUGMENTATIONS:
        if rng.random() < chance:
            wave = change(wave, rng)
    return wave


def high_pass(wave: np.ndarray, cutoff_hz: float) -> np.ndarray:
    """[T] at 16 kHz without its offset and what wanders slower than `cutoff_hz` (-3 dB): one pole, one zero.

    As if the first sample had been there for ever. 0 passes everything.
    Source: J. O. Smith, "Introduction to Digital Filters", DC blocker; the page's: `voice/high-pass.ts`.
    """
    if not cutoff_hz or not len(wave):
        return wave
    pole = np.exp(-2 * np.pi * cutoff_hz / 16_000)
    gain = (1 + pole) / 2
    passed, _ = lfilter([gain, -gain], [1, -pole], wave, zi=[-gain * wave[0]])
    return passed.astype(np.float32)


def normalise(wave: np.ndarray, centred: bool = False) -> np.ndarray:
    """Zero mean, unit variance, as transformers' Wav2Vec2FeatureExtractor does it.

    What is `centred` already, behind a high pass, has 0 for its mean.
    """
    mean = 0.0 if centred else wave.mean()
    return ((wave - mean) / np.sqrt(np.mean((wave - mean) ** 2) + 1e-7)).astype(np.float32)


def place(
    wave: np.ndarray, window: int, rng: np.random.Generator | None, centred: bool = False
) -> np.ndarray:
    """[window]: a crop of a longer wave, or the normalised wave amid zeros.

    Without `rng` the middle of a longer one, and the end of the window for a shorter one.
    """
    if len(wave) > window:
        first = int(rng.integers(len(wave) - window + 1)) if rng else (len(wave) - window) // 2
        return normalise(wave[first : first + window], centred)
    result = np.zeros(window, np.float32)
    spare = window - len(wave)
    first = int(rng.integers(spare + 1)) if rng else spare
    result[first : first + len(wave)] = normalise(wave, centred)
    return result


def mixed(strength: float, rng: np.random.Generator, *tensors: torch.Tensor) -> list[torch.Tensor]:
    """Mixup (Zhang et al., ICLR 2018): each row of every tensor with the same other row, in the same part."""
    if not strength:
        return list(tensors)
    count = len(tensors[0])
    part = torch.from_numpy(rng.beta(strength, strength, count)).float()
    part = torch.maximum(part, 1 - part)
    other = torch.from_numpy(rng.permutation(count))
    weights = [part.view(-1, *[1] * (tensor.ndim - 1)) for tensor in tensors]
    return [t * w + t[other] * (1 - w) for t, w in zip(tensors, weights, strict=True)]
