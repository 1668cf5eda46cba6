from types import SimpleNamespace

import numpy as np
import pytest

from . import tune
from .own_beliefs import own_beliefs
from .sources import load_source


def test_of_sentences_without_a_teacher_it_learns_what_it_said_before(runs):
    source = load_source(tune.make_parser().parse_args([*runs["fusion"], "--out", "x"]))
    count = len(source.train.texts)
    told = np.full(7, 1 / 7, np.float32)
    source.beliefs = {3: told}
    asked = []

    def answer(samples):
        asked.extend(samples)
        return np.log(np.array([[0.4, *[0.1] * 6]] * len(samples), np.float32))

    found = own_beliefs(source, answer, 0.5)
    assert sorted(found) == [row for row in range(count) if row != 3]
    assert [sample.words for sample in asked] == [tuple(source.train.texts[row]) for row in sorted(found)]
    # half of it is the label's
    for row, belief in found.items():
        wanted = np.array([0.2, *[0.05] * 6])
        wanted[source.train.text_labels[row]] += 0.5
        assert belief == pytest.approx(wanted, abs=1e-6)


def test_what_cannot_be_remembered_is_refused(runs):
    with pytest.raises(ValueError, match="--remember 2 is not between 0 and 1"):
        own_beliefs(SimpleNamespace(train=None), lambda _: None, 2)
    with pytest.raises(ValueError, match="give --text, --faces and --speech"):
        own_beliefs(SimpleNamespace(train=None), lambda _: None, 0.5)


def test_tuning_asks_the_weights_that_it_begins_with(runs, tmp_path, monkeypatch):
    given = []

    def kept(source, answer, part):
        given.append(own_beliefs(source, answer, part))
        return given[-1]

    monkeypatch.setattr(tune, "own_beliefs", kept)
    options = [*runs["fusion"], "--remember", "0.6", "--chances", "T=1", "--steps", "2", "--every", "1"]
    tune.main([*options, "--out", str(tmp_path / "once")])
    tune.main([*options, "--init", str(tmp_path / "once/best.pt"), "--out", str(tmp_path / "again")])
    first, again = given
    assert first.keys() == again.keys()
    # of other weights, and so not what the first began with said
    assert any(not np.allclose(first[row], again[row], atol=1e-6) for row in first)
    assert all(belief.sum() == pytest.approx(1, abs=1e-5) for belief in again.values())
