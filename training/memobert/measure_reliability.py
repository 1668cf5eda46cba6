"""
Where an answer should be withheld: accuracy against light on the face, clipped sound and the top probability,
of the shipped graphs. `src/memobert/reliability.ts` has its thresholds from it.

    python -m memobert.measure_reliability --data DATA --out results/reliability [--bundle BUNDLE]

Prints a table for each, and writes `reliability.json`: accuracies and shares are 0..1, light is in 0..255.
DATA holds `faces/ferplus-valid.zip`, `speech/ravdess.{zip,csv}` and `text/goemotions/dev.tsv`.
"""

import argparse
import csv
import io
import itertools
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import soundfile
from PIL import Image
from tokenizers import Tokenizer

from .command_help import CommandHelp
from .extract import voice_window
from .kept import write_text
from .labels import SPEECH_LABELS
from .manifest import high_pass_of

GAINS = (1, 0.5, 0.35, 0.25, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 1.5, 2, 3, 5)
"""Of light; a camera's noise stays as it is."""
NOISE_LEVELS = 2.0
CONTRAST_EDGES = (0, 4, 6, 8, 10, 12, 16, 20, 30, 40, 60, 128)
BRIGHTNESS_EDGES = (0, 8, 12, 16, 20, 30, 40, 80, 160, 200, 220, 235, 256)
CLIPPED = (0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.45)
# fewer say nothing of a bin
LEAST_SAMPLES = 20
TOP_EDGES = (0, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0001)
TEXT_LABELS = {
    "neutral": "neutral", "joy": "happy", "amusement": "happy", "excitement": "happy", "love": "happy",
    "sadness": "sad", "grief": "sad", "anger": "angry", "annoyance": "angry", "surprise": "surprised",
    "fear": "scared", "nervousness": "scared", "disgust": "disgusted",
}  # fmt: skip
FACE_TO_LABEL = ("neutral", "happy", "surprised", "sad", "angry", "disgusted", "scared", None)

Graph = Callable[[dict[str, np.ndarray]], dict[str, np.ndarray]]


def open_graph(path: Path) -> Graph:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return lambda inputs: dict(zip(names, session.run(names, inputs), strict=True))


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def read_faces(path: Path, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures [N,48,48] of 0..255 and their FER+ majority class, as the FER+ authors count it."""
    pictures, classes = [], []
    with zipfile.ZipFile(path) as folder:
        for row in csv.DictReader(io.TextIOWrapper(folder.open("votes.csv"))):
            votes = np.array([int(value) for value in list(row.values())[1:]])
            votes[votes <= 1] = 0
            top = int(votes.argmax())
            if top > 7 or votes[top] * 2 <= votes.sum():
                continue
            pictures.append(np.asarray(Image.open(folder.open(row["file"])).convert("L"), np.float32))
            classes.append(top)
    chosen = np.random.default_rng(0).permutation(len(pictures))[:count]
    return np.stack(pictures)[chosen], np.array(classes)[chosen]


def enlarged(pictures: np.ndarray, side: int) -> np.ndarray:
    taps = np.clip((np.arange(side) + 0.5) * pictures.shape[-1] / side - 0.5, 0, pictures.shape[-1] - 1)
    low = np.floor(taps).astype(int)
    high, part = np.minimum(low + 1, pictures.shape[-1] - 1), (taps - low).astype(np.float32)
    rows = pictures[:, low] * (1 - part)[None, :, None] + pictures[:, high] * part[None, :, None]
    return rows[:, :, low] * (1 - part) + rows[:, :, high] * part


def accuracy_by(title: str, edges: Sequence[float], values: np.ndarray, right: np.ndarray) -> list[dict]:
    """Accuracy between `edges` of `values` [N], where enough samples are; `right` [N] of each answer."""
    print(f"\n| {title} | accuracy | samples |\n| --- | --- | --- |")
    found = []
    for low, high in itertools.pairwise(edges):
        held = (values >= low) & (values < high)
        if held.sum() >= LEAST_SAMPLES:
            found.append(
                {"from": low, "to": high, "accuracy": float(right[held].mean()), "count": int(held.sum())}
            )
            print(f"| {low:g} to {high:g} | {right[held].mean():.1%} | {held.sum()} |")
    return found


def measure_light(bundle: Path, face: dict, pictures: np.ndarray, classes: np.ndarray) -> dict[str, dict]:
    """By face graph: accuracy at each gain, and by what the crops' contrast and brightness are."""
    found = {}
    random = np.random.default_rng(1)
    for name in ("denseface", "denseface-light"):
        graph = open_graph(bundle / f"{name}.onnx")
        contrast, brightness, right, gains = [], [], [], []
        print(f"\n## {name}\n\n| light | accuracy | mean | contrast |\n| --- | --- | --- | --- |")
        for gain in GAINS:
            shot = pictures * gain + random.normal(0, NOISE_LEVELS, pictures.shape).astype(np.float32)
            shot = np.clip(np.round(shot), 0, 255)
            crops = enlarged(shot, face["sizePx"])
            answers = [
                graph({"faces": ((part - face["mean"]) / face["std"])[:, None].astype(np.float32)})["logits"]
                for part in np.array_split(crops, max(1, len(crops) // 50))
            ]
            hits = np.concatenate(answers).argmax(-1) == classes
            spread = crops.std((1, 2))
            contrast.append(spread)
            brightness.append(crops.mean((1, 2)))
            right.append(hits)
            seen = {"mean": float(crops.mean()), "contrast": float(np.median(spread))}
            gains.append({"gain": gain, "accuracy": float(hits.mean()), **seen})
            print(f"| {gain:g} | {hits.mean():.1%} | {crops.mean():.0f} | {np.median(spread):.1f} |")
        hits = np.concatenate(right)
        titles = "contrast (standard deviation of 0..255)", "brightness (mean of 0..255)"
        found[name] = {
            "gains": gains,
            "contrast": accuracy_by(titles[0], CONTRAST_EDGES, np.concatenate(contrast), hits),
            "brightness": accuracy_by(titles[1], BRIGHTNESS_EDGES, np.concatenate(brightness), hits),
        }
    return found


class Fusion:
    """MEmoBERT's distribution over the labels, for one modality alone, calibrated as the page does it."""

    def __init__(self, bundle: Path, manifest: dict):
        self.graph = open_graph(bundle / "memobert.onnx")
        self.tokenizer = Tokenizer.from_file(str(bundle / "tokenizer.json"))
        self.manifest = manifest
        self.words = [self.tokenizer.token_to_id(label["word"]) for label in manifest["labels"]]

    def read(
        self, case: str, text: str = "", face: np.ndarray | None = None, voice: np.ndarray | None = None
    ):
        def ids_of(said: str) -> list[int]:
            return self.tokenizer.encode(said, add_special_tokens=False).ids

        words = ids_of(text)[-self.manifest["text"]["maxTokens"] :]
        prompt = ids_of(self.manifest["prompt"])
        cls, sep, mask = (self.tokenizer.token_to_id(name) for name in ("[CLS]", "[SEP]", "[MASK]"))
        ids = [cls, *words, *prompt, sep]
        faces = np.zeros((1, self.manifest["face"]["featureSize"]), np.float32) if face is None else face
        voices = np.zeros((1, self.manifest["voice"]["featureSize"]), np.float32) if voice is None else voice
        held = [1] * len(ids) + [int(face is not None)] * len(faces) + [int(voice is not None)] * len(voices)
        logits = self.graph(
            {
                "input_ids": np.array([ids], np.int32),
                "face_features": faces[None],
                "voice_features": voices[None],
                "attention_mask": np.array([held], np.int32),
                "mask_position": np.array([ids.index(mask)], np.int32),
            }
        )["mask_logits"]
        return softmax(logits[0, self.words] / self.manifest["calibration"]["temperatures"][case])


def measure_confidence(case: str, answers: list[np.ndarray], truths: list[int]) -> dict:
    """Accuracy by the top probability, and what a threshold withholds."""
    table = np.stack(answers)
    right = table.argmax(-1) == np.array(truths)
    print(f"\n## {case}: {right.mean():.1%} of {len(right)}")
    found: dict = {"accuracy": float(right.mean()), "count": len(right)}
    found["top"] = accuracy_by("top probability", TOP_EDGES, table.max(-1), right)
    found["thresholds"] = []
    for threshold in (0.35, 0.4, 0.45, 0.5):
        kept = table.max(-1) >= threshold
        withheld, rest = float(1 - kept.mean()), float(right[kept].mean()) if kept.any() else None
        found["thresholds"].append({"below": threshold, "withheld": withheld, "accuracy": rest})
        told = "n/a" if rest is None else f"{rest:.1%}"
        print(f"withheld below {threshold:g}: {withheld:.1%}, accuracy of the rest {told}")
    return found


def read_speech(folder: Path, count: int) -> tuple[list[np.ndarray], list[str]]:
    """Samples at 16 kHz and labels of RAVDESS' validation speakers, drawn by chance.

    What the page would not hear, silence and clips below 0.3 s, is left out.
    """
    clips, labels = [], []
    with zipfile.ZipFile(folder / "ravdess.zip") as archive:
        for row in csv.DictReader((folder / "ravdess.csv").open()):
            if not 17 <= int(row["speaker"].split("_")[1]) <= 20:
                continue
            samples, _ = soundfile.read(io.BytesIO(archive.read(row["file"])), dtype="float32")
            if voice_window(samples) is None:
                continue
            clips.append(samples)
            labels.append(SPEECH_LABELS[row["emotion"]])
    chosen = np.random.default_rng(3).permutation(len(clips))[:count]
    return [clips[index] for index in chosen], [labels[index] for index in chosen]


def voice_tokens(graph: Graph, samples: np.ndarray, manifest: dict) -> np.ndarray:
    """Tokens [1..64,520] of the window that the page would encode once this clip [T] had been said."""
    window, first = voice_window(samples, high_pass_of(manifest))
    return graph({"waveform": window[None]})["features"][0, first:]


def clipped(samples: np.ndarray, share: float) -> np.ndarray:
    """So loud that this share of the speech (what is above a hundredth of the peak) is cut off."""
    loud = np.abs(samples[np.abs(samples) > 0.01 * np.abs(samples).max()])
    return samples if share == 0 else np.clip(samples / np.quantile(loud, 1 - share), -1, 1)


def measure_sound(bundle: Path, fusion: Fusion, folder: Path, count: int) -> dict:
    """Accuracy of the voice alone by the share that is clipped, and by its top probability."""
    clips, labels = read_speech(folder, count)
    names = [label["id"] for label in fusion.manifest["labels"]]
    graph = open_graph(bundle / "wav2vec2.onnx")
    print(
        "\n## voice\n\n| clipped | accuracy, voice alone | moved by (total variation) |\n| --- | --- | --- |"
    )
    clean: list[np.ndarray] = []
    shares = []
    for share in CLIPPED:
        answers = [
            fusion.read("A", voice=voice_tokens(graph, clipped(clip, share), fusion.manifest))
            for clip in clips
        ]
        clean = clean or answers
        right = [names[int(answer.argmax())] == label for answer, label in zip(answers, labels, strict=True)]
        moved = np.mean([np.abs(a - b).sum() / 2 for a, b in zip(answers, clean, strict=True)])
        shares.append({"clipped": share, "accuracy": float(np.mean(right)), "moved": float(moved)})
        print(f"| {share:.1%} | {np.mean(right):.1%} | {moved:.2f} |")
    truths = [names.index(label) for label in labels]
    return {"clipped": shares, "confidence": measure_confidence("voice alone", clean, truths)}


def main(argv: list[str] | None = None) -> dict:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    parser.add_argument(
        "--bundle", type=Path, default=Path("../public/models/small"), help="whose graphs are measured"
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with faces/ and speech/")
    parser.add_argument(
        "--count", type=int, default=600, help="of pictures and lines; a third of it of clips"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for reliability.json")
    wish = parser.parse_args(argv)
    manifest = json.loads((wish.bundle / "manifest.json").read_text())
    names = [label["id"] for label in manifest["labels"]]
    if lacking := [label for label in dict.fromkeys(SPEECH_LABELS.values()) if label not in names]:
        raise ValueError(
            f"{wish.bundle} has no {', '.join(lacking)} among its labels, which the corpora have: give a "
            "bundle that has them"
        )
    pictures, classes = read_faces(wish.data / "faces/ferplus-valid.zip", wish.count)
    found: dict = {"bundle": f"{manifest['name']} {manifest['version']}", "count": len(pictures)}
    found["light"] = measure_light(wish.bundle, manifest["face"], pictures, classes)
    fusion = Fusion(wish.bundle, manifest)
    face = manifest["face"]
    encoder = open_graph(wish.bundle / "denseface.onnx")
    answers, truths = [], []
    random = np.random.default_rng(2)
    for picture, kind in zip(pictures, classes, strict=True):
        label = FACE_TO_LABEL[kind]
        if label is None:
            continue
        # a face held for a second: light and noise of eight frames
        track = picture * random.normal(1, 0.03, (8, 1, 1)) + random.normal(0, NOISE_LEVELS, (8, 48, 48))
        crops = enlarged(np.clip(track, 0, 255).astype(np.float32), face["sizePx"])
        scaled = ((crops - face["mean"]) / face["std"])[:, None].astype(np.float32)
        answers.append(fusion.read("V", face=encoder({"faces": scaled})["features"]))
        truths.append(names.index(label))
    found["face"] = measure_confidence("face alone", answers, truths)
    found["voice"] = measure_sound(wish.bundle, fusion, wish.data / "speech", wish.count // 3)
    rows = list(csv.DictReader((wish.data / "text/goemotions/dev.tsv").open(), delimiter="\t", quoting=3))
    told = [(row["text"], TEXT_LABELS[row["labels"]]) for row in rows if row["labels"] in TEXT_LABELS]
    told = [told[index] for index in random.permutation(len(told))[: wish.count]]
    answers = [fusion.read("T", text=text) for text, _ in told]
    found["words"] = measure_confidence("words alone", answers, [names.index(label) for _, label in told])
    write_text(wish.out / "reliability.json", json.dumps(found, indent=1) + "\n")
    return found


if __name__ == "__main__":
    main()
