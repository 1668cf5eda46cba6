"""Sentences with one of the default labels, from corpora of written text and dialogue."""

import csv
import logging
from dataclasses import dataclass
from pathlib import Path

from .labels import GOEMOTIONS_LABELS, LABEL_INDEX, TEXT_LABELS

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sentence:
    corpus: str
    text: str
    label: int


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _label_of(corpus: str, row: dict[str, str]) -> str | None:
    if corpus != "goemotions":
        return TEXT_LABELS[corpus].get(row["label"])
    # several fine labels are kept when they all fall into one group
    groups = {GOEMOTIONS_LABELS.get(fine) for fine in row["labels"].split(",")}
    return groups.pop() if len(groups) == 1 else None


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
            Sentence(corpus, row["text"], LABEL_INDEX[label])
            for row in rows
            if row.get("text") and (label := _label_of(corpus, row))
        ]
        log.info("%s %s: %d of %d lines", corpus, split, len(kept), len(rows))
        sentences += kept
    if not sentences:
        raise FileNotFoundError(f"{folder} holds none of goemotions, {', '.join(TEXT_LABELS)}")
    return sentences
