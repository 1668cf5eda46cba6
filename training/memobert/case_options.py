"""What `tune` is told of the seven cases of modalities: how often each is drawn, how smooth its labels."""

import argparse

import numpy as np

from .option_values import named_numbers
from .samples import CASES

# single modalities and the whole more often than pairs: they are the harder and the more frequent cases
CHANCES = {"T": 1.6, "V": 1.2, "A": 1.2, "TV": 1.0, "TA": 1.0, "VA": 1.0, "TVA": 1.6}


def case_chances(words: list[str]) -> np.ndarray:
    """[7] weights, not yet summing to 1, of `T=1 TVA=2` and the like; the usual ones of nothing.

    Raises ValueError for what is no case or no positive number.
    """
    chosen = CHANCES
    if words:
        chosen = named_numbers("--chances", words, CASES, "case")
        if min(chosen.values()) < 0 or not sum(chosen.values()) > 0:
            raise ValueError(f"--chances {' '.join(words)}: no case is left")
    return np.array([chosen.get(case, 0.0) for case in CASES])


def case_smoothing(arguments: argparse.Namespace) -> dict[str, float]:
    """Label smoothing of each case. Raises ValueError for what is no case, or no part of 1."""
    chosen = named_numbers("--smoothing-of", arguments.smoothing_of, CASES, "case")
    for value in (arguments.smoothing, *chosen.values()):
        if not 0 <= value < 1:
            raise ValueError(f"label smoothing of {value}: give a part of 1, as 0.05, or 0 for none")
    return {case: chosen.get(case, arguments.smoothing) for case in CASES}
