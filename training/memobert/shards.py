"""Utterances of videos in WebDataset tar shards: what is in one, and how it is read back.

    for clip in read_clips(Path("shards"), "train"): ...

A sample is three files of one key: `.json` (words, label, times), `.flac` (16 kHz mono voice, 16 bit) and
`.faces.png` (the 64x64 grey faces, one below the other); the last two only where there is a voice or a face.
`shards.json` beside the tars says what is in them. Nothing here needs torch.
"""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import webdataset
from PIL import Image, PngImagePlugin

from .face_crops import FACE_PX
from .labels import LABELS

FORMAT = 1
FACE_HZ = 10
VOICE_HZ = 16_000
INDEX = "shards.json"
SPLITS = ("train", "valid", "test")


class ShardError(ValueError):
    """A shard, or the index beside it, that cannot be used as it is."""


@dataclass(frozen=True)
class Word:
    """Times in seconds from the utterance's beginning."""

    text: str
    start_s: float
    end_s: float


def _no_faces() -> np.ndarray:
    return np.zeros((0, FACE_PX, FACE_PX), np.uint8)


def _nothing() -> np.ndarray:
    return np.zeros(0, np.float32)


@dataclass(frozen=True)
class Clip:
    """An utterance: what was said, seen and heard. All times in seconds from its beginning.

    `faces` [V,64,64] uint8 grey at `face_times_s` [V]; `missed_times_s` [M] are frames looked at that show no
    face. `waveform` [T] float32 in -1..1 at 16 kHz. V, M and T may be 0. `label` is one of
    those that `labels_of` reads in `shards.json`, None where it is not known.
    """

    key: str
    source: str
    """The video, relative to the folder that was prepared."""
    start_s: float
    """In the video."""
    end_s: float
    split: str
    words: list[Word] = field(default_factory=list)
    faces: np.ndarray = field(default_factory=_no_faces)
    face_times_s: np.ndarray = field(default_factory=_nothing)
    missed_times_s: np.ndarray = field(default_factory=_nothing)
    waveform: np.ndarray = field(default_factory=_nothing)
    label: str | None = None
    speaker: str | None = None


_PLAIN = ("source", "start_s", "end_s", "split", "label", "speaker")


def pack_clip(clip: Clip) -> dict[str, bytes | str]:
    """As webdataset.TarWriter takes it; the same bytes for the same clip."""
    about = {
        "format": FORMAT,
        **{name: getattr(clip, name) for name in _PLAIN},
        "words": [[word.text, round(word.start_s, 3), round(word.end_s, 3)] for word in clip.words],
        "face_times_s": _rounded(clip.face_times_s),
        "missed_times_s": _rounded(clip.missed_times_s),
    }
    sample: dict[str, bytes | str] = {"__key__": clip.key}
    sample["json"] = json.dumps(about, ensure_ascii=False, sort_keys=True).encode()
    if len(clip.faces):
        packed = io.BytesIO()
        Image.fromarray(clip.faces.reshape(-1, FACE_PX)).save(packed, "PNG")
        sample["faces.png"] = packed.getvalue()
    if len(clip.waveform):
        packed = io.BytesIO()
        soundfile.write(packed, clip.waveform, VOICE_HZ, format="FLAC", subtype="PCM_16")
        sample["flac"] = packed.getvalue()
    return sample


def _rounded(times_s: np.ndarray) -> list[float]:
    return [round(float(time), 3) for time in times_s]


def unpack_clip(sample: dict) -> Clip:
    """The clip of webdataset's raw sample. Raises ShardError for one that is none, or of another format."""
    key = sample.get("__key__", "?")
    try:
        about = json.loads(sample["json"])
        if about["format"] != FORMAT:
            raise ShardError(
                f"{key} is of format {about['format']}, this code reads {FORMAT}: prepare the videos again"
            )
        faces, waveform = _no_faces(), _nothing()
        if "faces.png" in sample:
            faces = _faces_of(sample["faces.png"], len(about["face_times_s"]))
        if "flac" in sample:
            waveform, _ = soundfile.read(io.BytesIO(sample["flac"]), dtype="float32")
        times, missed = (np.array(about[name], np.float32) for name in ("face_times_s", "missed_times_s"))
        if len(times) != len(faces):
            raise ValueError(f"{len(faces)} faces at {len(times)} times")
        words = [Word(*word) for word in about["words"]]
        plain = {name: about[name] for name in _PLAIN}
    except ShardError:
        raise
    # Pillow's for what is no picture is a SyntaxError
    except (KeyError, TypeError, ValueError, OSError, SyntaxError, soundfile.SoundFileError) as error:
        raise ShardError(f"{key} is no utterance ({error!r}): prepare the videos again") from error
    arrays = {"faces": faces, "face_times_s": times, "missed_times_s": missed, "waveform": waveform}
    return Clip(key=key, words=words, **plain, **arrays)


def _faces_of(packed: bytes, count: int) -> np.ndarray:
    """[count,64,64] uint8. Raises ValueError for another count, before anything is unpacked."""
    # not `Image.open`, which takes an hour of faces for a decompression bomb; `count` is the limit here
    picture = PngImagePlugin.PngImageFile(io.BytesIO(packed))
    if picture.size != (FACE_PX, count * FACE_PX):
        raise ValueError(f"{picture.width}x{picture.height} pixels for {count} faces")
    return np.asarray(picture).reshape(-1, FACE_PX, FACE_PX)


def read_index(folder: Path) -> dict:
    """`shards.json`. Raises FileNotFoundError when it is missing, ShardError when it is of another format."""
    path = Path(folder) / INDEX
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
        found = index["format"]
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{path} is missing: give a folder that `python -m memobert.prepare` wrote to its end"
        ) from None
    except (KeyError, TypeError, ValueError) as error:
        raise ShardError(f"{path} is no index of shards: prepare the videos again") from error
    if found != FORMAT:
        raise ShardError(
            f"{path} is of format {found}, this code reads {FORMAT}: use the code that wrote it, "
            "or prepare the videos again"
        )
    return index


def labels_of(index: dict) -> tuple[str, ...]:
    """The labels that the clips of a `shards.json` may have; those of before it told have the seven."""
    return tuple(index["settings"].get("labels", LABELS))


def read_clips(folder: Path, split: str | None = None, verify: bool = False) -> Iterator[Clip]:
    """Clips of a split, or of all, in the order in which they were written.

    `verify` computes each shard's sha256 first; its size is always compared. Raises what `read_index` and
    `read_shard` raise, and ShardError for a split of which there is none.
    """
    shards = read_index(folder)["shards"]
    chosen = [shard for shard in shards if split in (None, shard["split"])]
    if not chosen:
        there = ", ".join(sorted({shard["split"] for shard in shards}))
        raise ShardError(f"{folder} holds no shard of {split}: there are {there or 'none at all'}")
    for shard in chosen:
        yield from read_shard(Path(folder), shard, verify)


def read_shard(folder: Path, shard: dict, verify: bool = False) -> Iterator[Clip]:
    """Clips of the index's entry. Raises FileNotFoundError for a missing tar, ShardError for a broken one."""
    path = Path(folder) / shard["file"]
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: copy it here as well, or prepare the videos again")
    size = path.stat().st_size
    if size != shard["bytes"]:
        kind = "was cut short" if size < shard["bytes"] else "is another file"
        raise ShardError(
            f"{path} {kind} ({size:,} of {shard['bytes']:,} bytes): copy it again, "
            "or prepare the videos again into another folder"
        )
    if verify and sha256(path) != shard["sha256"]:
        raise ShardError(f"{path} is not what was written (sha256): copy it again")
    # opened here: as an address, a path with a colon or a space would not be read
    with path.open("rb") as stream:
        samples = webdataset.tariterators.tar_file_expander([{"url": path.name, "stream": stream}])
        count = 0
        try:
            for sample in webdataset.tariterators.group_by_keys(samples):
                count += 1
                yield unpack_clip(sample)
        except ShardError as error:
            raise ShardError(f"{path}: {error}") from error
        except (tarfile.TarError, OSError, EOFError, ValueError) as error:
            raise ShardError(f"{path} is no tar archive that can be read: copy it again ({error})") from error
    if count != shard["utterances"]:
        raise ShardError(f"{path} holds {count} utterances, not {shard['utterances']}: copy it again")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
