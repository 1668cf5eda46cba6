"""What a run learns from, as its last.pt keeps it: a folder goes on with no other run's weights."""

import argparse
import hashlib
import json
import logging
import zipfile
from functools import cache
from pathlib import Path

from .checkpoint_files import WEIGHTS, digest

log = logging.getLogger(__name__)

# arguments that change nothing of what a step learns; folders of what is kept are made anew from the rest
FREE = {"out", "device", "threads", "steps", "every", "epochs", "dry_run", "only", "trust"}
FREE |= {"banks", "cache", "features"}
# what a teacher tells of when it has learned
FREE |= {"others", "others_of", "splices"}
# what is read of a folder of data, by argument
READ = {
    "faces": ("ferplus-*.zip",),
    "speech": ("*.zip", "*.csv"),
    "text": ("*/train.tsv", "*/dev.tsv"),
    "samples": ("features.json", "train-*.npz", "valid-*.npz"),
    "states": ("*.npy",),
}


def learned_from(arguments: argparse.Namespace) -> dict[str, str]:
    """By argument what it says, as JSON; of paths what is in their files, wherever these lie."""
    found = {}
    for name, value in vars(arguments).items():
        parts = value if isinstance(value, (list, tuple)) else [value]
        if any(isinstance(part, Path) for part in parts):
            value = [_content(name, part) for part in parts]
        if name not in FREE:
            found[name] = json.dumps(value, default=str)
    return found


def check_same_run(path: Path, before: dict[str, str] | None, now: dict[str, str]) -> None:
    """Raises ValueError when the last.pt at `path` is of a run that learned from something else than `now`.

    What only one of the two tells is of another version, and is not compared. `before` is None of what
    versions kept that did not tell; it is taken as it is, and the log says so.
    """
    if before is None:
        log.warning("%s does not tell which arguments it was trained with, and is taken as it is", path)
        return
    changed = [f"--{name.replace('_', '-')}" for name, of in now.items() if before.get(name, of) != of]
    if changed:
        raise ValueError(
            f"{path} is of a run with another {', '.join(changed)}: give the same, or another --out"
        )


def kept_digest(path: Path) -> str | None:
    """sha256 of a file or of a checkpoint's folder; None of what is neither. Asked for again, it is kept."""
    if not path.is_file() and not any((path / name).is_file() for name in WEIGHTS):
        return None
    about = path.stat()
    return _digest(path, about.st_size, about.st_mtime_ns)


@cache
def _digest(path: Path, _bytes: int, _changed_ns: int) -> str:
    return digest(path)


def _content(name: str, path: Path) -> str | dict[str, str] | None:
    """sha256 of a file or a checkpoint; of a folder of data those of the files that are read of it."""
    if told := kept_digest(path):
        return told
    files = sorted({file for pattern in READ.get(name, ()) for file in path.glob(pattern)})
    return {str(file.relative_to(path)): _listed(file) for file in files} or None


def _listed(path: Path) -> str | None:
    """sha256 of a file; of an archive that of its list, which has a checksum of all that is in it."""
    if not zipfile.is_zipfile(path):
        return kept_digest(path)
    with zipfile.ZipFile(path) as archive:
        rows = [(of.filename, of.file_size, of.CRC) for of in archive.infolist()]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
