"""Files and folders whose names outlive a power cut."""

import errno
import os
from pathlib import Path
from typing import IO

# of a folder that cannot be synced: not on Windows, nor in some shares
_NO_SYNC = {errno.EACCES, errno.EBADF, errno.EINVAL, errno.EISDIR, errno.ENOTSUP, errno.EOPNOTSUPP}


def sync(file: IO) -> None:
    """Has what was written to `file` on the disk: a rename may be there before what it names."""
    file.flush()
    os.fsync(file.fileno())


def put_in_place(partial: Path, path: Path) -> None:
    """Renames a file that is synced, in the place of one that may be there; when it returns, it stays so."""
    partial.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Has the names in `folder` on the disk, where the system can tell."""
    try:
        opened = os.open(folder, os.O_RDONLY)
    except OSError as error:
        if error.errno in _NO_SYNC:
            return
        raise
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
    finally:
        os.close(opened)


def make_folder(folder: Path) -> None:
    """Makes `folder` and those above it; their names stay as what is put in them does."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)
