"""Rules that page and training each write down, read from the page's sources: one that moves alone fails."""

import re
from pathlib import Path

import pytest

from . import clip_windows, face_finding, labels

SOURCES = Path(__file__).resolve().parents[2] / "src"
# page's file, its name there, what the training has
RULES = [
    ("encoders/face/detector.ts", "MIN_CONFIDENCE", face_finding.MIN_CONFIDENCE),
    ("encoders/face/detector.ts", "LOOK_PX", face_finding.LOOK_PX),
    ("encoders/face/finder.ts", "NEAR", face_finding.NEAR),
    ("encoders/face/finder.ts", "SAME", face_finding.SAME),
    ("encoders/face/finder.ts", "TILE", face_finding.TILE),
    ("encoders/face/tracker.ts", "LOST_S", face_finding.LOST_S),
    ("encoders/face/tracker.ts", "MIN_OVERLAP", face_finding.MIN_OVERLAP),
    ("memobert/evidence.ts", "TEXT_MEMORY_S", clip_windows.LONGEST_S),
    ("memobert/evidence.ts", "PAUSE_S", clip_windows.PAUSE_S),
    ("runtime/manifest-check.ts", "MOST_LABELS", labels.MOST_LABELS),
]


@pytest.mark.parametrize(("file", "name", "ours"), RULES, ids=[name for _, name, _ in RULES])
def test_a_rule_is_the_pages(file, name, ours):
    said = re.findall(rf"^(?:export )?const {name} = ([\d._]+);$", (SOURCES / file).read_text(), re.MULTILINE)
    assert [float(number) for number in said] == [ours]
