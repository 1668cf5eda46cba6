"""Decodes videos in this process or in several, each with a detector of its own."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path

from .face_finding import FaceDetector
from .shard_writing import UNUSABLE, write_part
from .utterances import Faults, Unit
from .video_clips import read_clips_of
from .video_reading import UnreadableError, VideoError


@dataclass(frozen=True)
class Job:
    videos: Path
    parts: Path
    unit: Unit
    fingerprint: str
    threads: int
    """Of the decoder; 0: its own choice."""


@dataclass(frozen=True)
class Done:
    unit: Unit
    unreadable: OSError | None = None
    """Why it could not be read this time: it has no part then."""


def finish(jobs: list[Job], workers: int, detector_model: Path, detector) -> Iterator[Done]:
    """Yields each unit once its part is written. Raises RuntimeError when a worker is killed.

    `detector` is used in this process; others load `detector_model`.
    """
    if workers <= 1:
        for job in jobs:
            yield run(job, detector)
        return
    # spawned: a forked copy of MediaPipe's threads would hang
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, (detector_model,))
    try:
        for done in as_completed([pool.submit(_work, job) for job in jobs]):
            yield done.result()
    except BrokenProcessPool as error:
        raise RuntimeError(
            "a worker was killed, maybe for want of memory: run again with fewer --workers, "
            "what is finished is kept"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def run(job: Job, detector) -> Done:
    """Writes a unit's part; an empty one of a video that cannot be used, or asks for more than there is.

    None of one whose bytes did not come: that says nothing of the video.
    """
    faults = Faults()
    clips = read_clips_of(job.videos, job.unit, detector, faults, job.threads)
    try:
        write_part(job.parts, job.unit, job.fingerprint, clips, faults)
    except UnreadableError as error:
        return Done(job.unit, OSError(error.errno, error.strerror))
    # a picture that says to be of a million lines is asked for as well
    except (VideoError, MemoryError):
        faults.add(UNUSABLE, job.unit.file)
        write_part(job.parts, job.unit, job.fingerprint, (), faults)
    return Done(job.unit)


_detector: FaceDetector | None = None


def _start_worker(model: Path) -> None:
    global _detector
    threading.Thread(target=_end_with_command, daemon=True).start()
    _detector = FaceDetector(model)


def _end_with_command() -> None:
    # a worker whose command was killed would wait for work for ever, with its memory
    parent_process().join()
    os._exit(1)


def _work(job: Job) -> Done:
    return run(job, _detector)
