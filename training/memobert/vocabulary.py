"""Whether a vocabulary is one that training can use, told before hours are spent on it.

Others have as many WordPieces in another order, and with them a model reads each word as another. So what
learned with one tells its sha256 (`vocabulary_sha256` of a best.pt and of features.json).
"""

import hashlib
import json
import logging
from collections.abc import Sequence
from pathlib import Path

from transformers import BertTokenizerFast

from .labels import LABELS
from .samples import Prompt

log = logging.getLogger(__name__)

# part of the pieces that no text reaches; of uncased English BERT none
MOST_UNREACHED = 0.01


def vocabulary_digest(tokenizer: BertTokenizerFast) -> str:
    """sha256 of the WordPieces in their order."""
    pieces = tokenizer.get_vocab()
    return hashlib.sha256("\n".join(sorted(pieces, key=pieces.get)).encode()).hexdigest()


def bundle_tokenizer(content: str | bytes) -> BertTokenizerFast:
    """Of a bundle's tokenizer.json."""
    return BertTokenizerFast(vocab=json.loads(content)["model"]["vocab"], do_lower_case=True)


def check_vocabulary(
    name: Path | str, stored: dict, tokenizer: BertTokenizerFast, option: str = "--vocabulary"
) -> None:
    """Raises ValueError where the checkpoint `name` learned other WordPieces than those that `option` gives.

    `stored` is what it holds; one that does not tell is not compared.
    """
    now = vocabulary_digest(tokenizer)
    if stored.get("vocabulary_sha256", now) != now:
        raise ValueError(
            f"{name} was trained with another vocabulary than that of {option}: give the vocab.txt that it "
            "was trained with by --vocabulary"
        )


TUNE_ENDS = (
    "`tune` will end for it: corpora have these English labels alone, own clips may have others by "
    "`prepare --labels`"
)
OWN_ENDS = "`tune` will end for it: name words of the vocabulary by `prepare --labels`"
PAGE_REFUSES = (
    "The page will refuse these labels, which the manifest names: name words of the vocabulary with --labels"
)


def tell_unfit(
    tokenizer, vocabulary: Path, labels: Sequence[str] = LABELS, without_labels: str | None = None
) -> None:
    """Warns of pieces that have capitals or accents, which are taken off each text, and of missing `labels`.

    `without_labels` says what these will lead to; that `tune` ends for them, where it is not given.
    """
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
        Prompt(tokenizer, tokenizer.mask_token, labels)
    except ValueError as error:
        log.warning(
            "%s: %s. %s",
            vocabulary,
            str(error).partition(";")[0],
            without_labels or (TUNE_ENDS if tuple(labels) == LABELS else OWN_ENDS),
        )
