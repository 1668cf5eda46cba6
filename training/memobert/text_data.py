"""Sentences with one of the default labels, from corpora of written text and dialogue."""

import csv
import logging
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .labels import GOEMOTIONS_LABELS, LABEL_INDEX, TEXT_LABELS

log = logging.getLogger(__name__)

# of MELD's series: its training scenes are in MELD's other splits
NOT_TO_READ = ("emorynlp",)
# of a repeated line: shorter ones ("Okay.") are said by everybody
LEAST_WORDS = 4
# labels that say nothing for or against the others of their line
BESIDE = {"semeval2018_ec": ("anticipation", "trust")}


@dataclass(frozen=True)
class Sentence:
    """`before` is what the same person said last in the same dialogue, where the corpus tells."""

    corpus: str
    text: str
    label: int
    before: str = ""


def _rows(path: Path, *columns: str) -> list[dict[str, str | None]]:
    """The lines by column; None is a cell that a short line lacks.

    Raises ValueError for a file that is no UTF-8, or lacks the column text or all of `columns`.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            rows, named = list(reader), reader.fieldnames or ()
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is no UTF-8: save it anew, as UTF-8") from error
    for wanted in filter(None, (("text",), columns)):
        if not set(wanted) & set(named):
            raise ValueError(f"{path} lacks the column {' or '.join(wanted)}: name it in the first line")
    return rows


def words_of(text: str) -> tuple[str, ...]:
    """Lower-cased, without what stands between: two lines that have the same are the same line."""
    return tuple(re.findall(r"\w+", text.lower()))


def _lines_of(folder: Path, split: str) -> set[tuple[str, ...]]:
    """The words of every line of a split, of all corpora that may be read."""
    paths = [path for path in Path(folder).glob(f"*/{split}.tsv") if path.parent.name not in NOT_TO_READ]
    return {words_of(row.get("text") or "") for path in paths for row in _rows(path)}


def _without_dev(path: Path, rows: list[dict[str, str]], dev: set[tuple[str, ...]]) -> list[dict[str, str]]:
    """Training rows but for lines of LEAST_WORDS and more that a dev.tsv has too, which the log counts."""

    def repeated(row: dict[str, str]) -> bool:
        words = words_of(row.get("text") or "")
        return len(words) >= LEAST_WORDS and words in dev

    kept = [row for row in rows if not repeated(row)]
    if len(kept) < len(rows):
        left_out = len(rows) - len(kept)
        log.info("%s train: %d lines are in a dev.tsv too and were left out", path.parent.name, left_out)
    return kept


def are_unseen(folder: Path, sentences: list[Sentence]) -> np.ndarray:
    """[N] bool: which are no line of any training file, however short."""
    known = _lines_of(folder, "train")
    return np.array([words_of(sentence.text) not in known for sentence in sentences], bool)


def _told(row: dict[str, str | None]) -> str | None:
    return row["label" if "label" in row else "labels"]


def _label_of(corpus: str, row: dict[str, str | None]) -> str | None:
    known = GOEMOTIONS_LABELS if corpus == "goemotions" else TEXT_LABELS[corpus]
    told = _told(row)
    if told is None or "label" in row:
        return known.get(told)
    # several labels are kept when they all fall into one group
    groups = {known.get(fine) for fine in told.split(",") if fine not in BESIDE.get(corpus, ())}
    return groups.pop() if len(groups) == 1 else None


def _said_before(rows: list[dict[str, str]]) -> list[str]:
    """For each row the last text before it of its speaker in its dialogue."""
    last: dict[tuple[str, str], str] = {}
    before = []
    for row in rows:
        who = row.get("dialogue_id", ""), row.get("speaker", "")
        before.append(last.get(who, "") if all(who) else "")
        last[who] = row.get("text") or ""
    return before


def load_unlabelled(folder: Path, corpora: Collection[str] = ()) -> list[str]:
    """Every text of the training split of every corpus, or of `corpora`, whatever its label.

    Without lines of validation splits (`load_sentences`). Raises as that does, and FileNotFoundError for one
    of `corpora` that is not there, or not to be read.
    """
    texts: list[str] = []
    paths = [path for path in Path(folder).glob("*/train.tsv") if path.parent.name not in NOT_TO_READ]
    if gone := set(corpora) - {path.parent.name for path in paths}:
        raise FileNotFoundError(f"{folder} holds no {', '.join(sorted(gone))} to read")
    dev = _lines_of(folder, "dev")
    for path in sorted(paths):
        if corpora and path.parent.name not in corpora:
            continue
        texts += [row["text"] for row in _without_dev(path, _rows(path), dev) if row.get("text")]
    if not texts:
        raise FileNotFoundError(f"{folder} holds no CORPUS/train.tsv")
    return list(dict.fromkeys(texts))


def load_sentences(folder: Path, split: str) -> list[Sentence]:
    """Sentences of `train` or `dev`; lines without a text or with labels of several groups are left out.

    So are training lines of four words and more that a corpus' dev split has too, also from what was said
    before. Raises FileNotFoundError when no corpus is there, ValueError for a file that cannot be read so.
    """
    sentences: list[Sentence] = []
    dev = _lines_of(folder, "dev") if split == "train" else set()
    for corpus in ("goemotions", *TEXT_LABELS):
        path = Path(folder) / corpus / f"{split}.tsv"
        if not path.exists():
            continue
        lines = _rows(path, "label", "labels")
        if short := sum(_told(row) is None for row in lines):
            log.warning("%s: %d lines are cut short, without a label, and were left out", path, short)
        rows = _without_dev(path, lines, dev)
        kept = [
            Sentence(corpus, row["text"], LABEL_INDEX[label], before)
            for row, before in zip(rows, _said_before(rows), strict=True)
            if row.get("text") and (label := _label_of(corpus, row))
        ]
        log.info("%s %s: %d of %d lines", corpus, split, len(kept), len(lines))
        sentences += kept
    if not sentences:
        raise FileNotFoundError(f"{folder} holds none of goemotions, {', '.join(TEXT_LABELS)}")
    return sentences


def count_lines(folder: Path, split: str) -> dict[str, int]:
    """Lines of each corpus that is there, whatever their labels: `load_sentences` keeps a part of them."""
    paths = {corpus: Path(folder) / corpus / f"{split}.tsv" for corpus in ("goemotions", *TEXT_LABELS)}
    return {corpus: len(_rows(path)) for corpus, path in paths.items() if path.exists()}


def load_fine_labels(folder: Path, split: str) -> tuple[list[str], list[set[str]]]:
    """GoEmotions' texts and all their fine labels; empty without that corpus."""
    path = Path(folder) / "goemotions" / f"{split}.tsv"
    rows = _rows(path) if path.exists() else []
    rows = [row for row in rows if row["text"] and row.get("labels")]
    return [row["text"] for row in rows], [set(row["labels"].split(",")) for row in rows]
