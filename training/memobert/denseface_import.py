"""Reads DenseFace's weights back from a bundle's graph, so that training goes on from what was published."""

import argparse
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from .denseface_model import Bottleneck, DenseFace, Transition
from .kept import write_whole
from .manifest import Bundle
from .onnx_graph import widen


def load_denseface(path: Path, faces: Tensor, **shape) -> DenseFace:
    """DenseFace of `shape` with the weights of `path` (a `denseface.onnx` of `export.py`).

    The export folds each bottleneck's second norm into the convolution before it, and makes a maximum of the
    first one (`denseface_folding.py`). Norms are put back with
    the statistics of `faces` [N,1,H,W] (normalised; some hundred): its answer stays the same, and it trains.
    Raises ValueError when the graph is not of this shape.
    """
    graph = onnx.load(path).graph
    widen(graph)
    stored = {w.name: torch.from_numpy(numpy_helper.to_array(w).copy()).float() for w in graph.initializer}
    # the exporter renames folded convolutions, but never reorders them
    convolutions = [n for n in graph.node if n.op_type == "Conv"]
    model = DenseFace(**shape)
    layers = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    if len(layers) != len(convolutions):
        raise ValueError(f"{path} has {len(convolutions)} convolutions, this shape {len(layers)}")
    folded_bias: dict[int, Tensor] = {}
    for layer, node in zip(layers, convolutions, strict=True):
        layer.weight.data.copy_(_shaped(stored, node.input[1], layer.weight, path))
        if len(node.input) > 2:
            folded_bias[id(layer)] = stored[node.input[2]]
    norms = [n for n in graph.node if n.op_type in ("BatchNormalization", "Max")]
    plain = [m for name, m in model.named_modules() if isinstance(m, nn.BatchNorm2d) and "norm2" not in name]
    floors: dict[nn.BatchNorm2d, Tensor] = {}
    for layer, node in zip(plain, norms, strict=True):
        if node.op_type == "Max":
            floors[layer] = -stored[next(name for name in node.input if name in stored)].flatten()
            continue
        for target, name in zip(
            (layer.weight, layer.bias, layer.running_mean, layer.running_var), node.input[1:], strict=True
        ):
            target.data.copy_(_shaped(stored, name, target, path))
    # max(x, t) = relu(x - t) + t: what the convolution makes of t goes out of its bias
    for norm, layer in _before_convolutions(model):
        if norm in floors and id(layer) in folded_bias:
            folded_bias[id(layer)] = folded_bias[id(layer)] - layer.weight.data[:, :, 0, 0] @ floors[norm]
    model.classifier.load_state_dict(
        {"weight": stored["classifier.weight"], "bias": stored["classifier.bias"]}
    )
    norms = [(block.norm2, block.conv1) for block in model.body if hasattr(block, "conv1")]
    folded = {norm: folded_bias[id(conv)] for norm, conv in norms if id(conv) in folded_bias}
    put_norms_back(model, {**folded, **floors}, faces)
    return model


def _before_convolutions(model: DenseFace) -> list[tuple[nn.Module, nn.Conv2d]]:
    """The norms that the export turns into a floor, and the convolution behind each."""
    blocks = [(b.norm1, b.conv1) for b in model.body if isinstance(b, Bottleneck)]
    return blocks + [(b[0], b[2]) for b in model.body if isinstance(b, Transition)]


def _shaped(stored: dict[str, Tensor], name: str, like: Tensor, path: Path) -> Tensor:
    if name not in stored or stored[name].shape != like.shape:
        raise ValueError(f"{path}: weight {name} is missing or not of shape {list(like.shape)}")
    return stored[name]


@torch.inference_mode()
def put_norms_back(model: nn.Module, biases: dict[nn.BatchNorm2d, Tensor], faces: Tensor) -> None:
    """Gives each folded norm the statistics that its convolution has on `faces` [N,1,H,W].

    `biases` are those that folding gave the convolutions, which have none here; or a floor's, negative.
    """

    def before(norm: nn.BatchNorm2d, inputs: tuple[Tensor]) -> None:
        variance, mean = torch.var_mean(inputs[0].float(), (0, 2, 3), correction=0)
        # the folded graph computes convolution + bias: undo what this norm is going to do
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_(torch.sqrt(variance + norm.eps))
        norm.bias.copy_(biases[norm] + mean)

    hooks = [norm.register_forward_pre_hook(before) for norm in biases]
    model.eval()
    model(faces)
    for hook in hooks:
        hook.remove()


def main(argv: list[str] | None = None) -> None:
    """Writes a bundle's DenseFace as a checkpoint, for the steps that want one."""
    from .ferplus_data import load_ferplus
    from .train_denseface import evaluate, to_input

    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--bundle", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument("--faces", type=Path, required=True, help="folder of ferplus-{train,valid}.zip")
    parser.add_argument("--cache", type=Path, default=None, help="folder for decoded pictures")
    parser.add_argument("--out", type=Path, required=True, help="the checkpoint, say runs/denseface/best.pt")
    arguments = parser.parse_args(argv)
    bundle = Bundle(arguments.bundle)
    manifest = bundle.manifest
    face = manifest["face"]
    pictures = load_ferplus(arguments.faces, "train", arguments.cache).pictures[:512]
    some = to_input(torch.from_numpy(pictures).unsqueeze(1), face["sizePx"], face["mean"], face["std"])
    model = load_denseface(bundle.graph("denseface"), some)
    trained = manifest.get("training", {}).get("face", {})
    state = {"model": model.state_dict(), "mean": face["mean"], "std": face["std"], "shape": {}}
    valid = load_ferplus(arguments.faces, "valid", arguments.cache)
    state["valid"] = evaluate(model, valid, face["sizePx"], face["mean"], face["std"], "cpu")
    state |= {key: trained[key] for key in ("run", "epoch") if key in trained}
    write_whole(arguments.out, lambda file: torch.save(state, file))


if __name__ == "__main__":
    main()
