"""Sentences with one of the default labels, from corpora of written text and dialogue."""

import csv
import logging
from dataclasses import dataclass
from pathlib import Path

from .labels import GOEMOTIONS_LABELS, LABEL_INDEX, TEXT_LABELS

log = logging.getLogger(__name__)

# of MELD's series: its training scenes are in MELD's other splits
NOT_TO_READ = ("emorynlp",)
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

    Raises FileNotFoundError when no corpus is there.
    """
    texts: list[str] = []
    for path in sorted(Path(folder).glob("*/train.tsv")):
        if path.parent.name in NOT_TO_READ:
            continue
        texts += [row["text"] for row in _rows(path) if row.get("text")]
    if not texts:
        raise FileNotFoundError(f"{folder} holds no CORPUS/train.tsv")
    return list(dict.fromkeys(texts))


def load_sentences(folder: Path, split: str) -> list[Sentence]:
    """Sentences of `train` or `dev`; lines without a text or with labels of several groups are left out.

    Raises FileNotFoundError when no corpus is there.
    """
    sentences: list[Sentence] = []
    for corpus in ("goemotions", *TEXT_LABELS):
        path = Path(folder) / corpus / f"{split}.tsv"
        if not path.exists():
            continue
        rows = _rows(path)
        kept = [
            Sentence(corpus, row["text"], LABEL_INDEX[label], before)
            for row, before in zip(rows, _said_before(rows), strict=True)
            if row.get("text") and (label := _label_of(corpus, row))
        ]
        log.info("%s %s: %d of %d lines", corpus, split, len(kept), len(rows))
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
