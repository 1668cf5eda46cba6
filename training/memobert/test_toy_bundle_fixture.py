import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from . import toy_bundle_fixture

COMMITTED = Path(__file__).resolve().parents[2] / "tests/fixtures/toy-bundle"
# another processor's rounding, of weights folded before they are halved
HALF = {"rtol": 2e-3, "atol": 2e-3}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("toy-bundle")
    toy_bundle_fixture.make(out)
    return out


def weights(path: Path) -> dict[str, np.ndarray]:
    return {w.name: numpy_helper.to_array(w) for w in onnx.load(path).graph.initializer}


def described(folder: Path) -> dict:
    """The manifest, but for what depends on a processor's rounding."""
    manifest = json.loads((folder / "manifest.json").read_text())
    return {key: manifest[key] for key in ("format", "name", "prompt", "labels", "face", "voice")}


def test_committed_files_are_what_the_command_makes(made):
    assert sorted(p.name for p in COMMITTED.iterdir()) == sorted(p.name for p in made.iterdir())
    assert described(COMMITTED) == described(made)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        assert (COMMITTED / name).read_bytes() == (made / name).read_bytes()
    for path in made.glob("*.onnx"):
        new, old = weights(path), weights(COMMITTED / path.name)
        assert new.keys() == old.keys(), path.name
        for name, value in new.items():
            np.testing.assert_allclose(value.astype(np.float32), old[name].astype(np.float32), **HALF)


def test_it_is_small_enough_to_lie_in_the_repository():
    assert sum(path.stat().st_size for path in COMMITTED.iterdir()) < 500_000
