"""A video whose bytes do not come, as from a share that stutters, is not a broken one: it is read again."""

import builtins
import errno
import io
import os
import pickle
import shutil
from pathlib import Path

import pytest

from . import prepare, prepare_workers
from .interruptions import files_of
from .prepare_workers import Job
from .shards import read_index
from .toy_videos import SkinDetector, hum, talking, write_subtitle, write_video
from .utterances import Faults, find_units
from .video_reading import UnreadableError, VideoError, probe


class Share:
    """Files below `folder` whose opening or reading fails with `error` while it is set."""

    def __init__(self, patched: pytest.MonkeyPatch, folder: Path) -> None:
        self.error: int | None = None
        self.name, self.opens, self.at = "b.mkv", True, 0
        plain = io.open
        share = self

        class Stuttering(io.BufferedReader):
            def read(self, count=-1):
                left = share.at - self.tell()
                if share.error and left <= 0:
                    raise OSError(share.error, os.strerror(share.error))
                return super().read(min(count, left) if share.error else count)

        def opened(file, mode="r", *more, **named):
            path = Path(str(file))
            if share.error is None or path.name != share.name or path.parent != folder:
                return plain(file, mode, *more, **named)
            if not share.opens:
                raise OSError(share.error, os.strerror(share.error), str(file))
            if mode == "rb":
                return Stuttering(io.FileIO(file))
            return io.TextIOWrapper(Stuttering(io.FileIO(file)), encoding="utf-8")

        patched.setattr(builtins, "open", opened)
        patched.setattr(io, "open", opened)


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> Path:
    film = write_video(tmp_path_factory.mktemp("films") / "a.mkv", talking(0.5), hum(0.5))
    for name in "abc":
        if name != "a":
            shutil.copy(film, film.with_name(f"{name}.mkv"))
        write_subtitle(film.with_name(f"{name}.srt"), [(0, 0.5, f"hello {name}")])
    return film.parent


@pytest.fixture
def videos(films, tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(prepare, "FaceDetector", lambda model: SkinDetector())
    return Path(shutil.copytree(films, tmp_path / "videos"))


@pytest.fixture
def share(videos, monkeypatch) -> Share:
    return Share(monkeypatch, videos)


def run(videos: Path, out: Path, *more: str) -> dict:
    return prepare.main(["--videos", str(videos), "--out", str(out), "--valid", "0", *more])


# as the file is opened, at its beginning, and in the midst of its sound and pictures
PLACES = {"open": (False, 0), "begin": (True, 0), "midst": (True, 5000)}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE])
def test_it_is_taken_the_next_time(videos, share, tmp_path, monkeypatch, caplog, code, place):
    assert (videos / "b.mkv").stat().st_size > 6000
    # what is met as a video is opened to be decoded is else met by its fingerprint
    prints = {unit.key: unit.fingerprint(videos) for unit in find_units(videos, 0, Faults())}
    for early in (True, False):
        out = tmp_path / f"out-{early}"
        share.error, (share.opens, share.at) = code, PLACES[place]
        with monkeypatch.context() as patched:
            if not early:
                patched.setattr(prepare, "fingerprints", lambda *given: prints)
            caplog.clear()
            counts = run(videos, out)
        told = f"b.mkv: cannot be read now ({os.strerror(code)}): left out until it can, run again"
        assert told in caplog.text
        assert "cannot be decoded" not in caplog.text and "breaks off" not in caplog.text
        assert counts["videos"] == 2
        assert {about["file"] for about in read_index(out)["units"].values()} == {"a.mkv", "c.mkv"}
        assert sorted(files_of(out)) == ["shards.json", "train-000000.tar"]
        share.error = None
        assert run(videos, out)["videos"] == 3
        assert read_index(out)["units"][next(key for key in prints if key.startswith("b"))]["faults"] == {}


def test_what_is_broken_is_recorded(videos, tmp_path, caplog):
    (videos / "b.mkv").write_bytes(b"no film")
    assert run(videos, tmp_path / "out")["videos"] == 2
    assert "b.mkv: video that cannot be decoded" in caplog.text
    assert len(read_index(tmp_path / "out")["units"]) == 3


def test_a_whole_shard_may_not_be_read(videos, share, tmp_path):
    share.error, share.at = errno.EIO, 0
    assert run(videos, tmp_path / "out", "--shard", "1")["shards"] == 2
    share.error = None
    assert run(videos, tmp_path / "out", "--shard", "1")["shards"] == 3


def test_a_dry_run_tells_it_as_well(videos, share, tmp_path, caplog):
    share.error = errno.ESTALE
    assert run(videos, tmp_path / "out", "--dry-run")["videos"] == 2
    assert "b.mkv: cannot be read now" in caplog.text


def test_so_it_is_of_subtitles(videos, share, tmp_path, caplog):
    share.error, share.name = errno.EIO, "b.srt"
    assert run(videos, tmp_path / "out")["videos"] == 2
    assert "b.mkv: cannot be read now (Input/output error)" in caplog.text
    share.error = None
    assert run(videos, tmp_path / "out")["utterances"] == 3


def test_workers_tell_it_to_their_command(videos, share, tmp_path):
    unit = next(unit for unit in find_units(videos, 0, Faults()) if unit.file == "b.mkv")
    share.error = errno.EIO
    done = prepare_workers.run(Job(videos, tmp_path, unit, "print", 1), SkinDetector())
    assert done.unreadable.errno == errno.EIO and not list(tmp_path.glob("*.json"))
    # as it comes from another process
    assert pickle.loads(pickle.dumps(done)).unreadable.strerror == os.strerror(errno.EIO)


def test_names_that_look_like_addresses_and_folders(videos):
    shutil.copy(videos / "a.mkv", videos / "http:a.mkv")
    assert probe(videos / "http:a.mkv").has_sound
    with pytest.raises(UnreadableError, match="Is a directory"):
        probe(videos)
    (videos / "d.mkv").write_bytes(b"no film")
    with pytest.raises(VideoError, match="is no video that can be opened"):
        probe(videos / "d.mkv")
