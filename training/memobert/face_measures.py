"""What a face alone tells, by every face of the validation split, and how sure one may be of it.

Composed samples have each label as often, and draw from the few faces of a rare one again and again: of the
3,175 of FER+'s validation split 25 are disgusted, and these, by chance easy or hard, are a seventh of all
samples, while most of the others are left out. Here is every face once.
"""

import logging

import numpy as np

from .calibration import (
    FEWEST_THINGS,
    calibrate,
    equal_weights,
    measure_calibration,
    ran_to_a_bound,
    sample_folds,
)
from .feature_banks import Bank
from .labels import LABELS
from .metrics import measure
from .samples import Prompt, Sample
from .sources import Source
from .text_measures import prompt_of
from .tune import Tuning, label_logits

log = logging.getLogger(__name__)

ERRORS = ("ece", "ece_by_chance", "ece_by_chance_95")


def measure_faces(module: Tuning, prompt: Prompt, source: Source, device, seed: int, precision: str) -> dict:
    """Case V on every face that `source` composes validation samples with; see `score_faces`.

    `light`: the same faces as the light face encoder sees them. Empty, with a warning, where there are too
    few to say anything, or no temperature is best.
    """
    bank, light = source.valid.faces, source.light.faces if source.light is not None else None
    if len(bank.labels) < FEWEST_THINGS:
        log.warning("%d validation faces: too few to say how sure one may be of a face", len(bank.labels))
        return {}

    def answers(of: Bank) -> np.ndarray:
        samples = as_samples(of, module.model.voice_size)
        return label_logits(module, samples, source.tokenizer, prompt_of(module, prompt), device, precision)

    logits = answers(bank)
    if ran_to_a_bound(logits, bank.labels):
        log.warning("no temperature is best for the validation faces: of these alone nothing is told")
        return {}
    return score_faces(logits, bank.labels, seed, answers(light) if light is not None else None)


def as_samples(bank: Bank, voice_size: int) -> list[Sample]:
    """Of each face of `bank` a sample with nothing else; a voice would have `voice_size` features."""
    no_voice = np.zeros((0, voice_size), np.float16)
    return [
        Sample((), faces, classes, no_voice, int(label))
        for faces, classes, label in zip(bank.features, bank.classes, bank.labels, strict=True)
    ]


def score_faces(logits: np.ndarray, truth: np.ndarray, seed: int, light: np.ndarray | None = None) -> dict:
    """WA, UAR and calibration of `logits` [N,labels], and of those with the `light` face encoder.

    `temperature`, `ece_raw`, `ece` and what so few samples give by chance: labels counted alike, each half
    by the temperature of the other. `ece_as_they_are` and its chance count each face alike, by those same
    temperatures. The light encoder's are by the temperature of all, which the page has with either.
    """
    report, scaled = calibrate(logits, truth, sample_folds(np.arange(len(truth)), seed), truth)

    def scores(answers: np.ndarray, over: np.ndarray) -> dict:
        both = measure_calibration(over, truth, equal_weights(truth)), measure_calibration(over, truth)
        return {
            **measure(truth, answers.argmax(1), len(LABELS)),
            **{key: both[0][key] for key in ERRORS},
            **{f"{key}_as_they_are": both[1][key] for key in ERRORS},
        }

    temperature = report["temperature"]
    return {
        **scores(logits, scaled),
        "temperature": temperature,
        "ece_raw": report["raw"]["ece"],
        **({"light": scores(light, light / temperature)} if light is not None else {}),
    }
