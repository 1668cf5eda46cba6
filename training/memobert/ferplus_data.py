"""FER+: FER2013 pictures with ten votes each (Barsoum et al., ICMI 2016)."""

import csv
import io
import logging
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from .denseface_model import FACE_CLASSES
from .kept import keep_arrays, kept_arrays, sizes_of
from .labels import FACE_LABELS, LABEL_INDEX, LABELS

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
    """Reads `ferplus-<split>.zip`; a picture or votes that cannot be read are skipped and counted.

    Raises FileNotFoundError if the archive is not there, and ValueError if it is no zip archive, lacks
    `votes.csv` or a column of it, or holds no picture that can be read, or when what `cache` keeps is of
    another archive.
    """
    archive = Path(folder) / f"ferplus-{split}.zip"
    if not archive.exists():
        raise FileNotFoundError(f"{archive} is missing: give the folder that holds it with --faces")
    cached = cache / f"ferplus-{split}.npz" if cache else None
    made_of = {"faces": sizes_of(archive.parent, [archive.stem])}
    if cached and cached.exists():
        return _read_cache(cached, made_of)
    pictures, votes, broken = _read_archive(archive)
    if broken:
        log.warning("%s: %d pictures could not be read and were left out", archive.name, broken)
    if not pictures:
        raise ValueError(f"{archive} holds no picture that can be read")
    faces = Faces(np.stack(pictures), np.asarray(votes, np.float32))
    if cached:
        keep_arrays(cached, made_of, pictures=faces.pictures, votes=faces.votes)
    return faces


def load_training_faces(folder: Path, cache: Path | None = None) -> Faces:
    """`train` without the pictures that `valid` holds as well, which are counted in the log.

    FER2013 has pictures twice, and its splits are not apart. Raises what `load_ferplus` raises, of either
    archive, and ValueError if nothing is left.
    """
    train, valid = (load_ferplus(folder, split, cache) for split in ("train", "valid"))
    repeated = are_among(train, valid)
    log.info("ferplus-train: %d pictures are in ferplus-valid too and were left out", repeated.sum())
    if repeated.all():
        raise ValueError(f"{folder}: all pictures of ferplus-train.zip are in ferplus-valid.zip: give others")
    return train.subset(~repeated)


def are_among(faces: Faces, others: Faces) -> np.ndarray:
    """[N] bool: which of `faces` are `others` as well, pixel by pixel."""
    known = {picture.tobytes() for picture in others.pictures}
    return np.array([picture.tobytes() in known for picture in faces.pictures], bool)


def _read_cache(cached: Path, made_of: dict) -> Faces:
    with kept_arrays(cached, made_of, "--cache") as stored:
        try:
            return Faces(stored["pictures"], stored["votes"])
        except (KeyError, ValueError) as error:
            raise ValueError(f"{cached} is no cache of faces: delete it, and it is made again") from error


def _read_archive(archive: Path) -> tuple[list[np.ndarray], list[list[float]], int]:
    """Pictures [48,48] uint8, their ten votes, and how many rows could not be used."""
    pictures, votes, broken = [], [], 0
    try:
        packed = zipfile.ZipFile(archive)
    except zipfile.BadZipFile as error:
        raise ValueError(f"{archive} is no zip archive, or was cut short: fetch it again") from error
    with packed:
        if "votes.csv" not in packed.namelist():
            raise ValueError(f"{archive} lacks votes.csv (file, then ten votes): pack it beside the pictures")
        rows = csv.DictReader(io.TextIOWrapper(packed.open("votes.csv"), "utf-8-sig"))
        if missing := {"file", *_VOTE_COLUMNS} - set(rows.fieldnames or ()):
            raise ValueError(f"{archive}: votes.csv lacks the columns {', '.join(sorted(missing))}")
        for row in rows:
            try:
                cast = [float(row[column]) for column in _VOTE_COLUMNS]
                picture = _decode(packed.read(row["file"]))
            except _BROKEN as error:
                # the system's, not Pillow's: the archive cannot be read now, and --cache would keep the rest
                if isinstance(error, OSError) and error.errno is not None:
                    raise
                broken += 1
                continue
            pictures.append(picture)
            votes.append(cast)
    return pictures, votes, broken


# a row without its file, a cut picture (Pillow), a damaged member (zip), votes that are no numbers
_BROKEN = (
    KeyError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
    Image.DecompressionBombError,
)


def _decode(data: bytes) -> np.ndarray:
    """[48,48] uint8 grey of a picture of any size."""
    image = Image.open(io.BytesIO(data)).convert("L")
    if image.size != (PICTURE_SIZE, PICTURE_SIZE):
        image = image.resize((PICTURE_SIZE, PICTURE_SIZE), Image.Resampling.BILINEAR)
    return np.asarray(image, np.uint8)


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


def label_votes(faces: Faces) -> np.ndarray:
    """[N,labels] float32, sum 1: the votes of `majority`'s faces among the labels; others' do not count.

    Raises ValueError for a face without a vote for any label.
    """
    cleaned = clean_votes(faces.votes)
    found = np.zeros((len(cleaned), len(LABELS)), np.float32)
    for column, name in enumerate(FACE_CLASSES):
        if label := FACE_LABELS.get(name):
            found[:, LABEL_INDEX[label]] += cleaned[:, column]
    total = found.sum(1, keepdims=True)
    if not total.all():
        raise ValueError(
            "a face without a vote for a label has no distribution: take those of a clear majority"
        )
    return found / total
