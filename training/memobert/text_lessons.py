"""Lessons: sentences without a label of their own, and what a teacher of one corpus says of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .samples import Sample
from .text_data import Sentence, load_unlabelled

LESSONS = "lessons.npz"


def choose_lessons(folder: Path, learned: Sequence[Sentence], count: int, seed: int) -> list[str]:
    """`count` training texts of all corpora by chance, or all there are, but for those `learned`.

    Raises ValueError where there is no other.
    """
    known = {sentence.text for sentence in learned}
    others = [text for text in load_unlabelled(folder) if text not in known]
    if not others:
        raise ValueError(f"--lessons: {folder} has no sentence but those that the teacher learns from")
    rows = np.random.default_rng(seed).permutation(len(others))[:count]
    return [others[row] for row in np.sort(rows)]


def load_lessons(path: Path) -> tuple[list[str], np.ndarray]:
    """Texts, and what is said of them [N,labels]. Raises ValueError for a file of another kind."""
    with np.load(path) as stored:
        if set(stored.files) != {"texts", "beliefs"}:
            raise ValueError(f"{path} holds no lessons: give the {LESSONS} of text_teacher --lessons")
        return stored["texts"].tolist(), stored["beliefs"].astype(np.float32)


class Lessons:
    """Draws sentences alone. `ids` are their WordPieces, `beliefs` [N,labels], `absent` a sample without any
    modality but words; by the label that comes first in a belief, frequent ones less often than they are.
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
        absent, belief = self.absent, self.beliefs[row]
        words = tuple(self.ids[row])
        return Sample(
            words, absent.faces, absent.face_classes, absent.voice, int(belief.argmax()), "text", belief
        )
