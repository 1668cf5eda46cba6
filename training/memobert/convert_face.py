"""A checkpoint of DenseFace, the authors' or any DenseNet-BC of its kind, as one of `train_denseface`."""

from collections.abc import Mapping

import torch
from torch import Tensor

from .checkpoint_files import Checkpoint, CheckpointError
from .conversion import Part, account, count_layers, origin
from .denseface_model import FACE_CLASSES, DenseFace
from .foreign_layouts import Row, find_layout, rename


def convert_face(checkpoint: Checkpoint, mean: float | None = None, std: float | None = None) -> Part:
    """DenseFace of any depth; `mean` and `std` (of 0..255 grey) go before what the checkpoint states.

    Raises CheckpointError with every tensor that is missing, unexpected or of another shape.
    """
    layout = find_layout("face", checkpoint.tensors, checkpoint.path)
    state, rows, unexpected = rename(layout, checkpoint.tensors)
    if layout.own:
        shape = checkpoint.stored.get("shape", {})
    else:
        shape = told_shape(state, checkpoint)
        state, rows = in_sequence(state, rows, shape["blocks"])
    with torch.device("meta"):
        model = DenseFace(**shape)
    expected = {name: value.shape for name, value in model.state_dict().items()}
    # PyTorch before 0.4.1 had none, and no answer depends on them
    counters = {name for name in expected if name.endswith("num_batches_tracked")}
    state |= {name: torch.tensor(0) for name in counters - state.keys()}
    account(checkpoint, layout, state, expected, unexpected)
    if (classes := model.classifier.out_features) != len(FACE_CLASSES):
        raise CheckpointError(
            f"{checkpoint.path} has {classes} classes: train it on FER+'s {len(FACE_CLASSES)}, "
            f"{', '.join(FACE_CLASSES)}."
        )
    stated = {key: checkpoint.stored[key] for key in ("mean", "std") if key in checkpoint.stored}
    asked = {key: value for key, value in (("mean", mean), ("std", std)) if value is not None}
    stored = {"model": state, "shape": shape, **stated, **asked, **origin(checkpoint, layout)}
    return Part(layout.name, stored, rows)


def told_shape(state: Mapping[str, Tensor], checkpoint: Checkpoint) -> dict:
    """DenseFace's arguments by the tensors. Raises CheckpointError when one is missing that tells them."""
    blocks = range(1, count_layers(state, r"block (\d+) .+"))
    try:
        squeeze = state["transition 1.2.weight"] if len(blocks) > 1 else None
        inner, grown = state["block 1 layer 1.conv1.weight"], state["block 1 layer 1.conv2.weight"]
        return {
            "growth": len(grown),
            "blocks": tuple(count_layers(state, rf"block {b} layer (\d+)\..+") - 1 for b in blocks),
            "compression": 0.5 if squeeze is None else squeeze.shape[0] / squeeze.shape[1],
            "bottleneck": len(inner) // len(grown),
            "classes": len(state["classifier.weight"]),
        }
    except KeyError as error:
        raise CheckpointError(
            f"{checkpoint.path} (layout densenet) lacks {error.args[0]}: DenseFace has bottlenecks, "
            "transitions and a classifier. Give a whole checkpoint of such a network."
        ) from error


def in_sequence(
    state: Mapping[str, Tensor], rows: list[Row], blocks: tuple[int, ...]
) -> tuple[dict[str, Tensor], list[Row]]:
    """Blocks and transitions at their places in DenseFace's one sequence, `body`, behind the stem."""
    units = []
    for block, depth in enumerate(blocks, 1):
        units += [f"block {block} layer {layer}" for layer in range(1, depth + 1)]
        units += [f"transition {block}"] if block < len(blocks) else []
    places = {unit: place for place, unit in enumerate([*units, "last"], 1)}

    def placed(name: str) -> str:
        unit, _, rest = name.partition(".")
        return f"body.{places[unit]}.{rest}" if unit in places else name

    moved = [Row(r.source, r.target and placed(r.target), r.shape, r.note) for r in rows]
    return {placed(name): value for name, value in state.items()}, moved
