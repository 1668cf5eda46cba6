"""Clips through the built page, with the shipped bundle: the recorded actor in place of people."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "training" / "browser_path" / "evaluate-clips.mjs"
CLIP = ROOT / "tests" / "fixtures" / "generated" / "clip.webm"
BUILT = (ROOT / "node_modules" / "vite", ROOT / "dist" / "index.html", CLIP)

pytestmark = pytest.mark.built


@pytest.mark.skipif(
    any(shutil.which(program) is None for program in ("node", "ffmpeg"))
    or not all(path.exists() for path in BUILT),
    reason="ffmpeg, npm ci, npm run build and scripts/record-actor.mjs come first",
)
def test_a_clip_is_answered_with_its_words_and_without(tmp_path):
    shutil.copy(CLIP, tmp_path)
    (tmp_path / "clips.csv").write_text('file,note,transcript\nclip.webm,"an actor, drawn",i am so happy\n')
    command = ["node", SCRIPT, "--clips", tmp_path, "--json", tmp_path / "report.json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert any("memobert.int8.onnx" in graph for graph in report["graphs"])
    [clip] = report["clips"]
    assert clip["file"] == "clip.webm"
    for run in ("withWords", "withoutWords"):
        assert clip[run]["estimates"] > 2 and clip[run]["face"] > 0 and clip[run]["voice"] > 0
        assert 0 <= clip[run]["least"] <= clip[run]["mean"] <= clip[run]["most"] <= 1
    # the words count
    assert clip["withWords"] != clip["withoutWords"]
