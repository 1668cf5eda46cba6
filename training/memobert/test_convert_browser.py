"""The built page opens a converted bundle of the paper's widths, with two layers each."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from . import convert, random_checkpoints
from .labels import LABELS

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "training" / "browser_path" / "open-bundle.mjs"
BUILT = (ROOT / "node_modules" / "vite", ROOT / "dist" / "index.html")

pytestmark = pytest.mark.built


@pytest.mark.skipif(
    shutil.which("node") is None or not all(path.exists() for path in BUILT),
    reason="npm ci and npm run build come first",
)
def test_the_built_page_opens_a_bundle_of_the_papers_widths(tmp_path):
    paths = random_checkpoints.make(tmp_path / "checkpoints", "mid")
    given = [f"--{option}={paths[option]}" for option in ("memobert", "wav2vec2", "denseface", "vocabulary")]
    manifest = convert.main([*given, "--out", str(tmp_path / "bundle")])
    assert (manifest["voice"]["featureSize"], manifest["face"]["featureSize"]) == (768, 342)
    command = ["node", SCRIPT, "--bundle", tmp_path / "bundle", "--json", tmp_path / "report.json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    # each graph against its golden vectors, then an estimate of all three modalities
    assert report["verified"] == ["denseface", "wav2vec2", "memobert"]
    assert report["labels"] == list(LABELS)
    assert sum(report["probabilities"]) == pytest.approx(1, abs=1e-5)
