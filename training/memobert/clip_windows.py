"""A clip that is longer than what the page answers from, divided between its words into clips that are not.

One sample of a whole lecture would be its last ten seconds: of what is too long `samples.lay_out` keeps the
latest words, `extract` the latest faces and voice, as the page does.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .memobert_model import MAX_WORDS
from .shards import VOICE_HZ, Clip, Word

# what was said longer ago counts no more in the page (`TEXT_MEMORY_S` of src/memobert/evidence.ts)
LONGEST_S = 8.0
# what was said before a pause as long counts no more once something was said after it (`PAUSE_S` there)
PAUSE_S = 1.0
# the number of an utterance (video_clips.py), then that of its part
OF_A_PART = re.compile(r"(?<=-)(\d{5,})-\d{4,}$")


def windows_of(clip: Clip, pieces: Sequence[int]) -> tuple[list[Clip], int]:
    """`clip` itself where it fits, else its parts in order, each with its own words, faces and voice; and how
    many of them are too long still, for they have no word at whose end they could be divided.

    `pieces` are the WordPieces of each word. A part is divided at the word's end nearest to its middle, until
    it lasts `LONGEST_S` and has MAX_WORDS pieces at most: so each ends with a word, the last with the clip.
    """
    waiting = [(0.0, clip.end_s - clip.start_s, list(zip(clip.words, pieces, strict=True)))]
    spans, too_long = [], 0
    while waiting:
        begin, end, said = waiting.pop()
        # what is silent before the first word is no reason to divide: the page has forgotten it
        first = max(begin, min((word.start_s for word, _ in said), default=begin))
        cuts = [word.end_s for word, _ in said if begin < word.end_s < end]
        # times are kept in thousandths of a second
        long = end - first > LONGEST_S + 1e-3 or sum(count for _, count in said) > MAX_WORDS
        if not long or not cuts:
            too_long += long
            spans.append((begin, end, [word for word, _ in said]))
            continue
        cut = min(cuts, key=lambda time: abs(time - (first + end) / 2))
        before = [(word, count) for word, count in said if _middle(word) < cut]
        after = [(word, count) for word, count in said if _middle(word) >= cut]
        # the earlier part is the next in work
        waiting += [(cut, end, after), (begin, cut, before)]
    if len(spans) == 1:
        return [clip], too_long
    return [_part(clip, number, *span) for number, span in enumerate(spans)], too_long


def latest_words(words: Sequence[Word]) -> list[Word]:
    """Those since the last pause between two of them, in the order given: what the page reads at the end."""
    latest: list[Word] = []
    until_s = -np.inf
    for word in words:
        if word.start_s - until_s >= PAUSE_S - 1e-6:
            latest = []
        latest.append(word)
        until_s = max(until_s, word.end_s)
    return latest


def whole_of(source: str) -> str | None:
    """The key of the clip that a sample of this `source` is a part of; None of one that was not divided."""
    return OF_A_PART.sub(r"\1", source) if OF_A_PART.search(source) else None


def _middle(word: Word) -> float:
    return (word.start_s + word.end_s) / 2


def _part(clip: Clip, number: int, begin: float, end: float, words: list[Word]) -> Clip:
    def within(times_s: np.ndarray) -> np.ndarray:
        return (times_s >= begin) & (times_s < end)

    seen, missed = within(clip.face_times_s), within(clip.missed_times_s)
    return replace(
        clip,
        key=f"{clip.key}-{number:04d}",
        start_s=clip.start_s + begin,
        end_s=clip.start_s + end,
        words=[replace(w, start_s=max(0.0, w.start_s - begin), end_s=w.end_s - begin) for w in words],
        faces=clip.faces[seen],
        face_times_s=clip.face_times_s[seen] - np.float32(begin),
        missed_times_s=clip.missed_times_s[missed] - np.float32(begin),
        waveform=clip.waveform[round(begin * VOICE_HZ) : round(end * VOICE_HZ)],
    )
