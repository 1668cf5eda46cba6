"""A checkpoint of wav2vec 2.0, base or large, as one of `train_wav2vec2`; without an estimate of its own."""

import json
import logging
from collections.abc import Mapping

import torch
from torch import Tensor
from transformers import Wav2Vec2Config

from .checkpoint_files import Checkpoint, CheckpointError
from .conversion import HEAD_SIZE, Part, account, count_layers, origin
from .foreign_layouts import find_layout, rename
from .labels import LABELS
from .wav2vec2_model import SAMPLE_RATE_HZ, VoiceEncoder

log = logging.getLogger(__name__)

# 16 kHz -> 50 Hz, each frame from 25 ms (Baevski et al. 2020, section 4.2)
STRIDES, HOP, FIELD = (5, 2, 2, 2, 2, 2, 2), 320, 400
FRONT = "wav2vec2.feature_extractor.conv_layers"


def convert_voice(checkpoint: Checkpoint) -> Part:
    """wav2vec 2.0 of any width; foreign classifiers are over other labels and left out.

    Raises CheckpointError with every tensor that is missing, unexpected or of another shape.
    """
    layout = find_layout("voice", checkpoint.tensors, checkpoint.path)
    state, rows, unexpected = rename(layout, checkpoint.tensors)
    if layout.own:
        if "config" not in checkpoint.stored:
            raise CheckpointError(f"{checkpoint.path} has no config: give a best.pt of train_wav2vec2.")
        settings, labels = checkpoint.stored["config"], checkpoint.stored.get("labels", len(LABELS))
    else:
        check_preprocessing(checkpoint)
        settings, labels = foreign_config(state, checkpoint), 0
    config = Wav2Vec2Config.from_dict(settings)
    check_rate(config, checkpoint)
    with torch.device("meta"):
        model = VoiceEncoder(config, labels)
    expected = {name: value.shape for name, value in model.state_dict().items()}
    account(checkpoint, layout, state, expected, unexpected)
    stored = {"model": state, "config": config.to_dict(), "labels": labels, **origin(checkpoint, layout)}
    if layout.own and "high_pass_hz" in checkpoint.stored:
        # behind which it was trained: the page has to hear as it did
        stored["high_pass_hz"] = checkpoint.stored["high_pass_hz"]
    return Part(layout.name, stored, rows)


def check_rate(config: Wav2Vec2Config, checkpoint: Checkpoint) -> None:
    """Raises CheckpointError unless a frame comes every 20 ms of 16 kHz, from 25 ms."""
    seen, hop = 1, 1
    for kernel, stride in zip(config.conv_kernel, config.conv_stride, strict=True):
        seen, hop = seen + (kernel - 1) * hop, hop * stride
    if (seen, hop) != (FIELD, HOP):
        raise CheckpointError(
            f"{checkpoint.path} hears {seen} samples every {hop}, the page {FIELD} every {HOP}: give one "
            f"with wav2vec 2.0's own convolutions (conv_stride {list(STRIDES)})."
        )


def check_preprocessing(checkpoint: Checkpoint) -> None:
    """What Hugging Face's preprocessor_config.json says beside the weights against what the page does."""
    folder = checkpoint.path if checkpoint.path.is_dir() else checkpoint.path.parent
    path = folder / "preprocessor_config.json"
    said = json.loads(path.read_text()) if path.is_file() else {}
    if (rate := said.get("sampling_rate", SAMPLE_RATE_HZ)) != SAMPLE_RATE_HZ:
        raise CheckpointError(
            f"{path} wants {rate} Hz, the page hears {SAMPLE_RATE_HZ}: give one for that rate."
        )
    if not said.get("do_normalize", True):
        log.warning("%s wants sound as it is; the page gives it zero mean and unit variance", path)


def foreign_config(state: Mapping[str, Tensor], checkpoint: Checkpoint) -> dict:
    """Hugging Face's config.json, or what the tensors tell. Raises CheckpointError for another encoder's."""
    config = dict(checkpoint.config)
    kind = config.get("model_type", "wav2vec2")
    if kind != "wav2vec2" or config.get("add_adapter"):
        adapter = " with an adapter" if config.get("add_adapter") else ""
        raise CheckpointError(f"{checkpoint.path} is {kind}{adapter}: give a wav2vec 2.0 without one.")
    if not config:
        config = told_by_tensors(state)
        if (hidden := config["hidden_size"]) % HEAD_SIZE:
            raise CheckpointError(
                f"{checkpoint.path} is {hidden} wide, no multiple of {HEAD_SIZE}, and nothing tells how many "
                "heads it has: put its config.json beside it."
            )
        log.warning("%s has no config.json beside it: its shape is told by its tensors", checkpoint.path)
    # what stands for a masked step is there exactly when masking is on
    masked = 0.05 if "wav2vec2.masked_spec_embed" in state else 0.0
    return config | {"mask_time_prob": masked, "mask_feature_prob": 0.0}


def told_by_tensors(state: Mapping[str, Tensor]) -> dict:
    """A config for them.

    No tensor tells where the layers' norms stand: in what was published, encoders with layer norms among the
    convolutions have them before each sub-layer, those with a group norm after it.
    """
    depth = count_layers(state, rf"{FRONT}\.(\d+)\..+")
    kernels = [state.get(f"{FRONT}.{i}.conv.weight", torch.empty(1, 1, 1)).shape for i in range(depth)]
    large = f"{FRONT}.1.layer_norm.weight" in state
    hidden = len(state.get("wav2vec2.feature_projection.projection.weight", torch.empty(768, 1)))
    layers = "wav2vec2.encoder.layers"
    feed_forward = state.get(f"{layers}.0.feed_forward.intermediate_dense.weight")
    positions = state.get("wav2vec2.encoder.pos_conv_embed.conv.parametrizations.weight.original1")
    told = {
        "hidden_size": hidden,
        "num_hidden_layers": count_layers(state, rf"{layers}\.(\d+)\..+"),
        "num_attention_heads": hidden // HEAD_SIZE,
        "intermediate_size": 4 * hidden if feed_forward is None else len(feed_forward),
        "conv_dim": [shape[0] for shape in kernels],
        "conv_kernel": [shape[2] for shape in kernels],
        "conv_stride": [*STRIDES, *[1] * depth][:depth],
        "num_feat_extract_layers": depth,
        "conv_bias": f"{FRONT}.0.conv.bias" in state,
        "feat_extract_norm": "layer" if large else "group",
        "do_stable_layer_norm": large,
    }
    if positions is not None:
        told |= {
            "num_conv_pos_embeddings": positions.shape[2],
            "num_conv_pos_embedding_groups": hidden // positions.shape[1],
        }
    return told
