"""Writes shards so that a kill at any moment loses at most the videos in work, and never leaves half a shard.

Each unit (a video's utterances of one split) becomes a part of its own in `.parts/`. Once a shard's parts are
all there they are put end to end in the plan's order and deleted: neither workers nor kills change its bytes.
"""

import json
import logging
import os
import re
import tarfile
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import webdataset

from .disk import make_folder, put_in_place, sync
from .kept import write_whole
from .shards import (
    FACE_HZ,
    FORMAT,
    INDEX,
    SPLITS,
    VOICE_HZ,
    Clip,
    ShardError,
    labels_of,
    pack_clip,
    read_index,
    sha256,
)
from .utterances import Faults, Unit

log = logging.getLogger(__name__)

PACKAGES = ("memobert-training", "av", "mediapipe", "webdataset", "webvtt-py")
# of what is in work beside the shards; a download's name may end alike
_PARTIAL = re.compile(rf"(?:(?:{'|'.join(SPLITS)})-\d{{6,}}\.tar|{re.escape(INDEX)})(?:\.\d+)?\.part")
# of the parts, while there are some
SETTINGS = ".parts.json"
UNUSABLE = "video that cannot be decoded: left out"


def plan_shards(units: list[Unit], most: int) -> list[list[Unit]]:
    """Units by split, in shards of about `most` utterances; a unit is never divided.

    What is left of a plan is planned the same once its first shards are finished.
    """
    shards: list[list[Unit]] = []
    for split in sorted({unit.split for unit in units}):
        filled = most
        for unit in (unit for unit in units if unit.split == split):
            if filled >= most:
                shards.append([])
                filled = 0
            shards[-1].append(unit)
            filled += len(unit.utterances)
    return shards


def write_part(parts: Path, unit: Unit, fingerprint: str, clips: Iterable[Clip], faults: Faults) -> None:
    """The clips, and a JSON file that says what they are; the JSON comes last and makes the part whole."""
    about = {"file": unit.file, "split": unit.split, "fingerprint": fingerprint}
    about |= {"utterances": 0, "faces": 0, "missed_faces": 0, "voice_s": 0.0}
    labels: Counter = Counter()
    # no name of another process: one of a killed command may still be at the same video
    partial = parts / f"{unit.key}.tar.{os.getpid()}.part"
    with partial.open("wb") as file:
        with webdataset.TarWriter(file, encoder=False, compress=False, mtime=0) as tar:
            for clip in clips:
                tar.write(pack_clip(clip))
                about["utterances"] += 1
                about["faces"] += len(clip.faces)
                about["missed_faces"] += len(clip.missed_times_s)
                about["voice_s"] += len(clip.waveform) / VOICE_HZ
                labels[clip.label or "none"] += 1
        sync(file)
    about["voice_s"] = round(about["voice_s"], 3)
    about |= {"labels": dict(sorted(labels.items()))}
    about |= {"faults": {kind: files[unit.file] for kind, files in faults.sorted().items()}}
    put_in_place(partial, parts / f"{unit.key}.tar")
    _write_json(parts / f"{unit.key}.json", about)


class ShardWriter:
    """The folder of the shards. Raises ShardError when other settings, or another code, wrote into it."""

    def __init__(self, folder: Path, settings: dict) -> None:
        self.folder, self.parts = folder, folder / ".parts"
        settings = {**settings, "face_hz": FACE_HZ, "voice_hz": VOICE_HZ}
        if (folder / INDEX).exists():
            self.index = read_index(folder)
            written = {**self.index["settings"], "labels": list(labels_of(self.index))}
            for name, value in settings.items():
                if (before := written.get(name)) != value:
                    raise ShardError(
                        f"{folder} was written with {name} {before}, not {value}: give that, or another --out"
                    )
        else:
            self.index = {"format": FORMAT, "settings": settings, "shards": [], "units": {}}
        self.index["versions"] = {name: _version(name) for name in PACKAGES}
        make_folder(self.parts)
        own = (path for path in folder.glob("*.part") if _PARTIAL.fullmatch(path.name))
        for partial in (*own, *self.parts.glob("*.part")):
            partial.unlink(missing_ok=True)
        self._keep_alike(settings)

    def _keep_alike(self, settings: dict) -> None:
        """Takes parts away that a run of other settings left before it had a shard, and so an index."""
        about = self.folder / SETTINGS
        parts = list(self.parts.iterdir())
        if about.exists() and json.loads(about.read_text(encoding="utf-8")) != settings:
            log.warning("%s was begun with other settings: its videos are read anew", self.folder)
            for path in parts:
                path.unlink()
        elif parts and not about.exists():
            log.warning("%s does not tell how its videos were read, and is taken as it is", self.parts)
        _write_json(about, settings)

    def is_finished(self, unit: Unit, fingerprint: str) -> bool:
        """Raises ShardError when it has changed since; one of which nothing could be used may change."""
        about = self.index["units"].get(unit.key)
        if about and about["fingerprint"] != fingerprint and about["utterances"]:
            raise self._changed(about)
        return about is not None and about["fingerprint"] == fingerprint

    def check_splits(self, units: list[Unit]) -> None:
        """Raises ShardError when a split has utterances of a video that is no longer of it.

        Its split is part of a unit's key: one that has moved looks new, and would be in both.
        """
        files, keys = {unit.file for unit in units}, {unit.key for unit in units}
        for key, about in self.index["units"].items():
            if about["file"] in files and key not in keys and about["utterances"]:
                raise self._changed(about)

    def _changed(self, about: dict) -> ShardError:
        return ShardError(
            f"{about['file']}, its words, its labels or its split have changed since "
            f"{self.folder / about['shard']} was written: prepare into another --out, or put them back"
        )

    def has_part(self, unit: Unit, fingerprint: str) -> bool:
        about = self.parts / f"{unit.key}.json"
        return about.exists() and json.loads(about.read_text(encoding="utf-8"))["fingerprint"] == fingerprint

    def pack(self, units: list[Unit]) -> None:
        """Makes the next shard of the units' parts; none when no utterance is in them."""
        split = units[0].split
        number = sum(shard["split"] == split for shard in self.index["shards"])
        name = f"{split}-{number:06d}.tar"
        abouts = {
            unit.key: json.loads((self.parts / f"{unit.key}.json").read_text(encoding="utf-8"))
            for unit in units
        }
        count = sum(about["utterances"] for about in abouts.values())
        if count:
            partial = self.folder / f"{name}.part"
            with partial.open("wb") as file:
                with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as shard:
                    for key in abouts:
                        with tarfile.open(self.parts / f"{key}.tar") as part:
                            for member in part:
                                shard.addfile(member, part.extractfile(member))
                sync(file)
            path = self.folder / name
            put_in_place(partial, path)
            entry = {"file": name, "split": split, "utterances": count}
            entry |= {"bytes": path.stat().st_size, "sha256": sha256(path)}
            self.index["shards"].append(entry)
        for key, about in abouts.items():
            self.index["units"][key] = {**about, "shard": name if about["utterances"] else None}
        self.index["counts"] = self.counts()
        # from here on the parts are not needed; before, a kill would only have the shard packed again
        _write_json(self.folder / INDEX, self.index)
        for key in abouts:
            for suffix in (".tar", ".json"):
                (self.parts / f"{key}{suffix}").unlink()

    def close(self) -> None:
        """Takes the folder of the parts away; those of videos that are no longer there go with it."""
        for left in self.parts.iterdir():
            left.unlink()
        self.parts.rmdir()
        (self.folder / SETTINGS).unlink(missing_ok=True)

    def counts(self) -> dict:
        """Of all shards together; `labelled` are those with a label, by split."""
        units = list(self.index["units"].values())
        total: dict = {
            name: sum(unit[name] for unit in units) for name in ("utterances", "faces", "missed_faces")
        }
        total["videos"] = len({unit["file"] for unit in units if unit["utterances"]})
        total["shards"] = len(self.index["shards"])
        total["voice_hours"] = round(sum(unit["voice_s"] for unit in units) / 3600, 3)
        splits, labels, labelled = Counter(), Counter(), Counter()
        for unit in units:
            splits[unit["split"]] += unit["utterances"]
            labels.update(unit["labels"])
            labelled[unit["split"]] += unit["utterances"] - unit["labels"].get("none", 0)
        by_name = {"splits": splits, "labels": labels, "labelled": labelled}
        return total | {name: dict(sorted(of.items())) for name, of in by_name.items()}

    def faults(self) -> dict[str, dict[str, int]]:
        """Of all units, by kind and file."""
        found = Faults()
        for unit in self.index["units"].values():
            for kind, count in unit["faults"].items():
                found.add(kind, unit["file"], count)
        return found.sorted()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _write_json(path: Path, content: dict) -> None:
    written = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
    write_whole(path, lambda file: file.write(written.encode()))
