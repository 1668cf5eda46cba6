"""Pre-trains MEmoBERT on its four tasks, one modality masked at a time (paper, section 2.3).

    python -m memobert.pretrain --text TEXT --faces FACES --speech SPEECH --vocabulary VOCAB.txt \
        --face-encoder FACE/best.pt --voice-encoder VOICE/best.pt --init BERT --out runs/pretrained
    python -m memobert.pretrain --samples FEATURES --vocabulary VOCAB.txt --out OUT
    accelerate launch -m memobert.pretrain …        # several GPUs or machines, the same arguments

`--tasks` leaves some out; each step draws one of them, as often as `--weights` say. No label enters a loss.
"""

import argparse
import logging
from pathlib import Path

import numpy as np
import onnx
import torch

from .checkpoint_files import read_checkpoint
from .command_help import CommandHelp
from .convert_fusion import WORDS, Supply, convert_fusion
from .fit import Draws, Fit, add_fit_arguments, make_accelerator
from .foreign_layouts import find_layout
from .locks import releases
from .loop import Checkpoints, add_common_arguments, autocast, describe_run, start
from .masking import WordStarts, add_masking_arguments
from .memobert_import import load_published, named_weights, published_config
from .memobert_model import TOY, MemoBert, small_config
from .part_loading import add_reading_arguments
from .pretraining_heads import TASKS, TITLES, Pretraining, mask_for
from .samples import LONGEST, Sample, lay_out
from .sources import Source, add_source_arguments, load_source
from .vocabulary import check_vocabulary

log = logging.getLogger(__name__)

UNITS = 500
# prefixes of what no BERT has, and of the head that not all have
NOT_OF_BERT = ("img_", "speech_", "transform.", "bias")


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--init",
        type=Path,
        default=None,
        help="BERT or MEmoBERT of others, best.pt of pretrain or tune, or a bundle's memobert.onnx",
    )
    add_reading_arguments(parser, "--init")
    parser.add_argument("--fresh", nargs="*", default=(), help="prefixes that are not taken from --init")
    parser.add_argument("--layers", type=int, default=0, help="layers of the transformer; 0: as configured")
    parser.add_argument("--toy", action="store_true", help="a tiny transformer, for tests")


def read_init(arguments: argparse.Namespace, source: Source) -> dict:
    """What `--init` holds, as a best.pt does: `model`, and where they are there `config` and `heads`.

    A graph's without its numbers yet. Of a checkpoint of others (`foreign_layouts.py`) what is lacking is
    left out: a BERT has no embedders of faces and voice. Raises CheckpointError for one that cannot be used,
    ValueError for a word table smaller than the vocabulary.
    """
    init, words = arguments.init, len(source.tokenizer)
    if init is None:
        return {}
    if init.suffix == ".onnx":
        weights = named_weights(onnx.load(init).graph)
        return {"config": published_config(init, weights, arguments.heads)}
    checkpoint = read_checkpoint(init, arguments.trust)
    layout = find_layout("fusion", checkpoint.tensors, init)
    if layout.own:
        return {**checkpoint.stored, "model": checkpoint.tensors}
    # MEmoBERT's own initial weights are put in place of these
    lacking = Supply(fresh=(*arguments.fresh, *(NOT_OF_BERT if layout.name == "bert" else ())))
    part = convert_fusion(checkpoint, lacking, arguments.heads, *source.sizes())
    untrained = {row.target for row in part.rows if row.source is None}
    model = {name: value for name, value in part.stored["model"].items() if name not in untrained}
    rows = len(model[WORDS])
    if rows < words:
        raise ValueError(f"{init} knows {rows} words, --vocabulary {words}: give the checkpoint's vocab.txt")
    if rows > words:
        log.warning("%s knows %d words, --vocabulary %d: the others are left out", init, rows, words)
    config = {**part.stored["config"], "vocab_size": words}
    if arguments.layers:
        model = {name: value for name, value in model.items() if layer_of(name) < arguments.layers}
    cut = {name: model[name][:words] for name in (WORDS, "bias") if name in model}
    return {"model": {**model, **cut}, "config": config, "heads": part.stored.get("heads", {})}


def layer_of(name: str) -> int:
    """The number of a tensor's layer; -1 outside of the layers."""
    return int(name.split(".")[2]) if name.startswith("encoder.layer.") else -1


def make_model(arguments: argparse.Namespace, source: Source) -> tuple[MemoBert, dict, dict]:
    """A MemoBert as the arguments say, its changes to `small_config`, and what `--init` holds besides.

    Raises ValueError when `--init` is of another shape or vocabulary, and as `read_init` does.
    """
    stored = read_init(arguments, source)
    init: Path | None = arguments.init
    changes = dict(stored.get("config") or (TOY if arguments.toy else {}))
    changes["vocab_size"] = len(source.tokenizer)
    if arguments.layers:
        changes["num_hidden_layers"] = arguments.layers
    # whether banks were made or found must not change where it starts
    torch.manual_seed(arguments.seed)
    model = MemoBert(small_config(**changes), *source.sizes())
    if init is not None and init.suffix == ".onnx":
        stored = load_published(init, arguments.heads, **changes)
    if stored:
        if not WORDS.startswith(tuple(arguments.fresh)):
            check_vocabulary(init, stored, source.tokenizer)
        kept = {k: v for k, v in stored["model"].items() if not k.startswith(tuple(arguments.fresh))}
        try:
            model.load_state_dict({**model.state_dict(), **kept})
        except RuntimeError as error:
            raise ValueError(f"{init} does not fit: {error}; leave the part out with --fresh") from error
    return model, changes, stored


def some_samples(source: Source, seed: int) -> list[Sample]:
    """To take the features' units from."""
    rng = np.random.default_rng((seed, UNITS))
    return [source.draw_unlabelled(rng) for _ in range(UNITS)]


def start_heads(
    pretraining: Pretraining, stored: dict, source: Source, arguments: argparse.Namespace
) -> None:
    """Takes the heads that `--init` holds; what it lacks or `--fresh` names begins anew, in the units of this
    source's features.

    Raises ValueError when they are of another shape.
    """
    heads = pretraining.heads
    kept = {k: v for k, v in stored.get("heads", {}).items() if not k.startswith(tuple(arguments.fresh))}
    if heads.state_dict().keys() - kept.keys():
        heads.set_scales(some_samples(source, arguments.seed))
    try:
        heads.load({**heads.state_dict(), **kept}, pretraining.model)
    except RuntimeError as error:
        raise ValueError(
            f"the heads of {arguments.init} do not fit: {error}; leave the part out with --fresh"
        ) from error


@torch.inference_mode()
def measure_tasks(
    module: Pretraining,
    samples: list[Sample],
    words: WordStarts,
    tokenizer,
    tasks,
    device,
    precision: str = "fp32",
) -> dict:
    """Per task, on fixed masks: the loss; of words how many are found (`accuracy`), of frames the part of
    the variance that is explained (`explained`), of classes the agreement with DenseFace (`agreement`); and
    the part of all WordPieces or frames that was masked (`masked`), for of short clips it is a large one.

    Of samples that have what a task masks; a task that none has is left out."""
    module.eval()
    found: dict[str, dict[str, float]] = {}
    for task in tasks:
        draws = Draws(np.random.default_rng(5), torch.Generator().manual_seed(5))
        rows: list[tuple[int, dict[str, float]]] = []
        modality = TASKS[task]
        having = [sample for sample in samples if sample.has((modality,))]
        for first in range(0, len(having), 64):
            batch = lay_out(having[first : first + 64], tokenizer)
            masked = mask_for(task, batch, words, draws.generator, draws.rng)
            if masked.chosen.any():
                with autocast(torch.device(device), precision):
                    scores = _task_scores(module, task, masked.to(device))
                rows.append((int(masked.chosen.sum()), scores))
        if rows:
            counts = np.array([count for count, _ in rows], float)
            found[task] = {
                name: float(np.average([row[name] for _, row in rows], weights=counts)) for name in rows[0][1]
            }
            there = sum(min(sample.lengths[modality], LONGEST[modality]) for sample in having)
            found[task]["masked"] = float(counts.sum() / there)
    return found


def _task_scores(module: Pretraining, task: str, masked) -> dict[str, float]:
    answer, truth = module.answers(task, masked)
    loss = float(module.loss_of(task, answer, truth))
    if task == "wwmlm":
        return {"loss": loss, "accuracy": float((answer.argmax(1) == truth).float().mean())}
    if task == "mvfc":
        return {"loss": loss, "agreement": float((answer.argmax(1) == truth.argmax(1)).float().mean())}
    return {"loss": loss, "explained": 1 - loss / float(truth.square().mean())}


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    add_source_arguments(parser)
    add_model_arguments(parser)
    add_masking_arguments(parser)
    add_fit_arguments(parser, steps=4000, every=500, rate=2e-4, batch=48)
    parser.add_argument(
        "--tasks", nargs="*", choices=list(TASKS), default=list(TASKS), help="that are learned"
    )
    parser.add_argument(
        "--weights",
        type=float,
        nargs="*",
        default=None,
        help="how often each of --tasks is drawn; equal without",
    )
    parser.add_argument(
        "--word-batch", type=int, default=2, help="batches of WWMLM are this many times as large"
    )
    return parser


@releases
def main(argv: list[str] | None = None) -> dict:
    arguments = make_parser().parse_args(argv)
    accelerator = make_accelerator(arguments)
    start(arguments)
    return pretrain(arguments, load_source(arguments, by_label=False), accelerator)


def pretrain(arguments: argparse.Namespace, source: Source, accelerator) -> dict:
    """Trains as the arguments say; `measure_tasks` of the averaged weights at the end.

    Of a run that was at its end before, what its best.pt holds of them.
    """
    model, changes, stored = make_model(arguments, source)
    module = Pretraining(model)
    start_heads(module, stored, source, arguments)
    words = WordStarts(source.tokenizer)
    chances = np.array(arguments.weights or [1.0] * len(arguments.tasks))
    if len(chances) != len(arguments.tasks):
        raise ValueError(f"--weights has {len(chances)} numbers for {len(arguments.tasks)} tasks")
    chances *= np.isin(arguments.tasks, source.drawable(arguments.tasks))
    valid = source.measured_on()
    log.info("tasks %s on %s", ", ".join(TITLES[t] for t in arguments.tasks), accelerator.device)

    def step(wrapped, _index: int, draws: Draws) -> dict[str, torch.Tensor]:
        task = arguments.tasks[draws.rng.choice(len(chances), p=chances / chances.sum())]
        count = arguments.batch * (arguments.word_batch if task == "wwmlm" else 1)
        samples = [source.draw_unlabelled(draws.rng, task) for _ in range(count)]
        batch = lay_out(samples, source.tokenizer)
        masked = mask_for(task, batch, words, draws.generator, draws.rng, arguments.frame_masking)
        loss = wrapped(task, masked.to(accelerator.device))
        return {"loss": loss, task: loss.detach()}

    twin = Pretraining(MemoBert(model.config, model.face_size, model.voice_size))
    if module.heads.words is not None:
        twin.heads.add_words(twin.model)
    twin.to(accelerator.device)
    found: dict = {}

    def measure(state: dict, round_: int, _last: bool) -> tuple[float, dict, dict]:
        twin.load_state_dict(state)
        found.update(measure_tasks(twin, valid, words, source.tokenizer, arguments.tasks, accelerator.device))
        row = {f"{task} {name}": value for task, of in found.items() for name, value in of.items()}
        best = {
            "model": twin.model.state_dict(),
            "heads": twin.heads.state_dict(),
            "config": changes,
            **source.origin(),
            "tasks": arguments.tasks,
            "valid": dict(found),
            "run": describe_run(arguments),
        }
        # the latest is the best: a mean over tasks of different units would choose by chance
        return round_, row, best

    fit = Fit(module, arguments, accelerator, Checkpoints(arguments.out, arguments))
    fit.run(step, measure)
    return found if found or arguments.dry_run else fit.load_scores()


if __name__ == "__main__":
    main()
