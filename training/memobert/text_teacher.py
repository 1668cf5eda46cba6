"""A teacher for words: a pre-trained encoder as a plain classifier of single corpora.

    python -m memobert.text_teacher --text TEXT --vocabulary VOCAB.txt --init BERT --out runs/text-teacher

`--init` is the BERT-shaped one that MEmoBERT begins with, or a larger one of Hugging Face's layout (MPNet,
say); it is not shipped. It sees a corpus' sentences as often as they are there (or as `--frequencies` says),
and nothing but words. What it says of the training sentences is kept (`beliefs.npz`), and `tune
--text-teacher` learns that beside the labels (distillation: Hinton et al., 2015): a sentence that is two
things at once is learned as two.

Of what it learned by heart a teacher says little more than the label. With `--folds 4` there are four, each
without a fourth of the sentences, and of each sentence is kept what the one says that never saw it
(cross-fitting). `--only 1 2` trains these alone, for several machines or cores: a last run with neither
more nor less than `--folds` brings them together.

`--goes-on runs/text-teacher/best.pt` begins where a teacher of other corpora ended.

A small corpus is soon known by heart, by whoever learns from it. `--others 16000` lets the teacher read as
many sentences that it did not learn from, of all corpora or of those of `--others-of`, `--splices 12000` as
many of the beginning of one that it learned from and the end of another. What it says of them is kept
(`lessons.npz`), for `tune --lessons` (a transfer set: Hinton et al., 2015, section 3.1).
"""

import argparse
import copy
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    BertTokenizerFast,
)

from .checkpoint_files import read_own
from .command_help import CommandHelp
from .fit import Draws, Fit, add_fit_arguments, make_accelerator
from .kept import keep_arrays
from .labels import LABELS
from .locks import hold, releases, writes_results
from .loop import Checkpoints, add_common_arguments, describe_run, start
from .metrics import measure
from .samples import pad
from .speech_data import Clip
from .text_data import Sentence, load_sentences
from .text_lessons import LESSONS, choose_lessons, keep_lessons, splice

log = logging.getLogger(__name__)

BELIEFS = "beliefs.npz"
# of GoEmotions and MELD six in ten thousand are longer
LONGEST = 48
POOLED = 50
# states of held layers are too large to keep all
AT_ONCE = 4096


def encoded_batch(rows: list[np.ndarray], device) -> tuple[Tensor, Tensor]:
    """Ids [N,longest], or states [N,longest,D] of held layers, and their mask [N,longest]."""
    given, mask = pad(rows)
    given = given.float() if given.is_floating_point() else given
    return given.to(device), mask.to(device)


class Classifier(nn.Module):
    """`model` and its loss; a module of its own so that averaged weights are of all that is trained."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, given: Tensor, mask: Tensor, labels: Tensor) -> Tensor:
        return F.cross_entropy(logits_of_batch(self.model, given, mask), labels)


def logits_of_batch(model: nn.Module, given: Tensor, mask: Tensor) -> Tensor:
    """[N,labels] of ids [N,L], or of held layers' states [N,L,D]."""
    words = {"inputs_embeds": given} if given.is_floating_point() else {"input_ids": given}
    return model(**words, attention_mask=mask).logits.float()


@torch.inference_mode()
def logits_of(model: nn.Module, encoded: list[np.ndarray], device) -> np.ndarray:
    """[N,labels] in the order given."""
    model.eval()
    found = np.zeros((len(encoded), len(LABELS)), np.float32)
    for rows in by_length(encoded):
        found[rows] = logits_of_batch(model, *encoded_batch([encoded[i] for i in rows], device)).cpu().numpy()
    return found


def chances(sentences: list[Sentence], power: float) -> np.ndarray:
    """[N], sum 1: each corpus as large as it is, a label in it by this `power` of its count."""
    cells = Counter((s.corpus, s.label) for s in sentences)
    sizes = Counter(s.corpus for s in sentences)
    powers: Counter[str] = Counter()
    for (corpus, _), count in cells.items():
        powers[corpus] += count**power
    each = {(c, label): sizes[c] / powers[c] * count ** (power - 1) for (c, label), count in cells.items()}
    weights = np.array([each[s.corpus, s.label] for s in sentences])
    return weights / weights.sum()


def folds_of(sentences: Sequence[Sentence], folds: int) -> np.ndarray:
    """[N]: the fold, from 0, of each: stretches of a corpus, for the sentences of a dialogue lie together."""
    sizes, place = Counter(s.corpus for s in sentences), Counter[str]()
    found = np.zeros(len(sentences), int)
    for row, sentence in enumerate(sentences):
        found[row] = place[sentence.corpus] * folds // sizes[sentence.corpus]
        place[sentence.corpus] += 1
    return found


class Held(nn.Module):
    """In the place of an encoder's embeddings: gives on what lower layers made of them."""

    def forward(self, inputs_embeds: Tensor, **_others) -> Tensor:
        return inputs_embeds


def hold_below(model: nn.Module, layers: int) -> nn.Module:
    """Takes the embeddings and the lowest `layers` off a BERT-shaped `model` of Hugging Face's; returns them.

    What they say of a sentence never changes, and so is computed once (`states_of`): `model` takes it as
    `inputs_embeds` from then on. Raises ValueError if no layer is left to train.
    """
    body = model.base_model
    if not 0 < layers < len(body.encoder.layer):
        raise ValueError(
            f"--freeze {layers}: the encoder has {len(body.encoder.layer)} layers, one must learn"
        )
    lower = copy.copy(body)
    lower._modules = dict(body._modules)
    lower.encoder = copy.copy(body.encoder)
    lower.encoder._modules = dict(body.encoder._modules)
    lower.encoder.layer = body.encoder.layer[:layers]
    body.encoder.layer = body.encoder.layer[layers:]
    body.embeddings = Held()
    return lower.eval()


@torch.inference_mode()
def states_of(lower: nn.Module, encoded: list[np.ndarray], device) -> list[np.ndarray]:
    """[L,D] float16 of each sentence's ids [L], in the order given; batched by length."""
    found = [np.empty(0)] * len(encoded)
    for rows in by_length(encoded):
        ids, mask = encoded_batch([encoded[i] for i in rows], device)
        states = lower(ids, attention_mask=mask).last_hidden_state
        for row, of, real in zip(rows, states, mask.bool(), strict=True):
            found[row] = of[real].cpu().numpy().astype(np.float16)
    return found


def by_length(encoded: list[np.ndarray], count: int = 64) -> Iterator[np.ndarray]:
    order = np.argsort([len(of) for of in encoded], kind="stable")
    for first in range(0, len(order), count):
        yield order[first : first + count]


class Stepper:
    """A step's batch: sentences drawn by `weights` [N], of about one length."""

    def __init__(
        self, encoded: list[np.ndarray], labels: np.ndarray, weights: np.ndarray, batch: int, device
    ) -> None:
        self.encoded, self.labels, self.batch, self.device = encoded, labels, batch, device
        self.weights = weights
        self.lengths = np.array([len(ids) for ids in encoded])
        self.pool: list[np.ndarray] = []
        self.pool_of: Draws | None = None

    def __call__(self, wrapped: nn.Module, _index: int, draws: Draws) -> dict[str, Tensor]:
        if draws is not self.pool_of or not self.pool:
            count = self.batch * POOLED
            # with putting back: a pool that holds nearly all of them would have no weights left
            rows = draws.rng.choice(len(self.encoded), count, p=self.weights)
            rows = rows[np.argsort(self.lengths[rows], kind="stable")]
            batches = [rows[first : first + self.batch] for first in range(0, count, self.batch)]
            self.pool = [batches[i] for i in draws.rng.permutation(len(batches))]
            self.pool_of = draws
        rows = self.pool.pop()
        ids, mask = encoded_batch([self.encoded[i] for i in rows], self.device)
        return {"loss": wrapped(ids, mask, torch.from_numpy(self.labels[rows]).to(self.device))}


def load_beliefs(
    path: Path, items: Sequence[Sentence | Clip], again: str = "text_teacher"
) -> dict[int, np.ndarray]:
    """Distributions [labels] by row of `items`, for the corpora that a teacher heard or read: also a voice's.

    Raises ValueError where the corpora are not those; `again` is the command to run then.
    """
    found: dict[int, np.ndarray] = {}
    with np.load(path) as stored:
        for corpus in stored.files:
            rows = [row for row, item in enumerate(items) if item.corpus == corpus]
            if len(rows) != len(stored[corpus]):
                raise ValueError(
                    f"{path} is of {len(stored[corpus])} of {corpus}, and {len(rows)} are there: "
                    f"run {again} again"
                )
            found.update(zip(rows, stored[corpus].astype(np.float32), strict=True))
    return found


def lessons_of(arguments: argparse.Namespace, learned: list[Sentence]) -> list[str]:
    """Those that the arguments name; none for a part of the folds, which tell nothing."""
    count, seed = arguments.others, arguments.seed
    if arguments.only:
        return []
    chosen = choose_lessons(arguments.text, learned, count, seed, arguments.others_of) if count else []
    return [*chosen, *splice(learned, arguments.splices, seed)]


def load_best(module: nn.Module, path: Path) -> dict:
    """Takes over the weights of a run's own best.pt, and returns all of it."""
    best = torch.load(path, map_location="cpu", weights_only=False)
    module.load_state_dict(best["model"])
    return best


def go_on(module: nn.Module, path: Path) -> None:
    """Takes over what another teacher learned.

    Raises CheckpointError where `path` cannot be read, ValueError where its weights are of another shape.
    """
    try:
        module.load_state_dict(read_own(path)["model"])
    except (KeyError, RuntimeError) as error:
        raise ValueError(
            f"--goes-on {path} is no teacher of this shape ({str(error).splitlines()[0]}): "
            "give the --init and --freeze that it was made with"
        ) from error


@releases
def main(argv: list[str] | None = None) -> dict[str, dict]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    add_fit_arguments(parser, steps=1850, every=370, rate=1e-4, batch=32)
    parser.add_argument("--vocabulary", type=Path, required=True, help="BERT's vocab.txt")
    parser.add_argument("--text", type=Path, required=True, help="folder of TSV files")
    parser.add_argument("--init", type=Path, help="the encoder's folder; from scratch and tiny without")
    parser.add_argument("--goes-on", type=Path, help="best.pt of a teacher with this --init and --freeze")
    parser.add_argument("--corpora", nargs="+", default=["goemotions"], help="it learns to tell sentences of")
    parser.add_argument(
        "--frequencies",
        type=float,
        default=1.0,
        help="labels are drawn by this power of their count in a corpus",
    )
    parser.add_argument("--freeze", type=int, default=0, help="layers that are held, with the word table")
    parser.add_argument(
        "--folds", type=int, default=1, help="teachers, each without its part of the sentences"
    )
    parser.add_argument(
        "--only", type=int, nargs="+", help="trains these of the folds (from 1), and tells nothing"
    )
    parser.add_argument("--others", type=int, default=0, help="sentences not learned that it tells of too")
    parser.add_argument("--others-of", nargs="*", default=[], help="corpora that these are of; all without")
    parser.add_argument("--splices", type=int, default=0, help="sentences of two learned ones, likewise")
    arguments = parser.parse_args(argv)
    chosen_folds = arguments.only or list(range(1, arguments.folds + 1))
    if arguments.folds < 1 or not set(chosen_folds) <= set(range(1, arguments.folds + 1)):
        parser.error(f"--only {chosen_folds} of --folds {arguments.folds}: folds are counted from 1")
    accelerator = make_accelerator(arguments)
    start(arguments, shared=True)
    if writes_results() and not (arguments.only or arguments.dry_run):
        hold(arguments.out)
    if arguments.init:
        tokenizer = AutoTokenizer.from_pretrained(arguments.init)
        model = AutoModelForSequenceClassification.from_pretrained(arguments.init, num_labels=len(LABELS))
    else:
        tokenizer = BertTokenizerFast(vocab=str(arguments.vocabulary), do_lower_case=True)
        sizes = dict(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
        model = BertForSequenceClassification(
            BertConfig(vocab_size=len(tokenizer), num_labels=len(LABELS), **sizes)
        )
    lower = hold_below(model, arguments.freeze).to(accelerator.device) if arguments.freeze else None

    def encode(texts: list[str], what: str) -> list[np.ndarray]:
        rows = tokenizer(texts, truncation=True, max_length=LONGEST).input_ids
        encoded = [np.array(row, np.int64) for row in rows]
        if lower:
            encoded = states_of(lower, encoded, accelerator.device)
            log.info("the lower %d layers have read %d %s", arguments.freeze, len(encoded), what)
        return encoded

    def read(split: str) -> tuple[list[Sentence], list[np.ndarray], np.ndarray]:
        chosen = [s for s in load_sentences(arguments.text, split) if s.corpus in arguments.corpora]
        if missing := set(arguments.corpora) - {s.corpus for s in chosen}:
            raise ValueError(f"--corpora: no {split} sentence of {', '.join(sorted(missing))}")
        encoded = encode([s.text for s in chosen], f"{split} sentences")
        return chosen, encoded, np.array([s.label for s in chosen])

    sentences, encoded, labels = read("train")
    valid, valid_encoded, truth = read("dev")
    corpora = np.array([s.corpus for s in valid])
    module = Classifier(model)
    if arguments.goes_on:
        go_on(module, arguments.goes_on)
    scores: dict[str, dict] = {}

    def measured(state: dict, _round: int, _last: bool) -> tuple[float, dict, dict]:
        kept = {key: value.clone() for key, value in module.state_dict().items()}
        module.load_state_dict(state)
        guess = logits_of(model, valid_encoded, accelerator.device).argmax(1)
        module.load_state_dict(kept)
        for corpus in arguments.corpora:
            of = corpora == corpus
            scores[corpus] = measure(truth[of], guess[of], len(LABELS))
        row = {corpus: round(of["macro_f1"], 4) for corpus, of in scores.items()}
        best = {"model": dict(state), "valid": dict(scores), "run": describe_run(arguments)}
        return float(np.mean(list(row.values()))), row, best

    fold = folds_of(sentences, arguments.folds)
    begun = {key: value.clone() for key, value in module.state_dict().items()}
    said = np.zeros((len(sentences), len(LABELS)), np.float32)
    lessons = lessons_of(arguments, sentences)
    teachers: list[Path] = []
    for number in chosen_folds:
        left_out = (fold == number - 1) & (arguments.folds > 1)
        rows = np.flatnonzero(~left_out)
        seen = [sentences[row] for row in rows]
        out = arguments.out / f"fold-{number}" if arguments.folds > 1 else arguments.out
        module.load_state_dict(begun)
        if writes_results() and not arguments.dry_run:
            hold(out)
        fit = Fit(module, arguments, accelerator, Checkpoints(out, arguments))
        draw = chances(seen, arguments.frequencies)
        fit.run(
            Stepper([encoded[row] for row in rows], labels[rows], draw, arguments.batch, accelerator.device),
            measured,
        )
        if arguments.dry_run or not accelerator.is_main_process:
            continue
        scores.update(load_best(module, out / "best.pt")["valid"])
        if not arguments.only:
            to_tell = np.flatnonzero(left_out) if arguments.folds > 1 else rows
            logits = logits_of(model, [encoded[row] for row in to_tell], accelerator.device)
            said[to_tell] = torch.from_numpy(logits).softmax(1).numpy()
            teachers.append(out / "best.pt")
    if arguments.dry_run or arguments.only or not accelerator.is_main_process:
        return scores
    of = np.array([s.corpus for s in sentences])
    for corpus in arguments.corpora:
        here = of == corpus
        right = measure(labels[here], said[here].argmax(1), len(LABELS))["macro_f1"]
        log.info("%s: macro F1 of what is kept %.4f, beside its labels", corpus, right)
    told = {corpus: said[of == corpus].astype(np.float16) for corpus in arguments.corpora}
    keep_arrays(arguments.out / BELIEFS, None, **told)
    log.info("%s: what is said of %d sentences", arguments.out / BELIEFS, len(said))
    if lessons:
        told_of = np.zeros((len(lessons), len(LABELS)), np.float32)
        for first in range(0, len(lessons), AT_ONCE):
            # what lower layers make of them is most of the work, and the same for all teachers
            states = encode(lessons[first : first + AT_ONCE], "lessons")
            for path in teachers:
                load_best(module, path)
                logits = logits_of(model, states, accelerator.device)
                told_of[first : first + AT_ONCE] += torch.from_numpy(logits).softmax(1).numpy()
        keep_lessons(arguments.out / LESSONS, lessons, told_of / len(teachers))
        log.info("%s: what is said of %d others", arguments.out / LESSONS, len(lessons))
    return scores


if __name__ == "__main__":
    main()
