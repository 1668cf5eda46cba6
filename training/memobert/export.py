"""Writes a bundle: the graphs as ONNX, tokenizer, golden vectors and the manifest.

    python -m memobert.export --face runs/denseface/best.pt --light runs/lightface/best.pt \
        --voice runs/wav2vec2/best.pt --fusion runs/memobert/best.pt --calibration temperatures.json \
        --vocabulary VOCAB.txt --out ../public/models/small --version 1
    python -m memobert.export --voice runs/wav2vec2/best.pt --reuse ../public/models/small --out FOLDER

Weights are rounded to what the files store, and so PyTorch computes the golden vectors with the very numbers
that the page loads. Which files a graph gets is `SHIPPED`, or what `--variants` says.
"""

import argparse
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import onnx
from torch import Tensor, nn
from transformers import BertTokenizerFast

from .command_help import CommandHelp
from .conversion import refuse_classifier
from .exported_models import (
    AXES,
    HEADS,
    PARTS,
    build_models,
    fold_temperature,
    load_stored,
    outputs_of,
    round_to_half,
    trace,
)
from .feature_origin import check_exported
from .golden_vectors import (
    answer,
    differences,
    encoder_inputs,
    fusion_inputs,
    golden_entry,
    head_inputs,
    stream_inputs,
)
from .kept import whole_folder
from .loop import add_dry_run, refuse_several
from .manifest import (
    DATA_SOURCES,
    LICENCE,
    Bundle,
    data_sources,
    graph_file,
    high_pass_of,
    labels_of,
    make_manifest,
    prompt_of,
    training_entry,
    write_manifest,
)
from .onnx_variants import VARIANTS, round_to_blocks, round_to_packed
from .part_loading import add_reading_arguments
from .published_memobert import Published
from .samples import CASES, Prompt
from .vocabulary import PAGE_REFUSES, bundle_tokenizer, check_vocabulary, tell_unfit, vocabulary_digest
from .voice_stream import CONTEXT, FRAMES, VoiceContext, VoiceFrames, can_stream
from .wav2vec2_model import VoiceEncoder

log = logging.getLogger(__name__)
# of probabilities and, relatively, of features; wasm refuses a graph above 1e-3
MOST_DIFFERENCE = 2e-4
# only what `export_variants` measured to gain: see its table
SHIPPED: dict[str, tuple[str, ...]] = {graph: ("fp32-half",) for graph in (*PARTS, FRAMES, CONTEXT, HEADS)}
# by results/variants: on wasm three quarters of the time and three fifths of the bytes, the same answers
SHIPPED["wav2vec2"] = ("fp32-half", "int8")
SHIPPED[CONTEXT] = SHIPPED["wav2vec2"]
# 18 MB instead of 46; what it costs `evaluate` tells with `--packed` and without. On wasm the same numbers in
# int8 products: by results/variants/fusion.md two thirds of the time, no case loses more than 0.3 points
SHIPPED["memobert"] = ("fp32-packed", "int8-packed")
# 0.4 MB instead of 1.4, with which a visitor on wasm stays under 25 MB when the playground is opened too
SHIPPED[HEADS] = ("fp32-int4",)


def chosen_variants(words: list[str]) -> dict[str, tuple[str, ...]]:
    """`SHIPPED`, changed by words like `wav2vec2=fp32-half,int8`.

    Raises ValueError for a name that does not exist, two files of one precision, or none that is for all.
    """
    chosen = dict(SHIPPED)
    for word in words:
        graph, _, names = word.partition("=")
        variants = tuple(names.split(","))
        if graph not in SHIPPED or not set(variants) <= VARIANTS.keys():
            raise ValueError(
                f"{word}: say GRAPH=VARIANT,... with {', '.join(SHIPPED)}; {', '.join(VARIANTS)}"
            )
        rows = [VARIANTS[name] for name in variants]
        if len({row.precision for row in rows}) < len(rows):
            raise ValueError(f"{word}: a manifest has one file per precision")
        if all(row.backends for row in rows):
            raise ValueError(f"{word}: some backend is left without a file")
        chosen[graph] = variants
    return chosen


def read_temperatures(path: Path | None) -> dict[str, float]:
    """Temperatures by encoder graph; none without a file. Raises ValueError for another graph's."""
    temperatures = json.loads(path.read_text()) if path else {}
    if unknown := temperatures.keys() - PARTS.keys() | temperatures.keys() & {"memobert"}:
        raise ValueError(f"{path} has temperatures of {sorted(unknown)}, which are no encoder graphs")
    return temperatures


def case_temperatures(path: Path | None, reuse: Bundle | None) -> dict | None:
    """The manifest's `calibration`: a temperature for each case of present modalities.

    Raises ValueError when a case is missing or a number is no temperature.
    """
    if path is None:
        return reuse.manifest.get("calibration") if reuse else None
    temperatures = json.loads(path.read_text())
    if set(temperatures) != set(CASES) or not all(t > 0 for t in temperatures.values()):
        raise ValueError(f"{path} must hold a positive temperature for each of {', '.join(CASES)}")
    return {"temperatures": {name: temperatures[name] for name in CASES}}


def export_graph(
    graph: str, model: nn.Module, inputs: dict[str, Tensor], folder: Path, variants: tuple[str, ...]
) -> tuple[dict, dict]:
    """Writes a module's files; its manifest entry and golden vectors. Raises ValueError if they disagree."""
    round_to_half(model)
    if "fp32-packed" in variants:
        round_to_packed(model)
    if "fp32-int4" in variants:
        round_to_blocks(model)
    outputs = outputs_of(graph, model)
    fp32 = trace(model, inputs, outputs, AXES[graph])
    expected = answer(model, inputs, outputs)
    files = {}
    for name in variants:
        variant = VARIANTS[name]
        path = folder / (
            f"{graph}.onnx" if variant.precision == "fp32" else f"{graph}.{variant.precision}.onnx"
        )
        onnx.save(variant.make(fp32), path)
        found = differences(path, inputs, expected)
        files[variant.precision] = graph_file(path, folder, variant, found)
        if "deviation" not in files[variant.precision] and not max(found.values()) < MOST_DIFFERENCE:
            raise ValueError(f"{path} differs from PyTorch by {found}")
        log.info("%s: %s, %.1f MB, differs by %s", path.name, name, path.stat().st_size / 1e6, found)
    return files, golden_entry(inputs, expected)


def take_tokenizer(
    vocabulary: Path | None, reuse: Bundle | None, labels: Sequence[str], folder: Path
) -> BertTokenizerFast:
    """Writes the tokenizer's files: those of the vocabulary, or without one those of the bundle reused.

    It tells `labels` that are no words of it.

    Raises ValueError when there is neither, and as `Bundle.read` does.
    """
    if vocabulary:
        tokenizer = BertTokenizerFast(vocab=str(vocabulary), do_lower_case=True)
        tell_unfit(tokenizer, vocabulary, labels, PAGE_REFUSES)
        tokenizer.save_pretrained(folder)
        return tokenizer
    if reuse is None:
        raise ValueError("give --vocabulary, or a bundle whose tokenizer is taken with --reuse")
    for name, kind in (("tokenizer.json", "tokenizer"), ("tokenizer_config.json", "tokenizerConfig")):
        (folder / name).write_bytes(reuse.read(reuse.manifest["text"][kind]))
    tokenizer = BertTokenizerFast.from_pretrained(folder)
    tell_unfit(tokenizer, reuse.folder, labels, PAGE_REFUSES)
    return tokenizer


def check_words(vocabulary: Path | None, fusion: dict, reuse: Bundle | None, reused: set[str]) -> None:
    """Raises ValueError for other WordPieces than MEmoBERT learned, that of `fusion` or the one `reused`.

    What does not tell is not compared.
    """
    kept = reuse and bundle_tokenizer(reuse.read(reuse.manifest["text"]["tokenizer"]))
    tokenizer = BertTokenizerFast(vocab=str(vocabulary), do_lower_case=True) if vocabulary else kept
    if "memobert" in reused:
        fusion = {"vocabulary_sha256": vocabulary_digest(kept)}
    if tokenizer:
        option = "--vocabulary" if vocabulary else "the bundle of --reuse"
        check_vocabulary("MEmoBERT", fusion, tokenizer, option)


def face_normalisation(stored: dict, reuse: Bundle | None) -> dict[str, float]:
    """Mean and std that every face graph was trained with.

    Raises ValueError when the two face graphs want different pictures.
    """
    known = stored["face"] or (reuse.manifest["face"] if reuse else {})
    face = {"mean": known.get("mean", 129.45), "std": known.get("std", 64.87)}
    for key, value in face.items():
        if abs(stored["light"].get(key, value) - value) > 1e-3:
            raise ValueError(
                f"--light was trained with a {key} of {stored['light'][key]}, --face with {value}"
            )
    return face


def fusion_sizes(models: dict, reuse: Bundle | None, reused: set[str]) -> tuple[int, int]:
    """Sizes of face and voice features. Raises ValueError when an encoder gives others than are taken."""
    known = [reuse.manifest[kind]["featureSize"] for kind in ("face", "voice")] if reuse else [0, 0]
    fusion = models["memobert"]
    face, voice = known if "memobert" in reused else (fusion.face_size, fusion.voice_size)
    for graph, wanted in (("denseface", face), ("denseface-light", face), ("wav2vec2", voice)):
        if graph in reused:
            given = known[graph == "wav2vec2"]
        elif graph in models:
            given = models[graph].config.hidden_size if graph == "wav2vec2" else models[graph].feature_size
        else:
            continue
        if given != wanted:
            raise ValueError(f"{graph} gives {given} features, but the fusion was trained with {wanted}")
    return face, voice


def voice_entry(models: dict, stored: dict, reuse: Bundle | None, reused: set[str], size: int) -> dict:
    """What the manifest says of the voice: its features, its high pass, and whether it has no logits."""
    if "wav2vec2" in reused:
        logits = reuse.manifest["voice"].get("logits", True)
        high_pass_hz = high_pass_of(reuse.manifest)
    else:
        logits = bool(models["wav2vec2"].labels)
        high_pass_hz = stored["voice"].get("high_pass_hz", 0.0)
    passed = {"highPassHz": high_pass_hz} if high_pass_hz else {}
    return {"featureSize": size, **passed, **({} if logits else {"logits": False})}


def published(models: dict) -> Published:
    """MEmoBERT as its graph answers, with the head of masked words where there is one of its own."""
    return Published(models["memobert"], models[HEADS].words if HEADS in models else None)


def voice_halves(encoder: VoiceEncoder) -> dict[str, nn.Module]:
    """The voice encoder once more, in two graphs; none where a frame depends on its window."""
    return {FRAMES: VoiceFrames(encoder), CONTEXT: VoiceContext(encoder)} if can_stream(encoder) else {}


def add_labels_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--labels",
        nargs="+",
        default=None,
        metavar="WORD",
        help="what the page answers by, for the manifest; those of the checkpoint's tuning unless said",
    )


def write_bundle(arguments: argparse.Namespace) -> dict:
    """Writes the folder and returns its manifest. Raises ValueError for parts that do not fit together."""
    paths = {part: getattr(arguments, part) for part in PARTS.values()}
    stored = load_stored(paths, arguments.heads, arguments.trust)
    refuse_classifier(stored["fusion"], arguments.fusion)
    if arguments.fusion:
        reused = Bundle(arguments.reuse).manifest if arguments.reuse else {}
        check_exported(arguments.fusion, stored["fusion"].get("encoders"), paths, reused)
    # of a large encoder nobody wants to store all weights twice
    left_out = frozenset({FRAMES, CONTEXT} if "converted" in stored["voice"] else ())
    sources = data_sources(arguments.data_source)
    if any(paths.values()) and arguments.data_source is None:
        log.warning(
            "the manifest tells this project's data, and the licence %r: of weights trained on other data "
            "give --licence and --data-source",
            arguments.licence,
        )
    return write_parts(stored, arguments, arguments.licence, sources, left_out)


def write_parts(stored: dict[str, dict], arguments: argparse.Namespace, *about) -> dict:
    """As `write_bundle`, of checkpoints in memory; `about` them as `fill_folder` takes it.

    A bundle that is there stays as it is until the new one is made and checked.
    """
    with whole_folder(arguments.out, "manifest.json") as folder:
        return fill_folder(folder, stored, arguments, *about)


def fill_folder(
    folder: Path,
    stored: dict[str, dict],
    arguments: argparse.Namespace,
    licence: str = LICENCE,
    sources: list[dict] = DATA_SOURCES,
    left_out: frozenset[str] = frozenset(),
) -> dict:
    """Writes a bundle into an empty folder. Of a bundle reused the graphs `left_out` stay behind."""
    shipped = chosen_variants(arguments.variants)
    temperatures = read_temperatures(arguments.calibration)
    models = build_models(stored)
    stored = models.pop("stored")
    reuse = Bundle(arguments.reuse) if arguments.reuse else None
    reused = {name for name, part in PARTS.items() if reuse and reuse.has(name) and not stored[part]}
    reused -= left_out
    sizes = fusion_sizes(models, reuse, reused)
    face = {**face_normalisation(stored, reuse), "featureSize": sizes[0]}
    check_words(arguments.vocabulary, stored["fusion"], reuse, reused)
    prompt = prompt_of(stored["fusion"], reuse)
    labels = labels_of(stored["fusion"], reuse, arguments.labels)
    words = [label["word"] for label in labels]
    tokenizer = take_tokenizer(arguments.vocabulary, reuse, words, folder)
    if arguments.labels:
        Prompt(tokenizer, prompt, words)
    inputs = {**encoder_inputs(), **stream_inputs(sizes[1])}
    inputs["memobert"] = fusion_inputs(*sizes, tokenizer, prompt)
    graphs, golden, training = {}, {}, {}
    for name, part in PARTS.items():
        temperature = temperatures.get(name)
        if name in reused:
            graphs[name], golden[name] = reuse.take(name, folder)
            training[part] = reuse.manifest.get("training", {}).get(part)
            if temperature is not None:
                log.warning("%s is reused as it is: its temperature in --calibration is left out", name)
        elif name in models:
            if not stored[part]:
                log.warning("%s is untrained, and answers noise: give --%s, or --reuse a bundle", name, part)
            if temperature is not None:
                fold_temperature(models[name], temperature)
            model = published(models) if name == "memobert" else models[name]
            graphs[name], golden[name] = export_graph(name, model, inputs[name], folder, shipped[name])
            training[part] = training_entry(stored[part], temperature)
    if HEADS in models:
        # MEmoBERT's, which its own graph may have packed, are stored once more beside the heads
        for head in (models[HEADS].face_regression, models[HEADS].voice_regression):
            round_to_half(head.embedder[0])
        given = {"hidden": head_inputs(models["memobert"].config.hidden_size)}
        graphs[HEADS], golden[HEADS] = export_graph(HEADS, models[HEADS], given, folder, shipped[HEADS])
    elif "memobert" in reused and reuse.has(HEADS):
        graphs[HEADS], golden[HEADS] = reuse.take(HEADS, folder)
    fresh = reused.isdisjoint({"wav2vec2"}) and left_out.isdisjoint({FRAMES, CONTEXT})
    halves = voice_halves(models["wav2vec2"]) if fresh else {}
    for name, module in halves.items():
        graphs[name], golden[name] = export_graph(name, module, inputs[name], folder, shipped[name])
    for name in (FRAMES, CONTEXT):
        if "wav2vec2" in reused and reuse.has(name):
            graphs[name], golden[name] = reuse.take(name, folder)
    (folder / "golden.json").write_text(json.dumps(golden, separators=(",", ":")))
    version = (arguments.name, arguments.version)
    voice = voice_entry(models, stored, reuse, reused, sizes[1])
    about = graphs, face, voice, training, licence, sources
    manifest = make_manifest(*version, folder, prompt, labels, *about)
    fitted = getattr(arguments, "case_temperatures", None)
    if calibration := case_temperatures(fitted, reuse if "memobert" in reused else None):
        manifest["calibration"] = calibration
        if not fitted and labels != reuse.manifest["labels"]:
            log.warning(
                "the temperatures are those of the bundle reused, for %s: fit them to these labels by "
                "`evaluate --temperatures` and give them by --case-temperatures",
                ", ".join(label["word"] for label in reuse.manifest["labels"]),
            )
    write_manifest(folder, manifest)
    return manifest


def main(argv: list[str] | None = None) -> dict:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    refuse_several()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    parser.add_argument("--face", type=Path, default=None, help="best.pt of DenseFace")
    parser.add_argument(
        "--light", type=Path, default=None, help="best.pt of LightFace; without, none is shipped"
    )
    parser.add_argument("--voice", type=Path, default=None, help="best.pt of wav2vec 2.0")
    parser.add_argument("--fusion", type=Path, default=None, help="best.pt of MEmoBERT, or one of others")
    add_reading_arguments(parser, "--fusion")
    parser.add_argument("--calibration", type=Path, default=None, help="JSON: an encoder graph's temperature")
    parser.add_argument(
        "--case-temperatures", type=Path, default=None, help="JSON: MEmoBERT's by case, from `evaluate`"
    )
    parser.add_argument("--reuse", type=Path, default=None, help="bundle for the parts without a checkpoint")
    parser.add_argument(
        "--vocabulary", type=Path, default=None, help="BERT's vocab.txt; the tokenizer of --reuse without"
    )
    add_labels_argument(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--name", default="small", help="of the bundle, for the manifest")
    parser.add_argument("--licence", default=LICENCE, help="of the weights, for the manifest")
    parser.add_argument(
        "--data-source",
        action="append",
        metavar="NAME=LICENCE",
        help="what they were trained on, each once, in place of the list in manifest.py",
    )
    parser.add_argument("--version", default="1", help="of the bundle, for the manifest")
    parser.add_argument(
        "--variants", nargs="*", default=[], help="GRAPH=VARIANT,... instead of what is usually shipped"
    )
    add_dry_run(parser, "make the bundle and check it beside, in a folder that goes again")
    arguments = parser.parse_args(argv)
    if not arguments.dry_run:
        return write_bundle(arguments)
    with TemporaryDirectory() as folder:
        return write_bundle(argparse.Namespace(**{**vars(arguments), "out": Path(folder)}))


if __name__ == "__main__":
    main()
