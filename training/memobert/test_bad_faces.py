"""Broken FER+ archives: counted, or refused with the cause and the cure, before anything is trained."""

import errno
import io
import logging
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from .denseface_model import FACE_CLASSES
from .ferplus_data import load_ferplus
from .toy_data import picture

HEADER = ",".join(["file", *FACE_CLASSES, "unknown", "no_face"])
VOTES = ",8,2,0,0,0,0,0,0,0,0"


def pack(folder: Path, files: dict[str, bytes], table: str | None) -> Path:
    archive = folder / "ferplus-valid.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
        if table is not None:
            packed.writestr("votes.csv", table)
    return archive


def png(size: tuple[int, int], mode: str = "L") -> bytes:
    packed = io.BytesIO()
    Image.new(mode, size, 128 if mode == "L" else (128, 128, 128)).save(packed, "PNG")
    return packed.getvalue()


def test_an_archive_that_cannot_be_read_now_is_not_kept_in_part(tmp_path, monkeypatch):
    pack(
        tmp_path, {"a.png": png((48, 48)), "b.png": png((48, 48))}, f"{HEADER}\na.png{VOTES}\nb.png{VOTES}\n"
    )
    plain = zipfile.ZipFile.read

    def stuttering(packed, name, *more):
        if name == "b.png":
            raise OSError(errno.EIO, "Input/output error")
        return plain(packed, name, *more)

    with monkeypatch.context() as patched:
        patched.setattr(zipfile.ZipFile, "read", stuttering)
        with pytest.raises(OSError, match="Input/output error"):
            load_ferplus(tmp_path, "valid", tmp_path / "cache")
    assert len(load_ferplus(tmp_path, "valid", tmp_path / "cache").pictures) == 2


def test_every_kind_of_broken_row_is_counted(tmp_path, caplog):
    good = picture(0, np.random.default_rng(0))
    files = {
        "good.webp": good,
        "cut.webp": good[: len(good) // 2],
        "cut.png": png((48, 48))[:50],
        "empty.webp": b"",
        "text.webp": b"not a picture",
        "votes.webp": good,
    }
    rows = [f"{name}{VOTES}" for name in files if name != "votes.webp"]
    rows += [f"absent.webp{VOTES}", "votes.webp,many,2,0,0,0,0,0,0,0,0", "votes.webp,8"]
    pack(tmp_path, files, "\n".join([HEADER, *rows]))
    with caplog.at_level(logging.WARNING):
        faces = load_ferplus(tmp_path, "valid")
    assert len(faces.pictures) == 1
    assert "7 pictures could not be read and were left out" in caplog.text


def test_other_sizes_colours_and_a_byte_order_mark_are_read(tmp_path):
    files = {"large.png": png((96, 80)), "colour.png": png((48, 48), "RGB")}
    pack(tmp_path, files, "\ufeff" + "\n".join([HEADER, *(f"{name}{VOTES}" for name in files)]))
    faces = load_ferplus(tmp_path, "valid")
    assert faces.pictures.shape == (2, 48, 48) and (faces.pictures == 128).all()


def test_a_damaged_member_is_counted(tmp_path, caplog):
    good = picture(0, np.random.default_rng(0))
    archive = pack(tmp_path, {"a.webp": good, "b.webp": good}, f"{HEADER}\na.webp{VOTES}\nb.webp{VOTES}")
    data = bytearray(archive.read_bytes())
    data[data.index(good) + len(good) // 2] ^= 0xFF
    archive.write_bytes(bytes(data))
    with caplog.at_level(logging.WARNING):
        assert len(load_ferplus(tmp_path, "valid").pictures) == 1
    assert "1 pictures" in caplog.text


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (None, "lacks votes.csv"),
        ("file,neutral\na.webp,3", "lacks the columns anger"),
        ("", "lacks the columns"),
        (HEADER, "no picture that can be read"),
    ],
)
def test_an_archive_without_its_table_says_so(tmp_path, table, message):
    pack(tmp_path, {"a.webp": picture(0, np.random.default_rng(0))}, table)
    with pytest.raises(ValueError, match=message):
        load_ferplus(tmp_path, "valid")


def test_an_archive_that_is_none_says_so(tmp_path):
    (tmp_path / "ferplus-valid.zip").write_bytes(b"<html>not found</html>")
    with pytest.raises(ValueError, match=r"no zip archive.*fetch it again"):
        load_ferplus(tmp_path, "valid")


def test_a_cache_that_was_cut_short_says_so(toy, tmp_path):
    load_ferplus(toy / "faces", "valid", tmp_path)
    cached = tmp_path / "ferplus-valid.npz"
    assert [path.name for path in tmp_path.iterdir()] == [cached.name]
    cached.write_bytes(cached.read_bytes()[:1000])
    with pytest.raises(ValueError, match="delete it"):
        load_ferplus(toy / "faces", "valid", tmp_path)


def test_a_cache_of_another_archive_is_not_taken(toy, tmp_path):
    folder, cache = tmp_path / "faces", tmp_path / "cache"
    folder.mkdir()
    packed = (toy / "faces/ferplus-valid.zip").read_bytes()
    (folder / "ferplus-valid.zip").write_bytes(packed)
    before = load_ferplus(folder, "valid", cache)
    again = load_ferplus(folder, "valid", cache)
    assert np.array_equal(before.pictures, again.pictures) and np.array_equal(before.votes, again.votes)
    # another archive by its size: a comment at its end
    with zipfile.ZipFile(folder / "ferplus-valid.zip", "a") as archive:
        archive.comment = b"of later"
    with pytest.raises(ValueError, match=r"ferplus-valid\.npz was made with another faces.*another --cache"):
        load_ferplus(folder, "valid", cache)
