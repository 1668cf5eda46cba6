"""What a folder of videos says without any of them being decoded: rows, cues, speakers and splits."""

from pathlib import Path

import pytest

from .utterances import Faults, Unit, find_units

HEAD = "file,start,end,label,speaker,split\n"


def units_of(folder: Path, table: str, faults: Faults | None = None, valid_part: float = 0.0) -> list[Unit]:
    (folder / "a.mp4").touch()
    (folder / "labels.csv").write_text(HEAD + table)
    return find_units(folder, valid_part, faults or Faults())


def test_a_film_without_a_speaker_is_in_one_split(tmp_path):
    with pytest.raises(ValueError, match=r"line 2: a\.mp4 is of valid, and in .*, line 3 of train: put all"):
        units_of(tmp_path, "a.mp4,3,9,happy,,valid\na.mp4,5,12,sad,,train\n")
    # the row of the whole film counts as well
    with pytest.raises(ValueError, match=r"a\.mp4 is of valid"):
        units_of(tmp_path, "a.mp4,,,,,valid\na.mp4,5,12,sad,,train\n")
    # a split that one row names is that of the others
    for split, other in (("valid", 0.0), ("train", 1.0)):
        (unit,) = units_of(tmp_path, f"a.mp4,3,9,happy,,{split}\na.mp4,5,12,sad,,\n", valid_part=other)
        assert unit.split == split and len(unit.utterances) == 2
    # a speaker who is called as the film is somebody else than whom nobody names
    both = units_of(tmp_path, "a.mp4,3,9,happy,a.mp4,valid\na.mp4,12,14,sad,,train\n")
    assert [unit.split for unit in both] == ["train", "valid"]
