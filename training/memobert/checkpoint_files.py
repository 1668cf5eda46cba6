"""Checkpoints of others as tensors by name, whatever file they come in; nothing in them is run unasked."""

import hashlib
import json
import pickle
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

# under these keys training scripts keep the weights beside what else they save
WRAPPERS = ("model", "state_dict", "model_state_dict")
# a folder's weights, the first that is there; an index names several files
WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)

# by which a last.pt tells the state of numpy's draws: an array of numbers
ARRAYS = [np._core.multiarray._reconstruct, np.ndarray, np.dtype, np.dtypes.UInt32DType]


class CheckpointError(ValueError):
    """A checkpoint that cannot be used: what is wrong with it, then what to do."""


@dataclass(frozen=True)
class Checkpoint:
    """`tensors` are fp32 or integers, by the names of the file without a `module.` before all of them."""

    path: Path
    tensors: dict[str, Tensor]
    config: dict = field(default_factory=dict)
    """`config.json` beside Hugging Face's weights."""
    stored: dict = field(default_factory=dict)
    """What the file holds beside the weights."""
    sha256: str = ""


def read_checkpoint(path: Path, trust: bool = False) -> Checkpoint:
    """Reads a file (`.safetensors`, or one of `torch.save`) or a folder in Hugging Face's layout.

    Pickles are read as weights alone; one that holds other objects could run code as it is read, and is
    refused unless `trust`. Raises CheckpointError for it and for what is missing, broken or holds no tensors.
    """
    path = Path(path)
    files, config = _weights_of(path)
    tensors, stored = {}, {}
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
        content = _read_file(file, trust)
        weights = next((content[key] for key in WRAPPERS if isinstance(content.get(key), dict)), content)
        if weights is not content:
            stored = {key: value for key, value in content.items() if value is not weights}
        tensors |= {name: value for name, value in weights.items() if isinstance(value, Tensor)}
    if not tensors:
        raise CheckpointError(
            f"{path} holds no tensors: give a state_dict, or a dict with one under 'model'."
        )
    return Checkpoint(path, _plain(tensors, path), config, stored, digest.hexdigest())


def read_own(path: Path) -> dict:
    """What a best.pt or a last.pt of this folder's commands holds, read as `read_checkpoint` reads pickles.

    Raises CheckpointError for one that holds other objects, and for what is missing or broken.
    """
    with torch.serialization.safe_globals(ARRAYS):
        return _read_file(Path(path), trust=False)


def digest(path: Path) -> str:
    """sha256 of a file, or of a folder's weights as `read_checkpoint` finds them."""
    files = [path] if path.is_file() else _weights_of(path)[0]
    found = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            while part := opened.read(1 << 20):
                found.update(part)
    return found.hexdigest()


def _weights_of(path: Path) -> tuple[list[Path], dict]:
    """The files with the weights, and the config beside them."""
    if path.is_file():
        return [path], _json(path.parent / "config.json") if path.name in WEIGHTS else {}
    if not path.is_dir():
        raise CheckpointError(f"{path} is not there: give a checkpoint's file, or a folder with one.")
    found = next((path / name for name in WEIGHTS if (path / name).is_file()), None)
    if found is None:
        raise CheckpointError(f"{path} has none of {', '.join(WEIGHTS)}: name the file itself.")
    files = [found]
    if found.suffix == ".json":
        files = [path / name for name in sorted(set(_json(found).get("weight_map", {}).values()))]
        if lacking := [file.name for file in files if not file.is_file()]:
            raise CheckpointError(
                f"{path} lacks {', '.join(lacking)} of its index: download the folder again."
            )
    return files, _json(path / "config.json")


def _json(path: Path) -> dict:
    if not path.is_file():
        return {}
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise CheckpointError(f"{path} is no JSON ({error}): download it again.") from error


def _read_file(path: Path, trust: bool) -> dict:
    if path.suffix == ".safetensors":
        try:
            return load_file(path)
        except SafetensorError as error:
            raise CheckpointError(f"{path} is no whole safetensors file ({error}): get it again.") from error
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if not trust:
            raise CheckpointError(
                f"{path} holds more than tensors, and reading it could run code. If you trust who made it, "
                "say --trust to a command that has it; else ask for safetensors, or for a file of the "
                "state_dict alone."
            ) from error
        content = _read_trusted(path)
    except (EOFError, OSError, RuntimeError) as error:
        raise CheckpointError(f"{path} cannot be read as a checkpoint ({error}): get it again.") from error
    if not isinstance(content, dict):
        raise CheckpointError(f"{path} holds a {type(content).__name__}: give a file of its state_dict.")
    return content


def _read_trusted(path: Path) -> object:
    try:
        return torch.load(path, map_location="cpu", weights_only=False)
    except Exception as error:  # a pickle may raise anything
        raise CheckpointError(
            f"{path} cannot be read even with --trust ({type(error).__name__}: {error}). Where a module is "
            "missing, install what the file was made with, or save the state_dict alone there."
        ) from error


def _plain(tensors: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
    """fp32, without the prefix that DataParallel gives. Raises CheckpointError for numbers that are none."""
    if all(name.startswith("module.") for name in tensors):
        tensors = {name.removeprefix("module."): value for name, value in tensors.items()}
    plain = {n: v.float() if v.dtype.is_floating_point else v for n, v in tensors.items()}
    if broken := [n for n, v in plain.items() if v.dtype.is_floating_point and not v.isfinite().all()]:
        raise CheckpointError(
            f"{path} has numbers that are infinite or none in {', '.join(broken)}: its training diverged, "
            "take an earlier checkpoint."
        )
    return plain
