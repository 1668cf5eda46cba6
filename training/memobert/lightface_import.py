"""Reads LightFace back from a bundle's graph, so that training goes on from what was published.

python -m memobert.lightface_import --bundle ../public/models/small --faces FACES --out runs/lightface/best.pt
"""

import argparse
import re
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from .command_help import CommandHelp
from .denseface_import import put_norms_back
from .kept import write_whole
from .lightface_model import LightFace
from .manifest import Bundle
from .memobert_import import named_tensors


def load_lightface(path: Path, faces: Tensor) -> tuple[LightFace, dict]:
    """LightFace with the weights of `path` (a `denseface-light.onnx` of `export.py`), and its shape.

    The export folds every norm into the convolution before it. They are put back with the statistics of
    `faces` [N,1,H,W] (normalised; some hundred): the answers stay the same, and they train. Raises ValueError
    when the graph is of another network.
    """
    state, _ = named_tensors(onnx.load(path).graph)
    units = sorted(int(m[1]) for name in state if (m := re.fullmatch(r"body\.(\d+)\.weight", name)))
    try:
        *widths, features = (len(state[f"body.{unit}.weight"]) for unit in units)
        shape = {"widths": tuple(widths), "features": features, "classes": len(state["classifier.weight"])}
        model = LightFace(**shape)
        biases = _take_convolutions(model, state)
        model.classifier.load_state_dict({k: state[f"classifier.{k}"] for k in ("weight", "bias")})
    except (KeyError, ValueError, RuntimeError) as error:
        raise ValueError(f"{path} is no denseface-light.onnx: {error}") from error
    put_norms_back(model, biases, faces)
    return model, shape


def _take_convolutions(model: LightFace, state: dict[str, Tensor]) -> dict[nn.BatchNorm2d, Tensor]:
    """Loads the folded weights; the biases, by the norms that they came from. Raises KeyError for another."""
    modules, biases = dict(model.named_modules()), {}
    for name, layer in modules.items():
        if isinstance(layer, nn.Conv2d):
            layer.load_state_dict({"weight": state[f"{name}.weight"]})
            unit, _, place = name.rpartition(".")
            biases[modules[f"{unit}.{int(place) + 1}"]] = state[f"{name}.bias"]
    return biases


def main(argv: list[str] | None = None) -> None:
    from .ferplus_data import load_ferplus
    from .train_denseface import to_input

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    parser.add_argument("--bundle", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument("--faces", type=Path, required=True, help="folder of ferplus-{train,valid}.zip")
    parser.add_argument("--cache", type=Path, default=None, help="folder for decoded pictures")
    parser.add_argument("--out", type=Path, required=True, help="the checkpoint, say runs/lightface/best.pt")
    arguments = parser.parse_args(argv)
    bundle = Bundle(arguments.bundle)
    manifest = bundle.manifest
    face = manifest["face"]
    pictures = load_ferplus(arguments.faces, "train", arguments.cache).pictures[:512]
    some = to_input(torch.from_numpy(pictures).unsqueeze(1), face["sizePx"], face["mean"], face["std"])
    model, shape = load_lightface(bundle.graph("denseface-light"), some)
    trained = manifest.get("training", {}).get("light") or {}
    state = {"model": model.state_dict(), "mean": face["mean"], "std": face["std"], "light": shape}
    state |= {key: trained[key] for key in ("run", "epoch", "valid") if key in trained}
    write_whole(arguments.out, lambda file: torch.save(state, file))


if __name__ == "__main__":
    main()
