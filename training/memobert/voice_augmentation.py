"""Augmentation of waveforms: speed, noise, telephone band, place in the window."""

import numpy as np


def change_speed(wave: np.ndarray, rng: np.random.Generator, most: float = 0.12) -> np.ndarray:
    """Resamples [T] by a factor of 1 +- most: tempo and pitch together."""
    factor = 1 + rng.uniform(-most, most)
    places = np.arange(0, len(wave) - 1, factor)
    return np.interp(places, np.arange(len(wave)), wave).astype(np.float32)


def add_noise(
    wave: np.ndarray, rng: np.random.Generator, low_db: float = 5, high_db: float = 35
) -> np.ndarray:
    """White to brown-ish noise at a random signal-to-noise ratio."""
    spectrum = np.fft.rfft(rng.standard_normal(len(wave)))
    tilt = rng.uniform(0, 1)
    spectrum /= np.maximum(1, np.arange(len(spectrum))) ** tilt
    noise = np.fft.irfft(spectrum, len(wave))
    ratio = 10 ** (rng.uniform(low_db, high_db) / 20)
    power = np.sqrt(np.mean(wave**2) + 1e-12)
    return (wave + noise * power / ratio / (np.std(noise) + 1e-12)).astype(np.float32)


def band_limit(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cuts all above 3.4 to 7 kHz, as a telephone or a cheap headset does."""
    spectrum = np.fft.rfft(wave)
    edge = rng.uniform(3400, 7000) / 8000
    spectrum[int(len(spectrum) * edge) :] = 0
    return np.fft.irfft(spectrum, len(wave)).astype(np.float32)


def augment(wave: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    if rng.random() < 0.7:
        wave = change_speed(wave, rng)
    if rng.random() < 0.2:
        wave = band_limit(wave, rng)
    if rng.random() < 0.5:
        wave = add_noise(wave, rng)
    if rng.random() < 0.1:
        peak = np.abs(wave).max() * rng.uniform(0.3, 0.9)
        wave = np.clip(wave, -peak, peak)
    return wave


def normalise(wave: np.ndarray) -> np.ndarray:
    """Zero mean, unit variance, as transformers' Wav2Vec2FeatureExtractor does it."""
    return ((wave - wave.mean()) / np.sqrt(wave.var() + 1e-7)).astype(np.float32)


def place(wave: np.ndarray, window: int, rng: np.random.Generator | None) -> np.ndarray:
    """[window]: a crop of a longer wave, or the normalised wave amid zeros.

    Without `rng` the middle of a longer one, and the end of the window for a shorter one.
    """
    if len(wave) > window:
        first = int(rng.integers(len(wave) - window + 1)) if rng else (len(wave) - window) // 2
        return normalise(wave[first : first + window])
    result = np.zeros(window, np.float32)
    spare = window - len(wave)
    first = int(rng.integers(spare + 1)) if rng else spare
    result[first : first + len(wave)] = normalise(wave)
    return result
