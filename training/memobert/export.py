"""Writes a bundle: the three graphs as ONNX, tokenizer, golden vectors and the manifest.

    python -m memobert.export --face runs/denseface/best.pt --voice runs/wav2vec2/best.pt \
        --fusion runs/memobert/best.pt --vocabulary VOCAB.txt --out ../public/models/small --version 1

Weights are rounded to fp16, stored so, and cast to fp32 as the graph loads: half the download, and the
very numbers that PyTorch computed the golden vectors with.
"""

import argparse
import hashlib
import json
import logging
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from transformers import BertTokenizerFast, Wav2Vec2Config

from .denseface_model import FACE_CLASSES, DenseFace
from .labels import LABELS
from .memobert_model import MAX_FACES, MAX_WORDS, MemoBert, small_config
from .wav2vec2_model import MAX_TOKENS, POOL, SAMPLE_RATE_HZ, WINDOW_SAMPLES, VoiceEncoder, compact_config

log = logging.getLogger(__name__)

OPSET = 17
# smaller tensors stay fp32: they weigh nothing and norms like their precision
HALF_FROM = 256
GOLDEN_PREFIX = 256


def round_to_half(model: nn.Module) -> nn.Module:
    """Rounds in place each parameter that the export stores as fp16."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.numel() >= HALF_FROM:
                parameter.copy_(parameter.half().float())
    return model


def fold_norms(model: DenseFace) -> DenseFace:
    """Folds each batch norm that directly follows a convolution into it (norm2 of the bottlenecks)."""
    for block in model.body:
        if not hasattr(block, "conv1"):
            continue
        norm = block.norm2
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        folded = nn.Conv2d(block.conv1.in_channels, block.conv1.out_channels, 1)
        with torch.no_grad():
            folded.weight.copy_(block.conv1.weight * scale[:, None, None, None])
            folded.bias.copy_(norm.bias - norm.running_mean * scale)
        block.conv1, block.norm2 = folded, nn.Identity()
    return model


def store_as_half(graph: onnx.ModelProto) -> int:
    """Replaces large fp32 weights by fp16 ones with a Cast each; returns how many."""
    kept, casts = [], []
    for weight in graph.graph.initializer:
        values = numpy_helper.to_array(weight)
        if weight.data_type != TensorProto.FLOAT or values.size < HALF_FROM:
            kept.append(weight)
            continue
        half = values.astype(np.float16)
        if not np.isfinite(half).all():
            raise ValueError(f"{weight.name} does not fit fp16")
        kept.append(numpy_helper.from_array(half, f"{weight.name}.half"))
        casts.append(helper.make_node("Cast", [f"{weight.name}.half"], [weight.name], to=TensorProto.FLOAT))
    del graph.graph.initializer[:]
    graph.graph.initializer.extend(kept)
    nodes = [*casts, *graph.graph.node]
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    return len(casts)


def to_onnx(model: nn.Module, inputs: dict[str, Tensor], outputs: list[str], axes: dict, path: Path) -> None:
    model.eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=outputs,
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )
    graph = onnx.load(path)
    deduplicate(graph)
    count = store_as_half(graph)
    onnx.checker.check_model(graph)
    onnx.save(graph, path)
    log.info("%s: %d weights as fp16, %.1f MB", path.name, count, path.stat().st_size / 1e6)


def deduplicate(graph: onnx.ModelProto) -> None:
    """One copy of equal weights: the tied word table would travel twice."""
    first: dict[bytes, str] = {}
    renamed: dict[str, str] = {}
    kept = []
    for weight in graph.graph.initializer:
        bare = onnx.TensorProto()
        bare.CopyFrom(weight)
        bare.name = ""
        key = hashlib.sha256(bare.SerializeToString()).digest()
        if key in first:
            renamed[weight.name] = first[key]
        else:
            first[key] = weight.name
            kept.append(weight)
    del graph.graph.initializer[:]
    graph.graph.initializer.extend(kept)
    for node in graph.graph.node:
        for index, name in enumerate(node.input):
            if name in renamed:
                node.input[index] = renamed[name]


def tensor_json(values: Tensor, prefix: int | None = None) -> dict:
    flat = values.detach().flatten()
    kind = "int32" if not values.dtype.is_floating_point else "float32"
    data = flat[:prefix].tolist() if prefix else flat.tolist()
    rounded = data if kind == "int32" else [float(f"{v:.7g}") for v in data]
    return {"type": kind, "dims": list(values.shape), "data": rounded}


def golden_inputs(memobert: MemoBert, tokenizer: BertTokenizerFast) -> dict[str, dict]:
    """Inputs like real ones, small enough to store: a face-like picture, a voiced sound, a sentence."""
    generator = torch.Generator().manual_seed(7)
    side = torch.linspace(-1, 1, 64)
    face = 1.5 * torch.exp(-(side[:, None] ** 2 + side[None] ** 2) * 2) - 0.8
    face = face + 0.3 * torch.randn(64, 64, generator=generator)
    time = torch.arange(WINDOW_SAMPLES // 4) / SAMPLE_RATE_HZ
    sound = sum(torch.sin(2 * torch.pi * 140 * k * time) / k for k in range(1, 12))
    sound = sound * (0.6 + 0.4 * torch.sin(2 * torch.pi * 4 * time))
    sound = torch.round((sound - sound.mean()) / sound.std() * 1000) / 1000
    text = tokenizer("what a lovely day", add_special_tokens=False).input_ids
    prompt = tokenizer("i am [MASK].", add_special_tokens=False).input_ids
    ids = [tokenizer.cls_token_id, *text, *prompt, tokenizer.sep_token_id]
    length, faces, voice = len(ids) + 2, 3, 4
    ids = ids + [tokenizer.pad_token_id] * 2
    mask = torch.ones(2, length + faces + voice, dtype=torch.int32)
    mask[:, length - 2 : length] = 0
    mask[1, length + faces :] = 0
    features = torch.randn(2, faces, memobert.face_size, generator=generator).abs()
    voiced = torch.randn(2, voice, memobert.voice_size, generator=generator)
    return {
        "denseface": {"faces": torch.round(face * 1000)[None, None] / 1000},
        "wav2vec2": {"waveform": sound[None]},
        "memobert": {
            "input_ids": torch.tensor([ids, ids], dtype=torch.int32),
            "face_features": torch.round(features * 100) / 100,
            "voice_features": torch.round(voiced * 100) / 100,
            "attention_mask": mask,
            "mask_position": torch.full((2,), ids.index(tokenizer.mask_token_id), dtype=torch.int32),
        },
    }


AXES = {
    "denseface": {"faces": {0: "N"}, "features": {0: "N"}, "logits": {0: "N"}},
    "wav2vec2": {
        "waveform": {0: "N", 1: "T"},
        "features": {0: "N", 1: "F"},
        "logits": {0: "N"},
    },
    "memobert": {
        "input_ids": {0: "N", 1: "L"},
        "face_features": {0: "N", 1: "V"},
        "voice_features": {0: "N", 1: "A"},
        "attention_mask": {0: "N", 1: "S"},
        "mask_position": {0: "N"},
        "mask_logits": {0: "N"},
    },
}
OUTPUTS = {
    "denseface": ["features", "logits"],
    "wav2vec2": ["features", "logits"],
    "memobert": ["mask_logits"],
}


def load_models(face: Path | None, voice: Path | None, fusion: Path | None) -> dict[str, nn.Module]:
    """The trained modules; None gives an untrained one of the shipped shape."""
    stored = {
        k: torch.load(p, map_location="cpu", weights_only=False) if p else {}
        for k, p in {"face": face, "voice": voice, "fusion": fusion}.items()
    }
    denseface = DenseFace(**stored["face"].get("shape", {}))
    config = stored["voice"].get("config")
    wav2vec2 = VoiceEncoder(Wav2Vec2Config.from_dict(config) if config else compact_config(), len(LABELS))
    wav2vec2.wav2vec2.set_attn_implementation("eager")
    changes = stored["fusion"].get("config", {})
    memobert = MemoBert(small_config(**changes), denseface.feature_size, wav2vec2.config.hidden_size)
    for module, key in ((denseface, "face"), (wav2vec2, "voice"), (memobert, "fusion")):
        if stored[key]:
            module.load_state_dict(stored[key]["model"])
        module.eval()
    # the position convolution's weight norm is training's business alone
    convolution = wav2vec2.wav2vec2.encoder.pos_conv_embed.conv
    torch.nn.utils.parametrize.remove_parametrizations(convolution, "weight")
    return {"denseface": fold_norms(denseface), "wav2vec2": wav2vec2, "memobert": memobert, "stored": stored}


def describe(path: Path, folder: Path) -> dict:
    data = path.read_bytes()
    return {
        "path": path.relative_to(folder).as_posix(),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def write_bundle(arguments: argparse.Namespace) -> dict:
    folder: Path = arguments.out
    folder.mkdir(parents=True, exist_ok=True)
    models = load_models(arguments.face, arguments.voice, arguments.fusion)
    stored = models.pop("stored")
    tokenizer = BertTokenizerFast(vocab=str(arguments.vocabulary), do_lower_case=True)
    tokenizer.save_pretrained(folder)
    inputs = golden_inputs(models["memobert"], tokenizer)
    golden, graphs = {}, {}
    for name, model in models.items():
        round_to_half(model)
        path = folder / f"{name}.onnx"
        to_onnx(model, inputs[name], OUTPUTS[name], AXES[name], path)
        with torch.inference_mode():
            answer = model(*inputs[name].values())
        answer = answer if isinstance(answer, tuple) else (answer,)
        golden[name] = {
            "inputs": {key: tensor_json(value) for key, value in inputs[name].items()},
            "outputs": {
                key: tensor_json(value, None if name == "memobert" else GOLDEN_PREFIX)
                for key, value in zip(OUTPUTS[name], answer, strict=True)
            },
        }
        check_parity(path, inputs[name], dict(zip(OUTPUTS[name], answer, strict=True)))
        graphs[name] = {"fp32": {**describe(path, folder), "weights": "fp16"}}
    (folder / "golden.json").write_text(json.dumps(golden, separators=(",", ":")))
    manifest = make_manifest(arguments, folder, graphs, stored, models)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return manifest


def check_parity(path: Path, inputs: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    """ONNX Runtime against PyTorch; raises AssertionError above 1e-3 on probabilities."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    answers = session.run(list(expected), {key: value.numpy() for key, value in inputs.items()})
    for got, (name, want) in zip(answers, expected.items(), strict=True):
        want = want.numpy()
        assert got.shape == want.shape, (path, got.shape, want.shape)
        if name.endswith("logits"):
            probabilities = [np.exp(v - v.max(1, keepdims=True)) for v in (got, want)]
            probabilities = [p / p.sum(1, keepdims=True) for p in probabilities]
            assert np.abs(probabilities[0] - probabilities[1]).max() < 1e-3, path
            assert (got.argmax(1) == want.argmax(1)).all(), path
        assert np.abs(got - want).max() < 1e-3 * max(1, np.abs(want).max()), path


def make_manifest(arguments, folder: Path, graphs: dict, stored: dict, models: dict) -> dict:
    return {
        "format": 1,
        "name": arguments.name,
        "version": arguments.version,
        "licence": "non-commercial research; see LICENCE.md",
        "dataSources": DATA_SOURCES,
        "prompt": "I am [MASK].",
        "labels": [{"id": label, "word": label} for label in LABELS],
        "text": {
            "maxTokens": MAX_WORDS,
            "tokenizer": describe(folder / "tokenizer.json", folder),
            "tokenizerConfig": describe(folder / "tokenizer_config.json", folder),
        },
        "face": {
            "sizePx": 64,
            "mean": stored["face"].get("mean", 129.45),
            "std": stored["face"].get("std", 64.87),
            "rateHz": 10,
            "maxFrames": MAX_FACES,
            "featureSize": models["memobert"].face_size,
            "classes": list(FACE_CLASSES),
        },
        "voice": {
            "sampleRateHz": SAMPLE_RATE_HZ,
            "windowSamples": WINDOW_SAMPLES,
            "pool": POOL,
            "tokenRateHz": 50 / POOL,
            "maxTokens": MAX_TOKENS,
            "featureSize": models["memobert"].voice_size,
        },
        "graphs": graphs,
        "golden": describe(folder / "golden.json", folder),
        "training": {
            key: {"valid": value.get("valid"), "epoch": value.get("epoch")} for key, value in stored.items()
        },
    }


DATA_SOURCES = [
    {"name": "FER+ (FER2013 pictures, Barsoum et al. 2016 votes)", "licence": "MIT (votes)"},
    {"name": "RAVDESS", "licence": "CC BY-NC-SA 4.0"},
    {"name": "TESS", "licence": "CC BY-NC-ND 4.0"},
    {"name": "nEMO", "licence": "CC BY-NC-SA 4.0"},
    {"name": "Emo-DB", "licence": "free for research"},
    {"name": "EmoGator", "licence": "Apache-2.0"},
    {"name": "GoEmotions", "licence": "Apache-2.0"},
    {"name": "MELD", "licence": "GPL-3.0"},
    {"name": "ISEAR", "licence": "research"},
    {"name": "DailyDialog (RECCON subset)", "licence": "CC BY-NC-SA 4.0"},
    {"name": "all-MiniLM-L6-v2 (initial weights)", "licence": "Apache-2.0"},
]


def main(argv: list[str] | None = None) -> dict:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--face", type=Path, default=None, help="best.pt of DenseFace")
    parser.add_argument("--voice", type=Path, default=None, help="best.pt of wav2vec 2.0")
    parser.add_argument("--fusion", type=Path, default=None, help="best.pt of MEmoBERT")
    parser.add_argument("--vocabulary", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--name", default="small")
    parser.add_argument("--version", default="1")
    return write_bundle(parser.parse_args(argv))


if __name__ == "__main__":
    main()
