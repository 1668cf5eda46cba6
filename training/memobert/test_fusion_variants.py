"""MEmoBERT's forms, measured on composed samples of the toy corpora."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from . import export, fusion_variants
from .export_variants import fp32_graph
from .golden_vectors import fusion_inputs
from .labels import LABELS
from .manifest import Bundle
from .samples import CASES, Sample, save_samples
from .sources import load_source


@pytest.fixture(scope="module")
def bundle(runs, toy, tmp_path_factory):
    """A folder as `export` leaves it, and its manifest."""
    out, folder = runs["out"], tmp_path_factory.mktemp("bundle")
    parts = [
        word
        for part in ("face", "light", "voice", "fusion")
        for word in (f"--{part}", str(out / part / "best.pt"))
    ]
    words = ["--vocabulary", str(toy / "vocab.txt"), "--out", str(folder), "--name", "toy"]
    return folder, export.main([*parts, *words])


def options(runs, folder, out) -> list[str]:
    fusion = runs["fusion"][: runs["fusion"].index("--batch")]
    kept = [part for part in fusion if part != "--toy"]
    composed = ["--composed", "14", "--banks", str(runs["out"] / "banks")]
    return [*kept, *composed, "--bundle", str(folder), "--out", str(out)]


def test_every_form_is_measured_case_by_case(runs, bundle, tmp_path):
    report = fusion_variants.main([*options(runs, bundle[0], tmp_path), "--no-timing"])
    assert json.loads((tmp_path / "fusion.json").read_text()) == json.loads(json.dumps(report))
    rows = report["graphs"]["memobert"]
    assert tuple(rows) == fusion_variants.MEASURED and report["eyes"] == "the light encoder"
    for row in rows.values():
        assert row["cases"].keys() == CASES.keys()
    for case in CASES:
        assert rows["fp32"]["cases"][case]["moved_most"] == 0
    moved = {key: row["cases"]["TVA"]["moved"] for key, row in rows.items()}
    # the bundle's numbers are packed already
    assert moved["fp32-packed"] < 1e-5 < moved["int8-packed"] < 0.2
    # the packed table and the products of int8 on it weigh the same but for nodes
    assert abs(rows["int8-packed"]["bytes"] - rows["fp32-packed"]["bytes"]) < 10_000
    page = (tmp_path / "fusion.md").read_text()
    assert "| int8-packed |" in page and "| TVA |" in page


def test_a_report_from_before_own_clips_is_of_composed_samples():
    folder = Path(__file__).parents[1] / "results/variants"
    report = json.loads((folder / "fusion.json").read_text())
    assert fusion_variants.table({**report, "samples": "composed"}) == (folder / "fusion.md").read_text()
    assert fusion_variants.table({**report, "samples": "own"}) != (folder / "fusion.md").read_text()
    report.pop("samples", None)
    assert fusion_variants.table(report) == (folder / "fusion.md").read_text()


def test_own_clips_are_measured_by_what_they_have(runs, bundle, tmp_path):
    folder, manifest = bundle
    rng = np.random.default_rng(3)
    sizes = [manifest[kind]["featureSize"] for kind in ("face", "voice")]
    clips = [
        Sample((8 + i,), rng.random((4 * (i % 2), sizes[0])), np.full((4 * (i % 2), 8), 1 / 8),
               np.zeros((0, sizes[1])), i % len(LABELS), "clip")
        for i in range(8)
    ]  # fmt: skip
    save_samples(tmp_path / "own/valid-000000.npz", clips)
    more = ["--samples", str(tmp_path / "own"), "--variants", "fp32", "--no-timing"]
    report = fusion_variants.main([*options(runs, folder, tmp_path), *more])
    cases = report["graphs"]["memobert"]["fp32"]["cases"]
    assert {name: of["count"] for name, of in cases.items()} == {"T": 8, "V": 4, "TV": 4}
    page = (tmp_path / "fusion.md").read_text()
    # given to the command, the light encoder has not seen them
    assert "8 own validation samples, faces as the encoder of `extract` sees them" in page
    assert f"| {cases['V']['uar'] * 100:.1f} | n/a |" in page


def test_what_an_estimate_needs_answers_alike(runs, bundle, tmp_path):
    folder, manifest = bundle
    arguments = fusion_variants.read([*options(runs, folder, tmp_path)])
    whole = fp32_graph(Bundle(folder), "memobert")
    part = fusion_variants.estimates_alone(whole)
    assert [output.name for output in part.graph.output] == ["mask_logits"]
    assert len(part.graph.node) < len(whole.graph.node)
    onnx.checker.check_model(part)
    sizes = [manifest[kind]["featureSize"] for kind in ("face", "voice")]
    asked = fusion_inputs(*sizes, load_source(arguments).tokenizer, "i am [MASK].")
    given = {name: value.numpy() for name, value in asked.items()}
    got, want = (
        onnxruntime.InferenceSession(graph.SerializeToString()).run(["mask_logits"], given)[0]
        for graph in (part, whole)
    )
    assert np.abs(got - want).max() < 1e-4 * np.abs(want).max()


def test_a_bundle_is_asked_by_its_own_prompt(runs, bundle, tmp_path, monkeypatch):
    folder, asked = tmp_path / "bundle", []
    shutil.copytree(bundle[0], folder)
    (folder / "manifest.json").write_text(json.dumps({**bundle[1], "prompt": "it was [MASK] ."}))

    def answers(_graph, samples, _tokenizer, prompt) -> np.ndarray:
        asked.append(prompt.text)
        return np.zeros((len(samples), len(LABELS)))

    monkeypatch.setattr(fusion_variants, "answers", answers)
    given = [*options(runs, folder, tmp_path), "--variants", "fp32", "--no-timing"]
    for more, prompt in (([], "it was [MASK] ."), (["--prompt", "he is [MASK] ."], "he is [MASK] .")):
        asked.clear()
        fusion_variants.main([*given, *more])
        assert set(asked) == {prompt}
