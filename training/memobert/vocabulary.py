"""Whether a vocabulary is one that training can use, told before hours are spent on it."""

import logging
from pathlib import Path

from .labels import LABELS
from .samples import Prompt

log = logging.getLogger(__name__)

# part of the pieces that no text reaches; of uncased English BERT none
MOST_UNREACHED = 0.01


def tell_unfit(tokenizer, vocabulary: Path) -> None:
    """Warns of pieces that have capitals or accents, which are taken off each text, and of missing labels."""
    pieces = {piece.removeprefix("##") for piece in tokenizer.get_vocab()} - set(tokenizer.all_special_tokens)
    normalize = tokenizer.backend_tokenizer.normalizer.normalize_str
    # Chinese characters are set apart by spaces
    unreached = sum(normalize(piece).strip() != piece for piece in pieces)
    if unreached > MOST_UNREACHED * len(pieces):
        log.warning(
            "%s: %d of its %d pieces have capitals or accents, which are taken off each text: such words are "
            "read as others or as %s. Give the vocabulary, and the weights, of an uncased BERT",
            vocabulary,
            unreached,
            len(pieces),
            tokenizer.unk_token,
        )
    try:
        Prompt(tokenizer, tokenizer.mask_token, LABELS)
    except ValueError as error:
        log.warning(
            "%s: %s. `tune` will end for it: training knows these English labels alone",
            vocabulary,
            str(error).partition(";")[0],
        )
