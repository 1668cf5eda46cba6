"""What is computed once and kept in a file: whole or not at all, and with what it was made of."""

import json
import logging
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .disk import make_folder, put_in_place, sync, sync_folder
from .locks import lock_file, locked

log = logging.getLogger(__name__)


def sizes_of(folder: Path, names: Sequence[str]) -> dict[str, int] | None:
    """Bytes of the files that bear one of these names before their ending; None where there is none."""
    return {
        path.name: path.stat().st_size for path in sorted(Path(folder).glob("*.*")) if path.stem in names
    } or None


def write_whole(path: Path, write: Callable[[BinaryIO], None], alone: bool = False) -> None:
    """Lets `write` fill a file beside `path` and renames it: not even after a power cut is there half a file.

    What a kill leaves beside it is overwritten the next time where the file is one process' `alone`.
    Raises OSError that names `path`, when the disk is full for example; what was written is taken away.
    """
    make_folder(path.parent)
    partial = path.with_name(f"{path.name}.part" if alone else f"{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            write(file)
            sync(file)
        put_in_place(partial, path)
    except BaseException as error:
        partial.unlink(missing_ok=True)
        # torch.save raises a RuntimeError of its own behind that of the file
        cause = error.__context__ if isinstance(error, RuntimeError) else error
        if isinstance(cause, OSError) and cause.filename is None:
            raise OSError(f"{path} could not be written: {cause}") from error
        raise


def write_text(path: Path, text: str) -> None:
    """As `write_whole`: what was measured before is kept until all of what is new is there."""
    write_whole(path, lambda file: file.write(text.encode()))


@contextmanager
def whole_folder(folder: Path, last: str) -> Iterator[Path]:
    """An empty folder within `folder`, whose files go there once all are written, `last` behind the others.

    `last` is the one that names the others: it is gone while they change. What is interrupted before, or
    raises, leaves `folder` as it was. Raises FolderInUseError while another process makes one there.
    """
    with locked(folder):
        made = folder / ".part"
        # what a kill left
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        try:
            yield made
            _move_all(made, folder, last)
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _move_all(made: Path, folder: Path, last: str) -> None:
    files = [path for path in made.rglob("*") if path.is_file()]
    for path in files:
        with path.open("rb+") as file:
            sync(file)
    (folder / last).unlink(missing_ok=True)
    sync_folder(folder)
    for path in sorted(files, key=lambda path: path == made / last):
        target = folder / path.relative_to(made)
        make_folder(target.parent)
        put_in_place(path, target)


def add_row(path: Path, row: str) -> None:
    """Adds a line to a .jsonl, in place of one at its end that a kill or a full disk cut short."""
    make_folder(path.parent)
    with path.open("ab+") as file:
        # what another is just adding would look cut short
        lock_file(file)
        file.seek(0)
        whole, half = _whole_rows(file.read())
        if half:
            file.truncate(len(whole))
        file.write(b"\n" * bool(whole and not whole.endswith(b"\n")) + row.encode() + b"\n")
        sync(file)


def read_rows(path: Path) -> list[dict]:
    """The rows of a .jsonl, without one at its end that was cut short. Raises ValueError for one before."""
    whole, half = _whole_rows(path.read_bytes())
    if half:
        log.warning("the last line of %s was cut short, and is left out", path)
    try:
        return [json.loads(line) for line in whole.decode().splitlines()]
    except ValueError as error:
        raise ValueError(f"{path} has a line that is no JSON: take it out ({error})") from error


def _whole_rows(written: bytes) -> tuple[bytes, bytes]:
    """What a .jsonl holds up to its last line, and that line where it was cut short."""
    end = written.rfind(b"\n") + 1
    try:
        json.loads(written[end:] or "0")
    except ValueError:
        return written[:end], written[end:]
    return written, b""


def keep_arrays(path: Path, made_of: dict | None, **arrays: np.ndarray) -> None:
    """Keeps `arrays` as .npz, with what they were made of: names of arguments and files, and numbers."""
    about = {} if made_of is None else {"made_of": json.dumps(made_of)}
    write_whole(path, lambda file: np.savez(file, **arrays, **about))


def kept_arrays(path: Path, made_of: dict, option: str) -> "np.lib.npyio.NpzFile":
    """What `keep_arrays` kept. Raises ValueError for what is no .npz, and as `check_made` does."""
    try:
        stored = np.load(path)
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} was cut short, or is no .npz: delete it, and it is made again") from error
    if not isinstance(stored, np.lib.npyio.NpzFile):
        raise ValueError(f"{path} is no .npz: delete it, and it is made again")
    before = json.loads(str(stored["made_of"])) if "made_of" in stored else None
    check_made(path, before, made_of, option)
    return stored


def check_made(path: Path, before: dict | None, now: dict, option: str) -> None:
    """Raises ValueError when what is kept at `path` was made of something else than `now` says.

    None in `now` is what was not given this time: it is not asked for. `before` is None of what versions
    kept that did not tell; it is taken as it is, and the log says so. `option` names the folder.
    """
    if before is None:
        if now:
            log.warning("%s does not tell what it was made of, and is taken as it is", path)
        return
    changed = [name for name, of in now.items() if of is not None and before.get(name) != of]
    if changed:
        raise ValueError(
            f"{path} was made with another {', '.join(changed)}: give the same, or another {option}"
        )
