"""Writes the tiny bundle of random weights that the page is tested with on a software adapter for WebGPU.

    python -m memobert.toy_bundle_fixture --out ../tests/fixtures/toy-bundle

Each graph, its golden vectors, the tokenizer and the manifest, as `convert` makes them of the layout of the
paper at toy width: the shipped graphs take such an adapter minutes.
"""

import argparse
import tempfile
from pathlib import Path

from . import convert, random_checkpoints
from .command_help import CommandHelp

GIVEN = ("memobert", "wav2vec2", "denseface", "vocabulary")


def make(out: Path) -> dict:
    """Writes the bundle to `out`; its manifest."""
    with tempfile.TemporaryDirectory() as folder:
        paths = random_checkpoints.make(Path(folder), "toy")
        given = [f"--{option}={paths[option]}" for option in GIVEN]
        # what the committed files have: no tensor tells that there were four
        given.append("--heads=1")
        licence = "Apache-2.0 (random weights)"
        return convert.main([*given, "--licence", licence, "--name", "toy", "--out", str(out)])


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    parser.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    make(parser.parse_args(argv).out)


if __name__ == "__main__":
    main()
