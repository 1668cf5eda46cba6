"""Emotional speech: archives of Opus files with a CSV beside each; 16 kHz mono."""

import csv
import io
import logging
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from .kept import keep_arrays, kept_arrays, sizes_of
from .labels import LABEL_INDEX, SPEECH_LABELS, UNUSED_EMOTIONS
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
    "emovo": {"emovo_f3", "emovo_m3"},
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


def validation_clips(speech: Speech, left_out: tuple[str, ...] = ()) -> list[Clip]:
    """What a voice is measured on. Raises ValueError without a clip."""
    if valid := speech.split("valid", left_out):
        return valid
    raise ValueError(
        "no clip of a validation speaker (VALID_SPEAKERS in speech_data.py), so nothing to measure on: give "
        f"a --speech folder with one of {', '.join(VALID_SPEAKERS)}, and do not leave it out"
    )


def of_first_corpus(valid: list[Clip]) -> list[Clip]:
    """Of validation clips those of the first corpus of VALID_SPEAKERS that has some: they choose the weights.

    RAVDESS where it is there: speech, and all labels. `valid` [1 or more].
    """
    first = next(corpus for corpus in VALID_SPEAKERS if any(clip.corpus == corpus for clip in valid))
    return [clip for clip in valid if clip.corpus == first]


def load_speech(folder: Path, cache: Path | None = None) -> Speech:
    """Reads every corpus; a clip that cannot be decoded, is silent or too short is skipped and counted.

    So are rows whose emotion no list knows. Raises FileNotFoundError when no corpus is there at all or one
    lacks its CSV, and ValueError for an archive, a CSV or a cache that is none, or a cache of other corpora.
    """
    cached = cache / "speech.npz" if cache else None
    made_of = {"speech": sizes_of(folder, CORPORA)}
    if cached and cached.exists():
        return _read_cache(cached, made_of)
    pieces: list[np.ndarray] = []
    clips, position = [], 0
    for corpus in CORPORA:
        archive = Path(folder) / f"{corpus}.zip"
        if not archive.exists():
            continue
        for speaker, label, samples in _read_corpus(corpus, archive):
            clips.append(Clip(corpus, speaker, label, position, len(samples)))
            pieces.append(samples)
            position += len(samples)
    if not clips:
        raise FileNotFoundError(f"{folder} holds none of {', '.join(CORPORA)} (.zip with .csv)")
    speech = Speech(np.concatenate(pieces), clips)
    if cached:
        table = np.array([(c.corpus, c.speaker, c.label, c.start, c.length) for c in clips], dtype=str)
        keep_arrays(cached, made_of, samples=speech.samples, clips=table)
    return speech


def _read_cache(cached: Path, made_of: dict) -> Speech:
    with kept_arrays(cached, made_of, "--cache") as stored:
        try:
            clips = [
                Clip(str(c), str(s), int(label), int(b), int(n)) for c, s, label, b, n in stored["clips"]
            ]
            return Speech(stored["samples"], clips)
        except (KeyError, ValueError) as error:
            raise ValueError(f"{cached} is no cache of speech: delete it, and it is made again") from error


def _read_corpus(corpus: str, archive: Path) -> Iterator[tuple[str, int, np.ndarray]]:
    """Speaker, label and samples [T] int16 of each clip that can be used; the log counts the others."""
    table = archive.with_suffix(".csv")
    if not table.exists():
        raise FileNotFoundError(f"{table} is missing: put the corpus' table beside {archive.name}")
    skipped, unknown = 0, Counter()
    try:
        packed = zipfile.ZipFile(archive)
    except zipfile.BadZipFile as error:
        raise ValueError(f"{archive} is no zip archive, or was cut short: fetch it again") from error
    with packed, table.open(encoding="utf-8-sig", newline="") as file:
        names = {Path(name).name: name for name in packed.namelist()}
        rows = csv.DictReader(file)
        if missing := {"file", "speaker", "emotion"} - set(rows.fieldnames or ()):
            raise ValueError(f"{table} lacks the columns {', '.join(sorted(missing))}")
        for row in rows:
            label = SPEECH_LABELS.get(row["emotion"])
            if label is None:
                if row["emotion"] not in UNUSED_EMOTIONS:
                    unknown[row["emotion"]] += 1
                continue
            samples = _read_clip(packed, names.get(row["file"]))
            if samples is None:
                skipped += 1
                continue
            yield row["speaker"], LABEL_INDEX[label], samples
    if skipped:
        log.warning("%s: %d clips could not be used and were left out", corpus, skipped)
    if unknown:
        log.warning(
            "%s: emotions that no label knows were left out (see labels.py): %s", corpus, dict(unknown)
        )


def _read_clip(packed: zipfile.ZipFile, name: str | None) -> np.ndarray | None:
    try:
        return decode(packed.read(name)) if name else None
    except (zipfile.BadZipFile, zlib.error):
        return None


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
    # "not above" also refuses what is no number
    if len(mono) < SHORTEST_S * SAMPLE_RATE_HZ or not np.abs(mono).max() >= 1e-4:
        return None
    return (np.clip(mono, -1, 1) * 32767).astype(np.int16)


# of all draws; a burst is no speech, and there are hundreds of people with a few each
BURST_SHARE = 0.1


def sampling_weights(clips: list[Clip]) -> np.ndarray:
    """[N]: corpora by the square root of their speakers, labels of a corpus alike.

    Speakers rather than clips: what is to be learnt is how other people sound.
    """
    speakers: dict[str, set[str]] = {}
    cell: dict[tuple[str, int], int] = {}
    for clip in clips:
        speakers.setdefault(clip.corpus, set()).add(clip.speaker)
        cell[clip.corpus, clip.label] = cell.get((clip.corpus, clip.label), 0) + 1
    share = {corpus: len(people) ** 0.5 for corpus, people in speakers.items()}
    if "emogator" in share and len(share) > 1:
        others = sum(part for corpus, part in share.items() if corpus != "emogator")
        share["emogator"] = others * BURST_SHARE / (1 - BURST_SHARE)
    classes = {corpus: sum(1 for c, _ in cell if c == corpus) for corpus in speakers}
    weights = np.array([share[c.corpus] / classes[c.corpus] / cell[c.corpus, c.label] for c in clips])
    return weights / weights.sum()
