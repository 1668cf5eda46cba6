"""What a picture, a sound or a sentence must have become before the graphs see it, computed apart from both
the trainer's code and the page's: the reference of `preprocessing_fixtures`.

Pictures and sounds are made by formulas, so that Python and TypeScript make the same ones without a file.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy.ndimage import map_coordinates
from scipy.signal import resample_poly

# FER+'s framing, in parts of the picture's side: medians over 373 training pictures as the page's own
# detector sees them (training/browser_path/measure-framing.mjs; quartiles: src/encoders/face/framing.ts).
SIDE_PER_BOX = 1.19
EYES_X = 0.5
EYES_Y = 0.396
TRAINING_PX = 48

# The page's resampler: src/encoders/voice/resample.ts
ZERO_CROSSINGS = 32
ROLL_OFF = 0.93
KAISER_BETA = 7.2
OUT_HZ = 16_000


def picture(width: int, height: int) -> np.ndarray:
    """[height,width,3] uint8: slow shades, an edge or two and detail of 5 pixels, each channel its own."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    channels = []
    for channel in range(3):
        shade = 50 * np.sin(2 * np.pi * (1.3 * x / width + 0.7 * y / height + channel / 3))
        medium = 30 * np.sin(2 * np.pi * (x / 37 - y / 53) + channel)
        fine = 14 * np.sin(2 * np.pi * (x / 5 + y / 7) - channel)
        disc = (2 * x - width) ** 2 + (2 * y - height) ** 2 < (height / 2) ** 2
        channels.append(np.floor(128.5 + shade + medium + fine + np.where(disc, 30, 0)))
    return np.clip(np.stack(channels, -1), 0, 255).astype(np.uint8)


def grey(rgb: np.ndarray) -> np.ndarray:
    """[...,3] uint8 -> [...] float64, by PIL's "L" (ITU-R 601, rounded), as FER+ pictures are read."""
    return np.asarray(Image.fromarray(rgb).convert("L"), np.float64)


def grey_average(rgba: np.ndarray, step: int) -> np.ndarray:
    """[N*step,N*step,4] uint8 -> [N,N]: means of areas; transparent pixels become the mean of all others."""
    values, inside = grey(rgba[..., :3]), rgba[..., 3] >= 128
    return average_areas(values, inside, step)


def average_areas(values: np.ndarray, inside: np.ndarray, step: int) -> np.ndarray:
    side = len(values) // step

    def areas(array: np.ndarray) -> np.ndarray:
        return array.reshape(side, step, side, step).sum((1, 3))

    total, count = areas(values * inside), areas(inside.astype(np.float64))
    return np.where(count > 0, total / np.maximum(count, 1), total.sum() / count.sum())


@dataclass(frozen=True)
class Face:
    """The detector's box (x, y, width, height) and eyes (x, y), left as seen in the frame; frame pixels."""

    box: tuple[float, float, float, float]
    left_eye: tuple[float, float]
    right_eye: tuple[float, float]

    @staticmethod
    def of(centre: tuple[float, float], side: float, degrees: float) -> "Face":
        """A face whose eyes' middle is at `centre`, its box of `side`, turned clockwise."""
        turn = 0.22 * side * np.exp(1j * np.radians(degrees))
        left, right = complex(*centre) - turn, complex(*centre) + turn
        box = (centre[0] - 0.5 * side, centre[1] - 0.35 * side, side, side)
        return Face(
            tuple(round(v, 3) for v in box),
            (round(left.real, 3), round(left.imag, 3)),
            (round(right.real, 3), round(right.imag, 3)),
        )


def crop_map(face: Face, size: int) -> tuple[complex, complex]:
    """Frame point z = x + iy -> crop point `turn * z + shift`: eyes level, of FER+'s size, at FER+'s place.

    In complex numbers, where the page has a matrix.
    """
    left, right = complex(*face.left_eye), complex(*face.right_eye)
    side = SIDE_PER_BOX * np.sqrt(face.box[2] * face.box[3])
    turn = size / side * abs(right - left) / (right - left)
    return turn, size * complex(EYES_X, EYES_Y) - turn * (left + right) / 2


def crop_corners(face: Face) -> list[complex]:
    """Where in the frame the crop's corners lie: top left, top right, bottom right, bottom left."""
    turn, shift = crop_map(face, 1)
    return [(corner - shift) / turn for corner in (0, 1, 1 + 1j, 1j)]


def crop(rgb: np.ndarray, face: Face, size: int = TRAINING_PX) -> np.ndarray:
    """[size,size]: each pixel the mean over its area in the frame, sampled at half a frame pixel or finer.

    What lies outside of the frame becomes the mean of what lies inside.
    """
    values = grey(rgb)
    height, width = values.shape
    turn, shift = crop_map(face, size)
    step = max(4, int(np.ceil(2 / abs(turn))))
    along = (np.arange(size * step) + 0.5) / step
    points = (along[None, :] + 1j * along[:, None] - shift) / turn
    inside = (points.real >= 0) & (points.real < width) & (points.imag >= 0) & (points.imag < height)
    places = [points.imag - 0.5, points.real - 0.5]
    return average_areas(map_coordinates(values, places, order=1, mode="nearest"), inside, step)


def sound(rate_hz: int, seconds: float) -> np.ndarray:
    """[T] float64: a chirp from 100 Hz to 0.8 of the lower Nyquist rate, and voice-like harmonics."""
    time = np.arange(round(rate_hz * seconds)) / rate_hz
    top = 0.4 * min(rate_hz, OUT_HZ)
    chirp = np.sin(2 * np.pi * (100 * time + (top - 100) / (2 * seconds) * time**2))
    voice = sum(np.sin(2 * np.pi * 140 * k * time + k * k) / k for k in range(1, 21))
    return 0.2 * chirp + 0.15 * voice * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)) + 0.01


def phases(rate_hz: int) -> tuple[np.ndarray, int, int, int]:
    """The page's filter, and up, down, half: [up, 2 half] weights of the inputs about an output, by phase."""
    divisor = np.gcd(rate_hz, OUT_HZ)
    up, down = OUT_HZ // divisor, rate_hz // divisor
    ratio = min(1, OUT_HZ / rate_hz)
    half = int(np.ceil(ZERO_CROSSINGS / ratio))
    distance = np.arange(2 * half)[None, :] - half + 1 - np.arange(up)[:, None] / up
    window = np.i0(KAISER_BETA * np.sqrt(np.maximum(0, 1 - (distance / half) ** 2))) / np.i0(KAISER_BETA)
    weights = np.sinc(distance * ratio * ROLL_OFF) * window * (np.abs(distance) <= half)
    return weights / weights.sum(1, keepdims=True), up, down, half


def resample(samples: np.ndarray, rate_hz: int) -> np.ndarray:
    """To 16 kHz by the page's filter: [ceil(T * 16000 / rate)], silence before and after."""
    weights, up, down, half = phases(rate_hz)
    count = -(-len(samples) * up // down)
    at, phase = np.divmod(np.arange(count) * down, up)
    padded = np.pad(samples, (half, 2 * half))
    window = at[:, None] + np.arange(1, 2 * half + 1)[None, :]
    return (padded[window] * weights[phase]).sum(1)


def settled(count: int, rate_hz: int) -> int:
    """Output samples that the page has after `count` input samples: the filter still waits for the others."""
    _, up, down, half = phases(rate_hz)
    return max(0, -(-(count - half) * up // down))


def resample_scipy(samples: np.ndarray, rate_hz: int) -> np.ndarray:
    """As the trainer reads a corpus of another rate (`speech_data.decode`)."""
    return resample_poly(samples, OUT_HZ, rate_hz)


def response_db(rate_hz: int, frequencies_hz: np.ndarray) -> np.ndarray:
    """Gain of the page's filter at frequencies of the input."""
    weights, up, _, half = phases(rate_hz)
    distance = np.arange(2 * half)[None, :] - half + 1 - np.arange(up)[:, None] / up
    turns = np.exp(-2j * np.pi * frequencies_hz[:, None, None] * distance[None] / rate_hz)
    return 20 * np.log10(np.abs((weights * turns).sum((1, 2))) / up)


def high_pass(samples: np.ndarray, cutoff_hz: float) -> np.ndarray:
    """[T] at 16 kHz: y[n] = p y[n-1] + g (x[n] - x[n-1]), as if x[0] had been there for ever."""
    pole = np.exp(-2 * np.pi * cutoff_hz / OUT_HZ)
    passed, before, last = np.zeros(len(samples)), 0.0, samples[0]
    for index, sample in enumerate(samples):
        before = pole * before + (1 + pole) / 2 * (sample - last)
        passed[index], last = before, sample
    return passed


def voice_window(heard: np.ndarray, size: int, centred: bool = False) -> np.ndarray:
    """[size]: the last of what was heard, zero mean and unit variance, at the end; zeros before it.

    The mean of what is `centred`, behind a high pass, is 0.
    """
    kept = heard[-size:].astype(np.float64)
    if not centred:
        kept = kept - kept.mean()
    window = np.zeros(size)
    window[size - len(kept) :] = kept / np.sqrt(np.mean(kept**2) + 1e-7)
    return window
