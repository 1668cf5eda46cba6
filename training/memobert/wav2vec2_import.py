"""Reads wav2vec 2.0 back from a bundle's graph, so that training goes on from what was published.

python -m memobert.wav2vec2_import --bundle ../public/models/small --out runs/voice/best.pt
"""

import argparse
from pathlib import Path

import onnx
import torch
from transformers import Wav2Vec2Config

from .command_help import CommandHelp
from .kept import write_whole
from .manifest import Bundle
from .memobert_import import named_tensors
from .voice_folding import unfold_frames
from .voice_squeeze import CONVOLUTION, DIRECTION, MAGNITUDE
from .wav2vec2_model import POOL, VoiceEncoder, compact_config

CLASSIFIER = "classifier.3.weight"
MASK = "wav2vec2.masked_spec_embed"


def shipped_config(taps: int) -> Wav2Vec2Config:
    """The shape of a published encoder: bundles before version 8 had 64 taps of a frame each."""
    whole = compact_config()
    if taps == whole.num_conv_pos_embeddings:
        return whole
    return compact_config(squeeze_factor=POOL, num_conv_pos_embeddings=taps)


def load_wav2vec2(path: Path, config: Wav2Vec2Config | None = None) -> VoiceEncoder:
    """The encoder with the weights of `path` (a `wav2vec2.onnx` of `export.py`, not its int8 file).

    `config` is the shipped shape unless given; a graph without logits gives an encoder without labels. What
    stands for a masked step is in no graph, and starts anew. The logits are as in the graph, divided by the
    temperature that the manifest states. Raises ValueError when the graph is not of this shape.
    """
    state = unfold_frames(named_tensors(onnx.load(path).graph)[0])
    labels = len(state[CLASSIFIER]) if CLASSIFIER in state else 0
    taps = state.get(f"{CONVOLUTION}.weight", torch.zeros(0, 0, 0)).shape[2]
    model = VoiceEncoder(config or shipped_config(taps), labels)
    try:
        # the weight norm was computed: with the same direction, its magnitudes are the weight's own
        weight = state.pop(f"{CONVOLUTION}.weight")
        state[MAGNITUDE] = weight.norm(dim=(0, 1), keepdim=True)
        state[DIRECTION] = weight
        fresh = {name: value for name, value in model.state_dict().items() if name == MASK}
        model.load_state_dict(fresh | state)
    except (KeyError, RuntimeError) as error:
        raise ValueError(
            f"{path} is no wav2vec2.onnx of this shape, or has a norm over time, which no graph names: give "
            f"the checkpoint that it was exported from ({error})"
        ) from error
    return model


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    parser.add_argument("--bundle", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument(
        "--out", type=Path, required=True, help="the checkpoint, for --init of train_wav2vec2"
    )
    arguments = parser.parse_args(argv)
    bundle = Bundle(arguments.bundle)
    manifest = bundle.manifest
    trained = manifest.get("training", {}).get("voice") or {}
    # of any shape where the bundle states it
    config = Wav2Vec2Config.from_dict(trained["config"]) if "config" in trained else None
    model = load_wav2vec2(bundle.graph("wav2vec2"), config)
    state = {"model": model.state_dict(), "config": model.config.to_dict(), "labels": model.labels}
    # features made without would not be the page's
    state["high_pass_hz"] = float(manifest.get("voice", {}).get("highPassHz", 0.0))
    state |= {key: trained[key] for key in ("run", "epoch", "valid") if key in trained}
    write_whole(arguments.out, lambda file: torch.save(state, file))


if __name__ == "__main__":
    main()
