"""What MEmoBERT is given: a `Sample` of words, face and voice features, and batches of them.

Samples come from `composed_data` (one emotion's sentence, face and voice put together) or from a person's
own videos (`extract`, kept as .npz); whoever trains or measures the model sees no difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .kept import keep_arrays, kept_arrays
from .memobert_model import MAX_FACES, MAX_VOICE, MAX_WORDS

# the seven cases of present modalities (paper, section 3.2), in its letters: T text, V visual, A acoustic
CASES: dict[str, tuple[str, ...]] = {
    "T": ("text",),
    "V": ("face",),
    "A": ("voice",),
    "TV": ("text", "face"),
    "TA": ("text", "voice"),
    "VA": ("voice", "face"),
    "TVA": ("text", "voice", "face"),
}
# of each that `lay_out` keeps
LONGEST = {"text": MAX_WORDS, "face": MAX_FACES, "voice": MAX_VOICE}
UNKNOWN = -1
FORMAT = 1


@dataclass(frozen=True)
class Sample:
    """One utterance. A modality that is absent has no row.

    `words`: WordPiece ids without special tokens; `faces` [V,342]; `face_classes` [V,8], DenseFace's
    distribution of each; `voice` [A,D]; `label` an index into its source's labels, or -1; `belief` [labels],
    summing to 1, what is to be learned in its place; `astray` the modalities that are of another emotion than
    `label`.
    """

    words: tuple[int, ...]
    faces: np.ndarray
    face_classes: np.ndarray
    voice: np.ndarray
    label: int = UNKNOWN
    source: str = ""
    belief: np.ndarray | None = None
    astray: tuple[str, ...] = ()

    @property
    def lengths(self) -> dict[str, int]:
        """WordPieces, frames and tokens of each modality."""
        return {"text": len(self.words), "face": len(self.faces), "voice": len(self.voice)}

    def has(self, case: Sequence[str]) -> bool:
        """Whether every modality of `case` is there."""
        lengths = self.lengths
        return all(lengths[modality] for modality in case)

    def shows_label(self, case: Sequence[str]) -> bool:
        """Whether any modality of `case` is of the label's emotion."""
        return any(modality not in self.astray for modality in case)

    def only(self, case: Sequence[str]) -> "Sample":
        """This sample without the modalities that are not in `case`."""
        return replace(
            self,
            words=self.words if "text" in case else (),
            faces=self.faces if "face" in case else self.faces[:0],
            face_classes=self.face_classes if "face" in case else self.face_classes[:0],
            voice=self.voice if "voice" in case else self.voice[:0],
        )


def beside_label(said: np.ndarray, label: int, part: float) -> np.ndarray:
    """[labels]: `part` of what is `said` [labels], the rest the label's."""
    return part * said + (1 - part) * np.eye(len(said), dtype=np.float32)[label]


def save_samples(path: Path, samples: Sequence[Sample], made_of: dict | None = None) -> None:
    """Writes each field end to end with the lengths of its parts, as one .npz."""

    def flat(name: str, kind) -> np.ndarray:
        parts = [np.asarray(getattr(sample, name), kind) for sample in samples]
        return np.concatenate(parts) if parts else np.zeros(0, kind)

    keep_arrays(
        path,
        made_of,
        format=FORMAT,
        words=flat("words", np.int32),
        **{name: flat(name, np.float16) for name in ("faces", "face_classes", "voice")},
        lengths=np.array([[len(s.words), len(s.faces), len(s.voice)] for s in samples]).reshape(-1, 3),
        labels=np.array([s.label for s in samples], np.int64),
        sources=np.array([s.source for s in samples], np.str_),
    )


def load_samples(path: Path, made_of: dict | None = None) -> list[Sample]:
    """Reads what `save_samples` wrote. Raises ValueError for a file of another format, or made of others."""
    stored = kept_arrays(path, made_of or {}, "--out")
    if "format" not in stored or int(stored["format"]) != FORMAT:
        raise ValueError(f"{path} holds no samples of format {FORMAT}: make it again with `extract`")
    if not len(stored["labels"]):
        return []
    ends = np.cumsum(stored["lengths"], 0)[:-1]
    rows = zip(
        np.split(stored["words"], ends[:, 0]),
        np.split(stored["faces"], ends[:, 1]),
        np.split(stored["face_classes"], ends[:, 1]),
        np.split(stored["voice"], ends[:, 2]),
        stored["labels"],
        stored["sources"],
        strict=True,
    )
    return [
        Sample(tuple(map(int, words)), faces, classes, voice, int(label), str(source))
        for words, faces, classes, voice, label, source in rows
    ]


class Prompt:
    """A prompt as WordPieces, such as "i am [MASK] .", and the ids of the label words.

    Raises ValueError for a prompt that has not one [MASK], and for labels that are not one word of the
    vocabulary each, or the same one.
    """

    def __init__(self, tokenizer, text: str, labels: Sequence[str]) -> None:
        self.tokenizer, self.text, self.labels = tokenizer, text, tuple(labels)
        self.ids: list[int] = tokenizer(text, add_special_tokens=False).input_ids
        if self.ids.count(tokenizer.mask_token_id) != 1:
            raise ValueError(f"the prompt {text!r} must have exactly one [MASK]")
        if broken := no_words(tokenizer, labels):
            raise ValueError(f"not one word of the vocabulary: {', '.join(broken)}; choose other label words")
        ids = [tokenizer(label, add_special_tokens=False).input_ids[0] for label in labels]
        if same := [label for label, of in zip(labels, ids, strict=True) if ids.count(of) > 1]:
            raise ValueError(f"one word of the vocabulary: {', '.join(same)}; choose other label words")
        self.label_ids = torch.tensor(ids)


def no_words(tokenizer, labels: Sequence[str]) -> list[str]:
    """The labels that are not one word of the vocabulary."""
    pieces = {label: tokenizer(label, add_special_tokens=False).input_ids for label in labels}
    return [label for label, ids in pieces.items() if len(ids) != 1 or ids[0] == tokenizer.unk_token_id]


@dataclass
class Batch:
    """The inputs of MemoBert, and what its losses want.

    `input_ids` [N,L], `face_features` [N,V,342], `voice_features` [N,A,D], `attention_mask` [N,L+V+A],
    `mask_position` [N] (0, [CLS], without a prompt), `labels` [N], `face_classes` [N,V,8].
    """

    input_ids: Tensor
    face_features: Tensor
    voice_features: Tensor
    attention_mask: Tensor
    mask_position: Tensor
    labels: Tensor
    face_classes: Tensor

    def to(self, device) -> "Batch":
        return Batch(**{key: value.to(device) for key, value in vars(self).items()})

    def wanted(self, labels: int) -> Tensor:
        """`labels` as distributions [N,labels]; with a belief among them they are already."""
        return self.labels if self.labels.ndim == 2 else F.one_hot(self.labels, labels).float()

    def encoded(self) -> tuple[Tensor, ...]:
        """The arguments of `MemoBert.encode`."""
        return self.input_ids, self.face_features, self.voice_features, self.attention_mask


def lay_out(samples: Sequence[Sample], tokenizer, prompt: Prompt | None = None) -> Batch:
    """[CLS] words prompt [SEP], faces, voice; each padded to the longest of the batch.

    Of what is too long the latest part is kept, as in the page.
    """
    sequences, places = [], []
    ending = prompt.ids if prompt else []
    for sample in samples:
        ids = [tokenizer.cls_token_id, *sample.words[-MAX_WORDS:], *ending, tokenizer.sep_token_id]
        sequences.append(np.array(ids, np.int64))
        # the prompt's own mask is the last one: words may be masked as well
        places.append(len(ids) - 1 - ids[::-1].index(tokenizer.mask_token_id) if prompt else 0)
    words, words_mask = pad(sequences)
    faces, faces_mask = pad([s.faces[-MAX_FACES:].astype(np.float32) for s in samples])
    classes, _ = pad([s.face_classes[-MAX_FACES:].astype(np.float32) for s in samples])
    voices, voices_mask = pad([s.voice[-MAX_VOICE:].astype(np.float32) for s in samples])
    return Batch(
        words,
        faces,
        voices,
        torch.cat([words_mask, faces_mask, voices_mask], 1),
        torch.tensor(places),
        _labels(samples),
        classes,
    )


def _labels(samples: Sequence[Sample]) -> Tensor:
    """[N]; [N,labels] where one of them has a belief."""
    labels = torch.tensor([s.label for s in samples])
    beliefs = [s.belief for s in samples if s.belief is not None]
    if not beliefs:
        return labels
    wanted = F.one_hot(labels, len(beliefs[0])).float()
    for row, sample in zip(wanted, samples, strict=True):
        if sample.belief is not None:
            row[:] = torch.from_numpy(sample.belief)
    return wanted


def pad(items: list[np.ndarray]) -> tuple[Tensor, Tensor]:
    """[N,longest,...] filled with 0, and its mask [N,longest]."""
    longest = max(len(item) for item in items)
    values = np.zeros((len(items), longest, *items[0].shape[1:]), items[0].dtype)
    mask = np.zeros((len(items), longest), np.int64)
    for row, item in enumerate(items):
        values[row, : len(item)] = item
        mask[row, : len(item)] = 1
    return torch.from_numpy(values), torch.from_numpy(mask)
