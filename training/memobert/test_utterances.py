"""What a folder of videos says without any of them being decoded: rows, cues, speakers and splits."""

import re
from pathlib import Path

import pytest

from .toy_videos import write_subtitle
from .utterances import Faults, Unit, find_units, spread

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


# as yt-dlp saves automatic captions: each line moves up, and is shown once more for 10 ms in between
ROLLING = """WEBVTT
Kind: captions
Language: en

00:00:00.240 --> 00:00:02.389 align:start position:0%
 
this<00:00:00.480><c> is</c><00:00:00.800><c> the</c><00:00:01.000><c> first</c>

00:00:02.389 --> 00:00:02.399 align:start position:0%
this is the first
 

00:00:02.399 --> 00:00:04.829 align:start position:0%
this is the first
line<00:00:02.600><c> and</c><00:00:03.000><c> more</c>

00:00:04.829 --> 00:00:04.839 align:start position:0%
line and more
 

00:00:07.000 --> 00:00:08.000 align:start position:0%
line and more
 
"""


def said_in(folder: Path, faults: Faults) -> list[tuple[float, float, str]]:
    (folder / "a.mp4").touch()
    (unit,) = find_units(folder, 0.0, faults)
    return [(u.start_s, u.end_s, " ".join(word.text for word in u.words)) for u in unit.utterances]


@pytest.mark.parametrize("suffix", [".vtt", ".srt"])
def test_rolling_captions_are_said_once(tmp_path, suffix):
    text = ROLLING
    if suffix == ".srt":
        # as its converter writes them
        text = re.sub(r"<[^>]*>| align.*|^WEBVTT[^0]*", "", text)
        text = re.sub(r"(\d\d)\.(\d{3})", r"\1,\2", text)
        text = "\n\n".join(f"{i}\n{cue}" for i, cue in enumerate(text.strip().split("\n\n"), 1))
    (tmp_path / f"a{suffix}").write_text(text)
    faults = Faults()
    assert said_in(tmp_path, faults) == [
        (0.24, 2.399, "this is the first"),
        (2.399, 4.839, "line and more"),
        # after a pause it is said again
        (7, 8, "line and more"),
    ]
    assert faults.lines() == ["a.mp4: line of rolling captions that is shown again: taken once (3 times)"]


def test_what_is_said_twice_is_no_rolling_caption(tmp_path):
    write_subtitle(tmp_path / "a.srt", [(0, 1, "no"), (1, 2, "no"), (2, 3, "no"), (3, 4, "no\nwait")])
    faults = Faults()
    assert [words for *_, words in said_in(tmp_path, faults)] == ["no", "no", "no", "no wait"]
    assert not faults.lines()


@pytest.mark.parametrize("name", ["a.en.vtt", "a.de-orig.SRT"])
def test_subtitles_that_bear_a_language_are_named(tmp_path, name):
    (tmp_path / "a.mp4").touch()
    write_subtitle(tmp_path / name, [(0, 1, "one")])
    faults = Faults()
    assert not find_units(tmp_path, 0.0, faults)
    told = f"subtitles are not found by the name {name}: call them a{name[-4:].lower()}"
    assert f"a.mp4: {told}" in faults.lines()
    # those of another video are none of this one's
    (tmp_path / name).with_suffix(".mp4").touch()
    faults = Faults()
    (unit,) = find_units(tmp_path, 0.0, faults)
    assert unit.file == f"{name[:-4]}.mp4" and told not in faults.counts
    # nor are they missed where the video has others
    (tmp_path / name).with_suffix(".mp4").unlink()
    write_subtitle(tmp_path / "a.vtt", [(0, 1, "one")])
    faults = Faults()
    assert find_units(tmp_path, 0.0, faults) and not faults.lines()


def test_words_are_when_their_line_says_they_are(tmp_path):
    (tmp_path / "a.mp4").touch()
    (tmp_path / "a.vtt").write_text(ROLLING)
    (unit,) = find_units(tmp_path, 0.0, Faults())
    assert [(word.text, word.start_s, word.end_s) for u in unit.utterances[:2] for word in u.words] == [
        ("this", 0.24, 0.48),
        ("is", 0.48, 0.8),
        ("the", 0.8, 1.0),
        ("first", 1.0, 2.399),
        ("line", 2.399, 2.6),
        ("and", 2.6, 3.0),
        ("more", 3.0, 4.839),
    ]


@pytest.mark.parametrize(
    "line", ["so<00:00:03.000> late", "so<00:00:00.500> <00:00:00.200>late", "so <00:00:00.200>late"]
)
def test_times_that_cannot_be_meant_leave_a_line_as_it_was(tmp_path, line):
    (tmp_path / "a.mp4").touch()
    (tmp_path / "a.vtt").write_text(f"WEBVTT\n\n00:00.500 --> 00:01.400\n{line}\n")
    (unit,) = find_units(tmp_path, 0.0, Faults())
    assert unit.utterances[0].words == tuple(spread("so late", 0.5, 1.4))


def test_a_time_within_a_word_leaves_it_whole(tmp_path):
    (tmp_path / "a.mp4").touch()
    (tmp_path / "a.vtt").write_text("WEBVTT\n\n00:00.500 --> 00:01.400\nhap<00:00:00.900>py\n")
    (unit,) = find_units(tmp_path, 0.0, Faults())
    assert unit.utterances[0].words == tuple(spread("happy", 0.5, 1.4))
