"""`prepare` that is killed leaves no worker behind, and none that is left spoils the run that goes on."""

import os
import signal
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest

from . import shard_writing
from .shard_writing import ShardWriter, write_part
from .shards import Clip
from .utterances import Faults, Unit

UNIT = Unit("a.mp4", "train", ())
# a command whose worker reads a video for as long as the pipe beside it is open
COMMAND = """
import sys
from pathlib import Path
from memobert import prepare_workers
from memobert.utterances import Unit

folder = Path(sys.argv[1])
prepare_workers.FaceDetector = str
prepare_workers.read_clips_of = lambda *given: (folder / "video").read_bytes()
if __name__ == "__main__":
    units = [Unit(f"{name}.mp4", "train", ()) for name in "ab"]
    jobs = [prepare_workers.Job(folder, folder, unit, "print", 1) for unit in units]
    list(prepare_workers.finish(jobs, 2, folder, None))
"""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_no_worker_outlives_the_command(tmp_path):
    os.mkfifo(tmp_path / "video")
    (tmp_path / "command.py").write_text(COMMAND)
    command = [sys.executable, str(tmp_path / "command.py"), str(tmp_path)]
    there = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    # the pipe opens once a worker reads it
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, env=there, start_new_session=True) as running,
        (tmp_path / "video").open("wb"),
    ):
        running.send_signal(signal.SIGKILL)
        # ends once nobody has the command's output any more, which its workers share
        try:
            running.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            pytest.fail("a worker is left")


def clips(between=lambda: None):
    yield Clip(key="a-0", source="a.mp4", start_s=0, end_s=1, split="train")
    between()
    yield Clip(key="a-1", source="a.mp4", start_s=1, end_s=2, split="train")


def test_parts_of_other_settings_are_not_taken(tmp_path, caplog):
    # killed before there was a shard, whose index tells the settings
    write_part(ShardWriter(tmp_path, {"detector_sha256": "one"}).parts, UNIT, "print", clips(), Faults())
    assert ShardWriter(tmp_path, {"detector_sha256": "one"}).has_part(UNIT, "print")
    assert not caplog.text
    writer = ShardWriter(tmp_path, {"detector_sha256": "two"})
    assert not writer.has_part(UNIT, "print") and "was begun with other settings" in caplog.text
    write_part(writer.parts, UNIT, "print", clips(), Faults())
    # of a version that did not tell
    (tmp_path / shard_writing.SETTINGS).unlink()
    writer = ShardWriter(tmp_path, {"detector_sha256": "three"})
    assert writer.has_part(UNIT, "print") and "is taken as it is" in caplog.text
    writer.pack([UNIT])
    writer.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shards.json", "train-000000.tar"]


def test_a_worker_that_was_left_does_not_finish_what_another_writes(tmp_path, monkeypatch):
    # two threads stand for two processes
    monkeypatch.setattr(shard_writing.os, "getpid", threading.get_ident)
    begun, go_on = threading.Event(), threading.Event()
    ended: list[Exception | None] = []

    def stop() -> None:
        begun.set()
        go_on.wait()

    def leave() -> None:
        try:
            write_part(parts, UNIT, "print", clips(stop), Faults())
        except FileNotFoundError as error:
            ended.append(error)

    parts = ShardWriter(tmp_path, {}).parts
    left = threading.Thread(target=leave, daemon=True)
    left.start()
    begun.wait()
    writer = ShardWriter(tmp_path, {})

    def let_the_other_finish() -> None:
        go_on.set()
        left.join()
        assert not writer.has_part(UNIT, "print")

    write_part(parts, UNIT, "print", clips(let_the_other_finish), Faults())
    # what it wrote had been taken away
    assert len(ended) == 1 and writer.has_part(UNIT, "print")
    with tarfile.open(parts / f"{UNIT.key}.tar") as tar:
        assert tar.getnames() == ["a-0.json", "a-1.json"]
    assert sorted(path.name for path in parts.iterdir()) == [f"{UNIT.key}.json", f"{UNIT.key}.tar"]
