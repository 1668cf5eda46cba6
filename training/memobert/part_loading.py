"""A checkpoint of a face, a voice or MEmoBERT, whoever trained it, as what a best.pt of this folder holds.

Layouts are those of `foreign_layouts.py`. What `convert` makes of them is made here as well, so that an
encoder of others extracts, and their MEmoBERT is measured, without a bundle in between.
"""

from collections.abc import Callable
from pathlib import Path

from .checkpoint_files import Checkpoint, CheckpointError, read_checkpoint
from .conversion import Part
from .convert_face import convert_face
from .convert_fusion import Supply, convert_fusion
from .convert_voice import convert_voice
from .denseface_model import FEATURE_SIZE
from .foreign_layouts import find_layout

# where no embedder says: convert_fusion asks for both, and refuses a checkpoint without embedders
PAPER_SIZES = (FEATURE_SIZE, 768)
CONVERT: dict[str, Callable[[Checkpoint], Part]] = {
    "face": convert_face,
    "voice": convert_voice,
    "fusion": lambda checkpoint: convert_fusion(checkpoint, Supply(), None, *PAPER_SIZES),
}
GRAPHS = {
    "face": "`extract` takes it; else give the best.pt, or make one with `train_denseface --init`",
    "voice": "`extract` takes it; else make a best.pt of its bundle with wav2vec2_import",
    "fusion": "`pretrain`, `tune` (--init) and `evaluate` take it, `export` with its bundle by --reuse",
}


def load_part(path: Path, part: str) -> dict:
    """What a `face`, `voice` or `fusion` holds, a file or a folder.

    Raises CheckpointError for what is missing, broken, of no layout that is known, or not whole.
    """
    path = Path(path)
    if path.suffix == ".onnx":
        raise CheckpointError(f"{path} is a graph: {GRAPHS[part]}.")
    return part_of(read_checkpoint(path), part)


def part_of(checkpoint: Checkpoint, part: str) -> dict:
    """As `load_part`, of what was read already."""
    if find_layout(part, checkpoint.tensors, checkpoint.path).own:
        return {**checkpoint.stored, "model": checkpoint.tensors}
    return CONVERT[part](checkpoint).stored
