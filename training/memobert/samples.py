"""What MEmoBERT is trained on: an utterance's words, its faces' and its voice's features, and its label."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

_FIELDS = {"words": np.int32, "faces": np.float16, "face_classes": np.float16, "voice": np.float16}


@dataclass
class Sample:
    """Faces and voice may have length 0: then the modality is absent."""

    words: list[int]
    """WordPiece ids, no special tokens."""
    faces: np.ndarray
    """[V,342] float16."""
    face_classes: np.ndarray
    """[V,8] float16: DenseFace's distribution over FER+'s classes."""
    voice: np.ndarray
    """[A,D] float16."""
    label: int
    """Index into labels.LABELS; -1 when unknown."""
    source: str


def save_samples(path: Path, samples: list[Sample]) -> None:
    """One .npz: each field end to end, with the lengths of its parts."""
    arrays = {}
    for name, kind in _FIELDS.items():
        parts = [np.asarray(getattr(sample, name), kind) for sample in samples]
        arrays[name] = np.concatenate(parts) if parts else np.zeros(0, kind)
        arrays[f"{name}_lengths"] = np.array([len(part) for part in parts], np.int64)
    labels = np.array([sample.label for sample in samples], np.int64)
    sources = np.array([sample.source for sample in samples], np.str_)
    # written beside and renamed, so that a kill never leaves half a file
    partial = path.with_name(f"{path.name}.part")
    with partial.open("wb") as file:
        np.savez(file, labels=labels, sources=sources, **arrays)
    partial.rename(path)


def load_samples(path: Path) -> list[Sample]:
    with np.load(path) as stored:
        parts = {}
        for name in _FIELDS:
            ends = np.cumsum(stored[f"{name}_lengths"])
            parts[name] = np.split(stored[name], ends[:-1]) if len(ends) else []
        return [
            Sample([int(word) for word in words], faces, classes, voice, int(label), str(source))
            for words, faces, classes, voice, label, source in zip(
                *(parts[name] for name in _FIELDS), stored["labels"], stored["sources"], strict=True
            )
        ]
