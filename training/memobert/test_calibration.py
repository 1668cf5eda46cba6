import numpy as np
import pytest

from .calibration import (
    BINS,
    calibrate,
    equal_weights,
    errors_by_chance,
    expected_calibration_error,
    fit_temperature,
    measure_calibration,
    reliability,
    sample_folds,
    speaker_folds,
    things_of,
)
from .metrics import log_softmax


def drawn(count: int, temperature: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are `temperature` times too large for the truth that was drawn from them."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.standard_normal((count, 4))
    cumulated = np.exp(log_softmax(logits)).cumsum(1)
    return logits * temperature, (rng.random((count, 1)) > cumulated).sum(1).clip(max=3)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_is_found(temperature):
    logits, truth = drawn(8000, temperature)
    assert fit_temperature(logits, truth) == pytest.approx(temperature, rel=0.06)


def test_weights_move_the_temperature():
    sharp, flat = drawn(2000, 4.0, 1), drawn(2000, 1.0, 2)
    logits, truth = np.concatenate([sharp[0], flat[0]]), np.concatenate([sharp[1], flat[1]])
    on_flat = np.repeat([1e-9, 1.0], 2000)
    assert fit_temperature(logits, truth, on_flat) == pytest.approx(1, rel=0.1)
    with pytest.raises(ValueError, match="no sample"):
        fit_temperature(logits[:0], truth[:0])


def test_error_is_the_gap_of_the_bins():
    # 0.95 sure and right half of the time; 0.5 sure and right half of the time
    confidence = np.array([0.95, 0.95, 0.5, 0.5])
    correct = np.array([1, 0, 1, 0.0])
    bins = reliability(confidence, correct)
    assert len(bins) == BINS and sum(b["weight"] for b in bins) == pytest.approx(1)
    assert expected_calibration_error(bins) == pytest.approx(0.5 * 0.45)
    assert reliability(np.ones(3), np.ones(3))[-1]["weight"] == 1


def test_cross_fitting_helps_where_help_is_due_and_lies_nowhere():
    logits, truth = drawn(4000, 3.0)
    report, scaled = calibrate(logits, truth, sample_folds(things_of(logits), 1))
    assert report["scaled"]["ece"] < 0.03 < 0.15 < report["raw"]["ece"]
    assert report["scaled"]["nll"] < report["raw"]["nll"]
    assert (scaled.argmax(1) == logits.argmax(1)).all()
    # a half is measured with the temperature of the other
    folds = np.repeat([0, 1], 2000)
    mixed = np.concatenate([drawn(2000, 3.0, 1)[0], drawn(2000, 1.0, 2)[0]])
    truth = np.concatenate([drawn(2000, 3.0, 1)[1], drawn(2000, 1.0, 2)[1]])
    report, _ = calibrate(mixed, truth, folds)
    assert report["cross_fitted_temperatures"] == pytest.approx([1, 3], rel=0.15)
    # so is each of many with that of all others
    report, _ = calibrate(mixed, truth, np.repeat(np.arange(8), 500))
    assert len(report["cross_fitted_temperatures"]) == 8
    assert max(report["cross_fitted_temperatures"]) < 3 and min(report["cross_fitted_temperatures"]) > 1
    with pytest.raises(ValueError, match="two folds"):
        calibrate(mixed, truth, np.zeros(4000, int))


def test_few_samples_err_by_chance_and_many_do_not():
    logits, truth = drawn(4000, 1.0)
    few, many = errors_by_chance(logits[:200]).mean(), errors_by_chance(logits).mean()
    assert many < 0.02 < 0.04 < few
    # four looks at each of fifty things are not two hundred things
    assert errors_by_chance(np.repeat(logits[:50], 4, 0)).mean() > 1.5 * few
    # what is right by construction is not measured better than that
    measured = np.mean([measure_calibration(*(t[i::20] for t in (logits, truth)))["ece"] for i in range(20)])
    assert measured == pytest.approx(few, abs=0.02)


def test_what_stands_in_many_samples_is_one_thing_in_either_half():
    logits, truth = drawn(60, 1.0)
    rows = np.random.default_rng(1).integers(0, 60, 900)
    things = things_of(logits[rows])
    folds = sample_folds(things, 2)
    assert all(len(np.unique(folds[things == thing])) == 1 for thing in things)
    assert set(folds) == {0, 1}
    # beside something else each sample is a thing of its own
    beside = logits[rows] + np.random.default_rng(3).normal(size=logits[rows].shape)
    assert len(set(things_of(beside))) == len(rows)
    scaled = calibrate(logits[rows], truth[rows], folds)[0]["scaled"]
    # halves that have temperatures of their own make no second thing of one
    of_60 = errors_by_chance(logits, np.bincount(rows, minlength=60))
    assert scaled["ece_by_chance"] == pytest.approx(of_60.mean(), rel=0.15)
    assert scaled["ece_by_chance_95"] == pytest.approx(np.quantile(of_60, 0.95), rel=0.2)
    assert scaled["ece_by_chance"] < scaled["ece_by_chance_95"]


def test_parts_of_a_clip_are_one_thing():
    logits, truth = drawn(360, 1.0)
    clips = [f"talk-0a1b2c3d-valid-{row // 30:05d}" for row in range(360)]
    things = things_of(logits, clips)
    assert things.max() + 1 == 12 and (things == np.repeat(np.arange(12), 30)).all()
    folds = sample_folds(things, 1)
    assert all(len(np.unique(folds[things == thing])) == 1 for thing in things)
    # thirty looks at each of twelve are no 360 things
    assert errors_by_chance(logits, things=things).mean() > 2 * errors_by_chance(logits).mean()
    scaled = calibrate(logits, truth, folds, things=things)[0]["scaled"]
    assert scaled["ece_by_chance"] > 2 * measure_calibration(logits, truth)["ece_by_chance"]
    # a row that two clips share makes them one; what is no part is a thing of its own
    logits[30] = logits[0]
    assert things_of(logits, clips).max() + 1 == 11
    assert things_of(logits[:5], [None, "a", None, "a", None]).tolist() == [0, 1, 2, 1, 3]


def test_votes_are_another_truth():
    logits = np.log(np.array([[0.6, 0.4], [0.6, 0.4]]))
    votes = np.array([[0.6, 0.4], [0.6, 0.4]])
    found = measure_calibration(logits, np.zeros(2, int), votes=votes)
    assert found["ece"] == pytest.approx(0.4) and found["ece_votes"] == pytest.approx(0, abs=1e-9)


def test_folds_and_weights():
    speakers = ["a1", "a1", "a2", "b1", "b2", "b2"]
    assert speaker_folds(speakers).tolist() == [0, 0, 1, 2, 3, 3]
    assert np.bincount(sample_folds(np.arange(11), 1)).tolist() == [6, 5]
    weights = equal_weights(["x", "x", "x", "y"])
    assert weights[:3].sum() == pytest.approx(weights[3]) and weights.mean() == pytest.approx(1)
