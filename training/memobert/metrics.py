"""The field's measures: WA (accuracy), UAR (mean recall of the classes), macro F1, confusion."""

from collections.abc import Callable, Sequence

import numpy as np


def confusion_matrix(truth: np.ndarray, guess: np.ndarray, classes: int) -> np.ndarray:
    """[classes, classes] counts; rows are the truth."""
    matrix = np.zeros((classes, classes), np.int64)
    np.add.at(matrix, (truth, guess), 1)
    return matrix


def measure(truth: np.ndarray, guess: np.ndarray, classes: int) -> dict[str, float]:
    """WA, UAR and macro F1 over the classes that occur, with the majority class and chance beside."""
    matrix = confusion_matrix(truth, guess, classes)
    support = matrix.sum(1)
    present = support > 0
    hits = matrix.diagonal()
    recall = hits[present] / support[present]
    predicted = matrix.sum(0)[present]
    f1 = 2 * hits[present] / np.maximum(1, support[present] + predicted)
    return {
        "wa": float(hits.sum() / max(1, support.sum())),
        "uar": float(recall.mean()),
        "macro_f1": float(f1.mean()),
        "majority_wa": float(support.max() / max(1, support.sum())),
        "chance_uar": float(1 / present.sum()),
        "count": int(support.sum()),
    }


def per_class(matrix: np.ndarray, names: Sequence[str]) -> dict[str, dict[str, float | int | None]]:
    """Recall, precision, F1 (0..1) and support of each class of `matrix` [C,C]; None where it is undefined.

    Raises ValueError when there is not a name for each class.
    """
    rows = {}
    for name, hit, support, guessed in zip(
        names, matrix.diagonal(), matrix.sum(1), matrix.sum(0), strict=True
    ):
        rows[name] = {
            "recall": float(hit / support) if support else None,
            "precision": float(hit / guessed) if guessed else None,
            "f1": float(2 * hit / (support + guessed)) if support else None,
            "support": int(support),
        }
    return rows


def score_logits(
    logits: np.ndarray, truth: np.ndarray, names: Sequence[str], rounds: int = 2000, seed: int = 1
) -> dict:
    """All that is said of an encoder on a split: `measure`, intervals, likelihood, classes, confusion.

    `logits` [N,C] and `truth` [N] int; `names` C class names. `wa_interval` and `uar_interval` are 95 %
    bootstrap intervals (see `bootstrap_intervals`), `nll` is in nats. Raises ValueError for an empty split.
    """
    if len(truth) == 0:
        raise ValueError("there is no sample to score: the split is empty")
    matrix = confusion_matrix(truth, logits.argmax(1), len(names))
    return {
        **measure(truth, logits.argmax(1), len(names)),
        **bootstrap_intervals(matrix, rounds, seed),
        "nll": negative_log_likelihood(logits, truth),
        "classes": per_class(matrix, names),
        "confusion": matrix.tolist(),
    }


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """[N,C] log-probabilities in float64, safe for logits of any size."""
    shifted = logits.astype(np.float64) - logits.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


def negative_log_likelihood(
    logits: np.ndarray, truth: np.ndarray, weights: np.ndarray | None = None
) -> float:
    """Mean over samples, in nats; `weights` [N] need not sum to 1."""
    return float(np.average(-log_softmax(logits)[np.arange(len(truth)), truth], weights=weights))


def bootstrap_intervals(matrix: np.ndarray, rounds: int = 2000, seed: int = 1) -> dict[str, list[float]]:
    """95 % percentile intervals of WA and UAR (Efron, Annals of Statistics 1979), samples drawn again.

    Drawing N samples anew is drawing the confusion matrix [C,C] from a multinomial, hence no loop; for UAR
    each class is drawn on its own, lest a rare one be absent. Samples count as independent: with few speakers
    the truth is wider, which is why speakers are listed beside.
    """
    rng = np.random.default_rng(seed)
    return {
        "wa_interval": _percentiles(_wa(_draw(matrix[None], rounds, rng))),
        "uar_interval": _percentiles(_uar(_draw(matrix, rounds, rng))),
    }


def paired_difference(
    truth: np.ndarray, before: np.ndarray, after: np.ndarray, classes: int, rounds: int = 2000, seed: int = 1
) -> dict[str, float | list[float]]:
    """WA and UAR of `after` minus those of `before` (guesses [N] on the same samples), with 95 % intervals.

    Paired: each draw takes a sample with both its guesses, so what is hard for both cancels out.
    """
    cells = np.zeros((classes, classes, classes), np.int64)
    np.add.at(cells, (truth, before, after), 1)
    rng = np.random.default_rng(seed)

    def gain(measured: Callable[[np.ndarray], np.ndarray], drawn: np.ndarray) -> np.ndarray:
        drawn = drawn.reshape(-1, classes, classes, classes)
        return measured(drawn.sum(2)) - measured(drawn.sum(3))

    return {
        "wa": float(gain(_wa, cells)[0]),
        "wa_interval": _percentiles(gain(_wa, _draw(cells[None], rounds, rng))),
        "uar": float(gain(_uar, cells)[0]),
        "uar_interval": _percentiles(gain(_uar, _draw(cells, rounds, rng))),
    }


def _draw(cells: np.ndarray, rounds: int, rng: np.random.Generator) -> np.ndarray:
    """[R, *] counts drawn anew: each entry of the first axis is a stratum, whose total stays."""
    strata = cells.reshape(len(cells), -1)
    total = strata.sum(1)
    # an empty stratum draws nothing, whatever its parts
    parts = np.where(total[:, None] > 0, strata / np.maximum(1, total)[:, None], 1 / strata.shape[1])
    drawn = rng.multinomial(total, parts, size=(rounds, len(cells)))
    return drawn.reshape(rounds, *(cells.shape[1:] if len(cells) == 1 else cells.shape))


def _wa(matrices: np.ndarray) -> np.ndarray:
    """[R] of confusion matrices [R,C,C]."""
    return matrices.diagonal(axis1=1, axis2=2).sum(1) / matrices.sum((1, 2))


def _uar(matrices: np.ndarray) -> np.ndarray:
    """[R] of confusion matrices [R,C,C]; a class that is not in one does not count there."""
    hits = matrices.diagonal(axis1=1, axis2=2)
    support = matrices.sum(2)
    recall = np.divide(hits, support, out=np.full(hits.shape, np.nan), where=support > 0)
    return np.nanmean(recall, 1)


def _percentiles(values: np.ndarray) -> list[float]:
    return [float(v) for v in np.percentile(values, [2.5, 97.5])]
