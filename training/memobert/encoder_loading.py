"""Encoders to be measured, alike whether they are a run's best.pt or a bundle's graph."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from transformers import Wav2Vec2Config

from .checkpoint_files import digest, read_checkpoint
from .denseface_model import DenseFace
from .foreign_layouts import LayoutError
from .labels import LABELS
from .lightface_model import LightFace
from .loop import autocast
from .manifest import high_pass_of
from .part_loading import part_of
from .train_denseface import to_input
from .voice_features import heard_window
from .wav2vec2_model import VoiceEncoder

log = logging.getLogger(__name__)

FACE_SIZE_PX = 64
# of 0..255 grey, where a checkpoint of others tells none: what `export` then writes
FER_PLUS = {"mean": 129.45, "std": 64.87}
NO_LOGITS = "gives no logits, as encoders of others do: give a trained one"
# ONNX Runtime held some 12 MB a face for DenseFace
BATCH = {"face": 64, "voice": 16}


@dataclass(frozen=True)
class Encoder:
    """`encode` takes normalised faces [N,1,S,S] or waveforms [N,T] and gives features and logits [N,C].

    C is 0 of a voice without an estimate of its own. Features are [N,342] of faces, [N,F,D] of voices; all
    float32.
    """

    kind: str
    source: str
    """Run or bundle and file, without the folders above."""
    sha256: str
    encode: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
    mean: float = 0.0
    std: float = 1.0
    high_pass_hz: float = 0.0
    """What a voice was trained behind, and has to be heard behind."""
    face_size: int = FACE_SIZE_PX
    """Sides of the square that faces are enlarged to."""

    def run(self, values: np.ndarray) -> np.ndarray:
        """The logits alone."""
        return self.encode(values)[1]

    def face_logits(self, faces: Tensor) -> np.ndarray:
        """Logits [N,8] of grey faces [N,1,H,W], 0..255, enlarged and normalised as the page does it."""
        parts = faces.split(BATCH["face"])
        return np.concatenate(
            [self.run(to_input(p, self.face_size, self.mean, self.std).numpy()) for p in parts]
        )

    def voice_logits(self, waves: list[np.ndarray]) -> np.ndarray:
        """Logits [N,7] of waves [T] at 16 kHz, each in the window that the page would encode."""
        parts = [waves[first : first + BATCH["voice"]] for first in range(0, len(waves), BATCH["voice"])]
        return np.concatenate(
            [self.run(np.stack([heard_window(wave, self.high_pass_hz) for wave in part])) for part in parts]
        )


def load_encoder(
    path: Path,
    kind: str,
    device: torch.device,
    precision: str,
    threads: int = 0,
    features_alone: bool = False,
) -> Encoder:
    """A `face` or `voice` from a best.pt, a checkpoint of others (`load_part`) or an `.onnx`; a face's graph
    needs its bundle's manifest beside it.

    `threads` counts for graphs (0: the runtime's choice). A voice of others gives no logits (`[N,0]`), which
    `features_alone` lets pass. Raises FileNotFoundError for what is missing and ValueError for a file that
    holds something else; both say what to give instead.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: give a run's best.pt or a bundle's .onnx with --{kind}")
    about = {
        "kind": kind,
        "source": f"{path.resolve().parent.name}/{path.name}",
        "sha256": digest(path),
    }
    if path.suffix == ".onnx":
        about |= _face_numbers(path) if kind == "face" else {"high_pass_hz": _high_pass(path)}
        return Encoder(**about, encode=_graph(path, kind, threads, features_alone))
    model, stored = _read(path, kind)
    if kind == "voice" and not model.labels and not features_alone:
        raise ValueError(f"{path} {NO_LOGITS}")
    model.to(device).eval()
    if kind == "face":
        about |= {"mean": stored["mean"], "std": stored["std"]}
    else:
        about["high_pass_hz"] = stored.get("high_pass_hz", 0.0)
    return Encoder(**about, encode=_module(model, device, precision))


def _read(path: Path, kind: str) -> tuple[nn.Module, dict]:
    checkpoint = read_checkpoint(path)
    if kind == "face" and "light" in checkpoint.stored:
        stored = {**checkpoint.stored, "model": checkpoint.tensors}
    else:
        try:
            stored = part_of(checkpoint, kind)
        except LayoutError as error:
            given = {"face": "train_denseface or train_lightface", "voice": "train_wav2vec2"}[kind]
            raise ValueError(f"{path} holds no {kind} encoder: give a best.pt of {given}. {error}") from error
    return (_face if kind == "face" else _voice)(stored, path)


def _face(stored: dict, path: Path) -> tuple[nn.Module, dict]:
    if not {"mean", "std"} <= stored.keys():
        stored = {**FER_PLUS, **stored}
        log.warning("%s tells no mean and std of its faces: FER+'s are taken, %s", path, FER_PLUS)
    model = LightFace(**stored["light"]) if "light" in stored else DenseFace(**stored.get("shape", {}))
    model.load_state_dict(stored["model"])
    return model.to(memory_format=torch.channels_last), stored


def _voice(stored: dict, path: Path) -> tuple[nn.Module, dict]:
    if "conv_dim" not in stored.get("config", {}):
        raise ValueError(f"{path} holds no voice encoder: give a best.pt of train_wav2vec2")
    config = Wav2Vec2Config.from_dict(stored["config"])
    model = VoiceEncoder(config, stored.get("labels", len(LABELS)))
    model.load_state_dict(stored["model"])
    return model, stored


def _module(model: nn.Module, device: torch.device, precision: str):
    @torch.inference_mode()
    def encode(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        with autocast(device, precision):
            found = model(torch.from_numpy(values).to(device))
        features, logits = found if isinstance(found, tuple) else (found, found.new_zeros(len(found), 0))
        return features.float().cpu().numpy(), logits.float().cpu().numpy()

    return encode


def _graph(path: Path, kind: str, threads: int, features_alone: bool):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    wanted = {"face": "faces", "voice": "waveform"}[kind]
    given = session.get_inputs()
    gives = {output.name for output in session.get_outputs()}
    if [i.name for i in given] != [wanted] or "features" not in gives:
        raise ValueError(
            f"{path} takes {[i.name for i in given]}: a {kind} encoder takes {wanted} and gives features"
        )
    if "logits" not in gives and not (features_alone and kind == "voice"):
        raise ValueError(f"{path} {NO_LOGITS}")
    wished = [name for name in ("features", "logits") if name in gives]
    half = given[0].type == "tensor(float16)"

    def encode(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values = values.astype(np.float16) if half else values
        features, *said = session.run(wished, {wanted: values})
        logits = said[0] if said else np.zeros((len(features), 0))
        return features.astype(np.float32), logits.astype(np.float32)

    return encode


def _face_numbers(path: Path) -> dict[str, float]:
    manifest = path.parent / "manifest.json"
    try:
        face = json.loads(manifest.read_text())["face"]
        return {"mean": float(face["mean"]), "std": float(face["std"])}
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{manifest} is missing: a face's mean and std are in it; keep the graph in its bundle's folder"
        ) from None
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{manifest} is no bundle's manifest: face.mean and face.std are needed") from error


def _high_pass(path: Path) -> float:
    """Of the bundle that the voice's graph lies in; 0 for a graph that lies alone."""
    manifest = path.parent / "manifest.json"
    return high_pass_of(json.loads(manifest.read_text())) if manifest.is_file() else 0.0
