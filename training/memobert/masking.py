"""Conditional masking: one modality at a time, the others whole (paper, section 2.3; UNITER, section 3.2)."""

import argparse
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from .samples import Batch

PART = 0.15
# masked frames stand together, or their neighbours would give them away (SpanBERT; Mockingjay)
SPAN = 3
# frames from which on a span is no more than twice the part that is promised
LONG = 10
# "zeros": the paper's 15 %, always zeros, as in the page. "authors": as their code draws and fills (README,
# "Where this differs from the authors' code")
FRAME_MASKING = ("zeros", "authors")


def add_masking_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--frame-masking",
        choices=FRAME_MASKING,
        default="zeros",
        help="what hides faces and voice: always zeros, or the authors' zeros, other frames or nothing",
    )


@dataclass
class Masked:
    """A batch with a part hidden: `chosen` [N, tokens of the modality] says where, `truth` is what was there.

    `truth` is [M] of ids for words, [M, features] for frames, in the order of `chosen`'s true places;
    `classes` [M,8] only for faces.
    """

    batch: Batch
    chosen: Tensor
    truth: Tensor
    classes: Tensor | None = None

    def to(self, device) -> "Masked":
        classes = self.classes.to(device) if self.classes is not None else None
        return Masked(self.batch.to(device), self.chosen.to(device), self.truth.to(device), classes)


class WordStarts:
    """Tells of each WordPiece whether it continues a word: whole words are masked together."""

    def __init__(self, tokenizer) -> None:
        pieces = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
        self.continues = torch.tensor([piece.startswith("##") for piece in pieces])
        self.special = torch.tensor(sorted(set(tokenizer.all_special_ids)))
        self.mask_id, self.vocabulary = tokenizer.mask_token_id, len(tokenizer)
        usable = ~self.continues
        usable[self.special] = False
        usable &= torch.tensor([not piece.startswith("[") for piece in pieces])
        self.random_ids = usable.nonzero().flatten()

    def mask(self, batch: Batch, generator: torch.Generator, part: float = PART) -> Masked:
        """WWMLM: whole words, 80 % become [MASK], 10 % a random word, 10 % stay (BERT, section 3.1).

        At least one word of each text that has one is chosen.
        """
        ids = batch.input_ids.clone()
        count, length = ids.shape
        own = ~torch.isin(ids, self.special)
        # a word's number in its row; its pieces share one draw
        number = (own & ~self.continues[ids]).cumsum(1)
        draws = torch.rand(count, length + 1, generator=generator)
        smallest = torch.where(own, draws.gather(1, number), 2.0).amin(1, keepdim=True)
        draw = draws.gather(1, number)
        chosen = own & ((draw < part) | (draw == smallest))
        kind = torch.rand(count, length + 1, generator=generator).gather(1, number)
        truth = ids[chosen]
        ids[chosen & (kind < 0.8)] = self.mask_id
        other = self.random_ids[torch.randint(len(self.random_ids), ids.shape, generator=generator)]
        ids = torch.where(chosen & (kind > 0.9), other, ids)
        return Masked(replace(batch, input_ids=ids), chosen, truth)


def choose_spans(lengths: np.ndarray, longest: int, rng: np.random.Generator, part: float = PART) -> Tensor:
    """[N, longest] bool: about `part` of each row's first `lengths[n]` frames, at least one run of 3.

    Of fewer than ten frames one run of `part` of them, at least a frame.
    """
    chosen = np.zeros((len(lengths), longest), bool)
    for row, length in enumerate(lengths):
        span = SPAN if length >= LONG else max(1, round(part * length))
        # a frame is hidden by any run that began up to two before it
        runs = max(1, round(part * length / SPAN)) if length else 0
        for begin in rng.choice(max(1, length - span + 1), size=runs, replace=True):
            chosen[row, begin : begin + span] = True
    return torch.from_numpy(chosen)


def hide_frames(
    features: Tensor, lengths: np.ndarray, rng: np.random.Generator, rule: str, authors_part: float
) -> tuple[Tensor, Tensor]:
    """`features` [N,L,D], of which row n has `lengths[n]`, with some hidden by a rule of `FRAME_MASKING`;
    and which [N,L]. `authors_part` is the part of a clip that "authors" may hide.
    """
    if rule == "zeros":
        chosen = choose_spans(lengths, features.shape[1], rng)
        return features.masked_fill(chosen[..., None], 0.0), chosen
    chosen = torch.zeros(features.shape[:2], dtype=torch.bool)
    hidden = features.clone()
    for row, length in enumerate(map(int, lengths)):
        if length:
            wanted, source = _as_authors(length, rng, authors_part)
            chosen[row, wanted] = True
            hidden[row, wanted] = 0.0 if source is None else features[row, source]
    return hidden, chosen


def _as_authors(length: int, rng: np.random.Generator, part: float) -> tuple[np.ndarray, np.ndarray | None]:
    """Which of a clip's frames are asked for, and whose features stand there: None for zeros.

    Source: AIM3-RUC/MEmoBert, `code/uniter3m/data/mspanrm.py`, `get_consecutive_mask`.
    """
    # theirs, too: no span begins at the last four frames, and a lone masked frame is never the first
    begins, runs = length - SPAN - 1, int(length * part // SPAN)
    dice = rng.random() if runs else 1.0
    if dice >= 0.9:
        return np.array([rng.integers(1, length) if length > 1 else 0]), None
    steps = np.arange(SPAN)
    wanted = (rng.choice(begins, runs, replace=False)[:, None] + steps).ravel()
    if dice < 0.8:
        return wanted, None
    return wanted, (rng.choice(begins, runs, replace=False)[:, None] + steps).ravel()


def mask_faces(batch: Batch, rng: np.random.Generator, rule: str = "zeros") -> Masked:
    """Spans of faces are hidden, for SpanMVFR and SpanMVFC-KL."""
    words, faces = batch.input_ids.shape[1], batch.face_features.shape[1]
    lengths = batch.attention_mask[:, words : words + faces].sum(1).numpy()
    hidden, chosen = hide_frames(batch.face_features, lengths, rng, rule, authors_part=0.2)
    truth = batch.face_features[chosen]
    return Masked(replace(batch, face_features=hidden), chosen, truth, batch.face_classes[chosen])


def mask_voice(batch: Batch, rng: np.random.Generator, rule: str = "zeros") -> Masked:
    """Spans of voice tokens are hidden, for SpanMAFR."""
    voices = batch.voice_features.shape[1]
    lengths = batch.attention_mask[:, -voices:].sum(1).numpy() if voices else np.zeros(0, int)
    hidden, chosen = hide_frames(batch.voice_features, lengths, rng, rule, authors_part=0.15)
    return Masked(replace(batch, voice_features=hidden), chosen, batch.voice_features[chosen])
