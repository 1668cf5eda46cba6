"""A video's pictures at given times and its voice, by PyAV; both on the video's clock, which begins at 0."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from PIL import Image

from .shards import VOICE_HZ

# time stamps are rounded, in Matroska to 1 ms: only what is further off is a gap or an overlap
JITTER_S = 0.04
# where nothing comes for longer the time stamp is taken to be wrong: what is between costs memory and time
MOST_GAP_S = 600.0


class VideoError(ValueError):
    """A file in which there is nothing to be seen or heard."""


class UnreadableError(OSError):
    """A file whose bytes cannot be had now, such as from a share that stutters: it tells nothing of them."""


class _Source:
    """A video's bytes for PyAV, and what kept them from coming: to FFmpeg an end is like any other."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.file, self.name = file, str(path)
        self.seek, self.tell = file.seek, file.tell
        self.failed: OSError | None = None

    def read(self, count: int) -> bytes:
        try:
            return self.file.read(count)
        except OSError as error:
            self.failed = self.failed or error
            raise

    def check(self) -> None:
        """Raises UnreadableError if a read has failed, whatever was made of it."""
        if self.failed:
            raise _unreadable(self.failed, self.name) from self.failed


def _unreadable(error: OSError, name: str) -> UnreadableError:
    return UnreadableError(error.errno, error.strerror or str(error), name)


@dataclass(frozen=True)
class Contents:
    duration_s: float | None
    """As the container says; None when it does not."""
    has_sound: bool


@dataclass
class Reading:
    """What was met while a track was decoded."""

    end_s: float = 0.0
    cut_short: bool = False
    """Decoding failed there, or the next time stamp is too far off; what came before can be used."""


def probe(path: Path) -> Contents:
    """Raises VideoError for what is no video, UnreadableError as all that reads one."""
    with _open(path) as container:
        duration = container.duration / av.time_base if container.duration else None
        return Contents(duration, _best(container, "audio") is not None)


def pictures_at(path: Path, times_s: Iterable[float], reading: Reading, threads: int = 0):
    """Yields (time, RGB picture on show then) for times that rise; turned upright, pixels square.

    Times before the first frame or after the last are passed over; a frame more than `MOST_GAP_S` behind the
    one before it is not taken. `threads` of the decoder; 0: its choice. Raises VideoError when no frame can
    be decoded.
    """
    with _open(path) as container:
        stream = _best(container, "video")
        if stream is None:
            return
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = threads
        length = min(1 / float(stream.average_rate or 25), MOST_GAP_S)
        waiting = iter(times_s)
        due = next(waiting, None)
        shown, square = None, float(stream.sample_aspect_ratio or 1)
        before, longest = 0.0, 0.0
        for frame in _decode(container, stream, reading):
            if frame.time is None:
                continue
            now = frame.time - _origin(container)
            if now - before > MOST_GAP_S:
                reading.cut_short = True
                # such a frame counts in the stream's rate
                reading.end_s = min(reading.end_s, before + (longest or length))
                break
            before, longest = now, max(longest, now - before)
            # half a millisecond: time stamps are rounded
            while due is not None and due < now - 5e-4:
                if shown is not None:
                    yield due, _upright(shown, square)
                due = next(waiting, None)
            shown = frame
            reading.end_s = now + length
        if shown is None:
            raise VideoError(f"{path} holds no picture that can be decoded")
        while due is not None and due < reading.end_s - 5e-4:
            yield due, _upright(shown, square)
            due = next(waiting, None)


def _upright(frame: av.VideoFrame, square: float) -> Image.Image:
    picture = frame.to_image()
    if square not in (0, 1):
        picture = picture.resize((max(1, round(picture.width * square)), picture.height))
    # anticlockwise, as a telephone writes it
    return picture.rotate(frame.rotation, expand=True) if frame.rotation else picture


def read_voice(path: Path, reading: Reading) -> np.ndarray | None:
    """[T] int16 mono, 16 kHz, from the video's beginning, zeros amid what was recorded; None if soundless.

    What begins more than `MOST_GAP_S` behind the sound before it is not taken.
    """
    with _open(path) as container:
        stream = _best(container, "audio")
        if stream is None:
            return None
        pieces: list[tuple[int, np.ndarray]] = []
        end = 0

        for frame in _as_voice(_decode(container, stream, reading), reading):
            at = end
            if frame.pts is not None:
                at = round((float(frame.pts * frame.time_base) - _origin(container)) * VOICE_HZ)
            if at - end > MOST_GAP_S * VOICE_HZ:
                reading.cut_short = True
                break
            if pieces and abs(at - end) < JITTER_S * VOICE_HZ:
                at = end
            samples = frame.to_ndarray().reshape(-1)[max(0, -at) :]
            pieces.append((max(0, at), samples))
            end = max(0, at) + len(samples)
    if not pieces:
        return None
    voice = np.zeros(max(at + len(samples) for at, samples in pieces), np.int16)
    for at, samples in pieces:
        voice[at : at + len(samples)] = samples
    reading.end_s = len(voice) / VOICE_HZ
    return voice


def _as_voice(frames: Iterable[av.AudioFrame], reading: Reading) -> Iterator[av.AudioFrame]:
    """Frames as 16 kHz mono of 16 bit; a recording that was joined of several may change in its midst."""
    # a resampler takes one kind alone
    kinds = groupby(frames, key=lambda frame: (frame.format.name, frame.layout.name, frame.sample_rate))
    try:
        for _, alike in kinds:
            resampler = av.AudioResampler("s16", "mono", VOICE_HZ)
            # None: what it still holds back
            for frame in chain(alike, [None]):
                yield from resampler.resample(frame)
    except (av.FFmpegError, ValueError):
        reading.cut_short = True


@contextmanager
def _open(path: Path) -> Iterator[av.container.InputContainer]:
    """Raises VideoError for what is no video; UnreadableError, also at its end, where a read failed."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise _unreadable(error, str(path)) from error
    with file:
        source = _Source(file, path)
        try:
            container = av.open(source)
        except (av.FFmpegError, OSError, ValueError) as error:
            source.check()
            raise VideoError(f"{path} is no video that can be opened ({error})") from error
        try:
            with container:
                yield container
        except Exception:
            source.check()
            raise
        source.check()


def _best(container, kind: str):
    stream = container.streams.best(kind)
    # a cover picture is no film
    cover = stream is not None and kind == "video" and stream.disposition & av.stream.Disposition.attached_pic
    return None if cover else stream


def _origin(container) -> float:
    return (container.start_time or 0) / av.time_base


def _decode(container, stream, reading: Reading) -> Iterator:
    try:
        yield from container.decode(stream)
    except (av.FFmpegError, OSError, ValueError):
        reading.cut_short = True
