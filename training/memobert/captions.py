"""What a .vtt or .srt shows, and when, without what nobody says and what it shows twice."""

import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import webvtt

# said by nobody: sounds in brackets, music, positions, the dash before a speaker's turn. Nothing in it looks
# further than once at a place, whatever the text: brackets that never close, lines that are empty
_NOT_SAID = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|\{\\[^{}]*\}|[♪♫]|^[^\S\n]*[-\u2013\u2014]\s+", re.MULTILINE)

# where a cue's times are, whether or not they can be read
_TIMES = re.compile(r"^[^\S\n]*+[\d:.,]*+[^\S\n]*+-->.*", re.MULTILINE)
_SHORT_FRACTION = re.compile(r"(:\d{1,2}[.,])(\d{1,2})(?!\d)")
# when the next word begins, within a line; between the parses it stands as milliseconds between marks
_WITHIN = re.compile(r"<(?:(\d{1,4}):)?(\d{1,2}):(\d{2})\.(\d{3})>")
_MARK = re.compile("\x01(\\d+)\x01")
_IN_A_WORD = re.compile("(?<=\\S)\x01\\d+\x01(?=\\S)")
# nothing is said in less, and between captions that roll is no more
_MOMENT_S = 0.1


@dataclass(frozen=True)
class Line:
    """Two are alike that say the same, whenever they do."""

    text: str
    parts: tuple[tuple[float | None, str], ...] = field(compare=False)
    """What is said from which second on; None where the line does not tell."""


@dataclass(frozen=True)
class Caption:
    start_s: float
    end_s: float
    lines: tuple[Line, ...]
    """None of them empty."""
    voice: str | None = None


def read_captions(path: Path, tell: Callable[..., None]) -> list[Caption]:
    """In the file's order; `tell` takes what is left out and how often. Raises ValueError for no subtitle."""
    with webvtt.utils.FileWrapper.open(str(path), encoding="utf-8-sig") as opened:
        written = opened.file.read().replace("\x01", "").lstrip()
    # the reader of .srt takes the 5 of 3,5 s for milliseconds
    written = _TIMES.sub(lambda line: _SHORT_FRACTION.sub(_three_digits, line[0]), written)
    written = _WITHIN.sub(lambda time: f"\x01{_milliseconds(time)}\x01", written)
    try:
        captions = list(webvtt.from_buffer(io.StringIO(written), format=path.suffix[1:].lower()))
    except (webvtt.errors.MalformedFileError, webvtt.errors.MalformedCaptionError) as error:
        raise ValueError(f"{path} is no subtitle") from error
    if lost := len(_TIMES.findall(written)) - len(captions):
        tell("cue without words, or without times that can be read: left out", lost)
    found = []
    for caption in captions:
        text = _NOT_SAID.sub(" ", html.unescape(caption.text))
        lines = tuple(line for line in map(_line, text.split("\n")) if line.text)
        start, end = (time.in_milliseconds() / 1000 for time in (caption.start_time, caption.end_time))
        if not lines:
            tell("cue in which nothing is said")
        elif end <= start:
            tell("cue that ends before it begins")
        else:
            found.append(Caption(start, end, lines, caption.voice or None))
    return _unrolled(found, tell)


def _three_digits(fraction: re.Match) -> str:
    return fraction[1] + fraction[2].ljust(3, "0")


def _milliseconds(time: re.Match) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in time.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _line(written: str) -> Line:
    first, *marked = _MARK.split(_IN_A_WORD.sub("", written))
    times = [None, *(int(ms) / 1000 for ms in marked[::2])]
    texts = [" ".join(text.split()) for text in (first, *marked[1::2])]
    parts = tuple((time, text) for time, text in zip(times, texts, strict=True) if text)
    return Line(" ".join(text for _, text in parts), parts)


def _shown_before(caption: Caption, before: Caption | None) -> int:
    """How many of its first lines are the last ones of the caption that ends as it begins."""
    if before is None or abs(caption.start_s - before.end_s) > _MOMENT_S:
        return 0
    most = min(len(caption.lines), len(before.lines))
    return next((n for n in range(most, 0, -1) if caption.lines[:n] == before.lines[-n:]), 0)


def timed_parts(caption: Caption) -> list[tuple[float, float, str]]:
    """Beginning, end and text of what is said in a row; the whole where its times are not in order."""
    parts: list[tuple[float, str]] = []
    for time, text in (part for line in caption.lines for part in line.parts):
        if time is None and parts:
            parts[-1] = (parts[-1][0], f"{parts[-1][1]} {text}")
        else:
            parts.append((caption.start_s if time is None else time, text))
    times = [time for time, _ in parts] + [caption.end_s]
    if times[0] < caption.start_s or any(end <= start for start, end in pairwise(times)):
        return [(caption.start_s, caption.end_s, " ".join(line.text for line in caption.lines))]
    return [(start, end, text) for (start, end), (_, text) in zip(pairwise(times), parts, strict=True)]


def _unrolled(captions: list[Caption], tell: Callable[..., None]) -> list[Caption]:
    """Each line once, at its first, of captions that roll: automatic ones, whose lines move up."""
    steady: list[Caption] = []
    again = 0
    for caption in captions:
        before = steady[-1] if steady else None
        # what rolls is shown for a moment more before the next line comes
        if caption.end_s - caption.start_s < _MOMENT_S and (
            _shown_before(caption, before) == len(caption.lines)
        ):
            again += len(caption.lines)
            steady[-1] = replace(before, end_s=max(before.end_s, caption.end_s))
        else:
            steady.append(caption)
    pairs = list(zip([None, *steady], steady, strict=False))
    shown = [_shown_before(caption, before) for before, caption in pairs]
    close = sum(
        before is not None and abs(caption.start_s - before.end_s) <= _MOMENT_S for before, caption in pairs
    )
    # who says a word twice does not go on behind its line most of the time
    rolling = sum(0 < n < len(caption.lines) for n, caption in zip(shown, steady, strict=True))
    if 2 * rolling > close:
        again += sum(shown)
        steady = [replace(caption, lines=caption.lines[n:]) for n, caption in zip(shown, steady, strict=True)]
    if again:
        tell("line of rolling captions that is shown again: taken once", again)
    return [caption for caption in steady if caption.lines]
