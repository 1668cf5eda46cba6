"""FER+: FER2013 pictures with ten votes each (Barsoum et al., ICMI 2016)."""

import csv
import io
import logging
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from .denseface_model import FACE_CLASSES

log = logging.getLogger(__name__)

PICTURE_SIZE = 48
_VOTE_COLUMNS = (*FACE_CLASSES, "unknown", "no_face")


@dataclass(frozen=True)
class Faces:
    """`pictures` [N,48,48] uint8 grey, `votes` [N,10] float32 (8 classes, unknown, no_face)."""

    pictures: np.ndarray
    votes: np.ndarray

    def subset(self, keep: np.ndarray) -> "Faces":
        return Faces(self.pictures[keep], self.votes[keep])


def load_ferplus(folder: Path, split: str, cache: Path | None = None) -> Faces:
    """Reads `ferplus-<split>.zip`; a picture that cannot be read is skipped and counted.

    Raises FileNotFoundError if the archive is not there.
    """
    archive = Path(folder) / f"ferplus-{split}.zip"
    if not archive.exists():
        raise FileNotFoundError(f"{archive} is missing: give the folder that holds it with --faces")
    cached = cache / f"ferplus-{split}.npz" if cache else None
    if cached and cached.exists():
        stored = np.load(cached)
        return Faces(stored["pictures"], stored["votes"])
    pictures, votes, broken = [], [], 0
    with zipfile.ZipFile(archive) as packed:
        rows = csv.DictReader(io.TextIOWrapper(packed.open("votes.csv"), "utf-8"))
        for row in rows:
            try:
                image = Image.open(io.BytesIO(packed.read(row["file"]))).convert("L")
            except (KeyError, OSError, UnidentifiedImageError):
                broken += 1
                continue
            if image.size != (PICTURE_SIZE, PICTURE_SIZE):
                image = image.resize((PICTURE_SIZE, PICTURE_SIZE), Image.Resampling.BILINEAR)
            pictures.append(np.asarray(image, np.uint8))
            votes.append([float(row[column]) for column in _VOTE_COLUMNS])
    if broken:
        log.warning("%s: %d pictures could not be read and were left out", archive.name, broken)
    if not pictures:
        raise ValueError(f"{archive} holds no picture that can be read")
    faces = Faces(np.stack(pictures), np.asarray(votes, np.float32))
    if cached:
        cached.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cached, pictures=faces.pictures, votes=faces.votes)
    return faces


def clean_votes(votes: np.ndarray) -> np.ndarray:
    """Single votes count as outliers and are set to 0, as in the FER+ authors' code."""
    return np.where(votes < 2, 0, votes)


def majority(faces: Faces) -> tuple[Faces, np.ndarray]:
    """The evaluation set of the FER+ authors: the largest vote is an emotion and over half of what remains.

    Returns the kept faces and their class [N] int64.
    """
    cleaned = clean_votes(faces.votes)
    total = cleaned.sum(1)
    best = cleaned.argmax(1)
    keep = (best < len(FACE_CLASSES)) & (cleaned.max(1) > 0.5 * total) & (total > 0)
    return faces.subset(keep), best[keep]


def distributions(faces: Faces) -> tuple[Faces, np.ndarray]:
    """The training set: pictures with a vote for an emotion left, and their vote distribution [N,8]."""
    cleaned = clean_votes(faces.votes)
    emotion = cleaned[:, : len(FACE_CLASSES)]
    keep = (emotion.sum(1) > 0) & (cleaned.argmax(1) < len(FACE_CLASSES))
    emotion = emotion[keep]
    return faces.subset(keep), (emotion / emotion.sum(1, keepdims=True)).astype(np.float32)
