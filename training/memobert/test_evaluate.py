"""`evaluate` at toy size: composed samples and own clips, sentences and tasks, temperatures and precision."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from . import evaluate, loop, pretrain, tune
from .calibration import measure_calibration
from .fusion_report import to_markdown
from .memobert_model import MemoBert
from .samples import UNKNOWN, Sample, save_samples
from .sources import load_source


def test_the_page_that_is_kept_says_where_a_voice_of_many_samples_is_in_one_half():
    folder = Path(__file__).parents[1] / "results/memobert"
    page = (folder / "memobert.md").read_text()
    assert to_markdown(json.loads((folder / "memobert.json").read_text())) == page
    assert "is in one half in a case of that modality alone, and may be in both with others beside it" in page


def test_evaluation_reports_cases_texts_tasks_and_unseen_words(runs, toy, tmp_path, capsys):
    model = ["--model", str(runs["out"] / "fusion/best.pt"), "--temperatures", str(tmp_path / "t.json")]
    fusion = runs["fusion"][: runs["fusion"].index("--batch")]
    kept = [part for part in fusion if part != "--toy"]
    composed = ["--composed", "56", "--banks", str(runs["out"] / "banks"), "--out", str(tmp_path)]
    found = evaluate.main([*kept, *composed, *model])
    # how far it has come: composed samples, and as the light face encoder sees them
    ended = [line for line in capsys.readouterr().err.split("\n") if "100%" in line]
    assert len(ended) == 2 and all("7/7" in line for line in ended)
    # the best weights, which need not be the last
    stored = torch.load(runs["out"] / "fusion/best.pt", weights_only=False)
    assert found["cases"]["T"]["uar"] == stored["valid"]["composed"]["T"]["uar"]
    assert set(json.loads((tmp_path / "t.json").read_text())) == set(found["cases"])
    assert set(found["texts"]) == {"meld"} and found["texts"]["meld"]["macro_f1"] > 3 / 7
    lines = len((toy / "text/meld/dev.tsv").read_text().splitlines()) - 1
    assert found["texts"]["meld"]["lines"] == lines
    # by chance, some of the toy's lines are in both of its files
    assert 0 < (unseen := found["texts"]["meld"]["unseen"]) < lines
    assert set(found["tasks"]) == {"wwmlm", "mafr", "mvfr", "mvfc"}
    page = (tmp_path / "memobert.md").read_text()
    assert f"| meld | {found['texts']['meld']['count']} of {lines} |" in page
    assert f"{100 * found['texts']['meld']['macro_f1_unseen']:.1f} ({unseen}) |" in page
    assert "| TVA |" in page and "SpanMVFC-KL" in page


@pytest.mark.parametrize("labelled", [True, False])
def test_own_clips_and_composed_samples_are_both_measured(runs, tmp_path, labelled):
    parsed = tune.make_parser().parse_args([*runs["fusion"], "--out", str(tmp_path)])
    face_size, voice_size = load_source(parsed).sizes()
    rng = np.random.default_rng(2)
    for split in ("train", "valid"):
        clips = [
            Sample(
                (8 + i,), rng.random((2, face_size)), np.full((2, 8), 1 / 8), rng.random((3, voice_size)),
                i % 7 if labelled else UNKNOWN, "clip",
            )
            for i in range(8)
        ]  # fmt: skip
        save_samples(tmp_path / f"features/{split}-000000.npz", clips)
    own = [*runs["fusion"], "--samples", str(tmp_path / "features")]
    tuned = tmp_path / "tuned"
    scores = tune.main([*own, "--steps", "2", "--every", "2", "--out", str(tuned)])
    assert set(scores) == {"composed", "light", *(["own"] if labelled else [])}
    assert scores["composed"]["TVA"]["count"] == scores["light"]["TVA"]["count"] == 56
    sets = [[case["uar"] for case in scores[of].values()] for of in ("composed", "own") if of in scores]
    # neither a few clips nor the many composed ones choose the weights alone
    best = torch.load(tuned / "best.pt", weights_only=False)
    assert best["score"] == pytest.approx(np.mean([np.mean(of) for of in sets]))
    measured = [part for part in own[: own.index("--batch")] if part != "--toy"] + own[own.index("--banks") :]
    measured += ["--composed", "56"]
    found = evaluate.main([*measured, "--model", str(tuned / "best.pt"), "--out", str(tmp_path / "results")])
    assert found["cases"]["TVA"]["count"] == (8 if labelled else 56)
    assert ("composed" in found) == labelled and found["light"]["TVA"]["count"] == 56
    assert all("ece_shipped" in of for of in found["light"].values())
    assert not any("ece_shipped" in of for of in found["cases"].values())
    page = (tmp_path / "results/memobert.md").read_text()
    assert ("## Composed samples" in page) == labelled
    if labelled:
        assert {name: case["uar"] for name, case in found["composed"].items()} == {
            name: case["uar"] for name, case in scores["composed"].items()
        }


def test_evaluation_computes_as_the_page_does_unless_it_is_told_otherwise(runs, toy, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "bf16_gains", lambda _device: True)
    halved = []
    encode = MemoBert.encode
    monkeypatch.setattr(
        MemoBert,
        "encode",
        lambda *given: halved.append(torch.is_autocast_enabled("cpu")) or encode(*given),
    )
    options = [part for part in runs["fusion"][: runs["fusion"].index("--batch")] if part != "--toy"]
    options += ["--composed", "14", "--model", str(runs["out"] / "fusion/best.pt"), "--out", str(tmp_path)]
    options += ["--banks", str(runs["out"] / "banks")]
    for precision, wanted in (([], {False}), (["--precision", "bf16"], {True})):
        halved.clear()
        evaluate.main([*options, *precision])
        assert set(halved) == wanted


def test_own_clips_take_the_place_of_corpora(runs, toy, tmp_path):
    rng = np.random.default_rng(0)
    size = torch.load(runs["out"] / "voice/best.pt", weights_only=False)["config"]["hidden_size"]
    for split in ("train", "valid"):
        clips = [
            Sample(
                (8 + index % 7,), rng.random((4, 342)), rng.dirichlet(np.ones(8), 4), rng.random((9, size)),
                index % 8 - 1, "clip",
            )
            for index in range(24)
        ]  # fmt: skip
        save_samples(tmp_path / f"features/{split}-000000.npz", clips)
    common = [
        "--vocabulary",
        str(toy / "vocab.txt"),
        "--device",
        "cpu",
        "--toy",
        "--batch",
        "8",
        "--steps",
        "2",
    ]
    own = [*common, "--samples", str(tmp_path / "features")]
    tasks = pretrain.main([*own, "--out", str(tmp_path / "pretrained")])
    assert set(tasks) == {"wwmlm", "mafr", "mvfr", "mvfc"}
    init = ["--init", str(tmp_path / "pretrained/best.pt")]
    scores = tune.main([*own, *init, "--out", str(tmp_path / "tuned")])
    # three of the 24 have no label, and tell nothing of tuning
    assert scores["composed"]["TVA"]["count"] == 21
    model = ["--model", str(tmp_path / "tuned/best.pt"), "--out", str(tmp_path / "results")]
    found = evaluate.main([*own[:4], "--samples", str(tmp_path / "features"), *model])
    assert "texts" not in found and found["cases"]["T"]["count"] == 21
    # people that chose nothing, with the temperatures of those that did; nobody is trained on
    (tmp_path / "features/train-000000.npz").unlink()
    measured = [*own[:4], "--samples", str(tmp_path / "features"), *model, "--split", "test"]
    with pytest.raises(ValueError, match=r"holds valid and nobody of test: name test in .* labels.csv"):
        evaluate.main(measured)
    save_samples(tmp_path / "features/test-000000.npz", clips[:16])
    held_out = evaluate.main([*measured, "--temperatures", str(tmp_path / "cases.json")])
    assert held_out["cases"]["T"]["count"] == 14 and held_out["split"] == "test"
    for name, case in found["cases"].items():
        assert held_out["cases"][name]["temperature"] == case["temperature"]
        assert json.loads((tmp_path / "cases.json").read_text())[name] == round(case["temperature"], 4)
    assert "16 test samples, in fp32" in (tmp_path / "results/memobert.md").read_text()
    # a test set in a folder of its own, beside those who validate and without them
    test = tmp_path / "test"
    test.mkdir()
    (tmp_path / "features/test-000000.npz").rename(test / "test-000000.npz")
    apart = [*own[:4], *model, "--split", "test", "--samples", str(test)]
    assert evaluate.main([*apart, str(tmp_path / "features")]) == held_out
    unscaled = evaluate.main([*apart, "--temperatures", str(tmp_path / "cases.json")])["cases"]
    assert set(json.loads((tmp_path / "cases.json").read_text()).values()) == {1}
    for name, case in held_out["cases"].items():
        assert unscaled[name]["uar"] == case["uar"] and unscaled[name]["ece"] == case["ece_raw"]
    page = (tmp_path / "results/memobert.md").read_text()
    assert f"Temperature 1 of {', '.join(unscaled)}: no labelled validation sample" in page
    with pytest.raises(ValueError, match=r"test holds test and nobody of valid: .* larger --valid"):
        evaluate.main([*apart, "--split", "valid"])
    with pytest.raises(ValueError, match="nothing to train on"):
        pretrain.main([*common, "--out", str(tmp_path / "none")])


def test_a_temperature_that_chance_made_is_not_shipped():
    rng = np.random.default_rng(7)
    truth = np.arange(40) % 7
    right = rng.normal(size=(40, 7)) + 6 * np.eye(7)[truth]
    others = rng.normal(size=(30, 7)), np.arange(30) % 7
    for count, reason in ((5, evaluate.TOO_FEW), (19, evaluate.TOO_FEW), (40, evaluate.AT_BOUND)):
        of = right[:count], truth[:count]
        for found in (evaluate.measure_scaled(*of, 1, None), evaluate.measure_scaled(*others, 1, of)):
            assert found["temperature"] == 1 and found["unscaled"] == reason
            assert found["ece"] == found["ece_raw"]
    # what tells nothing of the labels ends at the other bound
    upside_down = evaluate.measure_scaled(-right, truth, 1, None)
    assert upside_down["temperature"] == 1 and upside_down["unscaled"] == evaluate.AT_BOUND
    # twice as sure as it is right
    logits = 2 * np.log(np.full((40, 7), 0.1) + 0.3 * np.eye(7)[truth])
    logits[::2] = np.roll(logits[::2], 1, 1)
    logits += rng.normal(0, 0.01, logits.shape)
    for found in (
        evaluate.measure_scaled(logits, truth, 1, None),
        evaluate.measure_scaled(*others, 1, (logits, truth)),
    ):
        assert 1 < found["temperature"] < 15 and "unscaled" not in found


def test_parts_of_long_clips_are_no_clips(monkeypatch):
    """Right by construction, 24 clips of 20 parts each: all of a clip are right, or all wrong."""
    rng = np.random.default_rng(3)
    chance = np.repeat(rng.random(24) < 0.6, 20)
    truth = np.repeat(np.arange(24) % 7, 20)
    said = np.where(chance, truth, (truth + 1) % 7)
    logits = np.log(np.full((480, 7), 0.4 / 6) + (0.6 - 0.4 / 6) * np.eye(7)[said])
    logits += rng.normal(0, 0.02, logits.shape)
    monkeypatch.setattr(evaluate, "label_logits", lambda _, given, *__: logits[: len(given)])
    monkeypatch.setattr(evaluate, "prompt_of", lambda *_: None)
    rows = [np.ones((2, size)) for size in (3, 8, 4)]
    parts = [
        Sample((8,), *rows, label, f"talk-0a1b2c3d-valid-{i // 20:05d}-{i % 20:04d}")
        for i, label in enumerate(truth)
    ]
    whole = [dataclasses.replace(part, source=f"talk-0a1b2c3d-valid-{i:05d}") for i, part in enumerate(parts)]
    of_parts, of_clips = (
        evaluate.measure_all_cases(None, None, samples, None, None, 1, "fp32")["T"]
        for samples in (parts, whole)
    )
    assert of_clips["ece_by_chance_95"] < of_parts["ece"] < of_parts["ece_by_chance_95"]
    assert of_parts["clips"] == 24 and of_parts["count"] == 480 and "clips" not in of_clips
    page = to_markdown({"prompt": "", "count": 480, "cases": {"T": of_parts}})
    assert "Clips: T 24." in page and "divided" not in to_markdown({"prompt": "", "count": 1, "cases": {}})
    # of few that were divided often no temperature is made either
    few = evaluate.measure_all_cases(None, None, parts[:200], None, None, 1, "fp32")["T"]
    assert few["unscaled"] == evaluate.TOO_FEW and few["clips"] == 10


def test_a_case_that_valid_cannot_scale_is_not_scaled_for_test_either():
    """Everybody's answer is the same: `valid` ships 1, and `test` is measured with what is shipped."""
    rng = np.random.default_rng(7)
    alike = np.tile(rng.normal(size=7), (40, 1)), np.arange(40) % 7
    assert evaluate.measure_scaled(*alike, 1, None)["temperature"] == 1
    found = evaluate.measure_scaled(rng.normal(size=(30, 7)), np.arange(30) % 7, 1, alike)
    assert found["temperature"] == 1 and found["unscaled"] == evaluate.TOO_FEW


def test_the_light_face_is_measured_with_the_temperatures_that_the_page_has(monkeypatch):
    rng = np.random.default_rng(5)
    logits, truth = rng.normal(0, 3, (28, 7)), np.arange(28) % 7
    monkeypatch.setattr(evaluate, "label_logits", lambda *_: logits)
    monkeypatch.setattr(evaluate, "prompt_of", lambda *_: None)
    rows = [np.ones((2, size)) for size in (3, 8, 4)]
    samples = [Sample((8,), *rows, label, str(index)) for index, label in enumerate(truth)]
    shipped = {"V": 4.0}
    found = evaluate.measure_all_cases(None, None, samples, None, None, 0, "fp32", shipped=shipped)
    assert found["V"]["ece_shipped"] == measure_calibration(logits / 4, truth)["ece"]
    assert found["V"]["ece_shipped"] != found["V"]["ece"] == found["T"]["ece"]
    assert "ece_shipped" not in found["T"]
    page = to_markdown({"prompt": "", "count": 28, "cases": found, "light": found})
    assert f"ECE: V {100 * found['V']['ece_shipped']:.1f}." in page
    assert "in the page" not in to_markdown({"prompt": "", "count": 28, "cases": found})
