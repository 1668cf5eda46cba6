"""Tunes MEmoBERT for emotion words, by its prompt or, as the paper's baselines, by a new classifier.

    python -m memobert.tune --text TEXT --faces FACES --speech SPEECH --vocabulary VOCAB.txt \
        --init runs/pretrained/best.pt --out runs/memobert

| the paper's method  | arguments                                                        |
| ------------------- | ---------------------------------------------------------------- |
| Pretrain+Prompt     | `--init PRETRAINED/best.pt`                                       |
| Pretrain+Finetune   | `--init PRETRAINED/best.pt --method finetune`                     |
| BERT+Finetune       | `--init BERT --method finetune`                                   |
| Direct              | `--init BERT --fresh "" --method finetune`: its shape, no weights |

All train on the seven cases of present modalities. A part of the steps goes on with the pre-training tasks
(`--pretraining`), and the label word is told from every other word a little (`--whole-vocabulary`): so the
head keeps its vocabulary, and the other heads keep up with what is tuned.
"""

import argparse
import copy
import logging
from dataclasses import replace
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .alone import as_said, mix_alone, voice_that_says
from .case_options import case_chances, case_smoothing
from .command_help import CommandHelp
from .fit import Draws, Fit, add_fit_arguments, make_accelerator
from .held import hold_back
from .locks import releases
from .loop import Checkpoints, add_common_arguments, autocast, describe_run, start
from .masking import Masked, WordStarts, add_masking_arguments
from .memobert_model import MemoBert
from .metrics import measure
from .pretrain import add_model_arguments, make_model, start_heads
from .pretraining_heads import TASKS, Pretraining, mask_for
from .remembered import Remembered
from .samples import CASES, Batch, Prompt, Sample, lay_out
from .sources import DEFAULT_PROMPT, Source, add_source_arguments, load_source

log = logging.getLogger(__name__)

METHODS = ("prompt", "finetune")
# batches of sentences that are drawn at a time, and sorted by length
POOLED = 8


class Tuning(nn.Module):
    """MemoBert and how it answers: `prompt` reads label words at the mask, `finetune` classifies [CLS]."""

    def __init__(self, model: MemoBert, method: str, label_ids: Tensor) -> None:
        super().__init__()
        self.model, self.method = model, method
        self.pretraining = Pretraining(model)
        self.register_buffer("label_ids", label_ids, persistent=False)
        self.classifier = None
        if method == "finetune":
            self.classifier = nn.Linear(model.config.hidden_size, len(label_ids))
            nn.init.normal_(self.classifier.weight, std=0.02)
            nn.init.zeros_(self.classifier.bias)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Logits of the labels [N,labels] and the state that they were read from [N,H]."""
        hidden = self.model.encode(*batch.encoded())
        state = hidden[torch.arange(len(hidden), device=hidden.device), batch.mask_position]
        if self.classifier is not None:
            return self.classifier(state).float(), state
        state = self.model.transform(state)
        table = self.model.embeddings.word_embeddings.weight
        return F.linear(state, table[self.label_ids], self.model.bias[self.label_ids]).float(), state


class Trained(nn.Module):
    """What a step calls, so that a wrapper of DDP sees it: a loss of tuning, or of a pre-training task."""

    def __init__(self, tuning: Tuning, whole_vocabulary: float) -> None:
        super().__init__()
        self.tuning, self.whole_vocabulary = tuning, whole_vocabulary

    def forward(
        self, batch: Batch | None, task: str = "", masked: Masked | None = None, smoothing: float = 0.0
    ) -> dict[str, Tensor]:
        tuning = self.tuning
        if masked is not None:
            return {"loss": tuning.pretraining(task, masked)}
        logits, state = tuning(batch)
        wanted = batch.wanted(logits.shape[1])
        labels = F.cross_entropy(logits, wanted, label_smoothing=smoothing)
        if not self.whole_vocabulary or tuning.classifier is not None:
            return {"loss": labels}
        model = tuning.model
        among_all = F.linear(state, model.embeddings.word_embeddings.weight, model.bias).float()
        vocabulary = -(wanted * among_all.log_softmax(1)[:, tuning.label_ids]).sum(1).mean()
        return {"loss": labels + self.whole_vocabulary * vocabulary, "vocabulary": vocabulary.detach()}


@torch.inference_mode()
def label_logits(
    module: Tuning, samples: list[Sample], tokenizer, prompt: Prompt | None, device, precision: str = "fp32"
) -> np.ndarray:
    """[N,labels] in the samples' order; batched by length. fp32, as in the page, unless told otherwise."""
    module.eval()
    order = sorted(range(len(samples)), key=lambda i: (len(samples[i].words), len(samples[i].voice)))
    logits = np.zeros((len(samples), len(module.label_ids)), np.float32)
    for first in range(0, len(order), 64):
        rows = order[first : first + 64]
        batch = lay_out([samples[i] for i in rows], tokenizer, prompt).to(device)
        with autocast(torch.device(device), precision):
            logits[rows] = module(batch)[0].float().cpu().numpy()
    return logits


def measure_cases(module: Tuning, samples: list[Sample], tokenizer, prompt, device) -> dict[str, dict]:
    """WA and UAR of each of the seven cases, over the samples that have all its modalities (`count`).

    A case that no sample has is left out.
    """
    found = {}
    for name, case in CASES.items():
        having = [s for s in samples if s.has(case)]
        if having:
            logits = label_logits(module, [s.only(case) for s in having], tokenizer, prompt, device)
            truth = np.array([s.label for s in having])
            found[name] = measure(truth, logits.argmax(1), logits.shape[1])
    return found


def add_tuning_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--method",
        choices=METHODS,
        default="prompt",
        help="how it answers: by the prompt, or by a new classifier",
    )
    add("--prompt", default=DEFAULT_PROMPT, help="with one [MASK]")
    add("--chances", nargs="*", default=[], help="CASE=WEIGHT ...: only these cases, as often as that")
    add("--tasks", nargs="*", choices=list(TASKS), default=list(TASKS), help="of pre-training, that go on")
    add("--pretraining", type=float, default=0.15, help="part of the steps that is theirs")
    add("--whole-vocabulary", type=float, default=0.05, help="weight of the label word among all words")
    add("--sentences", type=float, default=0.7, help="part of case T whose labels are as in the corpora")
    add("--word-batch", type=int, default=3, help="batches of words alone are this many times as large")
    add("--blank", type=float, default=0.0, help="part of the words of sentences alone that is masked")
    add(
        "--hold-words",
        action="store_true",
        help="train all but the word table, which is rounded to what `export` stores of it",
    )
    add("--hold-model", action="store_true", help="train the heads of --tasks alone")
    add(
        "--learn-only",
        nargs="*",
        default=[],
        help="modules of MEmoBERT, as img_embeddings: the rest of it is held, and what it makes of other "
        "modalities stays as it is",
    )
    add(
        "--mix-voices",
        type=float,
        default=0.0,
        help="voices alone are mixed by twos, as are their labels, by parts from Beta(this, this); 0: none",
    )
    add("--mix-faces", type=float, default=0.0, help="faces alone likewise")
    add(
        "--voice-says",
        type=float,
        default=0.0,
        help="weight of --voice-encoder's own answer to voices alone, mixed ones too, beside their labels",
    )
    add(
        "--remember",
        type=float,
        default=0.0,
        help="weight of what it says itself at the beginning, of sentences that no teacher tells of",
    )
    add(
        "--remember-cases",
        nargs="*",
        choices=list(CASES),
        default=[],
        help="it is remembered of these too, where nobody else tells of a sample",
    )
    add("--smoothing", type=float, default=0.05, help="label smoothing")
    add("--smoothing-of", nargs="*", default=[], help="CASE=SMOOTHING ...: in place of --smoothing in these")


class Stepper:
    """One step of tuning: a case and a batch of it, or a pre-training task and one of that."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        source: Source,
        prompt: Prompt | None,
        device,
        remembered: Remembered | None = None,
    ) -> None:
        self.arguments, self.source, self.prompt, self.device = arguments, source, prompt, device
        self.remembered = remembered
        self.words = WordStarts(source.tokenizer)
        self.tasks = source.drawable(arguments.tasks)
        self.chances = case_chances(arguments.chances)
        if arguments.pretraining < 1:
            wanted = [case for case, chance in zip(CASES, self.chances, strict=True) if chance]
            self.chances *= np.isin(list(CASES), source.drawable(wanted))
        self.chances /= self.chances.sum()
        self.smoothing = case_smoothing(arguments)
        self.voice = voice_that_says(arguments, device, source.labels) if arguments.voice_says else None
        self.pool: list[list[Sample]] = []
        self.pool_of: Draws | None = None

    def draw(self, case: str, draws: Draws) -> list[Sample]:
        if case != "T":
            samples = [self.source.draw(draws.rng, case) for _ in range(self.arguments.batch)]
            kept = self.remembered and case in self.arguments.remember_cases
            return self.remembered(samples) if kept else samples
        # a round draws its own, or a resumed run would not go on as if it had not stopped
        if draws is not self.pool_of or not self.pool:
            self.pool, self.pool_of = self.pooled(draws), draws
        return self.pool.pop()

    def pooled(self, draws: Draws) -> list[list[Sample]]:
        """POOLED batches of sentences, each of about one length: else half of a batch is padding."""
        arguments, source = self.arguments, self.source
        count = arguments.batch * arguments.word_batch
        natural = round(count * POOLED * arguments.sentences) if source.train is not None else 0
        samples = [source.draw_sentence(draws.rng) for _ in range(natural)]
        if self.remembered:
            samples = self.remembered(samples)
        samples += [source.draw(draws.rng, "T") for _ in range(count * POOLED - natural)]
        samples = [self.blanked(sample, draws.rng) for sample in samples]
        samples.sort(key=lambda sample: len(sample.words))
        batches = [samples[first : first + count] for first in range(0, len(samples), count)]
        return [batches[i] for i in draws.rng.permutation(len(batches))]

    def blanked(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """With `--blank` of its words masked: what is said must be read from more than one of them."""
        if not self.arguments.blank:
            return sample
        gone = rng.random(len(sample.words)) < self.arguments.blank
        mask = self.source.tokenizer.mask_token_id
        words = tuple(mask if hidden else word for word, hidden in zip(sample.words, gone, strict=True))
        return replace(sample, words=words)

    def __call__(self, wrapped: nn.Module, _index: int, draws: Draws) -> dict[str, Tensor]:
        arguments, source = self.arguments, self.source
        if self.tasks and draws.rng.random() < arguments.pretraining:
            task = self.tasks[int(draws.rng.integers(len(self.tasks)))]
            samples = [source.draw_unlabelled(draws.rng, task) for _ in range(arguments.batch)]
            batch = lay_out(samples, source.tokenizer)
            masked = mask_for(task, batch, self.words, draws.generator, draws.rng, arguments.frame_masking)
            losses = wrapped(None, task, masked.to(self.device))
            return {**losses, f"{task} loss": losses["loss"].detach()}
        case = list(CASES)[draws.rng.choice(len(CASES), p=self.chances)]
        batch = lay_out(self.draw(case, draws), source.tokenizer, self.prompt)
        if mixed := {"A": arguments.mix_voices, "V": arguments.mix_faces}.get(case):
            batch = mix_alone(batch, draws.rng, mixed, len(source.labels))
        batch = batch.to(self.device)
        if case == "A" and self.voice is not None:
            batch = as_said(batch, self.voice, arguments.voice_says)
        losses = wrapped(batch, smoothing=self.smoothing[case])
        if not losses["loss"].requires_grad:
            raise ValueError(
                f"case {case} has nothing that --learn-only {' '.join(arguments.learn_only)} trains: "
                "leave it out of --chances"
            )
        return {**losses, f"{case} loss": losses["loss"].detach()}


def remembered_of(
    arguments: argparse.Namespace, source: Source, module: Tuning, prompt: Prompt | None, device
) -> Remembered:
    """What `module` says by its prompt, as it is now. Raises ValueError where it says nothing yet."""
    if not arguments.init or prompt is None:
        raise ValueError("--remember is of what the prompt of --init says: give --init, no other --method")
    if source.train is None:
        raise ValueError("--remember is of corpora's sentences: give --text, --faces and --speech")
    before = copy.deepcopy(module).to(device)
    answer = partial(label_logits, before, tokenizer=source.tokenizer, prompt=prompt, device=device)
    return Remembered(answer, arguments.remember)


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    add_source_arguments(parser)
    add_model_arguments(parser)
    add_masking_arguments(parser)
    add_tuning_arguments(parser)
    add_fit_arguments(parser, steps=2000, every=250, rate=2e-4, batch=32)
    return parser


@releases
def main(argv: list[str] | None = None) -> dict:
    arguments = make_parser().parse_args(argv)
    accelerator = make_accelerator(arguments)
    start(arguments)
    return tune(arguments, load_source(arguments), accelerator)


def tune(arguments: argparse.Namespace, source: Source, accelerator) -> dict:
    """Trains as the arguments say; WA and UAR of each case, of the averaged weights at the end.

    Of `composed` samples, of `own` clips beside them, and as the `light` face encoder sees the former.

    Of a run that was at its end before, those of its best.pt.
    Raises ValueError when nothing labelled is there to train or measure on, or `--init` is of another shape.
    """
    device = accelerator.device
    words = Prompt(source.tokenizer, arguments.prompt, source.labels)
    prompt = words if arguments.method == "prompt" else None
    valid = source.labelled_valid()
    if not any(valid.values()):
        raise ValueError("no validation sample is labelled: there is nothing to measure tuning on")
    model, changes, stored = make_model(arguments, source)
    hold_back(model, arguments)
    module = Tuning(model, arguments.method, words.label_ids)
    start_heads(module.pretraining, stored, source, arguments)
    if arguments.hold_model and "wwmlm" in arguments.tasks and module.pretraining.heads.words is None:
        # MEmoBERT's own is held, and is the prompt's
        module.pretraining.heads.add_words(model)
    twin = Tuning(
        MemoBert(model.config, model.face_size, model.voice_size), arguments.method, words.label_ids
    )
    if module.pretraining.heads.words is not None:
        twin.pretraining.heads.add_words(twin.model)
    # under the names that the averaged weights have
    whole = Trained(twin, arguments.whole_vocabulary).to(device)
    scores: dict = {}
    remembered = remembered_of(arguments, source, module, prompt, device) if arguments.remember else None
    stepper = Stepper(arguments, source, prompt, device, remembered)
    # the best weights are those of the cases that are trained, as far as a clip to measure on has them
    trained = {
        of: [
            name
            for (name, case), chance in zip(CASES.items(), stepper.chances, strict=True)
            if chance and any(sample.has(case) for sample in samples)
        ]
        for of, samples in valid.items()
    }
    if not any(trained.values()):
        raise ValueError("no labelled validation sample has the modalities of a case that is trained")

    def measured(state: dict, round_: int, last: bool) -> tuple[float, dict, dict]:
        whole.load_state_dict(state)
        for of, samples in valid.items():
            scores[of] = measure_cases(twin, samples, source.tokenizer, prompt, device)
        if last and source.light is not None and source.train is not None:
            seen = source.composed_valid(light=True)
            scores["light"] = measure_cases(twin, seen, source.tokenizer, prompt, device)
        row = {name: round(case["uar"], 4) for name, case in scores["composed"].items()}
        row |= {f"own {name}": round(case["uar"], 4) for name, case in scores.get("own", {}).items()}
        best = {
            "model": twin.model.state_dict(),
            "heads": twin.pretraining.heads.state_dict(),
            "classifier": twin.classifier.state_dict() if twin.classifier else None,
            "config": changes,
            **source.origin(),
            "method": arguments.method,
            "prompt": arguments.prompt,
            "labels": list(source.labels),
            "valid": dict(scores),
            "run": describe_run(arguments),
        }
        if arguments.hold_model:
            # no case changes: of the heads the latest are the best
            return round_, row, best
        # a few own clips count as much as all composed ones: neither chooses alone
        means = [
            np.mean([scores[of][case]["uar"] for case in cases]) for of, cases in trained.items() if cases
        ]
        return float(np.mean(means)), row, best

    checkpoints = Checkpoints(arguments.out, arguments)
    fit = Fit(Trained(module, arguments.whole_vocabulary), arguments, accelerator, checkpoints)
    fit.run(stepper, measured)
    return scores if scores or arguments.dry_run else fit.load_scores()


if __name__ == "__main__":
    main()
