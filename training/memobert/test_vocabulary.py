"""A vocabulary that training cannot use is told of where it is first given."""

import logging

import pytest

from . import pretrain
from .extract import load_tokenizer
from .preprocessing_fixtures import BUNDLE
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


@pytest.mark.skipif(not (BUNDLE / "tokenizer.json").exists(), reason="without the bundle")
def test_of_the_bundles_own_nothing_is_told(caplog):
    assert not warnings_of(caplog, lambda: load_tokenizer(None))
