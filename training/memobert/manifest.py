"""The bundle's manifest: what the page reads first, and the only file that names the others."""

import hashlib
import json
import logging
import re
from collections.abc import Sequence
from pathlib import Path

from transformers import Wav2Vec2Config

from .denseface_model import FACE_CLASSES
from .labels import LABELS, chosen_labels
from .memobert_model import MAX_FACES, MAX_WORDS
from .onnx_variants import Variant
from .wav2vec2_model import MAX_TOKENS, POOL, SAMPLE_RATE_HZ, WINDOW_SAMPLES

log = logging.getLogger(__name__)

# which face graph a backend runs, when the bundle has both
FACE_GRAPHS = {"webgpu": "denseface", "wasm": "denseface-light"}
PROMPT = "I am [MASK]."
LICENCE = "non-commercial research; see LICENCE.md"
DATA_SOURCES = [
    {"name": "FER+ (FER2013 pictures, Barsoum et al. 2016 votes)", "licence": "MIT (votes)"},
    {"name": "RAVDESS", "licence": "CC BY-NC-SA 4.0"},
    {"name": "TESS", "licence": "CC BY-NC-ND 4.0"},
    {"name": "nEMO", "licence": "CC BY-NC-SA 4.0"},
    {"name": "EMOVO", "licence": "free for research"},
    {"name": "Emo-DB", "licence": "free for research"},
    {"name": "EmoGator", "licence": "Apache-2.0"},
    {"name": "GoEmotions", "licence": "Apache-2.0"},
    {"name": "MELD", "licence": "GPL-3.0"},
    {"name": "ISEAR", "licence": "research"},
    {"name": "DailyDialog (RECCON subset)", "licence": "CC BY-NC-SA 4.0"},
    {"name": "DAIR-AI emotion (tweets; Saravia et al. 2018)", "licence": "research and education"},
    {"name": "SemEval-2018 task 1, E-c (tweets; Mohammad et al. 2018)", "licence": "research"},
    {"name": "all-MiniLM-L6-v2 (initial weights)", "licence": "Apache-2.0"},
    {"name": "all-mpnet-base-v2 (taught words)", "licence": "Apache-2.0"},
    {"name": "Whisper base (taught voices)", "licence": "MIT"},
]


# sums of few bits differ a little on another processor: so many times what was found, and at least this
DEVIATION_ROOM = 3
LEAST_DEVIATION = {"probability": 0.005, "feature": 0.02}
# what the page takes (src/runtime/manifest-check.ts): names joined by slashes, nothing that leaves the folder
SAFE_PATH = re.compile(r"(?!\.{1,2}(/|$))[\w.-]+(/(?!\.{1,2}(/|$))[\w.-]+)*", re.ASCII)


def describe(path: Path, folder: Path) -> dict:
    """Path below `folder`, size and hash of a file."""
    data = path.read_bytes()
    return {
        "path": path.relative_to(folder).as_posix(),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def graph_file(path: Path, folder: Path, variant: Variant, found: dict[str, float]) -> dict:
    """A graph's entry: the file, how its weights are stored and, if not for all, for which backends it is.

    `found` are its differences to the golden vectors; one that computes what they hold states none.
    """
    only = {"backends": list(variant.backends)} if variant.backends else {}
    rounded = variant.precision != "fp32" or (variant.weights == "int8" and not variant.exact)
    most = {
        key: max(float(f"{DEVIATION_ROOM * value:.2g}"), LEAST_DEVIATION.get(key, 0.0))
        for key, value in found.items()
    }
    deviation = {"deviation": most} if rounded else {}
    return {**describe(path, folder), "weights": variant.weights, **only, **deviation}


def training_entry(stored: dict, temperature: float | None) -> dict:
    """Where a part's weights come from: the run as its checkpoint tells it, null in old ones.

    What was converted has `converted`: layout, file and sha256 of the checkpoint (`convert.py`). `config` is
    what no tensor of a fusion or a voice tells of its shape, such as how many heads it has.
    """
    converted = {"converted": stored["converted"]} if "converted" in stored else {}
    return {
        **converted,
        "run": stored.get("run"),
        "epoch": stored.get("epoch"),
        "valid": stored.get("valid"),
        "temperature": temperature,
        **({"config": told_config(stored["config"])} if "config" in stored else {}),
    }


def told_config(config: dict) -> dict:
    """What a manifest says of a config: of wav2vec 2.0's what is not as transformers has it."""
    if "conv_dim" not in config:
        return config
    usual, told = (Wav2Vec2Config.from_dict(of).to_dict() for of in ({}, config))
    unsaid = ("architectures", "dtype", "transformers_version")
    return {name: of for name, of in told.items() if usual.get(name) != of and name not in unsaid}


def prompt_of(stored: dict, reuse: "Bundle | None") -> str:
    """What MEmoBERT's checkpoint was tuned for, else the prompt of the bundle reused, else the usual one.

    Written as people do: "it was [MASK] ." becomes "It was [MASK].", of which the tokenizer makes the same.
    """
    if tuned := stored.get("prompt"):
        text = re.sub(r" (?=[.,;:!?])", "", tuned)
        return text[:1].upper() + text[1:]
    return reuse.manifest["prompt"] if reuse else PROMPT


def labels_of(stored: dict, reuse: "Bundle | None", named: Sequence[str] | None = None) -> list[dict]:
    """The manifest's `labels`: words that were `named`, else those that MEmoBERT's checkpoint was tuned for,
    else the bundle's that is reused, else the seven. Raises ValueError for what the page would refuse."""
    words = named or stored.get("labels")
    if words is None and reuse and not stored.get("prompt"):
        return reuse.manifest["labels"]
    return [{"id": word, "word": word} for word in chosen_labels(words or LABELS)]


def data_sources(named: list[str] | None) -> list[dict]:
    """The manifest's `dataSources` of `NAME=LICENCE`s, in their order; this project's own without any."""
    if named is None:
        return DATA_SOURCES
    pairs = [text.partition("=") for text in named]
    for (name, _, licence), text in zip(pairs, named, strict=True):
        if not name.strip() or not licence.strip():
            raise ValueError(f"--data-source {text!r}: write NAME=LICENCE")
    return [{"name": name.strip(), "licence": licence.strip()} for name, _, licence in pairs]


def make_manifest(
    name: str,
    version: str,
    folder: Path,
    prompt: str,
    labels: list[dict],
    graphs: dict,
    face: dict,
    voice: dict,
    training: dict,
    licence: str = LICENCE,
    sources: list[dict] = DATA_SOURCES,
) -> dict:
    """The manifest of a folder whose other files are all written.

    `face` brings `mean` and `std` (of 0..255 grey) and `featureSize`; `voice` its `featureSize`, `highPassHz`
    when it was trained behind one, and `logits` (false) when the encoder has no estimate of its own.
    `licence` and `sources` are the weights'.
    """
    both = {"graphs": FACE_GRAPHS} if "denseface-light" in graphs else {}
    return {
        "format": 1,
        "name": name,
        "version": version,
        "licence": licence,
        "dataSources": sources,
        "prompt": prompt,
        "labels": labels,
        "text": {
            "maxTokens": MAX_WORDS,
            "tokenizer": describe(folder / "tokenizer.json", folder),
            "tokenizerConfig": describe(folder / "tokenizer_config.json", folder),
        },
        "face": {
            "sizePx": 64,
            "rateHz": 10,
            "maxFrames": MAX_FACES,
            "classes": list(FACE_CLASSES),
            **face,
            **both,
        },
        "voice": {
            "sampleRateHz": SAMPLE_RATE_HZ,
            "windowSamples": WINDOW_SAMPLES,
            "pool": POOL,
            "tokenRateHz": 50 / POOL,
            "maxTokens": MAX_TOKENS,
            **voice,
        },
        "graphs": graphs,
        "golden": describe(folder / "golden.json", folder),
        "training": training,
    }


def read_manifest(path: Path) -> dict:
    """`manifest.json` with its `training`, which is a file of its own beside it: no page needs that.

    Empty where that file was left behind; in bundles of before it is in the manifest itself.
    Raises FileNotFoundError without a manifest, and ValueError as `Bundle.read` does.
    """
    manifest = json.loads(path.read_text())
    entry = manifest.get("training") or {}
    if "sha256" not in entry:
        return manifest
    try:
        training = json.loads(read_named(path, entry))
    except FileNotFoundError:
        log.warning(
            "%s is not beside %s: how its parts were trained is not known", entry["path"], path.absolute()
        )
        training = {}
    return {**manifest, "training": training}


def write_manifest(folder: Path, manifest: dict) -> None:
    """`manifest.json`, and what it tells of the training in `training.json`."""
    path = folder / "training.json"
    path.write_text(json.dumps(manifest["training"], indent=1) + "\n")
    told = {**manifest, "training": describe(path, folder)}
    (folder / "manifest.json").write_text(json.dumps(told, indent=2) + "\n")


def read_named(manifest: Path, entry: dict) -> bytes:
    """The file of an entry of `manifest`, beside it. Raises as `Bundle.read` does."""
    path = str(entry["path"])
    if not SAFE_PATH.fullmatch(path):
        raise ValueError(
            f"{manifest} names {path!r}, which may lie outside of the bundle: names are of letters, digits "
            "and ._- below its folder; get the bundle from whom you trust"
        )
    data = (manifest.parent / path).read_bytes()
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise ValueError(
            f"{manifest.parent / path} is not the file that its manifest names: get the bundle again"
        )
    return data


def high_pass_of(manifest: dict) -> float:
    """Hz below which the bundle's voice encoder hears nothing; 0 where nothing is said."""
    return float(manifest.get("voice", {}).get("highPassHz", 0.0))


class Bundle:
    """An existing bundle, maybe of others, read to take parts of it unchanged.

    Raises FileNotFoundError without a manifest, and as `read` does.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder / "manifest.json")
        self.golden = json.loads(self.read(self.manifest["golden"]))

    def has(self, graph: str) -> bool:
        return graph in self.manifest["graphs"]

    def read(self, entry: dict) -> bytes:
        """The file of a manifest's entry.

        Raises ValueError for a path that may lead out of the bundle, and when the file is not the one that
        the manifest names.
        """
        return read_named(self.folder / "manifest.json", entry)

    def graph(self, name: str) -> Path:
        """The file of a graph that computes in fp32. Raises ValueError as `read` does."""
        entry = self.manifest["graphs"][name]["fp32"]
        self.read(entry)
        return self.folder / entry["path"]

    def take(self, graph: str, target: Path) -> tuple[dict, dict]:
        """Copies a graph's files to `target`; its manifest entry and its golden vectors.

        Raises ValueError as `read` does.
        """
        entry = self.manifest["graphs"][graph]
        for file in entry.values():
            data = self.read(file)
            copy = target / file["path"]
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(data)
        return entry, self.golden[graph]
