"""The modules as graphs: built from checkpoints, norms and temperature folded in, traced to ONNX."""

import io
import math
import warnings
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval
from transformers import Wav2Vec2Config

from .checkpoint_files import read_own
from .denseface_folding import fold_floors
from .denseface_model import DenseFace
from .labels import LABELS
from .lightface_model import LightFace
from .memobert_model import MemoBert, small_config
from .onnx_graph import HALF_FROM, deduplicate, optimise
from .onnx_variants import half_weights
from .part_loading import load_part
from .pretraining_heads import PretrainingHeads
from .voice_folding import fold_frames
from .voice_stream import CONTEXT, FRAMES
from .wav2vec2_model import VoiceEncoder, compact_config

OPSET = 17
# graph -> name of its checkpoint's option, which is the part's name in the manifest's `training`
PARTS = {"denseface": "face", "denseface-light": "light", "wav2vec2": "voice", "memobert": "fusion"}
# what fills in masked faces and voice, from `hidden` of memobert; masked words are its `filled_words`, or
# where it has none its `mask_logits`
HEADS = "memobert-heads"
FACE_AXES = {"faces": {0: "N"}, "features": {0: "N"}, "logits": {0: "N"}}
AXES = {
    "denseface": FACE_AXES,
    "denseface-light": FACE_AXES,
    "wav2vec2": {
        "waveform": {0: "N", 1: "T"},
        "features": {0: "N", 1: "F"},
        "logits": {0: "N"},
    },
    FRAMES: {"waveform": {0: "N", 1: "T"}, "frames": {0: "N", 1: "F"}},
    CONTEXT: {"frames": {0: "N", 1: "F"}, "features": {0: "N", 1: "P"}, "logits": {0: "N"}},
    "memobert": {
        "input_ids": {0: "N", 1: "L"},
        "face_features": {0: "N", 1: "V"},
        "voice_features": {0: "N", 1: "A"},
        "attention_mask": {0: "N", 1: "S"},
        "mask_position": {0: "N"},
        "mask_logits": {0: "N"},
        "hidden": {0: "N", 1: "S"},
        "filled_words": {0: "N"},
    },
    HEADS: {name: {0: "M"} for name in ("hidden", "face_features", "face_logits", "voice_features")},
}
OUTPUTS = {
    "denseface": ["features", "logits"],
    "denseface-light": ["features", "logits"],
    "wav2vec2": ["features", "logits"],
    FRAMES: ["frames"],
    CONTEXT: ["features", "logits"],
    "memobert": ["mask_logits", "hidden"],
    HEADS: ["face_features", "face_logits", "voice_features"],
}


def outputs_of(graph: str, model: nn.Module) -> list[str]:
    """Names of what the module returns; a voice encoder without labels returns its features alone.

    What MEmoBERT fills in for words is no "logits" by name: golden vectors keep those whole.
    """
    silent = graph in ("wav2vec2", CONTEXT) and not model.labels
    words = ["filled_words"] if getattr(model, "words", None) is not None and graph == "memobert" else []
    return ["features"] if silent else [*OUTPUTS[graph], *words]


def round_to_half(model: nn.Module) -> nn.Module:
    """Rounds in place each number that the export stores as fp16."""
    with torch.no_grad():
        for parameter in (*model.parameters(), *model.buffers()):
            if parameter.is_floating_point() and parameter.numel() >= HALF_FROM:
                parameter.copy_(parameter.half().float())
    return model


def fold_norms(model: nn.Module) -> nn.Module:
    """Folds each batch norm that directly follows a convolution into it, in place.

    These are all of LightFace's and the second ones of DenseFace's bottlenecks. A norm and ReLU before a 1x1
    convolution become one maximum (`fold_floors`).
    """
    model.eval()
    for module in model.modules():
        if hasattr(module, "conv1") and isinstance(module.norm2, nn.BatchNorm2d):
            module.conv1, module.norm2 = fuse_conv_bn_eval(module.conv1, module.norm2), nn.Identity()
        if not isinstance(module, nn.Sequential):
            continue
        for index in range(len(module) - 1):
            if isinstance(module[index], nn.Conv2d) and isinstance(module[index + 1], nn.BatchNorm2d):
                module[index] = fuse_conv_bn_eval(module[index], module[index + 1])
                module[index + 1] = nn.Identity()
    fold_floors(model)
    return model


def fold_temperature(model: nn.Module, temperature: float) -> nn.Module:
    """Divides the logits by `temperature`, in the last linear layer of `model.classifier`.

    Raises ValueError for a temperature that is no positive number.
    """
    if not (math.isfinite(temperature) and temperature > 0):
        raise ValueError(f"{temperature} is no temperature: it must be a positive number")
    *_, last = (module for module in model.classifier.modules() if isinstance(module, nn.Linear))
    with torch.no_grad():
        last.weight /= temperature
        last.bias /= temperature
    return model


def trace(model: nn.Module, inputs: dict[str, Tensor], outputs: list[str], axes: dict) -> onnx.ModelProto:
    """The module as an optimised graph with fp32 weights."""
    stream = io.BytesIO()
    axes = {name: dims for name, dims in axes.items() if name in inputs or name in outputs}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model.eval(),
            tuple(inputs.values()),
            stream,
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    graph = onnx.load_from_string(stream.getvalue())
    deduplicate(graph)
    return optimise(graph)


def to_onnx(model: nn.Module, inputs: dict[str, Tensor], outputs: list[str], axes: dict, path: Path) -> None:
    """Writes the module as a graph with fp16 weights and fp32 arithmetic."""
    onnx.save(half_weights(trace(model, inputs, outputs, axes)), path)


def load_models(
    face: Path | None, voice: Path | None, fusion: Path | None, light: Path | None = None
) -> dict[str, nn.Module]:
    """The trained modules by graph; None gives an untrained one of the shipped shape, no `denseface-light`.

    What the checkpoints hold is under `stored`, by part.
    """
    return build_models(load_stored({"face": face, "voice": voice, "fusion": fusion, "light": light}))


def load_stored(
    paths: dict[str, Path | None], heads: int | None = None, trust: bool = False
) -> dict[str, dict]:
    """What checkpoints hold by part, whoever trained them (`load_part`); nothing for None.

    `heads` and `trust` are about the fusion.
    """
    light = {key: path for key, path in paths.items() if key == "light"}
    said = {"fusion": (heads, trust)}
    found = {
        key: load_part(path, key, *said.get(key, ())) if path else {}
        for key, path in paths.items()
        if key not in light
    }
    # a layout that nobody else has
    return found | {key: read_own(path) if path else {} for key, path in light.items()}


def build_models(stored: dict[str, dict]) -> dict[str, nn.Module]:
    """As `load_models`, of what is in memory already."""
    denseface = DenseFace(**stored["face"].get("shape", {}))
    config = stored["voice"].get("config")
    labels = stored["voice"].get("labels", len(LABELS))
    wav2vec2 = VoiceEncoder(Wav2Vec2Config.from_dict(config) if config else compact_config(), labels)
    wav2vec2.wav2vec2.set_attn_implementation("eager")
    changes = stored["fusion"].get("config", {})
    sizes = _fusion_sizes(stored["fusion"]) or (denseface.feature_size, wav2vec2.config.hidden_size)
    memobert = MemoBert(small_config(**changes), *sizes)
    models = {"denseface": denseface, "wav2vec2": wav2vec2, "memobert": memobert}
    if stored["light"]:
        models["denseface-light"] = LightFace(**stored["light"].get("light", {}))
    for graph, module in models.items():
        if stored[PARTS[graph]]:
            module.load_state_dict(stored[PARTS[graph]]["model"])
        module.eval()
    # the position convolution's weight norm is training's business alone
    convolution = wav2vec2.wav2vec2.encoder.pos_conv_embed.conv
    torch.nn.utils.parametrize.remove_parametrizations(convolution, "weight")
    if "converted" not in stored["voice"]:
        # somebody else's encoder answers as it did, to the rounding: the tanh is off by 3e-5 a layer
        fold_frames(wav2vec2)
    for graph in models.keys() & {"denseface", "denseface-light"}:
        fold_norms(models[graph])
    if stored["fusion"].get("heads"):
        # they share its matrices, which a trace takes as constants
        models[HEADS] = PretrainingHeads(memobert.requires_grad_(False))
        models[HEADS].load(stored["fusion"]["heads"], memobert)
    return {**models, "stored": stored}


def _fusion_sizes(stored: dict) -> tuple[int, int] | None:
    """Face and voice features of a fusion's checkpoint: its encoders may not be at hand."""
    state = stored.get("model")
    return state and tuple(state[f"{part}_embeddings.linear.weight"].shape[1] for part in ("img", "speech"))
