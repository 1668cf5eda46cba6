"""What a voice alone tells, by everybody who validates: each corpus, and how sure one may be of it.

Composed samples have the voices of one corpus (`of_first_corpus`), a few hundred clips, of which a
calibration error tells little (Kumar et al., NeurIPS 2019). Here is every clip of every validation speaker.
"""

import argparse
import logging

import numpy as np

from .calibration import (
    FEWEST_THINGS,
    calibrate,
    fit_temperature,
    measure_calibration,
    sample_folds,
    speaker_folds,
)
from .feature_banks import Bank
from .kept_banks import measured_voices
from .labels import LABELS
from .metrics import confusion_matrix, measure, per_class
from .samples import Prompt, Sample
from .speech_data import Clip
from .text_measures import prompt_of
from .tune import Tuning, label_logits

log = logging.getLogger(__name__)


def calibrate_clips(
    logits: np.ndarray, truth: np.ndarray, clips: list[Clip], seed: int
) -> tuple[dict, np.ndarray]:
    """The report of `calibrate` and the scaled logits [N,C]: folds apart by speaker, corpora counted alike.

    `folds` tells where one speaker alone was there, `corpora` each one's errors.
    """
    corpora = np.array([clip.corpus for clip in clips])
    folds, kind = speaker_folds([clip.speaker for clip in clips]), "speaker"
    if folds.max() < 1:
        folds = sample_folds(np.arange(len(clips)), seed)
        kind = "half of the clips, by chance as there is one speaker only"
        log.warning("one validation speaker only: the calibration's folds are not apart by speaker")
    report, scaled = calibrate(logits, truth, folds, corpora)
    report["folds"] = kind
    report["corpora"] = {
        corpus: {
            "raw": measure_calibration(logits[corpora == corpus], truth[corpora == corpus]),
            "scaled": measure_calibration(scaled[corpora == corpus], truth[corpora == corpus]),
            "own_temperature": fit_temperature(logits[corpora == corpus], truth[corpora == corpus]),
        }
        for corpus in dict.fromkeys(corpora.tolist())
    }
    return report, scaled


def measure_voices(
    module: Tuning, prompt: Prompt, tokenizer, arguments: argparse.Namespace, device, precision: str
) -> dict:
    """Case A on every clip of the validation speakers of `arguments.speech`; see `score_voices`.

    Reads or makes the bank of their features. Empty, with a warning, where those are too few to say anything.
    Raises ValueError without such a clip, or for a bank of others.
    """
    bank, clips = measured_voices(arguments)
    if len(clips) < FEWEST_THINGS:
        log.warning(
            "%d clips of validation speakers: too few to say how sure one may be of a voice", len(clips)
        )
        return {}
    samples = as_samples(bank, module.model.face_size)
    logits = label_logits(module, samples, tokenizer, prompt_of(module, prompt), device, precision)
    return score_voices(logits, bank.labels, clips, arguments.seed)


def as_samples(bank: Bank, face_size: int) -> list[Sample]:
    """Of each voice of `bank` a sample with nothing else; a face would have `face_size` features."""
    no_face, no_class = np.zeros((0, face_size), np.float16), np.zeros((0, 8), np.float16)
    return [
        Sample((), no_face, no_class, voice, int(label))
        for voice, label in zip(bank.features, bank.labels, strict=True)
    ]


def score_voices(logits: np.ndarray, truth: np.ndarray, clips: list[Clip], seed: int) -> dict:
    """Measures and calibration of `logits` [N,labels], whole and by corpus (`corpora`).

    `temperature`, `ece_raw`, `ece` and what so few samples give by chance: corpora counted alike, each
    speaker by the temperature of the others. `ece_as_they_are` and its chance count each clip alike.
    """
    report, _ = calibrate_clips(logits, truth, clips, seed)
    folds = speaker_folds([clip.speaker for clip in clips])
    apart = folds if folds.max() else sample_folds(np.arange(len(clips)), seed)
    plain, _ = calibrate(logits, truth, apart)

    def scores(rows: np.ndarray) -> dict:
        guess = logits[rows].argmax(1)
        classes = per_class(confusion_matrix(truth[rows], guess, len(LABELS)), LABELS)
        speakers = {clip.speaker for clip, row in zip(clips, rows, strict=True) if row}
        return {**measure(truth[rows], guess, len(LABELS)), "speakers": len(speakers), "classes": classes}

    names = np.array([clip.corpus for clip in clips])
    errors = ("ece", "ece_by_chance", "ece_by_chance_95", "confidence")
    return {
        **scores(np.ones(len(clips), bool)),
        "folds": report["folds"],
        "temperature": report["temperature"],
        "ece_raw": report["raw"]["ece"],
        **{key: report["scaled"][key] for key in errors[:3]},
        **{f"{key}_as_they_are": plain["scaled"][key] for key in errors[:3]},
        "corpora": {
            corpus: {**scores(names == corpus), **{key: of["scaled"][key] for key in errors}}
            for corpus, of in report["corpora"].items()
        },
    }
