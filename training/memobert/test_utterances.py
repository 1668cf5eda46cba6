"""What a folder of videos says without any of them being decoded: rows, cues, speakers and splits."""

from pathlib import Path

import pytest

from .toy_videos import write_subtitle
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


def test_cues_that_no_row_holds_are_counted(tmp_path):
    cues = [(start, start + 2.0, f"cue {start}") for start in range(0, 20, 2)]
    write_subtitle(tmp_path / "a.srt", cues)
    faults = Faults()
    (unit,) = units_of(tmp_path, "a.mp4,3,5.5,happy,,\na.mp4,6,9,sad,,\n", faults)
    # of those at 2, 4 and 8 a word is
    said = [" ".join(word.text for word in utterance.words) for utterance in unit.utterances]
    assert said == ["2 cue", "cue 6 cue"]
    assert faults.lines() == ["a.mp4: cue outside of the rows of labels.csv: left out (6 times)"]
    # a row of the whole holds all
    faults = Faults()
    units_of(tmp_path, "a.mp4,,,happy,,\n", faults)
    assert not faults.lines()


def test_a_second_row_of_a_whole_file_takes_no_cues_away(tmp_path):
    write_subtitle(tmp_path / "a.srt", [(0, 1, "one"), (1, 2, "two")])
    faults = Faults()
    (unit,) = units_of(tmp_path, "a.mp4,,,,ann,\na.mp4,,,,bob,\n", faults)
    assert [(u.start_s, u.end_s, u.speaker) for u in unit.utterances] == [(0, 1, "ann"), (1, 2, "ann")]
    told = "further row with neither time nor label in labels.csv: the first tells of the file"
    assert faults.lines() == [f"a.mp4: {told}"]
