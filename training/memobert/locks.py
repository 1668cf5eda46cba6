"""One command at a time writes into a folder: its lock goes when the process ends, however that ends.

A `.lock` lies in the folder meanwhile, and tells who writes there. After a kill it stays, and means nothing.
"""

import errno
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import IO, ParamSpec, TypeVar

try:
    import fcntl
except ImportError:
    # Windows
    fcntl = None

from .disk import make_folder

log = logging.getLogger(__name__)

LOCK = ".lock"
# of launchers, that of mpirun too
_RANKS = ("RANK", "PMI_RANK", "OMPI_COMM_WORLD_RANK")
_held: dict[Path, int] = {}
_P, _R = ParamSpec("_P"), TypeVar("_R")


class FolderInUseError(ValueError):
    """Another process writes into `folder`: `pid`, None where it does not tell, on the machine `host`."""

    def __init__(self, folder: Path, name: str, told: str) -> None:
        self.folder, self.name = folder, name
        number, _, host = told.strip().partition(" ")
        self.pid = int(number) if number.isdecimal() else None
        self.host = host or None
        who = "another process" if self.pid is None else f"process {self.pid}"
        where = f" on {self.host}" if self.host not in (None, socket.gethostname()) else ""
        super().__init__(
            f"{folder} is being written by {who}{where}: wait until that has ended, end it, or give "
            "another --out"
        )


def hold(folder: Path, name: str = LOCK, wait: bool = False) -> Path | None:
    """Locks `folder` (made if need be) by its file `name` until `release`, or until this process ends.

    Returns what `release` takes; None where this process has the lock already, and where there are no locks,
    which the log says. Raises FolderInUseError while another process has it, unless it is to `wait`.
    """
    path = Path(folder).resolve() / name
    if path in _held:
        return None
    make_folder(path.parent)
    try:
        opened = _locked_file(path, wait)
    except BlockingIOError as error:
        raise FolderInUseError(Path(folder), name, error.strerror or "") from error
    except OSError as error:
        log.warning(
            "%s cannot be locked here (%s): see to it that no other command writes there at the same time",
            folder,
            error.strerror,
        )
        return None
    # a full disk is told by what is written next
    with suppress(OSError):
        os.ftruncate(opened, 0)
        os.pwrite(opened, f"{os.getpid()} {socket.gethostname()}\n".encode(), 0)
    _held[path] = opened
    return path


def _locked_file(path: Path, wait: bool) -> int:
    """Descriptor of the locked file. Raises BlockingIOError with what is in it, OSError without locks."""
    if fcntl is None:
        raise OSError(errno.ENOSYS, "this system has no flock")
    while True:
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                told = os.pread(opened, 300, 0).decode(errors="replace")
                if not wait:
                    raise BlockingIOError(error.errno, told) from error
                log.info("waits for process %s, which holds %s", told.partition(" ")[0] or "?", path)
                fcntl.flock(opened, fcntl.LOCK_EX)
            # who had it may have taken its file away since
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(opened), path.stat()):
                    return opened
            os.close(opened)
        except BaseException:
            os.close(opened)
            raise


def release(path: Path) -> None:
    """Lets go what `hold` returned."""
    opened = _held.pop(path)
    try:
        path.unlink(missing_ok=True)
    finally:
        os.close(opened)


@contextmanager
def locked(folder: Path, name: str = LOCK, wait: bool = False) -> Iterator[None]:
    """`hold` for as long as it is entered; raises as that does."""
    path = hold(folder, name, wait)
    try:
        yield
    finally:
        if path:
            release(path)


def releases(main: Callable[_P, _R]) -> Callable[_P, _R]:
    """A command that lets go of what it holds when it ends or raises."""

    @wraps(main)
    def command(*given: _P.args, **named: _P.kwargs) -> _R:
        before = set(_held)
        try:
            return main(*given, **named)
        finally:
            with ExitStack() as ended:
                for path in set(_held) - before:
                    ended.callback(release, path)

    return command


def lock_file(file: IO) -> None:
    """Waits until `file` is this process' alone, where there are locks; closing it lets it go."""
    if fcntl is not None:
        with suppress(OSError):
            fcntl.flock(file.fileno(), fcntl.LOCK_EX)


def writes_results() -> bool:
    """Whether this is the process that writes, of those that a launcher started: the first."""
    return int(next((os.environ[name] for name in _RANKS if name in os.environ), "0")) == 0


def _forked() -> None:
    # a lock is let go once no process has its file open
    for opened in _held.values():
        os.close(opened)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
