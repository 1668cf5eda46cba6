"""Sentences with one of the default labels, from corpora of written text and dialogue."""

import csv
import logging
import re
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


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


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


def _label_of(corpus: str, row: dict[str, str]) -> str | None:
    if "label" in row:
        return TEXT_LABELS[corpus].get(row["label"])
    # several labels are kept when they all fall into one group
    known = GOEMOTIONS_LABELS if corpus == "goemotions" else TEXT_LABELS[corpus]
    groups = {known.get(fine) for fine in row["labels"].split(",") if fine not in BESIDE.get(corpus, ())}
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


def load_unlabelled(folder: Path) -> list[str]:
    """Every text of every corpus' training split, whatever its label: for masked words.

    Without lines of validation splits (`load_sentences`). Raises FileNotFoundError when no corpus is there.
    """
    texts: list[str] = []
    dev = _lines_of(folder, "dev")
    for path in sorted(Path(folder).glob("*/train.tsv")):
        if path.parent.name in NOT_TO_READ:
            continue
        texts += [row["text"] for row in _without_dev(path, _rows(path), dev) if row.get("text")]
    if not texts:
        raise FileNotFoundError(f"{folder} holds no CORPUS/train.tsv")
    return list(dict.fromkeys(texts))


def load_sentences(folder: Path, split: str) -> list[Sentence]:
    """Sentences of `train` or `dev`; lines without a text or with labels of several groups are left out.

    So are training lines of four words and more that a corpus' dev split has too, also from what was said
    before. Raises FileNotFoundError when no corpus is there.
    """
    sentences: list[Sentence] = []
    dev = _lines_of(folder, "dev") if split == "train" else set()
    for corpus in ("goemotions", *TEXT_LABELS):
        path = Path(folder) / corpus / f"{split}.tsv"
        if not path.exists():
            continue
        lines = _rows(path)
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
    rows = [row for row in _rows(path) if row.get("text")] if path.exists() else []
    return [row["text"] for row in rows], [set(row["labels"].split(",")) for row in rows]
