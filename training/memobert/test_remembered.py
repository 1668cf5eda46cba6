from argparse import Namespace

import numpy as np
import pytest
import torch

from . import tune
from .evaluate import load_tuned
from .fit import Draws
from .remembered import Remembered
from .samples import Sample
from .sources import load_source


def parsed(options: list[str]) -> Namespace:
    return tune.make_parser().parse_args([*options, "--out", "x"])


def test_of_sentences_without_a_teacher_it_learns_what_it_said_before():
    nothing = np.zeros((0, 4), np.float32)
    told = np.full(7, 1 / 7, np.float32)
    samples = [
        Sample((row,), nothing, nothing, nothing, label=2, belief=told if row == 1 else None)
        for row in range(3)
    ]

    def answer(asked):
        assert [sample.words for sample in asked] == [(0,), (2,)]
        return np.log(np.array([[0.4, *[0.1] * 6]] * len(asked), np.float32))

    found = Remembered(answer, 0.5)(samples)
    assert [sample.words for sample in found] == [(0,), (1,), (2,)]
    assert found[1] is samples[1]
    # half of it is the label's
    for sample in (found[0], found[2]):
        assert sample.belief == pytest.approx(np.array([0.2, 0.05, 0.55, *[0.05] * 4]), abs=1e-6)
    assert samples[0].belief is None


def test_what_cannot_be_remembered_is_refused(runs, tmp_path):
    with pytest.raises(ValueError, match="--remember 2 is not between 0 and 1"):
        Remembered(lambda _: None, 2)
    options = [*runs["fusion"], "--chances", "T=1", "--steps", "2", "--every", "2", "--remember", "0.6"]
    with pytest.raises(ValueError, match="what the prompt of --init says"):
        tune.main([*options, "--out", str(tmp_path / "from-scratch")])
    with pytest.raises(ValueError, match="what the prompt of --init says"):
        given = ["--init", str(tmp_path / "no.pt"), "--method", "finetune"]
        tune.remembered_of(parsed([*options, *given]), None, None, None, "cpu")
    source = Namespace(train=None)
    with pytest.raises(ValueError, match="give --text, --faces and --speech"):
        tune.remembered_of(parsed([*options, "--init", "a.pt"]), source, None, object(), "cpu")


def test_tuning_asks_the_weights_that_it_begins_with(runs, tmp_path, monkeypatch):
    options = [*runs["fusion"], "--chances", "T=1", "--blank", "0.5", "--steps", "2", "--every", "1"]
    tune.main([*options, "--out", str(tmp_path / "once")])
    options += ["--remember", "0.6", "--init", str(tmp_path / "once/best.pt"), "--rate", "0.1"]
    steppers = []

    class Kept(tune.Stepper):
        def __init__(self, *given) -> None:
            super().__init__(*given)
            steppers.append(self)

    monkeypatch.setattr(tune, "Stepper", Kept)
    tune.main([*options, "--out", str(tmp_path / "again")])
    (stepper,) = steppers
    source = load_source(parsed(options))
    module, prompt, _ = load_tuned(tmp_path / "once/best.pt", source, "cpu")
    # also after it has learned on, and of the words that are there before some are masked
    plain = {
        tuple(words): label for words, label in zip(source.train.texts, source.train.text_labels, strict=True)
    }
    asked: list[Sample] = []
    monkeypatch.setattr(stepper, "blanked", lambda sample, _rng: asked.append(sample) or sample)
    stepper.pooled(Draws.of(1, 0, 0))
    known = [sample for sample in asked if sample.belief is not None][:20]
    assert len(known) == 20
    logits = tune.label_logits(module, known, source.tokenizer, prompt, "cpu")
    for sample, of in zip(known, logits, strict=True):
        wanted = 0.6 * torch.from_numpy(of).softmax(0).numpy()
        wanted[sample.label] += 0.4
        assert sample.words in plain
        assert sample.belief == pytest.approx(wanted, abs=1e-4)


def test_cases_are_remembered_where_nobody_else_tells_of_a_sample(runs):
    options = parsed(
        [*runs["fusion"], "--remember", "1", "--remember-cases", "A", "V", "--face-votes", "0.5"]
    )
    source = load_source(options)
    said = np.log(np.array([0.4, *[0.1] * 6], np.float32))
    remembered = Remembered(lambda asked: np.tile(said, (len(asked), 1)), 1)
    stepper = tune.Stepper(options, source, None, "cpu", remembered)

    def beliefs(case: str) -> list:
        return [sample.belief for sample in stepper.draw(case, Draws.of(1, 0, 0))]

    assert all(belief == pytest.approx(np.exp(said), abs=1e-6) for belief in beliefs("A"))
    # of faces people told, of the others nobody asked
    assert all(belief is not None and belief.max() >= 0.5 for belief in beliefs("V"))
    assert beliefs("TA") == [None] * options.batch
