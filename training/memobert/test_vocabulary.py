"""A vocabulary that training cannot use is told of where it is first given."""

import logging

import pytest

from . import export, pretrain
from .extract import load_tokenizer
from .preprocessing_fixtures import BUNDLE
from .test_export import arguments, checkpoints  # noqa: F401
from .toy_data import write_vocabulary

CASED = ["Ich", "Freude", "glücklich", "Ärger", "Tag", "##Ä", "Wut", "schön", "über", "Angst", "Ekel", "Mut"]


def warnings_of(caplog, read) -> str:
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        read()
    return caplog.text


@pytest.fixture
def vocabulary(tmp_path):
    write_vocabulary(tmp_path / "vocab.txt")
    return tmp_path / "vocab.txt"


def by_extract(vocabulary):
    return load_tokenizer(vocabulary)


def by_training(vocabulary):
    given = ["--vocabulary", str(vocabulary), "--out", str(vocabulary.parent / "run"), "--toy"]
    with pytest.raises(ValueError, match="nothing to train on"):
        pretrain.main(given)


@pytest.mark.parametrize("read", [by_extract, by_training])
def test_capitals_accents_and_missing_labels_are_told(vocabulary, caplog, read):
    assert not warnings_of(caplog, lambda: read(vocabulary))
    plain = vocabulary.read_text()
    vocabulary.write_text(plain + "\n".join(CASED) + "\n")
    told = warnings_of(caplog, lambda: read(vocabulary))
    assert "vocab.txt: 12 of its" in told and "of an uncased BERT" in told and "tune" not in told
    vocabulary.write_text(plain.replace("happy\n", "").replace("scared\n", ""))
    told = warnings_of(caplog, lambda: read(vocabulary))
    assert "vocab.txt: not one word of the vocabulary: happy, scared. `tune` will end" in told
    assert "capitals or accents" not in told


def test_a_bundle_is_told_of_its_vocabulary(vocabulary, checkpoints, caplog, tmp_path):  # noqa: F811
    """As long as the word table: pieces that nobody says make room."""
    plain = vocabulary.read_text()
    given = [*arguments(checkpoints, "face", "voice", "fusion"), "--variants", "wav2vec2=fp32"]

    def told(text: str, *words) -> str:
        vocabulary.write_text(text)
        words = words or ("--vocabulary", str(vocabulary), "--out", str(tmp_path / "bundle"))
        return warnings_of(caplog, lambda: export.main([*given, *words]))

    assert "vocab.txt" not in told(plain)
    unused = [piece for piece in plain.splitlines() if piece.startswith("[unused")]
    cased = plain
    for piece, word in zip(unused, CASED, strict=False):
        cased = cased.replace(piece, word)
    found = told(cased)
    assert "vocab.txt: 12 of its" in found and "of an uncased BERT" in found and "labels" not in found
    # a bundle's own, which is taken on
    assert "bundle: 12 of its" in told(cased, "--reuse", str(tmp_path / "bundle"), "--dry-run", "--out", "x")
    found = told(plain.replace("happy\n", "joyful\n"))
    assert "vocab.txt: not one word of the vocabulary: happy. The page will refuse these labels" in found
    assert "tune" not in found


@pytest.mark.skipif(not (BUNDLE / "tokenizer.json").exists(), reason="without the bundle")
def test_of_the_bundles_own_nothing_is_told(caplog):
    assert not warnings_of(caplog, lambda: load_tokenizer(None))
