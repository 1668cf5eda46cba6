"""The paper's tables re-run on composed samples (Zhao et al., ICASSP 2022, section 4), cell by cell.

    python -m memobert.paper_tables --run methods --text TEXT --faces FACES --speech SPEECH \
        --vocabulary VOCAB.txt --banks runs/memobert/banks --init BERT --out results/paper

`--run` names one: `methods` (Table 2), `tasks` (Table 3: each pre-training task left out), `labels`
(Figure 3: 10 % to 100 % of the labelled samples), `prompts`, or `composition` (what each departure of
composed_data.Mix gives). Each writes its cells to cells.jsonl, and `<run>.md` with mean and standard
deviation over the seeds.

Pre-training and tuning draw from different rows of the banks, as the paper's unlabelled and labelled corpora
are different ones; labels only decide what stands together in a composed sample of pre-training. Sentences
are apart in composed samples alone: half of WWMLM's samples are of `Source.unlabelled`, which holds every
training sentence, those that tuning sees with their labels as well.
"""

import argparse
import json
import logging
import platform
import time
from collections.abc import Iterable
from copy import copy
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from zlib import crc32

import numpy as np
import torch

from . import pretrain, tune
from .command_help import CommandHelp
from .composed_data import PLAIN, Mix, balanced
from .evaluate import load_tuned
from .fit import make_accelerator
from .kept import add_row, read_rows
from .labels import LABELS
from .locks import FolderInUseError, locked, releases
from .loop import add_common_arguments, refuse_several, start
from .masking import add_masking_arguments
from .metrics import measure
from .paper_report import write_report
from .pretrain import add_model_arguments
from .pretraining_heads import TASKS
from .shards import sha256
from .sources import DEFAULT_PROMPT, Source, add_source_arguments, load_source

log = logging.getLogger(__name__)

PROMPTS = (DEFAULT_PROMPT, "it was [MASK] .", "he is [MASK] .")
METHODS = ("direct", "bert-finetune", "pretrain-finetune", "pretrain-prompt")
FRACTIONS = (0.1, 0.25, 0.5, 1.0)
# of each label's rows in the banks
UNLABELLED_PART = 0.6
# own clips would pre-train and measure, and not be tuned on
NEVER = ("samples",)
# what draws with its labels while it tunes; the others tune on --labelled samples that were drawn before
OF_COMPOSITION = ("frequencies", "shares", "text_teacher", "teach", "lessons", "lessons_part")
OF_COMPOSITION += ("voice_beliefs", "believed", "face_votes")
# departures of a face that need a track as long as the page's
IN_TIME = ("lost_face", "onset")
# what the rows of `composition` say themselves
OF_OTHERS = ("without", "labelled")


@dataclass(frozen=True)
class Cell:
    """One training: its `tasks` of pre-training, `part` of the labelled samples, the mix `without` some."""

    method: str = "pretrain-prompt"
    prompt: str = DEFAULT_PROMPT
    tasks: tuple[str, ...] = tuple(TASKS)
    part: float = 1.0
    without: tuple[str, ...] | None = None
    seed: int = 1

    @property
    def key(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)


def cells_of(run: str, seeds: Iterable[int]) -> list[Cell]:
    """What `run` compares; the first row is the whole method."""
    rows: list[Cell] = []
    if run == "methods":
        rows = [Cell(method=method) for method in METHODS]
    elif run == "tasks":
        left_out = [tuple(task for task in TASKS if task != gone) for gone in TASKS]
        rows = [Cell(), *(Cell(tasks=tasks) for tasks in left_out), Cell(tasks=("wwmlm",))]
    elif run == "labels":
        rows = [Cell(method=method, part=part) for method in METHODS for part in FRACTIONS]
    elif run == "prompts":
        rows = [Cell(prompt=prompt) for prompt in PROMPTS]
    elif run == "composition":
        names = [field.name for field in fields(Mix)]
        rows = [Cell(without=()), *(Cell(without=(name,)) for name in names), Cell(without=tuple(names))]
    return [replace(row, seed=seed) for seed in seeds for row in rows]


def conditions() -> dict[str, Mix]:
    """Validation samples of `composition`: whole ones, and each departure in every sample.

    What happens to a face in time has a track at its pace: of the banks' own frames no second can be lost.
    """
    found = {"none": PLAIN}
    for field in fields(Mix):
        paced = {"pace": 1.0} if field.name in IN_TIME else {}
        found[field.name] = replace(PLAIN, **paced, **{field.name: 1.0})
    return found


def checksum(source: Source) -> int:
    """CRC-32 of all that cells are composed of; whichever encoder, option or corpus changes, it does."""
    found = crc32(repr([composer.mix for composer in (source.train, source.valid)]).encode())
    arrays = [*source.unlabelled, *(source.beliefs[row] for row in sorted(source.beliefs))]
    arrays += [of for s in (*source.own, *source.own_valid) for of in (s.words, s.faces, s.voice, s.label)]
    for composer in (source.train, source.valid):
        arrays += [*composer.texts, composer.text_labels]
        for told in (composer.voice_beliefs, composer.face_beliefs):
            arrays += [told[row] for row in sorted(told)]
        for bank in (composer.faces, composer.voices):
            arrays += [*bank.features, bank.labels, *(bank.classes or [])]
    for of in arrays:
        found = crc32(np.ascontiguousarray(of).tobytes(), found)
    return found


class Laboratory:
    """The source split into unlabelled and labelled rows, and what was trained so far."""

    def __init__(self, arguments: argparse.Namespace, source: Source, accelerator) -> None:
        self.arguments, self.source, self.accelerator = arguments, source, accelerator
        self.path = arguments.out / "cells.jsonl"
        setting = json.dumps(self.setting(), sort_keys=True)
        self.runs = arguments.runs / f"{crc32(setting.encode()):08x}"
        self.done: dict[str, dict] = {}
        self._read_done()

    def _read_done(self) -> None:
        if self.path.exists():
            rows = read_rows(self.path)
            self.done = {row["key"]: row for row in rows if row["setting"] == self.setting()}

    def setting(self) -> dict:
        """What a cell's figures depend on besides the cell; others' cells are not mixed in."""
        named = (
            "layers",
            "pretraining_steps",
            "steps",
            "batch",
            "labelled",
            "composed",
            "rate",
            "word_batch",
            "toy",
            "precision",
            "frequencies",
            "shares",
        )
        found = {name: getattr(self.arguments, name) for name in named} | self.material
        # told where it is not the default: cells from before there was a choice stay
        told = {name: getattr(self.arguments, name) for name in ("frame_masking", "heads", "fresh")}
        if self.arguments.run != "composition":
            # cells from before had none: voices known by heart were as sure as others in every sample
            told["strays"] = "in labelled samples"
        return found | {name: value for name, value in told.items() if value and value != "zeros"}

    @cached_property
    def material(self) -> dict:
        """Checksums of what `--init` holds, and of the sentences and banks that cells are made of."""
        init: Path | None = self.arguments.init
        if init is not None and init.is_dir():
            init = init / "model.safetensors"
        return {"init": init and sha256(init), "source": f"{checksum(self.source):08x}"}

    def all_measured(self, cells: list[Cell]) -> list[tuple[Cell, dict]]:
        """Each cell with its row; another process with the same `--out` takes those that this one has not."""
        found: dict[Cell, dict] = {}
        left = cells
        while left:
            tried, taken = len(left), []
            for cell in left:
                try:
                    found[cell] = self.measured(cell)
                except FolderInUseError as error:
                    taken.append(error)
            left = [cell for cell in left if cell not in found]
            # nothing of this round was this process' own
            if left and len(taken) == tried:
                log.info("waits for process %s, which is at one of %d cells left", taken[0].pid, len(left))
                with locked(taken[0].folder, taken[0].name, wait=True):
                    pass
        return [(cell, found[cell]) for cell in cells]

    def measured(self, cell: Cell) -> dict:
        """The cell's row: found in cells.jsonl, or trained now.

        Raises FolderInUseError while another process is at it, or at the pre-training that it begins with.
        """
        if cell.key not in self.done:
            name = f".{crc32((json.dumps(self.setting(), sort_keys=True) + cell.key).encode()):08x}.lock"
            with locked(self.arguments.out, name):
                # meanwhile another may have
                self._read_done()
                if cell.key not in self.done:
                    self._measure(cell)
        return self.done[cell.key]

    def _measure(self, cell: Cell) -> None:
        began = time.monotonic()
        row = {"key": cell.key, "setting": self.setting(), "cases": self._train(cell)}
        # it keeps every model and optimiser that it prepared
        self.accelerator.free_memory()
        row["minutes"] = round((time.monotonic() - began) / 60, 1)
        row["machine"] = f"{self.accelerator.device.type}, {platform.processor() or platform.machine()}"
        row["machine"] += f", {torch.get_num_threads()} threads"
        add_row(self.path, json.dumps(row))
        self.done[cell.key] = row
        log.info("%s: %s", cell.key, {name: round(of["uar"], 3) for name, of in row["cases"].items()})

    def _train(self, cell: Cell) -> dict[str, dict]:
        arguments = self.arguments
        init = self._pretrained(cell) if cell.method.startswith("pretrain") else arguments.init
        method = "prompt" if cell.method.endswith("prompt") else "finetune"
        options = self._options(tune.make_parser(), cell.seed, arguments.steps, init)
        options.method, options.prompt = method, cell.prompt
        if cell.method == "direct":
            # every name begins so: of --init the shape alone is taken
            options.fresh = ("",)
        # as in the paper: nothing but the labels
        options.pretraining, options.whole_vocabulary = 0.0, 0.0
        source = self._labelled(cell)
        options.out = self.runs / f"tune-{crc32(cell.key.encode()):08x}"
        # --runs may be shared by more than one --out
        with locked(options.out):
            scores = tune.tune(options, source, self.accelerator)["composed"]
            return scores if cell.without is None else self._stressed(options, source)

    def _pretrained(self, cell: Cell) -> Path:
        out = self.runs / f"pretrain-{'-'.join(cell.tasks)}-{cell.seed}"
        options = self._options(
            pretrain.make_parser(), cell.seed, self.arguments.pretraining_steps, self.arguments.init
        )
        options.out, options.tasks = out, list(cell.tasks)
        train = self.source.train.part(0, UNLABELLED_PART, 1)
        with locked(out):
            pretrain.pretrain(options, replace(self.source, train=train), self.accelerator)
        return out / "best.pt"

    def _labelled(self, cell: Cell) -> Source:
        composer = self.source.train.part(UNLABELLED_PART, 1, 1)
        if cell.without is not None:
            composer.mix = Mix.without(cell.without)
            return replace(self.source, train=composer)
        # a stray that is left alone is not drawn (Source.labelled): it would not have its label
        count = max(len(LABELS), round(cell.part * self.arguments.labelled))
        own = balanced(composer, count, 7)
        return replace(self.source, train=None, unlabelled=[], own=own, own_valid=self.source.measured_on())

    def _stressed(self, options: argparse.Namespace, source: Source) -> dict[str, dict]:
        """TVA under each departure, by the checkpoint of `options`."""
        device = self.accelerator.device
        module, prompt, _ = load_tuned(options.out / "best.pt", source, device)
        found = {}
        for name, mix in conditions().items():
            composer = copy(self.source.valid)
            composer.mix = mix
            samples = balanced(composer, self.arguments.composed, 99)
            truth = np.array([s.label for s in samples])
            logits = tune.label_logits(module, samples, source.tokenizer, prompt, device)
            found[name] = measure(truth, logits.argmax(1), len(LABELS))
        return found

    def _options(self, parser: argparse.ArgumentParser, seed: int, steps: int, init) -> argparse.Namespace:
        given = self.arguments
        options = parser.parse_args(["--vocabulary", str(given.vocabulary), "--out", str(given.runs)])
        for name in (
            "device",
            "threads",
            "precision",
            "layers",
            "toy",
            "heads",
            "trust",
            "batch",
            "rate",
            "composed",
            "word_batch",
            "frame_masking",
        ):
            setattr(options, name, getattr(given, name))
        options.seed, options.init = seed, init
        # what pre-training has begun anew is not thrown away at tuning
        options.fresh = given.fresh if init is given.init else ()
        options.steps = options.every = steps
        return options


def refuse_ignored(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Raises ValueError for options that change nothing of what `--run` measures."""
    names = (*NEVER, *(OF_OTHERS if arguments.run == "composition" else OF_COMPOSITION))
    given = [name for name in names if getattr(arguments, name) != parser.get_default(name)]
    if given:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise ValueError(f"--run {arguments.run} has no use for {options}: leave it out")


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    add_source_arguments(parser)
    add_model_arguments(parser)
    add_masking_arguments(parser)
    add = parser.add_argument
    add(
        "--run",
        choices=("methods", "tasks", "labels", "prompts", "composition"),
        required=True,
        help="which table",
    )
    add("--runs", type=Path, default=None, help="folder of checkpoints; `out`/runs without")
    add("--seeds", type=int, nargs="*", default=[1, 2, 3], help="each cell is trained once with each")
    add("--pretraining-steps", type=int, default=600, help="of pre-training")
    add("--steps", type=int, default=300, help="of tuning")
    add("--batch", type=int, default=32, help="samples a step")
    add("--rate", type=float, default=3e-4, help="peak rate of AdamW")
    add("--word-batch", type=int, default=2, help="batches of words alone are this many times as large")
    add("--labelled", type=int, default=2100, help="labelled samples for tuning; `composition` draws anew")
    return parser


@releases
def main(argv: list[str] | None = None) -> dict:
    parser = make_parser()
    arguments = parser.parse_args(argv)
    refuse_several()
    refuse_ignored(arguments, parser)
    if not arguments.init and not arguments.toy:
        raise ValueError("give --init, a folder with a BERT-shaped encoder: BERT+Finetune starts from it")
    arguments.runs = arguments.runs or arguments.out / "runs"
    accelerator = make_accelerator(arguments)
    start(arguments, shared=True)
    laboratory = Laboratory(arguments, load_source(arguments), accelerator)
    found = laboratory.all_measured(cells_of(arguments.run, arguments.seeds))
    return write_report(arguments.run, found, arguments.out)


if __name__ == "__main__":
    main()
