import argparse

import pytest

from .case_options import CHANCES, case_chances, case_smoothing
from .samples import CASES


def test_chances_of_cases_are_chosen_by_name():
    assert case_chances([]).tolist() == list(CHANCES.values())
    assert case_chances(["T=1", "TVA=0.5"]).tolist() == [1, 0, 0, 0, 0, 0, 0.5]
    for words, complaint in ((["X=1"], "X is no case"), (["T"], "CASE=NUMBER"), (["T=0"], "no case is left")):
        with pytest.raises(ValueError, match=complaint):
            case_chances(words)


def smoothing(usual: float, *words: str) -> dict[str, float]:
    return case_smoothing(argparse.Namespace(smoothing=usual, smoothing_of=list(words)))


def test_a_case_has_label_smoothing_of_its_own():
    assert smoothing(0.05) == dict.fromkeys(CASES, 0.05)
    assert smoothing(0.05, "V=0", "TV=0.1") == {**dict.fromkeys(CASES, 0.05), "V": 0, "TV": 0.1}


@pytest.mark.parametrize(
    "given, complaint",
    [
        ((1.0,), "label smoothing of 1.0"),
        ((0.1, "V=-0.1"), "label smoothing of -0.1"),
        ((0.1, "F=0"), "F is no case"),
        ((0.1, "V"), "CASE=NUMBER"),
    ],
)
def test_what_is_no_smoothing_is_told(given, complaint):
    with pytest.raises(ValueError, match=complaint):
        smoothing(*given)
