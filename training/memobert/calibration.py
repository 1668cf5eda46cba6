"""Temperature scaling and expected calibration error (Guo et al., ICML 2017), on what was not fitted."""

from collections.abc import Hashable, Sequence

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from .metrics import log_softmax, negative_log_likelihood

BINS = 15
# outside of this an encoder is broken rather than badly calibrated
TEMPERATURES = (0.05, 20.0)
# of fewer things a temperature is made by chance: of five fair ones it ends at a bound in a quarter of draws
FEWEST_THINGS = 20


def fit_temperature(logits: np.ndarray, truth: np.ndarray, weights: np.ndarray | None = None) -> float:
    """The T > 0 for which softmax(logits / T) gives `truth` the lowest negative log-likelihood.

    `logits` [N,C], `truth` [N] int, `weights` [N]. Raises ValueError when there is no sample.
    """
    if len(truth) == 0:
        raise ValueError("there is no sample to fit a temperature to")
    found = minimize_scalar(
        lambda log_t: negative_log_likelihood(logits / np.exp(log_t), truth, weights),
        bounds=tuple(np.log(TEMPERATURES)),
        method="bounded",
        options={"xatol": 1e-5},
    )
    return float(np.exp(found.x))


def ran_to_a_bound(logits: np.ndarray, truth: np.ndarray) -> bool:
    """Whether `fit_temperature` finds no lowest negative log-likelihood before the end of TEMPERATURES.

    It falls all the way where all are right, and is level there as soon as it is 0 in floating point.
    """
    found = fit_temperature(logits, truth)
    nearest = min(TEMPERATURES, key=lambda bound: abs(np.log(bound / found)))
    of_both = [negative_log_likelihood(logits / t, truth) for t in (nearest, found)]
    return abs(np.log(nearest / found)) < 0.01 or of_both[0] <= of_both[1] + 1e-6


def reliability(confidence: np.ndarray, correct: np.ndarray, weights: np.ndarray | None = None) -> list[dict]:
    """15 bins of equal width: `low`, `high`, `weight` (part of all), `confidence`, `accuracy` (None: empty).

    `confidence` [N] is the top label's probability; `correct` [N] is 0 or 1, or the part of votes for it.
    """
    weights = np.ones(len(confidence)) if weights is None else weights
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    total, sure, right = (
        np.bincount(place, weights * values, BINS) for values in (np.ones(len(place)), confidence, correct)
    )
    return [
        {
            "low": index / BINS,
            "high": (index + 1) / BINS,
            "weight": float(total[index] / weights.sum()),
            "confidence": float(sure[index] / total[index]) if total[index] else None,
            "accuracy": float(right[index] / total[index]) if total[index] else None,
        }
        for index in range(BINS)
    ]


def expected_calibration_error(bins: list[dict]) -> float:
    """Mean gap of confidence and accuracy over the bins of `reliability`, by their weight (0..1)."""
    return float(sum(b["weight"] * abs(b["confidence"] - b["accuracy"]) for b in bins if b["weight"]))


def things_of(logits: np.ndarray, clips: Sequence[str | None] = ()) -> np.ndarray:
    """[N]: numbers of what was looked at.

    Rows of `logits` [N,C] that are alike are one thing, looked at again (a clip of several composed samples,
    alone: beside others it gives a row of its own each time). So are the parts of one of `clips` [N].
    """
    alike = np.unique(logits.round(4), axis=0, return_inverse=True)[1].reshape(-1)
    if not any(clips):
        return alike
    # a sample that is no part is a clip of its own
    named = [clip or row for row, clip in enumerate(clips)]
    numbers = {clip: number for number, clip in enumerate(dict.fromkeys(named))}
    clip = np.array([numbers[name] for name in named])
    count = len(numbers) + alike.max() + 1
    shared = coo_array((np.ones(len(clip)), (clip, len(numbers) + alike)), shape=(count, count))
    return connected_components(shared, directed=False)[1][clip]


def errors_by_chance(
    logits: np.ndarray,
    weights: np.ndarray | None = None,
    things: np.ndarray | None = None,
    draws: int = 200,
    seed: int = 0,
) -> np.ndarray:
    """[draws] errors that these many samples have though the distributions be right (0..1).

    The estimate over bins is biased upwards by how few samples a bin has (Kumar et al., NeurIPS 2019): below
    their mean, a measured error tells nothing, and one of twenty is above their 95th hundredth. Of one of
    `things` [N] (`things_of` the logits unless given) all samples are right, or all wrong.
    """
    confidence = np.exp(log_softmax(logits)).max(1)
    things = things_of(logits) if things is None else things
    rng = np.random.default_rng(seed)
    errors = [
        expected_calibration_error(reliability(confidence, (luck[things] < confidence) * 1.0, weights))
        for luck in rng.random((draws, things.max() + 1))
    ]
    return np.array(errors)


def measure_calibration(
    logits: np.ndarray,
    truth: np.ndarray,
    weights: np.ndarray | None = None,
    votes: np.ndarray | None = None,
    things: np.ndarray | None = None,
) -> dict:
    """`ece`, `nll` (nats), mean `confidence`, `accuracy` and the `bins` of the top label.

    `ece_by_chance` is the mean of `errors_by_chance`, `ece_by_chance_95` what one of twenty is above. With
    `votes` [N,C] (distributions) also `ece_votes`: against the part of people who chose the top label.
    """
    probabilities = np.exp(log_softmax(logits))
    guess, rows = logits.argmax(1), np.arange(len(truth))
    confidence = probabilities[rows, guess]
    correct = (guess == truth).astype(float)
    bins = reliability(confidence, correct, weights)
    chance = errors_by_chance(logits, weights, things)
    found = {
        "ece": expected_calibration_error(bins),
        "ece_by_chance": float(chance.mean()),
        "ece_by_chance_95": float(np.quantile(chance, 0.95)),
        "nll": negative_log_likelihood(logits, truth, weights),
        "confidence": float(np.average(confidence, weights=weights)),
        "accuracy": float(np.average(correct, weights=weights)),
        "bins": bins,
    }
    if votes is not None:
        agreed = reliability(confidence, votes[rows, guess], weights)
        found["ece_votes"] = expected_calibration_error(agreed)
    return found


def equal_weights(groups: Sequence[Hashable]) -> np.ndarray:
    """[N]: each group counts alike, however many samples it has; the mean is 1."""
    _, place, count = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    return len(place) / len(count) / count[place]


def sample_folds(things: np.ndarray, seed: int) -> np.ndarray:
    """[N] of 0 and 1: halves of `things` [N] by chance, so that none is in both."""
    _, place = np.unique(things, return_inverse=True)
    return (np.random.default_rng(seed).permutation(place.max() + 1) % 2)[place]


def speaker_folds(speakers: Sequence[str]) -> np.ndarray:
    """[N]: each speaker is a fold, numbered in the order of names."""
    return np.unique(np.asarray(speakers), return_inverse=True)[1]


def scaled_by(
    temperature: float, logits: np.ndarray, truth: np.ndarray, things: np.ndarray | None = None
) -> dict:
    """`raw` and `scaled` as `calibrate` reports them, by a temperature that other samples gave."""
    both = logits, logits.astype(np.float64) / temperature
    raw, scaled = (measure_calibration(of, truth, things=things) for of in both)
    return {"temperature": temperature, "count": len(truth), "raw": raw, "scaled": scaled}


def calibrate(
    logits: np.ndarray,
    truth: np.ndarray,
    folds: np.ndarray,
    groups: Sequence[Hashable] | None = None,
    votes: np.ndarray | None = None,
    things: np.ndarray | None = None,
) -> tuple[dict, np.ndarray]:
    """Measures logits `raw` and `scaled`, each fold with the others' temperature; then fits one to all.

    `folds` [N] of whole numbers, `things` [N] as in `errors_by_chance`; each of `groups` counts alike, in
    the fit and in the measures. Returns the report and the logits [N,C] over the cross-fitted temperatures.
    Raises ValueError when there is one fold: nothing would be left to fit on.
    """
    if len(np.unique(folds)) < 2:
        raise ValueError("calibration needs two folds: give more than one speaker, or folds of samples")
    groups = np.zeros(len(truth), int) if groups is None else np.asarray(groups)
    scaled, temperatures = logits.astype(np.float64), []
    for fold in np.unique(folds):
        other = folds != fold
        temperatures.append(fit_temperature(logits[other], truth[other], equal_weights(groups[other])))
        scaled[folds == fold] /= temperatures[-1]
    weights, things = equal_weights(groups), things_of(logits) if things is None else things
    report = {
        "temperature": fit_temperature(logits, truth, weights),
        "cross_fitted_temperatures": temperatures,
        "count": len(truth),
        "raw": measure_calibration(logits, truth, weights, votes, things),
        "scaled": measure_calibration(scaled, truth, weights, votes, things),
    }
    return report, scaled
