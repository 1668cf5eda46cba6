from argparse import Namespace
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from . import tune
from .evaluate import load_tuned
from .own_beliefs import own_beliefs
from .sources import load_source


def parsed(options: list[str]) -> Namespace:
    return tune.make_parser().parse_args([*options, "--out", "x"])


def test_of_sentences_without_a_teacher_it_learns_what_it_said_before(runs):
    source = load_source(parsed(runs["fusion"]))
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
    options = [*runs["fusion"], "--chances", "T=1", "--steps", "2", "--every", "1"]
    tune.main([*options, "--out", str(tmp_path / "once")])
    options += ["--remember", "0.6"]
    with pytest.raises(ValueError, match="without --init there is nothing"):
        tune.main([*options, "--out", str(tmp_path / "from-scratch")])
    options += ["--init", str(tmp_path / "once/best.pt")]
    tune.main([*options, "--out", str(tmp_path / "again")])
    (told,) = given
    module, prompt, _ = load_tuned(tmp_path / "once/best.pt", load_source(parsed(options)), "cpu")
    source = load_source(parsed(options))
    for row in (0, len(told) - 1):
        sample = source.draw_sentence(np.random.default_rng(1))
        words = tuple(source.train.texts[row])
        logits = tune.label_logits(module, [replace(sample, words=words)], source.tokenizer, prompt, "cpu")
        wanted = 0.6 * torch.from_numpy(logits[0]).softmax(0).numpy()
        wanted[source.train.text_labels[row]] += 0.4
        assert told[row] == pytest.approx(wanted, abs=1e-4)
