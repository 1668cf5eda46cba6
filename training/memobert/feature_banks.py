"""Banks: what the trained encoders say of each labelled face and voice, computed once.

A face track is one FER+ face under smooth random motion, light and expression jitter.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .denseface_model import FACE_CLASSES, DenseFace
from .face_augmentation import degrade
from .ferplus_data import Faces, majority
from .kept import keep_arrays, kept_arrays
from .labels import FACE_LABELS, LABEL_INDEX, LABELS
from .loop import autocast
from .memobert_model import MAX_VOICE
from .speech_data import Clip, Speech
from .voice_augmentation import augment, high_pass, place
from .voice_features import spoken_span
from .wav2vec2_model import POOL, WINDOW_SAMPLES, VoiceEncoder

log = logging.getLogger(__name__)


@dataclass
class Bank:
    """`features[i]` is [tokens, size] float16 of one track or clip; `labels` [N].

    `classes[i]` [tokens, 8] is the face encoder's distribution of each token; without faces none is there.
    `pictures` [N] tells which face each track shows: those of two encoders may show the same.
    """

    features: list[np.ndarray]
    labels: np.ndarray
    classes: list[np.ndarray] | None = None
    pictures: np.ndarray | None = None

    def by_label(self) -> list[np.ndarray]:
        return [np.flatnonzero(self.labels == label) for label in range(len(LABELS))]

    def save(self, path: Path, made_of: dict) -> None:
        lengths = np.array([len(f) for f in self.features])
        more = {"classes": np.concatenate(self.classes)} if self.classes else {}
        more |= {} if self.pictures is None else {"pictures": self.pictures}
        flat = np.concatenate(self.features)
        keep_arrays(path, made_of, flat=flat, lengths=lengths, labels=self.labels, **more)

    @staticmethod
    def load(path: Path, made_of: dict) -> "Bank":
        """Raises ValueError for a bank that was made of something else, or was cut short."""
        stored = kept_arrays(path, made_of, "--banks")
        ends = np.cumsum(stored["lengths"])
        classes = np.split(stored["classes"], ends[:-1]) if "classes" in stored else None
        pictures = stored.get("pictures")
        return Bank(np.split(stored["flat"], ends[:-1]), stored["labels"], classes, pictures)

    def joined(self, other: "Bank") -> "Bank":
        """Both, one after the other; of faces, of the same archive."""
        classes = [*self.classes, *other.classes] if self.classes and other.classes else None
        labels = np.concatenate([self.labels, other.labels])
        both = self.pictures is not None and other.pictures is not None
        pictures = np.concatenate([self.pictures, other.pictures]) if both else None
        return Bank([*self.features, *other.features], labels, classes, pictures)


def smooth_path(steps: int, count: int, generator: torch.Generator) -> Tensor:
    """[count, steps, 5] random walks in about -1..1, low-pass filtered: angle, scale, x, y, light."""
    walk = torch.randn(count, steps, 5, generator=generator)
    kernel = torch.tensor([0.1, 0.2, 0.4, 0.2, 0.1])
    padded = torch.nn.functional.pad(walk.transpose(1, 2), (2, 2), mode="replicate")
    smoothed = torch.nn.functional.conv1d(padded.reshape(-1, 1, steps + 4), kernel.view(1, 1, -1))
    start = torch.randn(count, 1, 5, generator=generator)
    return start * 0.5 + smoothed.view(count, 5, steps).transpose(1, 2)


def render_tracks(pictures: Tensor, steps: int, size: int, generator: torch.Generator) -> Tensor:
    """[N,1,48,48] grey 0..255 -> [N,steps,1,size,size]: each picture as a short track."""
    count = len(pictures)
    path = smooth_path(steps, count, generator)
    angle = path[..., 0] * 0.09
    scale = 1 + path[..., 1] * 0.05
    flip = torch.where(torch.rand(count, 1, generator=generator) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    matrix = torch.stack(
        [
            torch.stack([cos * flip, -sin, path[..., 2] * 0.04], -1),
            torch.stack([sin * flip, cos, path[..., 3] * 0.04], -1),
        ],
        -2,
    ).view(count * steps, 2, 3)
    grid = torch.nn.functional.affine_grid(matrix, [count * steps, 1, size, size], align_corners=False)
    repeated = pictures.float().repeat_interleave(steps, 0)
    frames = torch.nn.functional.grid_sample(repeated, grid, padding_mode="border", align_corners=False)
    frames = (frames + 12 * path[..., 4].reshape(-1, 1, 1, 1)).clamp(0, 255)
    return frames.view(count, steps, 1, size, size)


@torch.inference_mode()
def face_bank(
    model: DenseFace,
    faces: Faces,
    mean: float,
    std: float,
    device,
    seed: int,
    augmented: bool,
    steps: int = 8,
    most: int = 0,
) -> Bank:
    """Tracks of the faces with a clear majority; at most `most` of a label (0: all).

    `augmented` adds light, blur, noise and covered parts, as for training.
    """
    kept, classes = majority(faces)
    names = [FACE_LABELS.get(FACE_CLASSES[c]) for c in classes]
    rng = np.random.default_rng(seed)
    chosen = []
    for label in LABELS:
        rows = np.array([i for i, name in enumerate(names) if name == label])
        chosen.append(rng.permutation(rows)[: most or None] if len(rows) else rows.astype(int))
    rows = np.concatenate(chosen).astype(int)
    labels = np.array([LABEL_INDEX[names[i]] for i in rows])
    generator = torch.Generator().manual_seed(seed)
    model.eval()
    features: list[np.ndarray] = []
    classes_of: list[np.ndarray] = []
    for part in np.array_split(rows, max(1, len(rows) // 32)):
        pictures = torch.from_numpy(kept.pictures[part]).unsqueeze(1)
        frames = render_tracks(pictures, steps, 64, generator).flatten(0, 1)
        if augmented:
            frames = degrade(frames, generator)
        frames = ((frames - mean) / std).to(device).contiguous(memory_format=torch.channels_last)
        with autocast(torch.device(device), "bf16"):
            found, logits = model(frames)
        features += _by_track(found, len(part))
        classes_of += _by_track(logits.float().softmax(1), len(part))
    return Bank(features, labels, classes_of, rows)


def _by_track(rows: Tensor, tracks: int) -> list[np.ndarray]:
    return list(rows.float().cpu().numpy().astype(np.float16).reshape(tracks, len(rows) // tracks, -1))


@torch.inference_mode()
def voice_bank(
    model: VoiceEncoder,
    speech: Speech,
    clips: list[Clip],
    device,
    seed: int,
    augmented: bool,
    high_pass_hz: float = 0.0,
) -> Bank:
    """Voice tokens of where the clip lies in the window; `high_pass_hz` is what the encoder hears behind."""
    rng = np.random.default_rng(seed)
    model.eval()
    features: list[np.ndarray] = []
    for first in range(0, len(clips), 32):
        waves, spans = [], []
        for clip in clips[first : first + 32]:
            wave = speech.waveform(clip)
            begin, end = spoken_span(wave)
            if augmented:
                wave = high_pass(augment(wave[begin:end], rng), high_pass_hz)
            else:
                wave = high_pass(wave, high_pass_hz)[begin:end]
            if len(wave) > WINDOW_SAMPLES:
                begin = int(rng.integers(len(wave) - WINDOW_SAMPLES + 1)) if augmented else None
                # as in the page: of a longer one, the latest part
                wave = wave[-WINDOW_SAMPLES:] if begin is None else wave[begin : begin + WINDOW_SAMPLES]
            waves.append(place(wave, WINDOW_SAMPLES, None, centred=high_pass_hz > 0))
            begin = (WINDOW_SAMPLES - len(wave)) / (320 * POOL)
            spans.append(min(MAX_VOICE - 1, int(np.ceil(begin))))
        with autocast(torch.device(device), "bf16"):
            found = model(torch.from_numpy(np.stack(waves)).to(device))
        # one without an estimate of its own gives features alone
        found = (found[0] if model.labels else found).float().cpu().numpy()
        features += [f[s:].astype(np.float16) for f, s in zip(found, spans, strict=True)]
    return Bank(features, np.array([clip.label for clip in clips]))
