"""`prepare` says at once when nobody validates, or nobody labelled: training would say it hours later."""

import logging
import shutil

import pytest

from . import prepare
from .toy_videos import SkinDetector, hum, make, talking, write_video

HEAD = "file,label,split\n"


@pytest.fixture
def videos(tmp_path, monkeypatch):
    """Two films of one second with a transcript."""
    monkeypatch.setattr(prepare, "FaceDetector", lambda model: SkinDetector())
    film = write_video(tmp_path / "videos/a.mkv", talking(1.0), hum(1.0))
    shutil.copy(film, film.with_name("b.mkv"))
    for name in "ab":
        film.with_name(f"{name}.txt").write_text("hello")
    return film.parent


def told(caplog, videos, *more: str) -> str:
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        prepare.main(["--videos", str(videos), "--out", str(videos.parent / "out"), *more])
    return caplog.text


@pytest.mark.parametrize("more", [("--dry-run",), ()])
@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("a,,train\nb,,train\n", "nobody is of valid"),
        ("a,,valid\nb,,valid\n", "nobody is of train"),
        ("a,happy,train\nb,,valid\n", "no clip of valid has a label"),
        ("a,,train\nb,happy,valid\n", "no clip of train has a label"),
    ],
)
def test_what_training_would_lack_is_told(videos, caplog, table, said, more):
    (videos / "labels.csv").write_text(HEAD + table)
    assert said in told(caplog, videos, *more)
    # and where all is finished already
    assert said in told(caplog, videos, *more)


@pytest.mark.parametrize("more", [("--dry-run",), ()])
@pytest.mark.parametrize(
    "table", ["a,,train\nb,,valid\n", "a,happy,train\nb,sad,valid\n", "a,happy,test\nb,,test\n"]
)
def test_of_what_training_can_use_nothing_is_told(videos, caplog, table, more):
    (videos / "labels.csv").write_text(HEAD + table)
    text = told(caplog, videos, *more)
    assert "nobody is of" not in text and "has a label" not in text


def test_labels_are_counted_by_split(tmp_path, monkeypatch):
    monkeypatch.setattr(prepare, "FaceDetector", lambda model: SkinDetector())
    make(tmp_path / "videos")
    given = ["--videos", str(tmp_path / "videos"), "--out", str(tmp_path / "out")]
    assert prepare.main([*given, "--dry-run"])["labelled"] == {"train": 2, "valid": 1}
    assert prepare.main(given)["labelled"] == {"train": 2, "valid": 1}
