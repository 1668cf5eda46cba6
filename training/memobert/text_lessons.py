"""Lessons: sentences without a label of their own, and what a teacher of one corpus says of them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from .kept import keep_arrays
from .samples import Sample
from .text_data import Sentence, load_unlabelled

LESSONS = "lessons.npz"


def choose_lessons(
    folder: Path, learned: Sequence[Sentence], count: int, seed: int, corpora: Sequence[str] = ()
) -> list[str]:
    """`count` training texts by chance, or all there are, but for those `learned`: of `corpora`, else of all.

    Raises ValueError where there is no other, and as `load_unlabelled`.
    """
    known = {sentence.text for sentence in learned}
    others = [text for text in load_unlabelled(folder, corpora) if text not in known]
    if not others:
        raise ValueError(f"--others: {folder} has no sentence but those that the teacher learns from")
    rows = np.random.default_rng(seed).permutation(len(others))[:count]
    return [others[row] for row in np.sort(rows)]


def splice(learned: Sequence[Sentence], count: int, seed: int) -> list[str]:
    """`count` sentences of the beginning of one that was `learned` and the end of another.

    They have the corpus' own words and length, where other corpora have theirs; what they mean is the
    teacher's to say. Without a space a language's words are one, and nothing is cut.
    """
    rng = np.random.default_rng([seed, 1])
    words = [sentence.text.split() for sentence in learned]
    found = []
    for first, second in rng.integers(len(words), size=(count, 2)):
        begin, end = words[first], words[second]
        kept, left = np.ceil(len(begin) * rng.uniform(0.4, 1)), len(end) * rng.uniform(0, 0.6)
        found.append(" ".join([*begin[: int(kept)], *end[int(left) :]]))
    return found


def load_lessons(path: Path) -> tuple[list[str], np.ndarray]:
    """Texts, and what is said of them [N,labels]. Raises ValueError for a file of another kind."""
    with np.load(path) as stored:
        if set(stored.files) != {"texts", "beliefs"}:
            raise ValueError(
                f"{path} holds no lessons: give the {LESSONS} of text_teacher --others or --splices"
            )
        return json.loads(stored["texts"].tobytes()), stored["beliefs"].astype(np.float32)


def keep_lessons(path: Path, texts: Sequence[str], beliefs: np.ndarray) -> None:
    """For `load_lessons`: an array of texts would give each as much room as the longest needs."""
    told = np.frombuffer(json.dumps(texts).encode(), np.uint8)
    keep_arrays(path, None, texts=told, beliefs=beliefs.astype(np.float16))


class Lessons:
    """Draws sentences alone. `ids` are their WordPieces, `beliefs` [N,labels], `absent` a sample
    without any modality; by the label that comes first in a belief, frequent ones less often than they are.
    """

    def __init__(
        self, ids: Sequence[Sequence[int]], beliefs: np.ndarray, absent: Sample, power: float
    ) -> None:
        self.ids, self.beliefs, self.absent = ids, beliefs, absent
        first = beliefs.argmax(1)
        self.rows = [np.flatnonzero(first == label) for label in np.unique(first)]
        weights = np.array([len(rows) ** power for rows in self.rows])
        self.chances = weights / weights.sum()

    def draw(self, rng: np.random.Generator) -> Sample:
        rows = self.rows[int(rng.choice(len(self.rows), p=self.chances))]
        row = int(rows[rng.integers(len(rows))])
        belief = self.beliefs[row]
        return replace(self.absent, words=tuple(self.ids[row]), label=int(belief.argmax()), belief=belief)
