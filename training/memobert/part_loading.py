"""A checkpoint of a face, a voice or MEmoBERT, whoever trained it, as what a best.pt of this folder holds.

Layouts are those of `foreign_layouts.py`. What `convert` makes of them is made here as well, so that an
encoder of others extracts, and their MEmoBERT is measured, without a bundle in between.
"""

import argparse
from pathlib import Path

from .checkpoint_files import Checkpoint, CheckpointError, read_checkpoint
from .convert_face import convert_face
from .convert_fusion import Supply, convert_fusion
from .convert_voice import convert_voice
from .denseface_model import FEATURE_SIZE
from .foreign_layouts import find_layout

# where no embedder says: convert_fusion asks for both, and refuses a checkpoint without embedders
PAPER_SIZES = (FEATURE_SIZE, 768)
GRAPHS = {
    "face": "`extract` takes it; else give the best.pt, or make one with `train_denseface --init`",
    "voice": "`extract` takes it; else make a best.pt of its bundle with wav2vec2_import",
    "fusion": "`pretrain`, `tune` (--init) and `evaluate` take it, `export` with its bundle by --reuse",
}


def add_reading_arguments(parser: argparse.ArgumentParser, of: str) -> None:
    """What has to be said of a checkpoint of others that does not say it itself; `of`: which one."""
    parser.add_argument(
        "--heads",
        type=int,
        default=None,
        help=f"of {of}, where no config says; without, 12 at 384 wide, else width / 64",
    )
    parser.add_argument("--trust", action="store_true", help=f"read pickles that may run code: {of}")


def load_part(path: Path, part: str, heads: int | None = None, trust: bool = False) -> dict:
    """What a `face`, `voice` or `fusion` holds, a file or a folder.

    `heads` are a fusion's, where no config says; `trust` as in `read_checkpoint`. Raises CheckpointError for
    what is missing, broken, of no layout that is known, or not whole.
    """
    path = Path(path)
    if path.suffix == ".onnx":
        raise CheckpointError(f"{path} is a graph: {GRAPHS[part]}.")
    return part_of(read_checkpoint(path, trust), part, heads)


def part_of(checkpoint: Checkpoint, part: str, heads: int | None = None) -> dict:
    """As `load_part`, of what was read already."""
    if find_layout(part, checkpoint.tensors, checkpoint.path).own:
        return {**checkpoint.stored, "model": checkpoint.tensors}
    if part == "fusion":
        return convert_fusion(checkpoint, Supply(), heads, *PAPER_SIZES).stored
    return {"face": convert_face, "voice": convert_voice}[part](checkpoint).stored
