"""Measures each form in which MEmoBERT's graph can be shipped, on composed samples, case by case.

    python -m memobert.fusion_variants --bundle FOLDER --vocabulary VOCAB.txt --text TEXT --faces FACES \
        --speech SPEECH --light-encoder … --face-encoder … --voice-encoder … --banks BANKS --composed 700 \
        --out results/variants

UAR of the seven cases by ONNX Runtime on the CPU, a row a run, as the page asks; beside it how far the
distribution over the labels moves from the fp32 graph's (total variation) and how often the first label
stays. Time by onnxruntime-web's wasm in Node, of a row with all three (left out with `--no-timing`). Writes
what of the graphs an estimate needs, `fusion.json` and `fusion.md`.
"""

import argparse
import json
import logging
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

from .command_help import CommandHelp
from .evaluate import check_labels
from .export_variants import fp32_graph, sizes, write_report
from .golden_vectors import open_rounded, softmax
from .locks import releases
from .loop import add_common_arguments, start_alone
from .manifest import Bundle
from .memobert_model import MAX_FACES, MAX_VOICE
from .metrics import measure
from .onnx_graph import set_nodes, tidy
from .onnx_variants import VARIANTS, copy
from .samples import CASES, Prompt, Sample, lay_out
from .sources import add_source_arguments, load_source

log = logging.getLogger(__name__)

GRAPH = "memobert"
# int8 by ONNX's own quantiser would keep the word table wide; convolutions there are none
MEASURED = ("fp32", "fp32-half", "fp32-packed", "fp16", "int8-packed")
WORDS = 36


def estimates_alone(graph: onnx.ModelProto) -> onnx.ModelProto:
    """What an estimate needs of the graph: ONNX Runtime would run all nodes, the page has none."""
    result = copy(graph)
    kept = [output for output in result.graph.output if output.name == "mask_logits"]
    del result.graph.output[:]
    result.graph.output.extend(kept)
    needed, nodes = {output.name for output in kept}, []
    for node in reversed(result.graph.node):
        if needed & set(node.output):
            needed |= set(node.input)
            nodes.append(node)
    set_nodes(result, nodes[::-1])
    tidy(result)
    return result


def answers(graph: onnx.ModelProto, samples: list[Sample], tokenizer, prompt: Prompt) -> np.ndarray:
    """The labels' logits [N,labels] at the mask, each sample in a run of its own: int8 has a scale a run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = open_rounded(graph.SerializeToString(), options)
    kinds = {entry.name: entry.type for entry in session.get_inputs()}
    logits = []
    for sample in samples:
        batch = vars(lay_out([sample], tokenizer, prompt))
        given = {
            name: batch[name].numpy().astype(np.int32 if "int32" in kind else np.float32)
            for name, kind in kinds.items()
        }
        logits.append(session.run(["mask_logits"], given)[0][0, prompt.label_ids])
    return np.stack(logits)


def compare(logits: np.ndarray, reference: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    """WA, UAR, `count`; how often the first label is the reference's; mean and largest total variation."""
    moved = np.abs(softmax(logits) - softmax(reference)).sum(1) / 2
    scores = measure(truth, logits.argmax(1), logits.shape[1])
    return {
        "wa": scores["wa"],
        "uar": scores["uar"],
        "count": scores["count"],
        "agreement": float((logits.argmax(1) == reference.argmax(1)).mean()),
        "moved": float(moved.mean()),
        "moved_most": float(moved.max()),
    }


def row_inputs(face_size: int, voice_size: int) -> dict[str, dict]:
    """Type and dimensions of a row with a window full of faces and voice, and some words."""
    tokens = WORDS + MAX_FACES + MAX_VOICE
    return {
        "input_ids": {"type": "int32", "dims": [1, WORDS]},
        "face_features": {"type": "float32", "dims": [1, MAX_FACES, face_size]},
        "voice_features": {"type": "float32", "dims": [1, MAX_VOICE, voice_size]},
        "attention_mask": {"type": "int32", "dims": [1, tokens]},
        "mask_position": {"type": "int32", "dims": [1]},
    }


def table(report: dict) -> str:
    """The report as Markdown: what a form weighs and takes, then its UAR and how far it moves, by case."""
    rows = report["graphs"][GRAPH]
    # reports from before own clips were measured are of composed ones
    kind = report.get("samples", "composed")
    lines = [
        f"# MEmoBERT's variants, bundle {report['bundle']}", "",
        f"{report['count']} {kind} validation samples, faces as {report['eyes']} sees them; "
        "answers by ONNX Runtime on the CPU, a row a run; times by "
        f"{report.get('runtime', 'nothing yet')}, multiples of fp32 in the same run.", "",
        "| variant | MB | gzip MB | wasm time | wasm load | for |", "| --- | --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for key, row in rows.items():
        timed = [f"{row[kind]:.2f}" if kind in row else "" for kind in ("ratio", "loadRatio")]
        timed = [f"fails: {row['error']}", ""] if "error" in row else timed
        sized = [f"{row[kind] / 1e6:.2f}" for kind in ("bytes", "gzip")]
        lines.append(f"| {' | '.join([key, *sized, *timed, ', '.join(row['backends'] or ['all'])])} |")
    for title, kind in (
        ("UAR, %", "uar"), ("The first label stays, %", "agreement"),
        ("Total variation to fp32, mean, points", "moved"), ("The same, the largest", "moved_most"),
    ):  # fmt: skip
        lines += [
            "",
            f"## {title}",
            "",
            f"| variant | {' | '.join(CASES)} |",
            "|" + " --- |" * (1 + len(CASES)),
        ]
        for key, row in rows.items():
            measured = [row["cases"].get(case) for case in CASES]
            cells = [f"{100 * of[kind]:.1f}" if of else "n/a" for of in measured]
            lines.append(f"| {' | '.join([key, *cells])} |")
    return "\n".join(lines) + "\n"


def read(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    add_source_arguments(parser)
    parser.add_argument("--bundle", type=Path, required=True, help="whose MEmoBERT is measured")
    parser.add_argument("--prompt", default=None, help="with one [MASK]; the bundle's without")
    parser.add_argument(
        "--variants", nargs="*", choices=list(VARIANTS), default=list(MEASURED), help="forms to measure"
    )
    parser.add_argument("--runs", type=int, default=30, help="timed runs of each graph")
    parser.add_argument("--no-timing", action="store_true", help="leave onnxruntime-web out")
    return parser.parse_args(argv)


@releases
def main(argv: list[str] | None = None) -> dict:
    arguments = read(argv)
    start_alone(arguments)
    # the quantiser tells of every tensor
    logging.getLogger().addFilter(lambda record: record.name != "root")
    bundle = Bundle(arguments.bundle)
    manifest = bundle.manifest
    source = load_source(arguments, "valid")
    told = manifest.get("training", {}).get("fusion") or {}
    named = {"method": "prompt", "labels": [label["word"] for label in manifest["labels"]]}
    check_labels(arguments.bundle / f"{GRAPH}.onnx", {**told, **named}, source.labels)
    prompt = Prompt(source.tokenizer, arguments.prompt or manifest["prompt"], source.labels)
    # wasm, for which int8 is, has the light face
    valid = source.labelled_valid()
    own = "own" in valid or source.train is None
    light = source.light is not None and not own
    eyes = "the light encoder" if light else "the encoder of `extract`" if own else "DenseFace"
    samples = source.composed_valid(light=True) if light else valid.get("own", valid["composed"])
    # own clips may lack a modality
    having = {name: [s for s in samples if s.has(case)] for name, case in CASES.items()}
    having = {name: found for name, found in having.items() if found}
    if not having:
        raise ValueError("no sample to measure is labelled: give labels.csv to `prepare`, or corpora")
    graph = fp32_graph(bundle, GRAPH)
    report: dict = {
        "bundle": f"{manifest['name']} {manifest['version']}",
        "count": len(samples),
        "samples": "own" if own else "composed",
        "eyes": eyes,
        "graphs": {GRAPH: {}},
    }
    reference: dict[str, np.ndarray] = {}
    for key in dict.fromkeys(("fp32", *arguments.variants)):
        variant = VARIANTS[key]
        whole = variant.make(graph)
        made = estimates_alone(whole)
        path = arguments.out / f"{GRAPH}.{key}.onnx"
        onnx.save(made, path)
        cases = {}
        for name, found in having.items():
            given = [sample.only(CASES[name]) for sample in found]
            logits = answers(made, given, source.tokenizer, prompt)
            truth = np.array([sample.label for sample in found])
            cases[name] = compare(logits, reference.setdefault(name, logits), truth)
            log.info("%s %s: %s", key, name, json.dumps(cases[name]))
        report["graphs"][GRAPH][key] = {
            "path": path.name,
            "precision": variant.precision,
            "weights": variant.weights,
            "backends": variant.backends,
            "input": row_inputs(manifest["face"]["featureSize"], manifest["voice"]["featureSize"]),
            **sizes(whole.SerializeToString()),
            "cases": cases,
        }
    runs = 0 if arguments.no_timing else arguments.runs
    write_report(report, arguments.out / "fusion.json", table, runs)
    return report


if __name__ == "__main__":
    main()
