"""For tests: a command that is interrupted at each of its file operations in turn, and begun again."""

import builtins
import errno
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DISK_FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
KILLED = KeyboardInterrupt("killed")
# writes of a file that are counted: an archive has hundreds that are alike
FIRST = 2
# of `os`, by which pathlib does what it is asked
CHANGES = ("rename", "replace", "unlink", "remove", "mkdir", "rmdir")


class Interrupter:
    """Counts what changes files below `folder`, and raises `error` in place of number `at`, from 0.

    A write leaves the first half of what it was given. What is `KILLED` can do nothing any more, such as
    tidy up; after a full disk all but writing goes on.
    """

    def __init__(self, folder: Path, at: int | None = None, error: BaseException = KILLED) -> None:
        self.folder, self.at, self.error = str(folder), at, error
        self.count = 0
        self.ended = False

    def comes(self, path, writes: bool) -> bool:
        """Whether this is the operation at which it ends, or one after that which cannot be."""
        if isinstance(path, int) or not os.path.abspath(os.fspath(path)).startswith(self.folder):
            return False
        if self.ended:
            return writes or self.error is KILLED
        if self.error is not KILLED and not writes:
            return False
        self.count += 1
        self.ended = self.count - 1 == self.at
        return self.ended

    def check(self, path, writes: bool) -> None:
        if self.comes(path, writes):
            raise self.error


class _Written:
    """A file that is open for writing."""

    def __init__(self, file, path, of: Interrupter) -> None:
        self._file, self._path, self._of = file, path, of
        self._writes, self._half = 0, False

    def write(self, data) -> int:
        self._writes += 1
        if (self._writes <= FIRST or self._of.ended) and self._of.comes(self._path, True):
            if not isinstance(data, str):
                data = memoryview(data).cast("B")
            # of what comes behind a half nothing is written
            self._file.write(data[: 0 if self._half else len(data) // 2])
            self._half = True
            self._file.flush()
            raise self._of.error
        return self._file.write(data)

    def __getattr__(self, name: str):
        return getattr(self._file, name)

    def __enter__(self) -> "_Written":
        return self

    def __exit__(self, *_error) -> None:
        self._file.close()

    def __iter__(self) -> Iterator:
        return iter(self._file)


@contextmanager
def interrupted(folder: Path, at: int | None = None, error: BaseException = KILLED) -> Iterator[Interrupter]:
    """What runs within is interrupted as `Interrupter` says; without `at` it only counts."""
    of = Interrupter(folder, at, error)
    plain = builtins.open

    def opened(file, mode: str = "r", *more, **named):
        if not set(mode) & set("wax+"):
            return plain(file, mode, *more, **named)
        of.check(file, True)
        return _Written(plain(file, mode, *more, **named), file, of)

    def watched(change: Callable) -> Callable:
        def made(path, *more, **named):
            of.check(path, False)
            return change(path, *more, **named)

        return made

    with pytest.MonkeyPatch.context() as patched:
        for module in (builtins, io):
            patched.setattr(module, "open", opened)
        patched.setattr(tarfile, "bltn_open", opened)
        for name in CHANGES:
            patched.setattr(os, name, watched(getattr(os, name)))
        yield of


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def each(
    command: Callable[[], object], folder: Path, error: BaseException, most: int, again: Callable[[], object]
) -> Iterator[int]:
    """Interrupts `command`, which writes below `folder`, at `most` of its operations, the last among them.

    Yields after each, once `again` has readied the folder, the command was interrupted in it and has ended.
    """
    again()
    with interrupted(folder) as counted:
        command()
    total = counted.count
    if error is not KILLED:
        again()
        with interrupted(folder, None, error) as counted:
            command()
        total = counted.count
    assert total
    for at in sorted({round(row * (total - 1) / max(1, most - 1)) for row in range(most)}):
        again()
        with pytest.raises(type(error)) as caught, interrupted(folder, at, error):
            command()
        assert caught.value is error or isinstance(caught.value, type(error))
        yield at
