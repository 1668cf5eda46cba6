"""The field's measures: WA (accuracy), UAR (mean recall of the classes), macro F1, confusion."""

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
