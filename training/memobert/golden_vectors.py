"""Golden vectors: small inputs and what PyTorch answers, for every language to check its runtime against."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from transformers import BertTokenizerFast

from .wav2vec2_model import SAMPLE_RATE_HZ, WINDOW_SAMPLES

# enough of an encoder's output to tell that it is the same
GOLDEN_PREFIX = 256
# of what ONNX Runtime logs
FATAL_ALONE = 4


def tensor_json(values: Tensor, prefix: int | None = None) -> dict:
    """Type, dimensions and the flat values, of which only the first `prefix` are kept."""
    flat = values.detach().flatten()
    kind = "int32" if not values.dtype.is_floating_point else "float32"
    data = flat[:prefix].tolist() if prefix else flat.tolist()
    rounded = data if kind == "int32" else [float(f"{v:.7g}") for v in data]
    return {"type": kind, "dims": list(values.shape), "data": rounded}


def encoder_inputs() -> dict[str, dict[str, Tensor]]:
    """Like real ones, small enough to store: a face-like picture [1,1,64,64], a voiced sound [1,T]."""
    generator = torch.Generator().manual_seed(7)
    side = torch.linspace(-1, 1, 64)
    face = 1.5 * torch.exp(-(side[:, None] ** 2 + side[None] ** 2) * 2) - 0.8
    face = face + 0.3 * torch.randn(64, 64, generator=generator)
    faces = {"faces": torch.round(face * 1000)[None, None] / 1000}
    time = torch.arange(WINDOW_SAMPLES // 4) / SAMPLE_RATE_HZ
    sound = sum(torch.sin(2 * torch.pi * 140 * k * time) / k for k in range(1, 12))
    sound = sound * (0.6 + 0.4 * torch.sin(2 * torch.pi * 4 * time))
    sound = torch.round((sound - sound.mean()) / sound.std() * 1000) / 1000
    return {"denseface": faces, "denseface-light": faces, "wav2vec2": {"waveform": sound[None]}}


def stream_inputs(size: int) -> dict[str, dict[str, Tensor]]:
    """For the voice in two graphs: half a second of the sound, and twelve frames [1,12,size]."""
    sound = encoder_inputs()["wav2vec2"]["waveform"][:, : 400 + 24 * 320]
    frames = torch.randn(1, 12, size, generator=torch.Generator().manual_seed(10))
    return {
        "wav2vec2-features": {"waveform": sound},
        "wav2vec2-context": {"frames": torch.round(frames * 100) / 100},
    }


def fusion_inputs(
    face_size: int, voice_size: int, tokenizer: BertTokenizerFast, prompt: str
) -> dict[str, Tensor]:
    """A sentence with faces and voice, in two rows: the second without its voice; both with padded words."""
    generator = torch.Generator().manual_seed(8)
    text = tokenizer("what a lovely day", add_special_tokens=False).input_ids
    asked = tokenizer(prompt, add_special_tokens=False).input_ids
    ids = [tokenizer.cls_token_id, *text, *asked, tokenizer.sep_token_id]
    length, faces, voice = len(ids) + 2, 3, 4
    ids = ids + [tokenizer.pad_token_id] * 2
    mask = torch.ones(2, length + faces + voice, dtype=torch.int32)
    mask[:, length - 2 : length] = 0
    mask[1, length + faces :] = 0
    features = torch.randn(2, faces, face_size, generator=generator).abs()
    voiced = torch.randn(2, voice, voice_size, generator=generator)
    return {
        "input_ids": torch.tensor([ids, ids], dtype=torch.int32),
        "face_features": torch.round(features * 100) / 100,
        "voice_features": torch.round(voiced * 100) / 100,
        "attention_mask": mask,
        "mask_position": torch.full((2,), ids.index(tokenizer.mask_token_id), dtype=torch.int32),
    }


def head_inputs(size: int) -> Tensor:
    """Hidden states [3,size] as a norm leaves them, for the heads of masked faces and voice."""
    return torch.round(torch.randn(3, size, generator=torch.Generator().manual_seed(9)) * 100) / 100


@torch.inference_mode()
def answer(model: nn.Module, inputs: dict[str, Tensor], names: list[str]) -> dict[str, Tensor]:
    """The model's outputs under their names in the graph."""
    outputs = model.eval()(*inputs.values())
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    return dict(zip(names, outputs, strict=True))


def golden_entry(inputs: dict[str, Tensor], outputs: dict[str, Tensor]) -> dict:
    """What `golden.json` holds for a graph; logits are kept whole, features as a prefix."""
    return {
        "inputs": {key: tensor_json(value) for key, value in inputs.items()},
        "outputs": {
            key: tensor_json(value, None if key.endswith("logits") else GOLDEN_PREFIX)
            for key, value in outputs.items()
        },
    }


def open_rounded(graph: Path | bytes, options):
    """A session whose sums of int8 do not saturate on a CPU without AVX-512, as no browser's do.

    ONNX Runtime 1.32's pass for that refuses some graphs with integer tables; those are opened without.
    """
    import onnxruntime

    providers = ["CPUExecutionProvider"]
    options.add_session_config_entry("session.x64quantprecision", "1")
    told, options.log_severity_level = options.log_severity_level, FATAL_ALONE
    try:
        return onnxruntime.InferenceSession(graph, options, providers=providers)
    except onnxruntime.capi.onnxruntime_pybind11_state.Fail:
        options.log_severity_level = told
        options.add_session_config_entry("session.x64quantprecision", "0")
        return onnxruntime.InferenceSession(graph, options, providers=providers)


def differences(path: Path, inputs: dict[str, Tensor], expected: dict[str, Tensor]) -> dict[str, float]:
    """The graph in ONNX Runtime against PyTorch, on what the vectors store: as the page compares them.

    Largest differences of `probability` and of `feature` (relative to the largest, or to 1). Raises
    ValueError when a shape is another or a row's largest logit elsewhere.
    """
    import onnxruntime

    session = open_rounded(path, onnxruntime.SessionOptions())
    answers = session.run(list(expected), {key: value.numpy() for key, value in inputs.items()})
    most = {"probability": 0.0, "feature": 0.0}
    for got, (name, tensor) in zip(answers, expected.items(), strict=True):
        want = tensor.numpy()
        if got.shape != want.shape:
            raise ValueError(f"{path}: {name} has the shape {got.shape}, not {want.shape}")
        if name.endswith("logits"):
            if (got.argmax(1) != want.argmax(1)).any():
                raise ValueError(f"{path}: {name} has its maximum elsewhere")
            difference = np.abs(softmax(got) - softmax(want)).max()
            most["probability"] = max(most["probability"], float(difference))
        else:
            difference = np.abs(got - want).max() / max(1, np.abs(want).max())
            most["feature"] = max(most["feature"], float(difference))
    return most


def softmax(logits: np.ndarray) -> np.ndarray:
    """[N,C] logits as probabilities."""
    exponents = np.exp(logits - logits.max(1, keepdims=True))
    return exponents / exponents.sum(1, keepdims=True)
