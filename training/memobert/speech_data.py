"""Emotional speech: archives of Opus files with a CSV beside each; 16 kHz mono."""

import csv
import io
import logging
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from .labels import LABEL_INDEX, SPEECH_LABELS
from .wav2vec2_model import SAMPLE_RATE_HZ

log = logging.getLogger(__name__)

CORPORA = ("ravdess", "tess", "nemo", "emovo", "emodb", "emogator")
LANGUAGES = {
    "ravdess": "English",
    "tess": "English",
    "nemo": "Polish",
    "emovo": "Italian",
    "emodb": "German",
    "emogator": "vocal bursts",
}
# split by speaker, never by clip; TESS has but two, of whom neither can be spared
VALID_SPEAKERS = {
    "ravdess": {f"ravdess_{actor}" for actor in (17, 18, 19, 20)},
    "nemo": {"nemo_MP0"},
    "emodb": {"emodb_09", "emodb_10"},
    "emogator": {f"emogator_{person:06d}" for person in range(340, 358)},
}
SHORTEST_S = 0.3


@dataclass(frozen=True)
class Clip:
    corpus: str
    speaker: str
    label: int
    start: int
    """First sample in `Speech.samples`."""
    length: int


@dataclass(frozen=True)
class Speech:
    """All clips end to end: `samples` [total] int16 at 16 kHz."""

    samples: np.ndarray
    clips: list[Clip]

    def waveform(self, clip: Clip) -> np.ndarray:
        """[T] float32 in -1..1."""
        return self.samples[clip.start : clip.start + clip.length].astype(np.float32) / 32768

    def split(self, part: str, left_out: tuple[str, ...] = ()) -> list[Clip]:
        """Clips of `train` or `valid`; `left_out` corpora are in neither."""
        valid = part == "valid"
        return [
            clip
            for clip in self.clips
            if clip.corpus not in left_out and (clip.speaker in VALID_SPEAKERS.get(clip.corpus, ())) == valid
        ]


def load_speech(folder: Path, cache: Path | None = None) -> Speech:
    """Reads every corpus; a clip that cannot be decoded, is silent or too short is skipped and counted.

    Raises FileNotFoundError when no corpus is there at all.
    """
    cached = cache / "speech.npz" if cache else None
    if cached and cached.exists():
        stored = np.load(cached, allow_pickle=True)
        clips = [Clip(str(c), str(s), int(label), int(b), int(n)) for c, s, label, b, n in stored["clips"]]
        return Speech(stored["samples"], clips)
    pieces: list[np.ndarray] = []
    clips, position = [], 0
    for corpus in CORPORA:
        archive = Path(folder) / f"{corpus}.zip"
        if not archive.exists():
            continue
        skipped = 0
        with zipfile.ZipFile(archive) as packed, archive.with_suffix(".csv").open() as table:
            names = {Path(name).name: name for name in packed.namelist()}
            for row in csv.DictReader(table):
                label = SPEECH_LABELS.get(row["emotion"])
                if label is None:
                    continue
                samples = decode(packed.read(names[row["file"]])) if row["file"] in names else None
                if samples is None:
                    skipped += 1
                    continue
                clips.append(Clip(corpus, row["speaker"], LABEL_INDEX[label], position, len(samples)))
                pieces.append(samples)
                position += len(samples)
        if skipped:
            log.warning("%s: %d clips could not be used and were left out", corpus, skipped)
    if not clips:
        raise FileNotFoundError(f"{folder} holds none of {', '.join(CORPORA)} (.zip with .csv)")
    speech = Speech(np.concatenate(pieces), clips)
    if cached:
        cached.parent.mkdir(parents=True, exist_ok=True)
        table = np.array([(c.corpus, c.speaker, c.label, c.start, c.length) for c in clips], dtype=object)
        np.savez(cached, samples=speech.samples, clips=table)
    return speech


def decode(packed: bytes) -> np.ndarray | None:
    """[T] int16 mono 16 kHz; None for what cannot be decoded, is too short or silent."""
    try:
        samples, rate = soundfile.read(io.BytesIO(packed), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError):
        return None
    mono = samples.mean(1)
    if rate != SAMPLE_RATE_HZ and len(mono):
        from scipy.signal import resample_poly

        mono = resample_poly(mono, SAMPLE_RATE_HZ, rate)
    if len(mono) < SHORTEST_S * SAMPLE_RATE_HZ or np.abs(mono).max() < 1e-4:
        return None
    return (np.clip(mono, -1, 1) * 32767).astype(np.int16)


def sampling_weights(clips: list[Clip]) -> np.ndarray:
    """[N]: corpora by the square root of their size, labels of a corpus alike."""
    size: dict[str, int] = {}
    cell: dict[tuple[str, int], int] = {}
    for clip in clips:
        size[clip.corpus] = size.get(clip.corpus, 0) + 1
        cell[clip.corpus, clip.label] = cell.get((clip.corpus, clip.label), 0) + 1
    classes = {corpus: sum(1 for c, _ in cell if c == corpus) for corpus in size}
    weights = np.array([size[c.corpus] ** 0.5 / classes[c.corpus] / cell[c.corpus, c.label] for c in clips])
    return weights / weights.sum()
