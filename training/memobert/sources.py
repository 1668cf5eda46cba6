"""Where samples come from: corpora, composed by the trained encoders' banks, or a person's own clips.

Every command that trains or measures MEmoBERT takes the same arguments and asks the same two things:
`draw` one sample to train on, and the list that it is measured on.
"""

import argparse
import copy
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
from transformers import BertTokenizerFast

from .beliefs import heard_as, seen_as, taught
from .composed_data import Composer, Mix, balanced
from .extract import check_whole, features_labels, load_features
from .feature_origin import made_by
from .kept_banks import load_banks
from .labels import COMPOSED_TEXT, LABELS
from .option_values import check_part, read_powers, read_shares
from .pretraining_heads import TASKS
from .samples import CASES, UNKNOWN, Sample
from .text_data import Sentence, load_sentences, load_unlabelled
from .text_lessons import Lessons, load_lessons
from .vocabulary import tell_unfit, vocabulary_digest

log = logging.getLogger(__name__)

DEFAULT_PROMPT = "i am [MASK] ."


# a label's chance among a corpus' sentences: the root of its count
ROOT = 0.5


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--vocabulary", type=Path, required=True, help="BERT's vocab.txt")
    corpora = parser.add_argument_group("corpora, from which samples are composed")
    for name, what in (("text", "TSV files"), ("faces", "FER+"), ("speech", "archives")):
        corpora.add_argument(f"--{name}", type=Path, default=None, help=f"folder of {what}")
    corpora.add_argument("--face-encoder", type=Path, default=None, help="best.pt of train_denseface")
    corpora.add_argument("--light-encoder", type=Path, default=None, help="best.pt of train_lightface")
    corpora.add_argument("--voice-encoder", type=Path, default=None, help="best.pt of train_wav2vec2")
    corpora.add_argument("--banks", type=Path, default=None, help="folder that keeps what the encoders gave")
    corpora.add_argument("--cache", type=Path, default=None, help="folder for decoded pictures and samples")
    corpora.add_argument("--tracks", type=int, default=1500, help="face tracks of a label at most")
    corpora.add_argument("--voices", type=int, default=0, help="training clips at most; 0: all")
    corpora.add_argument("--leave-out", nargs="*", default=["emovo"], help="speech corpora not to train on")
    corpora.add_argument(
        "--without", nargs="*", default=[], help="departures of composed_data.Mix to leave out"
    )
    corpora.add_argument(
        "--frequencies",
        nargs="*",
        default=[],
        help="CORPUS=POWER ...: of sentences alone a label is drawn by this power of its count (0.5)",
    )
    corpora.add_argument(
        "--shares",
        nargs="*",
        default=[],
        help="CORPUS=TIMES ...: of sentences alone a corpus is drawn so many times as often (1)",
    )
    corpora.add_argument(
        "--text-teacher",
        type=Path,
        nargs="*",
        default=[],
        help="beliefs.npz of text_teacher; a later one's hold",
    )
    corpora.add_argument("--teach", type=float, default=0.6, help="weight of its beliefs beside the labels'")
    corpora.add_argument(
        "--lessons", type=Path, nargs="*", default=[], help="lessons.npz of text_teacher: sentences as well"
    )
    corpora.add_argument("--lessons-part", type=float, default=0.25, help="part of sentences alone")
    corpora.add_argument("--voice-beliefs", type=Path, help="beliefs.npz of voice_beliefs")
    corpora.add_argument("--believed", type=float, default=0.5, help="weight of these beside the labels'")
    corpora.add_argument(
        "--face-votes", type=float, default=0.0, help="weight of people's votes beside a face's label, alone"
    )
    corpora.add_argument("--composed", type=int, default=1400, help="composed validation samples")
    own = parser.add_argument_group("own clips (made by `extract`)")
    own.add_argument(
        "--samples",
        type=Path,
        nargs="*",
        default=[],
        help="folders of `extract`, whose splits are kept apart",
    )


@dataclass
class Source:
    """`train` and `valid` compose; `own` and `own_valid` are as they were recorded. Either may be empty.

    `sentences` are the validation sentences of all corpora; `light` is `valid` as the light face encoder
    sees it; `unlabelled` are sentences of all corpora; `corpora` names that of each of `train`'s sentences;
    `powers` of labels' counts and `shares` of corpora: see `cell_chances`; `beliefs` [labels] by sentence, of
    a teacher and the label; `lessons` are a part of sentences alone, `lessons_part`; `encoders` made all
    features: see `made_by`; `labels` are what a sample's label is an index into, the seven with corpora.
    """

    tokenizer: BertTokenizerFast
    train: Composer | None = None
    valid: Composer | None = None
    light: Composer | None = None
    sentences: list[Sentence] = field(default_factory=list)
    unlabelled: list[list[int]] = field(default_factory=list)
    own: list[Sample] = field(default_factory=list)
    own_valid: list[Sample] = field(default_factory=list)
    composed: int = 1400
    corpora: list[str] = field(default_factory=list)
    powers: dict[str, float] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    beliefs: dict[int, np.ndarray] = field(default_factory=dict)
    lessons: Lessons | None = None
    lessons_part: float = 0.0
    encoders: dict[str, list[str]] = field(default_factory=dict)
    labels: tuple[str, ...] = LABELS

    @cached_property
    def cells(self) -> dict[tuple[str, int], np.ndarray]:
        """Rows of the sentences that `train` draws from, by corpus and label."""
        names = np.asarray(self.corpora or [""] * len(self.train.text_labels))
        rows = {
            (name, label): part[names[part] == name]
            for name in dict.fromkeys(names)
            for label, part in enumerate(self.train.rows["text"])
        }
        return {cell: of for cell, of in rows.items() if len(of)}

    @cached_property
    def labelled(self) -> dict[str, list[Sample]]:
        """Own clips with a label, by case: those that have all its modalities."""
        known = [sample for sample in self.own if sample.label != UNKNOWN]
        return {
            name: [sample for sample in known if sample.has(case) and sample.shows_label(case)]
            for name, case in CASES.items()
        }

    @cached_property
    def maskable(self) -> dict[str, list[Sample]]:
        """Own clips by pre-training task: those that have what it masks."""
        return {
            task: [sample for sample in self.own if sample.has((modality,))]
            for task, modality in TASKS.items()
        }

    def drawable(self, wanted: Sequence[str]) -> list[str]:
        """Those of the cases or pre-training tasks `wanted` that there are samples for; others are told.

        Raises ValueError when none is left.
        """
        own = {**self.labelled, **self.maskable}
        found = [name for name in wanted if self.train is not None or own[name]]
        if gone := [name for name in wanted if name not in found]:
            told = f"no training clip has what {', '.join(gone)} needs"
            if not found:
                raise ValueError(
                    f"{told}: give clips that have (labels.csv of `prepare` labels them), or corpora"
                )
            log.warning("%s: left out", told)
        return found

    def draw(self, rng: np.random.Generator, case: str = "TVA") -> Sample:
        """A labelled training sample with the modalities of `case`; half are own clips where both exist.

        Raises ValueError when there is none.
        """
        own = self.labelled[case]
        if own and (self.train is None or rng.random() < 0.5):
            return own[int(rng.integers(len(own)))].only(CASES[case])
        if self.train is None:
            raise ValueError(
                f"no labelled training clip has {' and '.join(CASES[case])}: "
                "give labels.csv to `prepare`, clips that have, or corpora"
            )
        return self.train.draw(int(rng.integers(len(LABELS))), rng, case)

    @cached_property
    def cell_chances(self) -> np.ndarray:
        """[cells], sum 1: a corpus by its share and the root of its size, a label by a power of its own."""
        sizes: dict[str, int] = {}
        powers: dict[str, float] = {}
        for (name, _), rows in self.cells.items():
            sizes[name] = sizes.get(name, 0) + len(rows)
            powers[name] = powers.get(name, 0.0) + len(rows) ** self.power(name)
        chances = np.array(
            [
                self.shares.get(name, 1) * sizes[name] ** 0.5 * len(rows) ** self.power(name) / powers[name]
                for (name, _), rows in self.cells.items()
            ]
        )
        return chances / chances.sum()

    def power(self, corpus: str) -> float:
        """1 draws labels as often as they are in the corpus, 0 all alike."""
        return self.powers.get(corpus, ROOT)

    def draw_sentence(self, rng: np.random.Generator) -> Sample:
        """A sentence alone, large corpora and frequent labels less often than they are (`cell_chances`)."""
        if self.lessons and rng.random() < self.lessons_part:
            return self.lessons.draw(rng)
        rows = list(self.cells.values())[int(rng.choice(len(self.cells), p=self.cell_chances))]
        row = int(rows[rng.integers(len(rows))])
        label = int(self.train.text_labels[row])
        empty = self.train.draw(label, rng, "T")
        belief = self.beliefs.get(row)
        return Sample(
            tuple(self.train.texts[row]), empty.faces, empty.face_classes, empty.voice, label, "text", belief
        )

    def draw_unlabelled(self, rng: np.random.Generator, task: str | None = None) -> Sample:
        """A sample to pre-train on: for masked words, half are sentences alone, of all corpora.

        It has what `task` masks; without a task it may lack any modality. Raises ValueError if there is none.
        """
        own = self.maskable[task] if task else self.own
        if own and (self.train is None or rng.random() < 0.5):
            return own[int(rng.integers(len(own)))]
        if self.train is None:
            raise ValueError(f"no training clip has {TASKS[task]}: give some that have, or leave {task} out")
        label = int(rng.integers(len(LABELS)))
        if task == "wwmlm" and self.unlabelled and rng.random() < 0.5:
            words = tuple(self.unlabelled[int(rng.integers(len(self.unlabelled)))])
            empty = self.train.draw(label, rng, "TVA").only(())
            return Sample(words, empty.faces, empty.face_classes, empty.voice)
        return self.train.draw(label, rng)

    def measured_on(self) -> list[Sample]:
        """The validation samples, labelled or not, always the same: own clips, else composed ones.

        None where there are neither corpora nor own clips of people who validate.
        """
        return self.own_valid if self.own_valid or self.valid is None else self.composed_valid()

    def composed_valid(self, light: bool = False) -> list[Sample]:
        """Validation samples of the corpora, as many of each label; as the light encoder sees them."""
        return balanced(self.light if light else self.valid, self.composed, 99)

    def labelled_valid(self) -> dict[str, list[Sample]]:
        """The validation samples with a label: `composed` ones, and the `own` clips that have one.

        Without corpora own clips take the place of composed ones.
        """
        own = [sample for sample in self.own_valid if sample.label != UNKNOWN]
        if self.train is not None and self.valid is not None:
            return {"composed": self.composed_valid(), **({"own": own} if own else {})}
        return {"composed": own}

    def origin(self) -> dict:
        """What a checkpoint tells of what it learned from: `made_by`'s encoders and the vocabulary."""
        return {"encoders": self.encoders, "vocabulary_sha256": vocabulary_digest(self.tokenizer)}

    def sizes(self) -> tuple[int, int]:
        """Sizes of a face's and of a voice token's features."""
        if self.train is not None:
            return tuple(bank.features[0].shape[1] for bank in (self.train.faces, self.train.voices))
        return self.own[0].faces.shape[1], self.own[0].voice.shape[1]


def own_samples(folders: list[Path], split: str, needed: bool = True) -> list[Sample]:
    """A split of the folders of `extract` that have it.

    Raises FileNotFoundError for a folder without features or not yet with all, ValueError when the split is
    `needed` and in none.
    """
    for folder in folders:
        check_whole(folder)
    there = {folder: {path.name.rpartition("-")[0] for path in folder.glob("*-*.npz")} for folder in folders}
    if needed and folders and all(splits and split not in splits for splits in there.values()):
        held = "; ".join(f"{folder} holds {', '.join(sorted(splits))}" for folder, splits in there.items())
        more = ", or give `prepare` a larger --valid" if split == "valid" else ""
        raise ValueError(
            f"{held} and nobody of {split}: name {split} in the column split of labels.csv{more}, "
            "then prepare and extract into new folders"
        )
    having = [folder for folder, splits in there.items() if split in splits or not splits]
    return [sample for folder in having for sample in load_features(folder, split)]


def own_labels(folders: list[Path]) -> tuple[str, ...]:
    """The labels of the folders of `extract`; the seven without any. Raises ValueError where two differ."""
    found = {features_labels(folder): folder for folder in folders} or {LABELS: None}
    if len(found) > 1:
        told = "; ".join(f"{folder} has {', '.join(labels)}" for labels, folder in found.items())
        raise ValueError(f"--samples: {told}: prepare and extract all with the same --labels")
    return next(iter(found))


def load_source(arguments: argparse.Namespace, split: str = "train", by_label: bool = True) -> Source:
    """What the arguments name, for a command about `split`: own clips to train on only for train.

    For test nobody need be of valid. `by_label`: what is learned or measured are labels, which clips and
    corpora then have in common. Raises ValueError when there is neither a set of corpora nor own clips,
    and as `made_by` does.
    """
    tokenizer = BertTokenizerFast(vocab=str(arguments.vocabulary), do_lower_case=True)
    source = Source(tokenizer, composed=arguments.composed)
    source.encoders = made_by(arguments, tokenizer)
    source.own = own_samples(arguments.samples, "train") if split == "train" else []
    source.own_valid = own_samples(arguments.samples, "valid", needed=split != "test")
    if by_label:
        source.labels = own_labels(arguments.samples)
    tell_unfit(tokenizer, arguments.vocabulary, source.labels)
    corpora = [arguments.text, arguments.faces, arguments.speech]
    if not any(corpora):
        if not {"train": source.own, "valid": source.own_valid, "test": arguments.samples}[split]:
            use = "train" if split == "train" else "measure"
            raise ValueError(f"give --text, --faces and --speech, or --samples: there is nothing to {use} on")
        return source
    if not all(corpora):
        raise ValueError("composing needs all of --text, --faces and --speech")
    if source.labels != LABELS:
        raise ValueError(
            f"corpora have the labels {', '.join(LABELS)}, these clips {', '.join(source.labels)}: leave "
            "--text, --faces and --speech out (--init goes on with what learned from them), or prepare anew "
            "without --labels"
        )
    banks = load_banks(arguments)
    source.sentences = load_sentences(arguments.text, "dev")
    sentences = load_sentences(arguments.text, "train")
    mix = Mix.without(arguments.without)
    source.train = Composer(
        tokenize(tokenizer, [s.text for s in sentences]),
        [s.label for s in sentences],
        banks["face-train"],
        banks["voice-train"],
        mix,
    )
    if arguments.voice_beliefs:
        source.train.voice_beliefs = heard_as(arguments)
    if arguments.face_votes:
        source.train.face_beliefs = seen_as(arguments, banks["face-train"])
    source.corpora = [s.corpus for s in sentences]
    source.powers = read_powers(arguments.frequencies, set(source.corpora))
    source.shares = read_shares(arguments.shares, set(source.corpora))
    if arguments.text_teacher:
        source.beliefs = taught(arguments.text_teacher, sentences, arguments.teach)
    if arguments.lessons:
        source.lessons, source.lessons_part = told_lessons(arguments, source), arguments.lessons_part
    spoken = [s for s in source.sentences if s.corpus in COMPOSED_TEXT]
    source.valid = Composer(
        tokenize(tokenizer, [s.text for s in spoken]),
        [s.label for s in spoken],
        banks["face-valid"],
        banks["voice-valid"],
    )
    source.unlabelled = tokenize(tokenizer, load_unlabelled(arguments.text))
    if "light-valid" in banks:
        # the same faces in the same order, as the student sees them
        source.light = copy.copy(source.valid)
        source.light.faces = banks["light-valid"]
    return source


def told_lessons(arguments: argparse.Namespace, source: Source) -> Lessons:
    """Those of all files given. Raises ValueError where `--lessons-part` is none, and as `load_lessons`."""
    check_part("--lessons-part", arguments.lessons_part)
    texts, beliefs = zip(*map(load_lessons, arguments.lessons), strict=True)
    ids = tokenize(source.tokenizer, list(chain(*texts)))
    absent = source.train.draw(0, np.random.default_rng(0), "TVA").only(())
    return Lessons(ids, np.concatenate(beliefs), replace(absent, source="text", astray=()), ROOT)


def tokenize(tokenizer, texts: list[str]) -> list[list[int]]:
    return tokenizer(texts, add_special_tokens=False).input_ids
