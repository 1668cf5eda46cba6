import numpy as np
import pytest

from .labels import LABELS
from .metrics import (
    bootstrap_intervals,
    confusion_matrix,
    log_softmax,
    negative_log_likelihood,
    paired_difference,
    per_class,
    score_logits,
)
from .run_parts import powers_of
from .text_data import Sentence
from .text_measures import label_frequencies, score_texts

NAMES = ("a", "b", "c")


def test_classes_have_recall_precision_and_f1():
    matrix = confusion_matrix(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), 3)
    rows = per_class(matrix, NAMES)
    assert rows["a"]["recall"] == pytest.approx(2 / 3) and rows["a"]["precision"] == 1
    assert rows["b"]["precision"] == 0.5 and rows["b"]["f1"] == pytest.approx(2 / 3)
    # a class that does not occur has no recall, rather than one of 0
    assert rows["c"] == {"recall": None, "precision": None, "f1": None, "support": 0}


def test_log_probabilities_survive_large_logits():
    logits = np.array([[1000.0, 0.0], [0.0, 0.0]])
    assert np.isfinite(log_softmax(logits)).all()
    assert negative_log_likelihood(logits, np.array([0, 1])) == pytest.approx(np.log(2) / 2)
    assert negative_log_likelihood(logits, np.array([0, 1]), np.array([0, 3.0])) == pytest.approx(np.log(2))


def test_interval_of_accuracy_is_that_of_a_binomial():
    matrix = np.array([[160, 40], [20, 180]])
    wa = bootstrap_intervals(matrix, 4000)["wa_interval"]
    half = 1.96 * np.sqrt(0.85 * 0.15 / 400)
    assert wa == pytest.approx([0.85 - half, 0.85 + half], abs=0.006)
    assert bootstrap_intervals(matrix, 50, seed=3) == bootstrap_intervals(matrix, 50, seed=3)


def test_intervals_bear_classes_without_samples():
    found = bootstrap_intervals(np.array([[5, 0, 0], [1, 0, 0], [0, 0, 0]]), 200)
    assert all(np.isfinite(v).all() for v in found.values())


def test_paired_difference_is_narrower_than_two_intervals():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 600)
    before = np.where(rng.random(600) < 0.6, truth, (truth + 1) % 3)
    after = np.where(rng.random(600) < 0.2, truth, before)
    found = paired_difference(truth, before, after, 3)
    assert found["wa"] == pytest.approx(np.mean(after == truth) - np.mean(before == truth))
    low, high = found["wa_interval"]
    assert 0 < low < found["wa"] < high and high - low < 0.06
    same = paired_difference(truth, before, before, 3)
    assert same["uar"] == 0 and same["uar_interval"] == [0, 0]


def test_scores_say_all_of_a_split():
    logits = np.eye(3)[[0, 1, 1, 2]] * 5
    scores = score_logits(logits, np.array([0, 1, 2, 2]), NAMES, rounds=100)
    assert scores["wa"] == 0.75 and scores["uar"] == pytest.approx(2.5 / 3)
    assert scores["confusion"] == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]
    assert scores["wa_interval"][0] <= 0.75 <= scores["wa_interval"][1]
    with pytest.raises(ValueError, match="empty"):
        score_logits(np.zeros((0, 3)), np.zeros(0, int), NAMES)


def test_how_labels_were_drawn_is_told_of_the_mean_of_runs_too():
    corpora = ("meld", "isear")
    run = {"arguments": {"frequencies": ["meld=0.75", "elsewhere=1"]}}
    assert powers_of(run, corpora, 0.5) == {"meld": 0.75, "isear": 0.5}
    # the first gives the heads alone, as shipped weights are made; what is not known counts nowhere
    heads = {"arguments": {"frequencies": [], "hold_model": True}}
    mean = {"parts": [0, 1], "of": [heads, {"parts": [0.2, 0.8], "of": [None, run]}]}
    assert powers_of(mean, corpora, 0.5) == pytest.approx({"meld": 0.75, "isear": 0.5})
    assert powers_of({"parts": [0.5, 0.5], "of": [heads, run]}, ("meld",), 0.5) == {"meld": 0.75}
    # of runs that differ, by their parts; one of before there was a choice had the default
    others = [run, {"arguments": {"frequencies": ["meld=1"]}}, {"arguments": {"steps": 3}}]
    found = powers_of({"parts": [0.5, 0.25, 0.25], "of": others}, ("meld",), 0.5)
    assert found == pytest.approx({"meld": 0.75 / 2 + 1 / 4 + 0.5 / 4})
    unknown = {"arguments": {"parts": [0, 1]}, "parts": [0, 1], "of": [run, None]}
    assert powers_of(None, corpora, 0.5) == powers_of(unknown, corpora, 0.5) == {}


def test_texts_are_scored_by_corpus_and_with_its_own_frequencies():
    # of two labels one is nine times as frequent; the logits know nothing, but for a little
    truth = np.repeat([0, 1], [9, 1])
    logits = np.full((10, len(LABELS)), -9.0)
    logits[:, 0], logits[:, 1] = 0.0, 0.5
    sentences = [Sentence("home", "", int(label)) for label in np.repeat([0, 1], [89, 9])]
    frequencies = label_frequencies(sentences)
    assert frequencies["home"].sum() == pytest.approx(1)
    found = score_texts(logits, truth, np.repeat(["home"], 10), frequencies)["home"]
    assert found["wa"] == pytest.approx(0.1)
    assert found["macro_f1_at_home"] == pytest.approx((18 / 19 + 0) / 2)
    # drawn as often as they are there: nothing is left to add
    drawn = score_texts(logits, truth, np.repeat(["home"], 10), frequencies, {"home": 1.0})["home"]
    assert drawn["macro_f1_at_home"] == drawn["macro_f1"] != found["macro_f1_at_home"]
    # the lines that training files have as well are left out of a figure beside
    assert "macro_f1_unseen" not in found
    unseen = np.arange(10) == 9
    apart = score_texts(logits, truth, np.repeat(["home"], 10), frequencies, None, unseen)["home"]
    assert (apart["unseen"], apart["macro_f1_unseen"], apart["macro_f1"]) == (1, 1, found["macro_f1"])
    known = score_texts(logits, truth, np.repeat(["home"], 10), frequencies, None, ~np.ones(10, bool))["home"]
    assert "macro_f1_unseen" not in known
    # of a corpus that tuning has not seen nothing is claimed
    assert "macro_f1_at_home" not in score_texts(logits, truth, np.repeat(["away"], 10), frequencies)["away"]
