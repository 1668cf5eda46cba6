"""A voice alone by all who validate: what is measured, and whose temperature the case has."""

import json
import logging

import numpy as np
import pytest

from . import evaluate, voice_measures
from .calibration import calibrate, measure_calibration, speaker_folds
from .fusion_report import to_markdown
from .kept_banks import measured_voices
from .labels import LABELS
from .metrics import log_softmax
from .speech_data import Clip
from .voice_measures import calibrate_clips, score_voices


def drawn(sizes: dict[str, int], sharpness: dict[str, float]) -> tuple[np.ndarray, np.ndarray, list[Clip]]:
    """Logits of clips by speaker (`corpus_name`), too large by `sharpness` of the corpus."""
    rng = np.random.default_rng(3)
    logits, truth, clips = [], [], []
    for speaker, count in sizes.items():
        corpus = speaker.split("_")[0]
        plain = 2 * rng.standard_normal((count, len(LABELS)))
        chosen = (rng.random((count, 1)) > np.exp(log_softmax(plain)).cumsum(1)).sum(1).clip(max=6)
        logits.append(plain * sharpness[corpus])
        truth.append(chosen)
        clips += [Clip(corpus, speaker, int(label), 0, 1) for label in chosen]
    return np.concatenate(logits), np.concatenate(truth), clips


def test_each_speaker_has_the_temperature_of_the_others_and_corpora_count_alike():
    sizes = {"ravdess_17": 900, "ravdess_18": 900, "nemo_MP0": 90, "nemo_MP1": 90}
    logits, truth, clips = drawn(sizes, {"ravdess": 1.0, "nemo": 4.0})
    found = score_voices(logits, truth, clips, 1)
    corpora = np.array([clip.corpus for clip in clips])
    report, scaled = calibrate(logits, truth, speaker_folds([c.speaker for c in clips]), corpora)
    assert found["ece"] == report["scaled"]["ece"] and found["temperature"] == report["temperature"]
    # by clips alone, nine of ten of whom need none, the temperature would be nearly 1
    plain, _ = calibrate(logits, truth, speaker_folds([c.speaker for c in clips]))
    assert found["temperature"] > plain["temperature"] + 0.2
    assert found["ece_as_they_are"] == plain["scaled"]["ece"] != found["ece"]
    assert found["count"] == 1980 and found["speakers"] == 4 and found["folds"] == "speaker"
    of = found["corpora"]["nemo"]
    assert (of["count"], of["speakers"]) == (180, 2)
    assert of["ece"] == measure_calibration(scaled[1800:], truth[1800:])["ece"]
    assert of["wa"] == pytest.approx((logits[1800:].argmax(1) == truth[1800:]).mean())


def test_one_speaker_is_halved_and_the_report_says_so(caplog):
    logits, truth, clips = drawn({"ravdess_17": 200}, {"ravdess": 3.0})
    with caplog.at_level(logging.WARNING):
        report, _ = calibrate_clips(logits, truth, clips, 1)
    assert "one speaker only" in report["folds"] and "one validation speaker only" in caplog.text
    found = score_voices(logits, truth, clips, 1)
    assert found["ece"] == found["ece_as_they_are"] == report["scaled"]["ece"]
    page = to_markdown({"prompt": "p", "count": 1, "cases": {}, "voices": found})
    assert "| ravdess | 200 | 1 |" in page and "one speaker only" in page


def arguments_of(runs: dict, out) -> list[str]:
    kept = [part for part in runs["fusion"][: runs["fusion"].index("--batch")] if part != "--toy"]
    model = ["--model", str(runs["out"] / "fusion/best.pt"), "--temperatures", str(out / "t.json")]
    return [*kept, *model, "--composed", "56", "--banks", str(runs["out"] / "banks"), "--out", str(out)]


def test_evaluation_takes_the_temperature_of_a_voice_alone_from_all_who_validate(
    runs, tmp_path, monkeypatch, caplog
):
    with caplog.at_level(logging.WARNING):
        found = evaluate.main(arguments_of(runs, tmp_path))
    few = json.loads((tmp_path / "t.json").read_text())
    assert "voices" not in found and "too few to say how sure" in caplog.text
    assert few["A"] == round(found["cases"]["A"]["temperature"], 4)
    monkeypatch.setattr(voice_measures, "FEWEST_THINGS", 2)
    found = evaluate.main(arguments_of(runs, tmp_path))
    shipped = json.loads((tmp_path / "t.json").read_text())
    assert shipped["A"] == round(found["voices"]["temperature"], 4) != few["A"]
    assert {**shipped, "A": 0} == {**few, "A": 0}
    # the page has these with either face encoder
    assert found["light"]["A"]["ece_shipped"] != found["cases"]["A"]["ece"]
    assert "## Voice alone" in (tmp_path / "memobert.md").read_text()


def test_the_voices_that_are_measured_are_kept_and_held_to_what_they_are_of(runs, tmp_path):
    parsed = evaluate.make_parser().parse_args(arguments_of(runs, tmp_path))
    parsed.banks = tmp_path
    bank, clips = measured_voices(parsed)
    assert [clip.label for clip in clips] == bank.labels.tolist()
    kept, _ = measured_voices(parsed)
    assert all((a == b).all() for a, b in zip(bank.features, kept.features, strict=True))
    parsed.voice_encoder = tmp_path / "other.pt"
    parsed.voice_encoder.write_bytes(b"of others")
    with pytest.raises(ValueError, match="--banks"):
        measured_voices(parsed)
