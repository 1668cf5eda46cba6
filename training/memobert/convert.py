"""Makes a bundle of checkpoints that others trained: MEmoBERT, wav2vec 2.0 and DenseFace, of any width.

    python -m memobert.convert --memobert model_step_60000.pt --wav2vec2 wav2vec2-base-960h \
        --denseface model_step_43.pt --vocabulary VOCAB.txt --licence "research only" --out BUNDLE
    python -m memobert.convert --memobert bert-base-uncased --fresh img_ speech_ --out BUNDLE --dry-run

Whose layout a checkpoint has is told by its names (`foreign_layouts.py` says where they are from), and
`--dry-run` prints what becomes of each tensor. Shapes are told by the tensors, and by config.json where it is
there. A part that is not given comes from the bundle of `--reuse`, and so do single tensors of MEmoBERT.
Weights are stored as fp16 unless `--variants` says otherwise.
"""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import onnx
from transformers import BertTokenizerFast

from .checkpoint_files import CheckpointError, read_checkpoint
from .command_help import CommandHelp
from .conversion import Part
from .convert_face import convert_face
from .convert_fusion import Supply, convert_fusion, split_kinds
from .convert_voice import convert_voice
from .denseface_model import FEATURE_SIZE
from .export import CONTEXT, FRAMES, add_labels_argument, write_parts
from .exported_models import HEADS, PARTS
from .loop import add_dry_run, refuse_several
from .manifest import Bundle, labels_of
from .memobert_import import named_weights
from .part_loading import add_reading_arguments
from .samples import no_words

# option -> part of a bundle
OPTIONS = {"memobert": "fusion", "wav2vec2": "voice", "denseface": "face"}
# of wav2vec2-base, where no encoder says (paper, section 3.2)
VOICE_SIZE = 768
MEGABYTE = 1e6
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
UNKNOWN_LICENCE = "not stated: that of the checkpoints"


def convert_parts(arguments: argparse.Namespace, reuse: Bundle | None) -> dict[str, Part]:
    """The checkpoints that were given, by part. Raises one CheckpointError for all that cannot be used."""
    parts: dict[str, Part] = {}
    errors: list[str] = []

    def attempt(option: str, convert) -> None:
        if path := getattr(arguments, option):
            try:
                parts[OPTIONS[option]] = convert(read_checkpoint(path, arguments.trust))
            except CheckpointError as error:
                errors.append(f"--{option}: {error}")

    attempt("denseface", lambda found: convert_face(found, arguments.face_mean, arguments.face_std))
    attempt("wav2vec2", convert_voice)
    sizes = feature_sizes(parts, reuse)
    attempt(
        "memobert", lambda found: convert_fusion(found, supply(arguments, reuse), arguments.heads, *sizes)
    )
    for option in OPTIONS:
        if not getattr(arguments, option) and reuse is None:
            errors.append(f"--{option} is not given: give its checkpoint, or a bundle with one by --reuse.")
    if "fusion" in parts:
        rows = parts["fusion"].stored["config"]["vocab_size"]
        labels = [label["word"] for label in labels_of(parts["fusion"].stored, reuse, arguments.labels)]
        errors += vocabulary_errors(arguments.vocabulary, reuse, rows, labels)
    elif arguments.vocabulary and not arguments.memobert:
        errors.append("--vocabulary goes with --memobert: the fusion that is reused has its own.")
    if errors:
        raise CheckpointError("\n".join(errors))
    return parts


def feature_sizes(parts: dict[str, Part], reuse: Bundle | None) -> tuple[int, int]:
    """Of face and voice, for embedders that nobody has trained."""
    usual = {"face": FEATURE_SIZE, "voice": VOICE_SIZE}
    known = [reuse.manifest[kind]["featureSize"] if reuse else size for kind, size in usual.items()]
    if "face" in parts:
        known[0] = len(parts["face"].stored["model"]["classifier.weight"][0])
    if "voice" in parts:
        known[1] = parts["voice"].stored["config"]["hidden_size"]
    return known[0], known[1]


def supply(arguments: argparse.Namespace, reuse: Bundle | None) -> Supply:
    """What a MEmoBERT may lack: the bundle's tensors, and those that are to start untrained."""
    reused = {}
    if reuse and "fp32" in reuse.manifest["graphs"]["memobert"]:
        reused = split_kinds(named_weights(onnx.load(reuse.graph("memobert")).graph))
    return Supply(reused, tuple(arguments.fresh), arguments.seed)


def vocabulary_errors(
    vocabulary: Path | None, reuse: Bundle | None, rows: int, labels: Sequence[str]
) -> list[str]:
    """What keeps a vocabulary, or that of the bundle reused, from going with a word table of `rows`."""
    if vocabulary and not vocabulary.is_file():
        return [f"--vocabulary {vocabulary} is not there: give the vocab.txt of the checkpoint."]
    if vocabulary:
        words = vocabulary.read_text(encoding="utf-8").splitlines()
    elif reuse:
        tokenizer = json.loads(reuse.read(reuse.manifest["text"]["tokenizer"]))
        words = list(tokenizer["model"]["vocab"])
    else:
        return ["--vocabulary is not given: give the checkpoint's vocab.txt, one WordPiece a line."]
    errors = []
    if len(words) > rows:
        errors.append(
            f"The vocabulary has {len(words)} words, the word table {rows}: give the checkpoint's own."
        )
    numbered = {word: number for number, word in enumerate(words)}
    lacking = [word for word in SPECIAL if word not in numbered]
    if "[UNK]" in numbered:
        lacking += no_words(BertTokenizerFast(vocab=numbered, do_lower_case=True), labels)
    if lacking:
        errors.append(
            f"The vocabulary lacks {', '.join(lacking)}, which the prompt needs: give an uncased BERT's, or "
            "label words that it has by --labels."
        )
    return errors


def print_mapping(parts: dict[str, Part]) -> None:
    """A line for each tensor: its name in the checkpoint, its name here, its shape."""
    for option, part in OPTIONS.items():
        if part not in parts:
            continue
        rows = parts[part].rows
        width = max(len(row.source or "") for row in rows)
        print(f"--{option}: layout {parts[part].layout}, {len(rows)} tensors")
        for row in rows:
            target = row.target or "-"
            shape = "x".join(map(str, row.shape)) or "scalar"
            print(f"  {row.source or '-':{width}}  {target}  {shape}  {row.note}".rstrip())


def print_sizes(manifest: dict) -> None:
    """What a visitor downloads: each graph's files by precision."""
    for graph, files in manifest["graphs"].items():
        for precision, file in files.items():
            size = file["bytes"] / MEGABYTE
            only = f", {' '.join(file['backends'])} only" if "backends" in file else ""
            print(f"{graph:15} {precision} on {file['weights']} weights{only}: {size:.1f} MB")
    total = sum(file["bytes"] for files in manifest["graphs"].values() for file in files.values())
    print(f"{'all graphs':15} {total / MEGABYTE:.1f} MB")


def sources(parts: dict[str, Part], licence: str, reuse: Bundle | None) -> list[dict]:
    """The manifest's `dataSources`: what is known of a foreign checkpoint is its file."""
    given = [
        {"name": f"{option}: {parts[part].stored['converted']['file']}", "licence": licence}
        for option, part in OPTIONS.items()
        if part in parts
    ]
    return given + (reuse.manifest["dataSources"] if reuse else [])


def convert(arguments: argparse.Namespace) -> dict:
    """Writes the bundle and returns its manifest; None after `--dry-run`.

    Raises CheckpointError for checkpoints that cannot be used, ValueError for parts that do not fit together.
    """
    if arguments.reuse and arguments.reuse.resolve() == arguments.out.resolve():
        raise CheckpointError(
            "--out is the bundle of --reuse, which would be overwritten: name another folder."
        )
    try:
        reuse = Bundle(arguments.reuse) if arguments.reuse else None
    except (OSError, ValueError, KeyError) as error:
        raise CheckpointError(
            f"--reuse {arguments.reuse} is no bundle ({error}): name its folder."
        ) from error
    parts = convert_parts(arguments, reuse)
    if not parts:
        raise CheckpointError("Nothing is converted: give --memobert, --wav2vec2 or --denseface.")
    if arguments.dry_run:
        print_mapping(parts)
        return None
    stored = {part: parts[part].stored if part in parts else {} for part in PARTS.values()}
    for part in OPTIONS.values():
        arguments.variants = chosen(arguments.variants, part, parts)
    licence = arguments.licence
    if reuse:
        licence = f"{licence}; parts of {reuse.manifest['name']}: {reuse.manifest['licence']}"
    # its light student gives the features of another teacher
    left_out = frozenset({"denseface-light"} if "face" in parts else ())
    # of a large encoder nobody wants to store all weights twice
    left_out |= {FRAMES, CONTEXT}
    manifest = write_parts(stored, arguments, licence, sources(parts, arguments.licence, reuse), left_out)
    print_sizes(manifest)
    return manifest


def chosen(variants: list[str], part: str, parts: dict[str, Part]) -> list[str]:
    """`variants` with fp16 storage for a converted part's graphs of which they say nothing."""
    if part not in parts:
        return variants
    # its heads are of no part of their own
    graphs = [next(name for name, known in PARTS.items() if known == part), *([HEADS] * (part == "fusion"))]
    said = {word.partition("=")[0] for word in variants}
    return [*variants, *(f"{graph}=fp32-half" for graph in graphs if graph not in said)]


def parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    for option, what in (
        ("memobert", "MEmoBERT (the authors' layout or ours), or Hugging Face's BERT"),
        ("wav2vec2", "Hugging Face's wav2vec 2.0, or ours"),
        ("denseface", "DenseFace (the authors' layout or ours)"),
    ):
        parser.add_argument(f"--{option}", type=Path, default=None, help=f"file or folder: {what}")
    parser.add_argument(
        "--vocabulary", type=Path, default=None, help="vocab.txt; may be in --memobert's folder"
    )
    parser.add_argument("--reuse", type=Path, default=None, help="bundle for what is not given")
    parser.add_argument(
        "--fresh", nargs="*", default=[], metavar="PREFIX", help="MEmoBERT's tensors that may start untrained"
    )
    parser.add_argument("--seed", type=int, default=1, help="of --fresh")
    add_reading_arguments(parser, "what is converted")
    parser.add_argument(
        "--face-mean", type=float, default=None, help="of 0..255 grey; FER+'s where none is known"
    )
    parser.add_argument("--face-std", type=float, default=None, help="of the same")
    add_dry_run(parser, "print the mapping of names")
    parser.add_argument("--licence", default=UNKNOWN_LICENCE, help="of the checkpoints, for the manifest")
    add_labels_argument(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder of the bundle")
    parser.add_argument("--name", default=None, help="of the bundle; the folder's unless said")
    parser.add_argument("--version", default="1", help="of the bundle, for the manifest")
    parser.add_argument(
        "--variants", nargs="*", default=[], help="GRAPH=VARIANT,... instead of fp32 on fp16 weights"
    )
    arguments = parser.parse_args(argv)
    beside = arguments.memobert and arguments.memobert / "vocab.txt"
    if not arguments.vocabulary and beside and beside.is_file():
        arguments.vocabulary = beside
    arguments.name = arguments.name or arguments.out.resolve().name
    arguments.calibration = None
    return arguments


def main(argv: list[str] | None = None) -> dict | None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    refuse_several()
    return convert(parse(argv))


if __name__ == "__main__":
    try:
        main()
    except CheckpointError as error:
        sys.exit(str(error))
