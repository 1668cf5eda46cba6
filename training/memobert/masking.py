"""Conditional masking: one modality at a time, the others whole (paper, section 2.3; UNITER, section 3.2)."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from .samples import Batch

PART = 0.15
# masked frames stand together, or their neighbours would give them away (SpanBERT; Mockingjay)
SPAN = 3


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
    """[N, longest] bool: about `part` of each row's first `lengths[n]` frames, in runs of 3, at least one.

    The authors' code draws and fills them otherwise: README, "Where this differs from the authors' code".
    """
    chosen = np.zeros((len(lengths), longest), bool)
    for row, length in enumerate(lengths):
        # a frame is hidden by any run that began up to two before it
        runs = max(1, round(part * length / SPAN)) if length else 0
        for begin in rng.choice(max(1, length - SPAN + 1), size=min(runs, max(1, length)), replace=True):
            chosen[row, begin : min(length, begin + SPAN)] = runs > 0
    return torch.from_numpy(chosen)


def mask_faces(batch: Batch, rng: np.random.Generator) -> Masked:
    """Spans of faces become zeros, for SpanMVFR and SpanMVFC-KL."""
    words, faces = batch.input_ids.shape[1], batch.face_features.shape[1]
    lengths = batch.attention_mask[:, words : words + faces].sum(1).numpy()
    chosen = choose_spans(lengths, faces, rng)
    hidden = batch.face_features.masked_fill(chosen[..., None], 0.0)
    truth = batch.face_features[chosen]
    return Masked(replace(batch, face_features=hidden), chosen, truth, batch.face_classes[chosen])


def mask_voice(batch: Batch, rng: np.random.Generator) -> Masked:
    """Spans of voice tokens become zeros, for SpanMAFR."""
    voices = batch.voice_features.shape[1]
    lengths = batch.attention_mask[:, -voices:].sum(1).numpy() if voices else np.zeros(0, int)
    chosen = choose_spans(lengths, voices, rng)
    hidden = batch.voice_features.masked_fill(chosen[..., None], 0.0)
    return Masked(replace(batch, voice_features=hidden), chosen, batch.voice_features[chosen])
