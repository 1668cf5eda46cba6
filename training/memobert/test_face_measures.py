"""A face alone by every validation face: what is measured, and whose temperature the case has."""

import json
import logging

import numpy as np
import pytest

from . import evaluate, face_measures
from .calibration import calibrate, equal_weights, measure_calibration, sample_folds
from .card_fusion import calibrated_cases, face_alone
from .face_measures import score_faces
from .fusion_report import to_markdown
from .labels import LABELS
from .metrics import log_softmax
from .test_voice_measures import arguments_of


def drawn(counts: list[int], sharpness: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Logits and labels, `counts` of each label, too large by its `sharpness`."""
    rng = np.random.default_rng(4)
    logits, truth = [], []
    for label, (count, sharp) in enumerate(zip(counts, sharpness, strict=True)):
        plain = rng.standard_normal((40 * max(counts), len(LABELS)))
        said = (rng.random((len(plain), 1)) > np.exp(log_softmax(plain)).cumsum(1)).sum(1).clip(max=6)
        logits.append(plain[said == label][:count] * sharp)
        truth += [label] * count
    return np.concatenate(logits), np.array(truth)


def test_labels_count_alike_and_the_light_encoder_has_the_temperature_of_all():
    # two labels are frequent and well told, the five others rare and by far too sure
    logits, truth = drawn([900, 900, 60, 60, 60, 60, 60], [1, 1, 5, 5, 5, 5, 5])
    found = score_faces(logits, truth, 1, light=2 * logits)
    report, scaled = calibrate(logits, truth, sample_folds(np.arange(len(truth)), 1), truth)
    assert found["ece"] == pytest.approx(report["scaled"]["ece"])
    plain, _ = calibrate(logits, truth, sample_folds(np.arange(len(truth)), 1))
    assert found["temperature"] == report["temperature"] > plain["temperature"] + 0.5
    assert found["ece_as_they_are"] == measure_calibration(scaled, truth)["ece"] != found["ece"]
    assert found["count"] == 2100
    light = measure_calibration(2 * logits / found["temperature"], truth, equal_weights(truth))
    assert found["light"]["ece"] == light["ece"] > found["ece"]
    assert "light" not in score_faces(logits, truth, 1)
    page = to_markdown({"prompt": "p", "count": 1, "cases": {}, "faces": found})
    assert "All 2100 validation faces" in page and "| light face encoder |" in page


def test_evaluation_takes_the_temperature_of_a_face_alone_from_all_validation_faces(
    runs, tmp_path, monkeypatch, caplog
):
    def evaluated() -> tuple[dict, dict]:
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            found = evaluate.main(arguments_of(runs, tmp_path))
        return found, json.loads((tmp_path / "t.json").read_text())

    # the toy's faces are all read right: the lower a temperature, the likelier that
    found, plain = evaluated()
    assert "faces" not in found and "no temperature is best for the validation faces" in caplog.text
    assert plain["V"] == round(found["cases"]["V"]["temperature"], 4)
    monkeypatch.setattr(face_measures, "ran_to_a_bound", lambda *_: False)
    found, shipped = evaluated()
    assert shipped["V"] == round(found["faces"]["temperature"], 4) != plain["V"]
    assert {**shipped, "V": 0} == {**plain, "V": 0}
    assert found["faces"]["light"]["count"] == found["faces"]["count"] > 19
    assert "## Face alone" in (tmp_path / "memobert.md").read_text()
    monkeypatch.setattr(face_measures, "FEWEST_THINGS", 10_000)
    assert "faces" not in evaluated()[0] and "too few to say how sure one may be of a face" in caplog.text


def test_the_card_tells_faces_alone_by_all_and_composed_ones_beyond_chance():
    of = {"wa": 0.8, "uar": 0.7, "ece": 0.03, "ece_by_chance": 0.02, "ece_by_chance_95": 0.04}
    of |= {"ece_as_they_are": 0.035, "ece_by_chance_as_they_are": 0.014}
    faces = {**of, "count": 99, "temperature": 0.9, "light": {**of, "ece": 0.051}}
    fusion = {
        "cases": {"V": {**of, "ece": 0.06}},
        "light": {"V": {**of, "ece_shipped": 0.035}},
        "faces": faces,
    }
    told = {case: values["ece"] for case, values in calibrated_cases(fusion).items()}
    assert told == {"V": 0.03, "V, composed samples": 0.06, "V, light face encoder": 0.051}
    assert "| light face encoder | 80.0 % | 70.0 % | 5.1 % |" in face_alone(fusion)
    assert "no more than the case V" in face_alone({})
