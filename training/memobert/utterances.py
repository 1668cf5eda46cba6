"""What is said in a folder of videos, and when: subtitles, transcripts and labels.csv become utterances.

Nothing of a video is decoded here. What is wrong with a file is counted in `Faults`; only a folder without a
video, or a table that cannot be meant so, is refused.
"""

import csv
import hashlib
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from .captions import read_captions, timed_parts
from .labels import LABELS, UNUSED_EMOTIONS, label_names
from .shards import SPLITS, Word

VIDEO_SUFFIXES = (".mp4", ".webm", ".mkv", ".mov", ".avi", ".m4v", ".mpg", ".mpeg")
SAID_SUFFIXES = (".vtt", ".srt", ".txt")
TABLE = "labels.csv"
COLUMNS = ("file", "start", "end", "label", "speaker", "split")


@dataclass(frozen=True)
class Utterance:
    """Seconds of the video; `end_s` None is the video's end, `words` None are those of the transcript."""

    start_s: float = 0.0
    end_s: float | None = None
    words: tuple[Word, ...] | None = None
    """Times of the video as well."""
    label: str | None = None
    speaker: str | None = None


@dataclass(frozen=True)
class Unit:
    """The utterances of one video in one split: what is done at once, or not at all."""

    file: str
    """Relative to the folder, with slashes."""
    split: str
    utterances: tuple[Utterance, ...]
    transcript: str | None = None

    @property
    def key(self) -> str:
        """First part of its samples' keys: readable, unlike any other's, without the dots that end a key."""
        name = re.sub(r"[^A-Za-z0-9_]+", "_", Path(self.file).stem)[:48]
        return f"{name}-{_digest(self.file)[:8]}-{self.split}"

    def fingerprint(self, folder: Path) -> str:
        """Of all that it is made from; of the video its size and its two ends, for it may be large."""
        path = folder / self.file
        size = path.stat().st_size
        with path.open("rb") as video:
            ends = [video.read(1 << 16)]
            video.seek(max(0, size - (1 << 16)))
            ends.append(video.read())
        return hashlib.sha256(repr((asdict(self), size, ends)).encode()).hexdigest()


class Faults:
    """How often which fault was met, by file."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter] = defaultdict(Counter)

    def add(self, kind: str, file: str, count: int = 1) -> None:
        self.counts[kind][file] += count

    def add_unreadable(self, file: str, error: OSError) -> None:
        """What may be read the next time, and is kept nowhere."""
        self.add(f"cannot be read now ({error.strerror or error}): left out until it can, run again", file)

    def merge(self, counts: dict[str, dict[str, int]]) -> None:
        for kind, files in counts.items():
            self.counts[kind].update(files)

    def sorted(self) -> dict[str, dict[str, int]]:
        return {kind: dict(sorted(files.items())) for kind, files in sorted(self.counts.items())}

    def lines(self) -> list[str]:
        """A line for each fault and file, for the log."""
        return [
            f"{file}: {kind}" + (f" ({count} times)" if count > 1 else "")
            for kind, files in self.sorted().items()
            for file, count in files.items()
        ]


def find_units(folder: Path, valid_part: float, faults: Faults, labels: Sequence[str] = LABELS) -> list[Unit]:
    """Units of all videos below `folder`, sorted by file and split; with one of the `labels`, or none.

    A split that labels.csv names of a speaker is that of all its rows of them. Where it names none,
    `valid_part` of the speakers go to `valid`. A file whose speaker it does not name counts as one. Of videos
    of one stem, which share their words, the first is taken. Raises FileNotFoundError when there is no video,
    ValueError for a labels.csv that is wrong, or names two splits of a speaker.
    """
    folder = Path(folder)
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    videos = [name for name in files if Path(name).suffix.lower() in VIDEO_SUFFIXES]
    if not videos:
        raise FileNotFoundError(
            f"{folder} holds no video ({', '.join(VIDEO_SUFFIXES)}), nor does a folder in it: "
            "give the folder of your videos with --videos"
        )
    names = _one_of_each_stem(videos, faults)
    _tell_other_names(files, names, faults)
    table = _read_table(folder / TABLE, names, labels, faults)
    named = _named_splits(table)
    units = []
    for name in names:
        try:
            units += _units_of(folder, name, table.get(name, []), named, valid_part, faults)
        except OSError as error:
            # its subtitles; without them it would be another
            faults.add_unreadable(name, error)
    return units


def _one_of_each_stem(names: list[str], faults: Faults) -> list[str]:
    first: dict[str, str] = {}
    for name in names:
        if (before := first.setdefault(_stem(name), name)) != name:
            faults.add(f"has its words in common with {Path(before).name}, which is taken: left out", name)
    return list(first.values())


def _tell_other_names(files: list[str], videos: list[str], faults: Faults) -> None:
    """Of subtitles such as `talk.en.vtt`, which nothing reads, where `talk.mp4` has no others."""
    said = {_stem(name) for name in files if Path(name).suffix.lower() in SAID_SUFFIXES}
    wordless = {stem: name for name in videos if (stem := _stem(name)) not in said}
    known = {_stem(name) for name in videos}
    for name in files:
        path = Path(name)
        suffix = path.suffix.lower()
        if suffix not in SAID_SUFFIXES[:2] or _stem(name) in known:
            continue
        of = next((p.as_posix() for p in _shortened(path) if p.as_posix() in wordless), None)
        if of:
            told = f"subtitles are not found by the name {path.name}: call them {Path(of).name}{suffix}"
            faults.add(told, wordless[of])


def _shortened(path: Path) -> Iterable[Path]:
    """Without its last ending, its last two …"""
    while path.suffix:
        path = path.with_suffix("")
        yield path


def _stem(name: str) -> str:
    return Path(name).with_suffix("").as_posix()


def _tells_of_all(row: dict) -> bool:
    return row["whole"] and not row["labelled"]


def _about(rows: list[dict]) -> dict:
    """The row that tells of its whole file."""
    return next(filter(_tells_of_all, rows), {})


def _who(speaker: str | None, name: str) -> tuple[str, bool]:
    """Who is in one split alone: the speaker, or the film where none is named; nobody is called as a film."""
    return speaker or name, speaker is not None


def _named_splits(table: dict[str, list[dict]]) -> dict[tuple[str, bool], str]:
    """By `_who`. Raises ValueError where two are named of one: who is measured would have been learned."""
    named: dict[tuple[str, bool], tuple[str, str]] = {}
    for name, rows in table.items():
        about = _about(rows)
        for row in rows:
            speaker, split = (row[of] or about.get(of) for of in ("speaker", "split"))
            if not split:
                continue
            who = _who(speaker, name)
            before, where = named.setdefault(who, (split, row["where"]))
            if before != split:
                raise ValueError(
                    f"{where}: {who[0]} is of {before}, and in {row['where']} of {split}: put all clips of "
                    "a speaker into one split, or give two people two names"
                )
    return {who: split for who, (split, _) in named.items()}


def _units_of(
    folder: Path,
    name: str,
    rows: list[dict],
    named: dict[tuple[str, bool], str],
    valid_part: float,
    faults: Faults,
) -> list[Unit]:
    cues, transcript = _said(folder / name, name, faults)
    about = _about(rows)
    clips = [row for row in rows if not _tells_of_all(row)]
    if (further := len(rows) - len(clips) - bool(about)) > 0:
        told = f"further row with neither time nor label in {TABLE}: the first tells of the file"
        faults.add(told, name, further)
    by_split: dict[str, list[Utterance]] = defaultdict(list)

    def add(utterance: Utterance, row: dict) -> None:
        speaker = row.get("speaker") or about.get("speaker")
        split = row.get("split") or about.get("split") or named.get(_who(speaker, name))
        split = split or _split(speaker or _stem(name), valid_part)
        by_split[split].append(utterance)

    for row in clips:
        # without cues, the words of the transcript, spread once the video's length is known
        words = None
        if cues:
            spoken = [word for cue in cues for word in cue.words or ()]
            words = words_within(spoken, row["start"], row["end"])
        speaker = row["speaker"] or about.get("speaker")
        add(Utterance(row["start"], row["end"], words, row["label"], speaker), row)
    if clips and (outside := sum(not _is_in(cue, clips) for cue in cues)):
        faults.add(f"cue outside of the rows of {TABLE}: left out", name, outside)
    if not clips:
        for cue in cues:
            speaker = about.get("speaker") or cue.speaker
            add(Utterance(cue.start_s, cue.end_s, cue.words, None, speaker), {})
        if not cues and transcript:
            add(Utterance(speaker=about.get("speaker")), {})
    if not by_split:
        faults.add("no subtitles, transcript or row of labels.csv: left out", name)
    return [Unit(name, split, tuple(by_split[split]), transcript) for split in sorted(by_split)]


def _is_in(cue: Utterance, rows: list[dict]) -> bool:
    """Whether a word of it is said in a row."""
    return any(words_within(cue.words, row["start"], row["end"]) for row in rows)


def _said(video: Path, name: str, faults: Faults) -> tuple[list[Utterance], str | None]:
    """Cues of the .vtt or .srt of the same stem, else the text of its .txt."""
    for suffix in SAID_SUFFIXES:
        # some devices write all names in capitals
        path = next((p for s in (suffix, suffix.upper()) if (p := video.with_suffix(s)).is_file()), None)
        if path is None:
            continue
        try:
            if suffix == ".txt":
                text = path.read_text(encoding="utf-8-sig")
                if not text.split():
                    raise ValueError("no word in it")
                return [], text
            return _cues(path, name, faults), None
        # UnicodeDecodeError is a ValueError
        except ValueError:
            faults.add(f"{suffix} that cannot be read or says nothing: save it anew, as UTF-8", name)
    return [], None


def _cues(path: Path, name: str, faults: Faults) -> list[Utterance]:
    """Sorted by time. Raises ValueError when there is none."""
    cues = [
        Utterance(
            caption.start_s,
            caption.end_s,
            tuple(word for start, end, text in timed_parts(caption) for word in spread(text, start, end)),
            None,
            caption.voice,
        )
        for caption in read_captions(path, lambda kind, count=1: faults.add(kind, name, count))
    ]
    if not cues:
        raise ValueError("no cue in it")
    cues.sort(key=lambda cue: (cue.start_s, cue.end_s))
    latest = 0.0
    for cue in cues:
        if cue.start_s < latest:
            faults.add("cue that overlaps the one before it", name)
        latest = max(latest, cue.end_s)
    return cues


def spread(text: str, start_s: float, end_s: float) -> list[Word]:
    """Words of a text that nobody has timed: each as long as it has letters (and a gap)."""
    words = text.split()
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word) + 1)
    scale = (end_s - start_s) / max(1, ends[-1])
    return [
        Word(word, start_s + ends[i] * scale, start_s + ends[i + 1] * scale) for i, word in enumerate(words)
    ]


def words_within(words: Iterable[Word], start_s: float, end_s: float | None) -> tuple[Word, ...]:
    """Those whose middle lies within."""
    end = float("inf") if end_s is None else end_s
    return tuple(word for word in words if start_s <= (word.start_s + word.end_s) / 2 < end)


def _read_table(path: Path, names: list[str], labels: Sequence[str], faults: Faults) -> dict[str, list[dict]]:
    """Rows of labels.csv by video; a row names it by its path, or by its name alone where that is clear."""
    if not path.is_file():
        return {}
    known: dict[str, set[str]] = defaultdict(set)
    for name in names:
        for short in (name, Path(name).name, Path(name).stem):
            known[short].add(name)
    rows: dict[str, list[dict]] = defaultdict(list)
    try:
        written = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no UTF-8: save it anew, as UTF-8") from error
    with io.StringIO(written, newline="") as file:
        reader = csv.DictReader(file)
        if "file" not in (reader.fieldnames or ()):
            raise ValueError(f"{path} lacks the column file; it may have {', '.join(COLUMNS)}")
        for unused in sorted(set(reader.fieldnames) - set(COLUMNS)):
            faults.add(f"column of {TABLE} that means nothing here ({', '.join(COLUMNS)} do)", unused)
        for line in reader:
            where = f"{path}, line {reader.line_num}"
            row = _row(where, {k: (v or "").strip() for k, v in line.items() if k}, labels, faults)
            found = known.get(row["file"].replace("\\", "/"), set())
            if len(found) > 1:
                raise ValueError(f"{where}: {row['file']} may be {' or '.join(sorted(found))}: give its path")
            if not found:
                faults.add(f"{TABLE} names a video that is not there", row["file"])
            for name in found:
                rows[name].append(row)
    return rows


def _row(where: str, line: dict[str, str], labels: Sequence[str], faults: Faults) -> dict:
    try:
        start = float(line.get("start") or 0)
        end = float(line["end"]) if line.get("end") else None
    except ValueError:
        raise ValueError(f"{where}: start and end are seconds, as in 12.5") from None
    if not 0 <= start < (float("inf") if end is None else end):
        raise ValueError(f"{where}: it ends before it begins, or begins before 0")
    if line.get("split") and line["split"] not in SPLITS:
        raise ValueError(f"{where}: the split {line['split']} is none of {', '.join(SPLITS)}")
    name = line.get("label", "").lower()
    names = label_names(labels)
    if name and name not in names and name not in UNUSED_EMOTIONS:
        faults.add(f"label that is none of {', '.join(labels)}: its clips are kept without", name)
    return {
        "where": where,
        "file": line["file"],
        "whole": start == 0 and end is None,
        "start": start,
        "end": end,
        # also by what is none of our labels
        "labelled": bool(name),
        "label": names.get(name),
        "speaker": line.get("speaker") or None,
        "split": line.get("split") or None,
    }


def _split(name: str, valid_part: float) -> str:
    """By the name's hash: the same in every run and on every machine, whatever else is in the folder."""
    return "valid" if int(_digest(name)[:8], 16) / 16**8 < valid_part else "train"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
