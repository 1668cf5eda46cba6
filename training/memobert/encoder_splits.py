"""The samples that encoders are measured on, and whom of them they are told apart by."""

import re
from dataclasses import dataclass

import numpy as np

from .ferplus_data import Faces, are_among, clean_votes, majority
from .labels import LABELS
from .speech_data import LANGUAGES, Clip, Speech

ALL = "all"
# what no file of the training split holds as well
UNSEEN = "not in training files"
# Burkhardt et al., Interspeech 2005: speakers 03, 10, 11, 12, 15 are men
_EMODB_MEN = {"03", "10", "11", "12", "15"}
# vocal bursts would be no babble
_NO_TALK = ("emogator",)
BABBLE_CLIPS = 200


@dataclass(frozen=True)
class FaceSplit:
    """`pictures` [N,48,48] uint8, `truth` [N] FER+ class, `votes` [N,8]: each picture's vote distribution.

    `unseen` [N] bool: which are not in the training archive too; None where that is not there.
    """

    pictures: np.ndarray
    truth: np.ndarray
    votes: np.ndarray
    unseen: np.ndarray | None = None

    def groups(self) -> dict[str, np.ndarray]:
        """Masks [N] by name: all, and the unseen, unless these are all or none."""
        groups = {ALL: np.ones(len(self.truth), bool)}
        if self.unseen is not None and self.unseen.any() and not self.unseen.all():
            groups[UNSEEN] = self.unseen
        return groups


def face_split(faces: Faces, training: Faces | None = None) -> FaceSplit:
    """The FER+ authors' evaluation set (`ferplus_data.majority`), and what of it is in `training` too."""
    kept, truth = majority(faces)
    emotion = clean_votes(kept.votes)[:, :8]
    votes = emotion / emotion.sum(1, keepdims=True)
    unseen = None if training is None else ~are_among(kept, training)
    return FaceSplit(kept.pictures, truth, votes, unseen)


def sex_of(corpus: str, speaker: str) -> str | None:
    """`women` or `men` where a corpus' own speaker ids tell it, else None."""
    name = speaker.removeprefix(f"{corpus}_")
    if corpus == "ravdess" and name.isdigit():
        return "women" if int(name) % 2 == 0 else "men"
    if corpus == "emodb" and name.isdigit():
        return "men" if name in _EMODB_MEN else "women"
    if corpus == "emovo" and re.fullmatch(r"[fm]\d", name):
        return "women" if name[0] == "f" else "men"
    return None


def groups_of(clips: list[Clip]) -> dict[str, np.ndarray]:
    """Masks [N] by name: all, each language, each sex, each sex of a language (unless it repeats)."""
    language = np.array([LANGUAGES[clip.corpus] for clip in clips], dtype=object)
    sex = np.array([sex_of(clip.corpus, clip.speaker) or "" for clip in clips], dtype=object)
    groups = {ALL: np.ones(len(clips), bool)}
    for name in dict.fromkeys(language):
        groups[name] = language == name
    for who in ("women", "men"):
        groups[who] = sex == who
    for name in dict.fromkeys(language):
        for who in ("women", "men"):
            groups[f"{name}, {who}"] = (language == name) & (sex == who)
    kept: dict[str, np.ndarray] = {}
    for name, mask in groups.items():
        if mask.any() and (name in (ALL, *LANGUAGES.values()) or not _repeats(mask, kept)):
            kept[name] = mask
    return kept


def _repeats(mask: np.ndarray, kept: dict[str, np.ndarray]) -> bool:
    return any(np.array_equal(mask, other) for other in kept.values())


def some_of_each_corpus(clips: list[Clip], most: int, seed: int) -> list[Clip]:
    """At most `most` clips a corpus (0: all), drawn evenly over its labels, in their old order."""
    if not most:
        return clips
    rng = np.random.default_rng(seed)
    chosen: list[int] = []
    for corpus in dict.fromkeys(clip.corpus for clip in clips):
        queues = [
            rng.permutation([i for i, c in enumerate(clips) if c.corpus == corpus and c.label == label])
            for label in range(len(LABELS))
        ]
        # one of each label in turn, until there are enough
        turns = sorted(
            (turn, label, row) for label, queue in enumerate(queues) for turn, row in enumerate(queue)
        )
        chosen += [int(row) for _, _, row in turns[:most]]
    return [clips[row] for row in sorted(chosen)]


def babble_voices(speech: Speech, left_out: tuple[str, ...], seed: int) -> list[np.ndarray]:
    """Waves [T] of training speakers, so that nobody who is measured talks in the background."""
    clips = [clip for clip in speech.split("train", left_out) if clip.corpus not in _NO_TALK]
    rows = np.random.default_rng(seed).permutation(len(clips))[:BABBLE_CLIPS]
    return [speech.waveform(clips[row]) for row in rows]
