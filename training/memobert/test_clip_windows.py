"""Clips of any length: nothing that was said, seen or heard is lost between the parts, nor is in two."""

from dataclasses import replace

import numpy as np
import pytest

from .clip_windows import LONGEST_S, latest_words, whole_of, windows_of
from .memobert_model import MAX_WORDS
from .shards import VOICE_HZ, Clip, Word
from .utterances import spread


def clip(words: list[Word], end_s: float) -> Clip:
    """From second 100 of its video; each sample of the voice and each face is another."""
    faces = round(10 * end_s)
    return Clip(
        "talk-0", "talk.mp4", 100.0, 100.0 + end_s, "train", words,
        faces=np.resize(np.arange(faces, dtype=np.uint8)[:, None, None], (faces, 64, 64)),
        face_times_s=np.arange(faces, dtype=np.float32) / 10,
        missed_times_s=np.arange(faces, dtype=np.float32) / 10 + 0.05,
        waveform=np.arange(round(end_s * VOICE_HZ), dtype=np.float32),
        label="happy", speaker="ann",
    )  # fmt: skip


def lecture(count: int, end_s: float) -> Clip:
    return clip(spread(" ".join(f"word{number}" for number in range(count)), 0, end_s), end_s)


def test_a_clip_that_fits_stays_as_it_is():
    for whole in (lecture(20, LONGEST_S), lecture(MAX_WORDS, 5.0), clip([], 4.0)):
        assert windows_of(whole, [1] * len(whole.words)) == ([whole], 0)
    # the page has forgotten what was before the first word
    late = clip([Word("late", 11.0, 12.0)], 12.0)
    assert windows_of(late, [1])[0] == [late]


@pytest.mark.parametrize(("words", "pieces", "seconds"), [(9000, 1, 3600.0), (12, 7, 6.0), (40, 2, 61.7)])
def test_a_long_clip_is_divided_between_its_words_and_nothing_is_lost(words, pieces, seconds):
    whole = lecture(words, seconds)
    parts, too_long = windows_of(whole, [pieces] * words)
    assert too_long == 0 and len(parts) > 1 and len({part.key for part in parts}) == len(parts)
    assert [word.text for part in parts for word in part.words] == [word.text for word in whole.words]
    assert parts[0].start_s == 100 and parts[-1].end_s == pytest.approx(100 + seconds)
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        length = part.end_s - part.start_s
        assert length <= LONGEST_S + 1e-3 and pieces * len(part.words) <= MAX_WORDS
        assert part.words[-1].end_s == pytest.approx(length) and part.words[0].start_s >= 0
        assert len(part.waveform) == pytest.approx(length * VOICE_HZ, abs=2)
        assert part.label == "happy" and part.speaker == "ann" and part.split == "train"
        assert following is None or following.start_s == pytest.approx(part.end_s)
    assert np.array_equal(np.concatenate([part.waveform for part in parts]), whole.waveform)
    assert np.array_equal(np.concatenate([part.faces for part in parts]), whole.faces)
    for name in ("face_times_s", "missed_times_s"):
        times = np.concatenate([getattr(part, name) + (part.start_s - 100) for part in parts])
        assert times == pytest.approx(getattr(whole, name), abs=1e-3)


def test_what_was_said_before_a_pause_is_not_read_with_what_was_said_after_it():
    said = [Word("I", 0.0, 0.4), Word("lost", 0.5, 1.0), Word("it", 1.9, 2.5)]
    assert latest_words([]) == [] and latest_words(said) == said
    assert latest_words([*said, Word("Well", 3.4, 4.0)]) == [*said, Word("Well", 3.4, 4.0)]
    assert latest_words([*said, Word("Oh", 3.5, 3.7), Word("well", 3.8, 4.0)])[0].text == "Oh"
    # two at once: no pause while one still speaks
    both = [Word("meanwhile", 0.0, 3.0), *said, Word("Well", 3.5, 4.0)]
    assert latest_words(both) == both


def test_a_pause_is_of_the_part_behind_it():
    words = [*spread("so much to say", 0, 4.0), *spread("and then no more", 20.0, 24.0)]
    parts, too_long = windows_of(clip(words, 24.0), [1] * 8)
    assert [(part.start_s, part.end_s) for part in parts] == [(100.0, 104.0), (104.0, 124.0)] and not too_long
    assert parts[1].words[0] == Word("and", 16.0, pytest.approx(17.0, abs=0.2))


def test_a_part_tells_its_clip_by_its_key():
    key = "talk_2024-0a1b2c3d-valid-00012"
    for count, of in ((3, None), (200, key)):
        parts, _ = windows_of(replace(lecture(count, count / 2), key=key), [1] * count)
        assert (len(parts) > 1) == (of is not None)
        assert {whole_of(part.key) for part in parts} == {of}
    assert whole_of("") is None and whole_of("clip-1-0000") is None


def test_what_has_no_words_to_be_divided_at_is_counted():
    silent = clip([], 600.0)
    assert windows_of(silent, []) == ([silent], 1)
    # one that is a whole line of a language without blanks
    endless = clip([Word("x" * 200, 0.0, 5.0)], 5.0)
    assert windows_of(endless, [MAX_WORDS + 1]) == ([endless], 1)
    parts, too_long = windows_of(clip(spread("a few words", 0, 2.0), 60.0), [1] * 3)
    assert [len(part.words) for part in parts] == [3, 0] and too_long == 1
