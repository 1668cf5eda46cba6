"""Makes each variant of a bundle's encoder graphs, and measures what it costs and gains.

    python -m memobert.export_variants --bundle FOLDER --faces FOLDER --speech FOLDER --cache FOLDER \
        --out results/variants

Parity is against the fp32 variant of the same weights; accuracy on FER+ validation faces with a majority and
on RAVDESS' validation speakers, by ONNX Runtime on the CPU; time by onnxruntime-web's wasm in Node, on one
thread (`../export_bench/time-variants.mjs`, left out with `--no-timing`). Writes the graphs, `variants.json`
and `variants.md`.
"""

import argparse
import gzip
import json
import logging
import subprocess
from collections.abc import Callable
from pathlib import Path

import brotli
import numpy as np
import onnx
import onnxruntime
import torch

from .command_help import CommandHelp
from .denseface_model import FACE_CLASSES
from .ferplus_data import load_ferplus, majority
from .golden_vectors import open_rounded, softmax
from .kept import write_text
from .labels import LABELS
from .locks import hold, releases
from .manifest import Bundle, high_pass_of
from .metrics import measure
from .onnx_graph import reopen
from .onnx_variants import VARIANTS
from .speech_data import load_speech
from .train_denseface import to_input
from .voice_features import heard_window

log = logging.getLogger(__name__)

ENCODERS = ("denseface", "denseface-light", "wav2vec2")
TIMER = Path(__file__).parents[1] / "export_bench" / "time-variants.mjs"
# what CDNs compress with as they go; 11 is for files made once, and some percent smaller
BROTLI_QUALITY = 9


def fp32_graph(bundle: Bundle, name: str) -> onnx.ModelProto:
    """The optimised graph with plain fp32 weights, from the file that the bundle has."""
    return reopen(onnx.load(bundle.graph(name)))


def face_inputs(
    folder: Path, cache: Path | None, manifest: dict, limit: int
) -> tuple[np.ndarray, np.ndarray]:
    """Normalised faces [N,1,size,size] of FER+ valid, classes [N]; `limit` of them, evenly (0: all)."""
    faces, truth = majority(load_ferplus(folder, "valid", cache))
    rows = spread(len(truth), limit)
    face = manifest["face"]
    pictures = torch.from_numpy(faces.pictures[rows]).unsqueeze(1)
    return to_input(pictures, face["sizePx"], face["mean"], face["std"]).numpy(), truth[rows]


def voice_inputs(
    folder: Path, cache: Path | None, manifest: dict, limit: int
) -> tuple[np.ndarray, np.ndarray]:
    """Windows [N,T] of RAVDESS' validation speakers and their labels [N]."""
    speech = load_speech(folder, cache)
    clips = [clip for clip in speech.split("valid") if clip.corpus == "ravdess"]
    clips = [clips[row] for row in spread(len(clips), limit)]
    waves = np.stack([heard_window(speech.waveform(clip), high_pass_of(manifest)) for clip in clips])
    return waves, np.array([clip.label for clip in clips])


def spread(count: int, limit: int) -> np.ndarray:
    return np.arange(count) if not 0 < limit < count else np.linspace(0, count - 1, limit).astype(int)


def run(graph: onnx.ModelProto, inputs: np.ndarray, batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Features of the first 64 inputs and logits of all, by ONNX Runtime on one CPU thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = open_rounded(graph.SerializeToString(), options)
    name = session.get_inputs()[0].name
    features, logits = [], []
    for first in range(0, len(inputs), batch):
        answer = session.run(["features", "logits"], {name: inputs[first : first + batch]})
        features += [answer[0]] if first < 64 else []
        logits.append(answer[1])
    return np.concatenate(features)[:64], np.concatenate(logits)


def compare(
    answer: tuple[np.ndarray, np.ndarray], reference: tuple[np.ndarray, np.ndarray], truth: np.ndarray
) -> dict:
    """Largest differences (of probabilities; of features relative to the largest), agreement, WA and UAR."""
    (features, logits), (known_features, known_logits) = answer, reference
    scores = measure(truth, logits.argmax(1), logits.shape[1])
    return {
        "probability": float(np.abs(softmax(logits) - softmax(known_logits)).max()),
        "feature": float(np.abs(features - known_features).max() / np.abs(known_features).max()),
        "agreement": float((logits.argmax(1) == known_logits.argmax(1)).mean()),
        "wa": scores["wa"],
        "uar": scores["uar"],
        "count": scores["count"],
    }


def sizes(data: bytes) -> dict[str, int]:
    """Bytes raw, by gzip -9 and by brotli."""
    return {
        "bytes": len(data),
        "gzip": len(gzip.compress(data, 9)),
        "brotli": len(brotli.compress(data, quality=BROTLI_QUALITY)),
    }


def measure_graph(
    name: str, graph: onnx.ModelProto, inputs: np.ndarray, truth: np.ndarray, out: Path
) -> dict:
    """Rows of the table by variant; the graphs are written to `out`."""
    rows, reference = {}, None
    for key, variant in VARIANTS.items():
        made = variant.make(graph)
        data = made.SerializeToString()
        path = out / f"{name}.{key}.onnx"
        path.write_bytes(data)
        answer = run(made, inputs, 1 if name == "wav2vec2" else 32)
        reference = reference or answer
        rows[key] = {
            "path": path.name,
            "precision": variant.precision,
            "weights": variant.weights,
            "backends": variant.backends,
            "nodes": len(made.graph.node),
            "input": {made.graph.input[0].name: {"type": "float32", "dims": [1, *inputs.shape[1:]]}},
            **sizes(data),
            **compare(answer, reference, truth),
        }
        log.info("%s %s: %s", name, key, json.dumps(rows[key]))
    return rows


COLUMNS = (
    "variant", "MB", "gzip MB", "brotli MB", "WA %", "UAR %", "same class %", "max d probability",
    "max d feature", "wasm time", "wasm load", "for",
)  # fmt: skip


def table(report: dict) -> str:
    """The report as Markdown, a table per graph; times are multiples of the fp32 variant's."""
    lines = [
        f"# Variants of the bundle {report['bundle']}", "",
        "Parity, WA and UAR by ONNX Runtime on the CPU (fp16 arithmetic is emulated there); times by "
        f"{report.get('runtime', 'nothing yet')}, multiples of fp32 in the same run.",
    ]  # fmt: skip
    for name, rows in report["graphs"].items():
        first = next(iter(rows.values()))
        absolute = f"; fp32 takes {first['medianMs']:.1f} ms of CPU" if "medianMs" in first else ""
        lines += ["", f"## {name} ({first['count']} samples{absolute})", ""]
        lines += [f"| {' | '.join(COLUMNS)} |", "|" + " --- |" * len(COLUMNS)]
        lines += [f"| {' | '.join(cells(key, row))} |" for key, row in rows.items()]
    return "\n".join(lines) + "\n"


def cells(key: str, row: dict) -> list[str]:
    sized = [f"{row[kind] / 1e6:.2f}" for kind in ("bytes", "gzip", "brotli")]
    scored = [f"{100 * row[kind]:.2f}" for kind in ("wa", "uar", "agreement")]
    timed = [f"{row[kind]:.2f}" if kind in row else "" for kind in ("ratio", "loadRatio")]
    if "error" in row:
        timed = [f"fails: {row['error']}", ""]
    parity = [f"{row['probability']:.1e}", f"{row['feature']:.1e}"]
    return [key, *sized, *scored, *parity, *timed, ", ".join(row["backends"] or ["all"])]


def add_timings(report: dict, written: Path, runs: int) -> None:
    """Times every graph in Node, as `written` tells of them; the answers join the other measurements.

    Needs `npm ci` at the root.
    """
    subprocess.run(["node", str(TIMER), "--report", str(written), "--runs", str(runs)], check=True)
    timings = json.loads(written.with_name("timings.json").read_text())
    report["runtime"] = timings["runtime"]
    for name, rows in timings["graphs"].items():
        for key, row in rows.items():
            report["graphs"][name][key].update(row)


def write_report(report: dict, written: Path, table: Callable[[dict], str], runs: int) -> None:
    """The report as JSON, with the times of `runs` runs of each graph unless 0, and as a page beside it."""
    write_text(written, json.dumps(report, indent=2) + "\n")
    if runs:
        add_timings(report, written, runs)
        write_text(written, json.dumps(report, indent=2) + "\n")
    write_text(written.with_suffix(".md"), table(report))


@releases
def main(argv: list[str] | None = None) -> dict:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    # the quantiser tells of every tensor
    logging.getLogger().addFilter(lambda record: record.name != "root")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    parser.add_argument("--bundle", type=Path, required=True, help="whose graphs are measured")
    parser.add_argument("--faces", type=Path, required=True, help="folder of ferplus-valid.zip")
    parser.add_argument("--speech", type=Path, required=True, help="folder of the speech corpora's archives")
    parser.add_argument("--cache", type=Path, default=None, help="folder for decoded data")
    parser.add_argument("--out", type=Path, required=True, help="folder of the tables")
    parser.add_argument("--limit", type=int, default=0, help="at most so many faces, and so many clips")
    parser.add_argument("--runs", type=int, default=60, help="timed runs of each graph")
    parser.add_argument("--no-timing", action="store_true", help="leave onnxruntime-web out")
    arguments = parser.parse_args(argv)
    hold(arguments.out)
    bundle = Bundle(arguments.bundle)
    manifest = bundle.manifest
    report = {"bundle": f"{manifest['name']} {manifest['version']}", "graphs": {}}
    assert manifest["face"]["classes"] == list(FACE_CLASSES)
    if (named := [label["id"] for label in manifest["labels"]]) != list(LABELS):
        raise ValueError(
            f"{arguments.bundle} has the labels {', '.join(named)}, the corpora {', '.join(LABELS)}: give a "
            "bundle that has these"
        )
    faces = face_inputs(arguments.faces, arguments.cache, manifest, arguments.limit)
    voices = voice_inputs(arguments.speech, arguments.cache, manifest, arguments.limit)
    # of an encoder without logits there is no accuracy to compare
    silent = {"wav2vec2"} if manifest["voice"].get("logits") is False else set()
    for name in ENCODERS:
        if name in manifest["graphs"].keys() - silent:
            graph = fp32_graph(bundle, name)
            data = voices if name == "wav2vec2" else faces
            report["graphs"][name] = measure_graph(name, graph, *data, arguments.out)
    runs = 0 if arguments.no_timing else arguments.runs
    write_report(report, arguments.out / "variants.json", table, runs)
    return report


if __name__ == "__main__":
    main()
