"""What a .vtt or .srt shows, and when, without what nobody says and what it shows twice."""

import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import webvtt

# said by nobody: sounds in brackets, music, positions, the dash before a speaker's turn. Nothing in it looks
# further than once at a place, whatever the text: brackets that never close, lines that are empty
_NOT_SAID = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|\{\\[^{}]*\}|[♪♫]|^[^\S\n]*[-\u2013\u2014]\s+", re.MULTILINE)

# where a cue's times are, whether or not they can be read
_TIMES = re.compile(r"^[^\S\n]*+[\d:.,]*+[^\S\n]*+-->.*", re.MULTILINE)
_SHORT_FRACTION = re.compile(r"(:\d{1,2}[.,])(\d{1,2})(?!\d)")
# nothing is said in less, and between captions that roll is no more
_MOMENT_S = 0.1


@dataclass(frozen=True)
class Caption:
    start_s: float
    end_s: float
    lines: tuple[str, ...]
    """None of them empty."""
    voice: str | None = None


def read_captions(path: Path, tell: Callable[..., None]) -> list[Caption]:
    """In the file's order; `tell` takes what is left out and how often. Raises ValueError for no subtitle."""
    with webvtt.utils.FileWrapper.open(str(path), encoding="utf-8-sig") as opened:
        written = opened.file.read().lstrip()
    # the reader of .srt takes the 5 of 3,5 s for milliseconds
    written = _TIMES.sub(lambda line: _SHORT_FRACTION.sub(_three_digits, line[0]), written)
    try:
        captions = list(webvtt.from_buffer(io.StringIO(written), format=path.suffix[1:].lower()))
    except (webvtt.errors.MalformedFileError, webvtt.errors.MalformedCaptionError) as error:
        raise ValueError(f"{path} is no subtitle") from error
    if lost := len(_TIMES.findall(written)) - len(captions):
        tell("cue without words, or without times that can be read: left out", lost)
    found = []
    for caption in captions:
        text = _NOT_SAID.sub(" ", html.unescape(caption.text))
        lines = tuple(" ".join(line.split()) for line in text.split("\n") if line.strip())
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


def _shown_before(caption: Caption, before: Caption | None) -> int:
    """How many of its first lines are the last ones of the caption that ends as it begins."""
    if before is None or abs(caption.start_s - before.end_s) > _MOMENT_S:
        return 0
    most = min(len(caption.lines), len(before.lines))
    return next((n for n in range(most, 0, -1) if caption.lines[:n] == before.lines[-n:]), 0)


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
