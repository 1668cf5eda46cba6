"""Composed samples: a sentence, a voice clip and a face track of the same emotion.

There is no free corpus of clips with all three modalities here. What goes wrong with real ones is composed
too: `Mix` says how often.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from .feature_banks import Bank
from .labels import LABEL_INDEX, LABELS
from .memobert_model import MAX_FACES, MAX_VOICE, MAX_WORDS
from .samples import CASES, Sample

# frames at 10 a second, voice tokens at 16.7
LOST_FACES = (5, 15)
LEAST_VOICE = 16


@dataclass(frozen=True)
class Mix:
    """Chance of each departure from three whole modalities that agree.

    `stray_*`: with others beside it, this modality is of any emotion, and the label is what the others say:
    a listener goes by two against one. (Of two that disagree nobody knows; only the encoders' over-confidence
    in their training data, which is the voice's, calls for it.) `garbled`: a fifth of the words are other
    words, as of a poor transcript. `lost_face`: no face for about a second. `part_voice`: speech in a part of
    the window. `onset`: the face is neutral, rises to its expression, and may fall back, instead of being
    one frozen expression. `pace`: a part of the face's track, at another pace, over 1 to 36 frames.
    """

    stray_voice: float = 0.35
    stray_face: float = 0.05
    stray_words: float = 0.1
    garbled: float = 0.1
    lost_face: float = 0.2
    part_voice: float = 0.3
    onset: float = 0.3
    pace: float = 1.0

    @staticmethod
    def without(names: Sequence[str]) -> "Mix":
        """All but these. Raises ValueError for a name that is no departure."""
        known = [field.name for field in fields(Mix)]
        if unknown := [name for name in names if name not in known]:
            raise ValueError(f"{', '.join(unknown)}: a mix has {', '.join(known)}")
        return Mix(**dict.fromkeys(names, 0.0))


PLAIN = Mix(**{field.name: 0.0 for field in fields(Mix)})


class Composer:
    """Draws samples of a label from the three banks.

    `texts` are WordPiece ids of sentences, `text_labels` [N] theirs. `voice_beliefs` [labels] by row of
    `voices` is what a voice alone is to be heard as, where a teacher heard it: not only as its label;
    `face_beliefs`, by row of `faces`, what a face alone is to be seen as, where people voted.
    """

    def __init__(
        self,
        texts: Sequence[Sequence[int]],
        text_labels: Sequence[int],
        faces: Bank,
        voices: Bank,
        mix: Mix = PLAIN,
    ) -> None:
        self.texts, self.faces, self.voices, self.mix = texts, faces, voices, mix
        self.text_labels = np.asarray(text_labels)
        self.voice_beliefs: dict[int, np.ndarray] = {}
        self.face_beliefs: dict[int, np.ndarray] = {}
        self.rows = {
            "text": [np.flatnonzero(self.text_labels == label) for label in range(len(LABELS))],
            "face": faces.by_label(),
            "voice": voices.by_label(),
        }

    def part(self, first: float, last: float, seed: int) -> "Composer":
        """The same banks, but of each label only the rows of this part (0..1), drawn by `seed`.

        All tracks of a picture are in one part.
        """
        chosen = Composer(self.texts, self.text_labels, self.faces, self.voices, self.mix)
        chosen.voice_beliefs, chosen.face_beliefs = self.voice_beliefs, self.face_beliefs
        by_picture = self.faces.pictures is not None
        for kind, name in enumerate(sorted(self.rows)):
            for label, rows in enumerate(self.rows[name]):
                shown = self.faces.pictures[rows] if by_picture and name == "face" else rows
                of: dict[int, list[int]] = {}
                for thing, row in zip(shown.tolist(), rows.tolist(), strict=True):
                    of.setdefault(thing, []).append(row)
                order = np.random.default_rng((seed, kind, label)).permutation(np.array([*of], int))
                begin, end = round(first * len(of)), round(last * len(of))
                things = order[begin : max(end, begin + (len(of) > 0))]
                chosen.rows[name][label] = np.array([row for thing in things for row in of[thing]], int)
        return chosen

    def draw(self, label: int, rng: np.random.Generator, case: str = "TVA") -> Sample:
        """A sample of `label` with the modalities of `case`. Raises ValueError when a bank has none of it."""
        present = CASES[case]
        words: tuple[int, ...] = ()
        faces, classes = self.faces.features[0][:0], self._classes(0)[:0]
        voice = self.voices.features[0][:0]
        belief = None
        many = len(present) > 1
        shown = {}
        if "text" in present:
            row = self._row("text", label, rng, self.mix.stray_words if many else 0)
            words = self._words(row, rng)
            shown["text"] = self.text_labels[row]
        if "face" in present:
            row = self._row("face", label, rng, self.mix.stray_face if many else 0)
            faces, classes = self._track(row, rng)
            belief = None if many else self.face_beliefs.get(row)
            shown["face"] = self.faces.labels[row]
        if "voice" in present:
            row = self._row("voice", label, rng, self.mix.stray_voice if many else 0)
            voice = self._voice(row, rng)
            belief = None if many else self.voice_beliefs.get(row)
            shown["voice"] = self.voices.labels[row]
        astray = tuple(modality for modality, found in shown.items() if found != label)
        return Sample(words, faces, classes, voice, label, "composed", belief, astray)

    def _row(self, name: str, label: int, rng: np.random.Generator, stray: float) -> int:
        wandering = stray and rng.random() < stray
        pool = np.concatenate(self.rows[name]) if wandering else self.rows[name][label]
        if not len(pool):
            raise ValueError(f"no {name} sample is labelled {LABELS[label]}")
        return int(pool[rng.integers(len(pool))])

    def _classes(self, row: int) -> np.ndarray:
        if self.faces.classes is None:
            raise ValueError("this bank of faces has no class distributions: make it again")
        return self.faces.classes[row]

    def _words(self, row: int, rng: np.random.Generator) -> tuple[int, ...]:
        words = list(self.texts[row])[-MAX_WORDS:]
        if self.mix.garbled and rng.random() < self.mix.garbled:
            others = self.texts[int(rng.integers(len(self.texts)))]
            for place in np.flatnonzero(rng.random(len(words)) < 0.2):
                words[place] = others[int(rng.integers(len(others)))] if len(others) else words[place]
        return tuple(words)

    def _track(self, row: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        # features and classes go through the same changes
        size = self.faces.features[row].shape[1]
        track = self._both(row)
        mix = self.mix
        if not (mix.pace or mix.onset or mix.lost_face):
            return track[:, :size], track[:, size:]
        # what is certain takes no draw: older runs are repeated
        if mix.pace == 1 or rng.random() < mix.pace:
            track = vary_track(track, rng)
        neutral = self.rows["face"][LABEL_INDEX["neutral"]]
        if len(neutral) and len(track) > 3 and rng.random() < mix.onset:
            calm = self._both(int(neutral[rng.integers(len(neutral))])).astype(np.float32)
            rise = expression_course(len(track), rng)[:, None]
            track = rise * track + (1 - rise) * resample(calm, len(track))
        if rng.random() < mix.lost_face:
            lost = int(rng.integers(*LOST_FACES))
            begin = int(rng.integers(max(1, len(track) - lost)))
            kept = np.concatenate([track[:begin], track[begin + lost :]])
            track = kept if len(kept) else track
        return track[:, :size], track[:, size:]

    def _both(self, row: int) -> np.ndarray:
        return np.concatenate([self.faces.features[row], self._classes(row)], 1)

    def _voice(self, row: int, rng: np.random.Generator) -> np.ndarray:
        voice = self.voices.features[row]
        if len(voice) > LEAST_VOICE and self.mix.part_voice and rng.random() < self.mix.part_voice:
            begin = int(rng.integers(len(voice) - LEAST_VOICE + 1))
            voice = voice[begin : begin + int(rng.integers(LEAST_VOICE, len(voice) - begin + 1))]
        return voice[:MAX_VOICE]


def resample(track: np.ndarray, frames: int) -> np.ndarray:
    """[T,D] linearly interpolated to [frames,D]."""
    places = np.linspace(0, len(track) - 1, frames)
    low = np.floor(places).astype(int)
    high = np.minimum(low + 1, len(track) - 1)
    mix = (places - low)[:, None].astype(np.float32)
    return track[low] * (1 - mix) + track[high] * mix


def vary_track(track: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A part of a face track played at another pace: [1..36, D]."""
    length = int(rng.integers(2, len(track) + 1))
    first = int(rng.integers(len(track) - length + 1))
    part = track[first : first + length].astype(np.float32)
    return resample(part, int(rng.integers(1, MAX_FACES + 1)))


def expression_course(frames: int, rng: np.random.Generator) -> np.ndarray:
    """[frames] of 0..1: neutral, onset, apex, and in half of them offset; the apex is at least a third."""
    places = (np.arange(frames) + 0.5) / frames
    onset = rng.uniform(0, 0.45)
    course = 1 / (1 + np.exp(-(places - onset) * rng.uniform(12, 40)))
    if rng.random() < 0.5:
        offset = rng.uniform(onset + 0.35, 1.1)
        course = np.minimum(course, 1 / (1 + np.exp((places - offset) * rng.uniform(12, 40))))
    return course.astype(np.float32)


def balanced(composer: Composer, count: int, seed: int, case: str = "TVA") -> list[Sample]:
    """`count` samples, the labels in turn; the same ones for the same seed."""
    rng = np.random.default_rng(seed)
    return [composer.draw(index % len(LABELS), rng, case) for index in range(count)]
