"""Where answers are withheld, measured on the toy corpora's validation splits by a toy bundle."""

import json
import shutil
import zipfile

import numpy as np

from . import export, measure_reliability
from .extract import voice_window
from .toy_data import WORDS
from .voice_features import heard_window


def toy_splits(toy, folder):
    """The toy corpora in the shape that the command reads: whole pictures, RAVDESS, GoEmotions' lines."""
    (folder / "faces").mkdir(parents=True)
    (folder / "text/goemotions").mkdir(parents=True)
    shutil.copytree(toy / "speech", folder / "speech")
    with (
        zipfile.ZipFile(toy / "faces/ferplus-valid.zip") as whole,
        zipfile.ZipFile(folder / "faces/ferplus-valid.zip", "w") as kept,
    ):
        for name in whole.namelist():
            if name != "votes.csv":
                kept.writestr(name, whole.read(name))
        lines = whole.read("votes.csv").decode().splitlines(keepends=True)
        kept.writestr("votes.csv", "".join(line for line in lines if "broken" not in line))
    kinds = ("neutral", "joy", "sadness", "anger", "surprise", "fear", "disgust", "pride")
    rows = [f"the day was {WORDS[i % 7]}\t{kinds[i % 8]}\t{i}\n" for i in range(56)]
    (folder / "text/goemotions/dev.tsv").write_text("text\tlabels\tcomment_id\n" + "".join(rows))


def test_what_is_printed_is_written(runs, toy, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(measure_reliability, "GAINS", (1, 0.2))
    monkeypatch.setattr(measure_reliability, "CLIPPED", (0, 0.3))
    bundle, data, out = tmp_path / "bundle", tmp_path / "data", tmp_path / "made/here"
    parts = [
        word
        for part in ("face", "light", "voice", "fusion")
        for word in (f"--{part}", str(runs["out"] / part / "best.pt"))
    ]
    export.main([*parts, "--vocabulary", str(toy / "vocab.txt"), "--out", str(bundle), "--name", "toy"])
    manifest = json.loads((bundle / "manifest.json").read_text())
    manifest["calibration"] = {"temperatures": {"T": 1.0, "V": 1.0, "A": 1.0}}
    (bundle / "manifest.json").write_text(json.dumps(manifest))
    toy_splits(toy, data)
    words = ["--bundle", str(bundle), "--data", str(data), "--count", "42", "--out", str(out)]
    found = measure_reliability.main(words)
    assert json.loads((out / "reliability.json").read_text()) == found
    assert found["bundle"].startswith("toy ") and found["count"] == 42
    told = capsys.readouterr().out
    for of in found["light"].values():
        assert [row["gain"] for row in of["gains"]] == [1, 0.2]
        # darker pictures have less contrast
        assert of["gains"][1]["contrast"] < of["gains"][0]["contrast"]
        assert sum(row["count"] for row in of["contrast"]) <= 84 and of["contrast"]
        for row in of["contrast"]:
            assert f"| {row['from']:g} to {row['to']:g} | {row['accuracy']:.1%} | {row['count']} |" in told
    # RAVDESS' fearful is scared: each clip has a label that the page knows
    assert found["voice"]["confidence"]["count"] == 14
    assert [row["clipped"] for row in found["voice"]["clipped"]] == [0, 0.3]
    assert found["voice"]["clipped"][0]["moved"] == 0
    # contempt and pride are no labels
    assert found["face"]["count"] < 42 and found["words"]["count"] == 42


def test_a_clip_is_heard_as_by_the_page():
    """Without the silence around it, behind the high pass; tokens of the zeros before it are left out."""
    rng = np.random.default_rng(1)
    said = rng.normal(0, 0.1, 16_000)
    clip = np.concatenate([rng.normal(0, 1e-4, 24_000), said, rng.normal(0, 1e-4, 40_000)])
    clip = (clip + 1e-3).astype(np.float32)
    given = []

    def graph(inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        given.append(inputs["waveform"])
        return {"features": np.arange(64.0)[None, :, None]}

    for voice, high_pass_hz in (({"highPassHz": 20.0}, 20), ({}, 0)):
        tokens = measure_reliability.voice_tokens(graph, clip, {"voice": voice})
        (window,) = given.pop()
        assert np.array_equal(window, heard_window(clip, high_pass_hz))
        first = voice_window(clip, high_pass_hz)[1]
        assert first and tokens[:, 0].tolist() == list(range(first, 64))


def test_what_a_threshold_withholds_is_told_where_nothing_is_left():
    answers = [np.array([0.45, 0.3, 0.25]), np.array([0.2, 0.42, 0.38])]
    found = measure_reliability.measure_confidence("words alone", answers, [0, 0])
    assert found["accuracy"] == 0.5 and found["top"] == []
    assert [row["withheld"] for row in found["thresholds"]] == [0, 0, 0.5, 1]
    assert [row["accuracy"] for row in found["thresholds"]] == [0.5, 0.5, 1, None]
