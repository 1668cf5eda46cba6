"""Composed samples: a sentence, a voice clip and a face track of the same emotion.

There is no free corpus of clips with all three modalities here. A face track is one FER+ face under
smooth random motion, light and expression jitter; its features, and those of the voice, are computed
once with the trained encoders and kept as banks.
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
from .labels import FACE_LABELS, LABEL_INDEX, LABELS
from .loop import autocast
from .memobert_model import MAX_FACES, MAX_VOICE, MAX_WORDS
from .speech_data import Clip, Speech
from .voice_augmentation import augment, place
from .voice_features import spoken
from .wav2vec2_model import POOL, WINDOW_SAMPLES, VoiceEncoder

log = logging.getLogger(__name__)

MODALITIES = ("text", "face", "voice")
# the seven cases of present modalities (paper, section 3.2)
CASES = (
    ("text",),
    ("face",),
    ("voice",),
    ("text", "face"),
    ("text", "voice"),
    ("voice", "face"),
    ("text", "voice", "face"),
)
CASE_NAMES = ("T", "V", "A", "TV", "TA", "VA", "TVA")
"""In the paper's letters: T text, V visual, A acoustic."""


@dataclass
class Bank:
    """`features[i]` is [tokens, size] float16 of one track or clip; `labels` [N]."""

    features: list[np.ndarray]
    labels: np.ndarray

    def by_label(self) -> list[np.ndarray]:
        return [np.flatnonzero(self.labels == label) for label in range(len(LABELS))]

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        lengths = np.array([len(f) for f in self.features])
        np.savez(path, flat=np.concatenate(self.features), lengths=lengths, labels=self.labels)

    @staticmethod
    def load(path: Path) -> "Bank":
        stored = np.load(path)
        ends = np.cumsum(stored["lengths"])
        return Bank(np.split(stored["flat"], ends[:-1]), stored["labels"])


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
    for part in np.array_split(rows, max(1, len(rows) // 32)):
        pictures = torch.from_numpy(kept.pictures[part]).unsqueeze(1)
        frames = render_tracks(pictures, steps, 64, generator).flatten(0, 1)
        if augmented:
            frames = degrade(frames, generator)
        frames = ((frames - mean) / std).to(device).contiguous(memory_format=torch.channels_last)
        with autocast(torch.device(device), "bf16"):
            found = model(frames)[0]
        features += list(found.float().cpu().numpy().astype(np.float16).reshape(len(part), steps, -1))
    return Bank(features, labels)


@torch.inference_mode()
def voice_bank(
    model: VoiceEncoder, speech: Speech, clips: list[Clip], device, seed: int, augmented: bool
) -> Bank:
    """Voice tokens of where the clip lies in the window."""
    rng = np.random.default_rng(seed)
    model.eval()
    features: list[np.ndarray] = []
    for first in range(0, len(clips), 32):
        waves, spans = [], []
        for clip in clips[first : first + 32]:
            wave = spoken(speech.waveform(clip))
            wave = augment(wave, rng) if augmented else wave
            if len(wave) > WINDOW_SAMPLES:
                begin = int(rng.integers(len(wave) - WINDOW_SAMPLES + 1)) if augmented else None
                # as in the page: of a longer one, the latest part
                wave = wave[-WINDOW_SAMPLES:] if begin is None else wave[begin : begin + WINDOW_SAMPLES]
            waves.append(place(wave, WINDOW_SAMPLES, None))
            begin = (WINDOW_SAMPLES - len(wave)) / (320 * POOL)
            spans.append(min(MAX_VOICE - 1, int(np.ceil(begin))))
        with autocast(torch.device(device), "bf16"):
            found = model(torch.from_numpy(np.stack(waves)).to(device))[0].float().cpu().numpy()
        features += [f[s:].astype(np.float16) for f, s in zip(found, spans, strict=True)]
    return Bank(features, np.array([clip.label for clip in clips]))


def vary_track(track: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A part of a face track played at another pace: [1..36, 342]."""
    length = int(rng.integers(2, len(track) + 1))
    first = int(rng.integers(len(track) - length + 1))
    part = track[first : first + length].astype(np.float32)
    frames = int(rng.integers(1, MAX_FACES + 1))
    places = np.linspace(0, length - 1, frames)
    low = np.floor(places).astype(int)
    high = np.minimum(low + 1, length - 1)
    mix = (places - low)[:, None].astype(np.float32)
    return part[low] * (1 - mix) + part[high] * mix


@dataclass
class Batch:
    input_ids: Tensor
    face_features: Tensor
    voice_features: Tensor
    attention_mask: Tensor
    mask_position: Tensor
    labels: Tensor

    def to(self, device) -> "Batch":
        return Batch(**{key: value.to(device) for key, value in vars(self).items()})

    def inputs(self) -> tuple[Tensor, ...]:
        return (
            self.input_ids,
            self.face_features,
            self.voice_features,
            self.attention_mask,
            self.mask_position,
        )


class Composer:
    """Draws samples of a label from the three banks and lays them out as MEmoBERT's inputs."""

    def __init__(self, tokenizer, texts: list[list[int]], text_labels, faces: Bank, voices: Bank) -> None:
        self.tokenizer = tokenizer
        self.texts, self.faces, self.voices = texts, faces, voices
        text_labels = np.asarray(text_labels)
        self.rows = {
            "text": [np.flatnonzero(text_labels == label) for label in range(len(LABELS))],
            "face": faces.by_label(),
            "voice": voices.by_label(),
        }
        self.prompt = tokenizer("i am [MASK].", add_special_tokens=False).input_ids

    def draw(self, label: int, rng: np.random.Generator) -> dict[str, int]:
        """Row of each bank. Raises ValueError when a bank has none of this label."""
        drawn = {}
        for name in MODALITIES:
            rows = self.rows[name][label]
            if not len(rows):
                raise ValueError(f"no {name} sample is labelled {LABELS[label]}")
            drawn[name] = int(rows[rng.integers(len(rows))])
        return drawn

    def layout(
        self, samples: list[dict[str, int]], labels: np.ndarray, case: tuple[str, ...], rng=None
    ) -> Batch:
        """A batch of one case; absent modalities have no token at all. With `rng`, tracks and voices vary."""
        tokenizer, count = self.tokenizer, len(samples)
        sequences, places = [], []
        for sample in samples:
            words = self.texts[sample["text"]][-MAX_WORDS:] if "text" in case else []
            ids = [tokenizer.cls_token_id, *words, *self.prompt, tokenizer.sep_token_id]
            sequences.append(np.array(ids))
            places.append(ids.index(tokenizer.mask_token_id))
        faces: list[np.ndarray] = []
        voices: list[np.ndarray] = []
        for sample in samples:
            if "face" in case:
                track = self.faces.features[sample["face"]]
                faces.append(vary_track(track, rng) if rng else track)
            if "voice" in case:
                voice = self.voices.features[sample["voice"]]
                if rng and rng.random() < 0.3 and len(voice) > 16:
                    begin = int(rng.integers(len(voice) - 15))
                    voice = voice[begin : begin + int(rng.integers(16, len(voice) - begin + 1))]
                voices.append(voice[:MAX_VOICE])
        parts, masks = [], []
        for group, size in ((sequences, None), (faces, "face"), (voices, "voice")):
            longest = max((len(item) for item in group), default=0)
            shape = (count, longest) if size is None else (count, longest, self._size(size))
            values = np.zeros(shape, np.int64 if size is None else np.float32)
            mask = np.zeros((count, longest), np.int64)
            for row, item in enumerate(group):
                values[row, : len(item)] = item
                mask[row, : len(item)] = 1
            parts.append(torch.from_numpy(values))
            masks.append(torch.from_numpy(mask))
        return Batch(*parts, torch.cat(masks, 1), torch.tensor(places), torch.as_tensor(labels))

    def _size(self, name: str) -> int:
        bank = self.faces if name == "face" else self.voices
        return bank.features[0].shape[1]
