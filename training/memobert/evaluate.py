"""Measures a tuned MEmoBERT: seven cases, texts, calibration per case, and words that it never had as labels.

    python -m memobert.evaluate --model runs/memobert/best.pt --text TEXT --faces FACES --speech SPEECH \
        --vocabulary VOCAB.txt --banks runs/memobert/banks --out results/memobert

`--split test` measures own clips of people that chose nothing, with the temperatures of `valid`.
Writes `memobert.json` and `memobert.md`, and for `export` the temperatures of the cases (`--temperatures`).
"""

import argparse
import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from .calibration import (
    FEWEST_THINGS,
    calibrate,
    fit_temperature,
    measure_calibration,
    ran_to_a_bound,
    sample_folds,
    scaled_by,
    things_of,
)
from .clip_windows import whole_of
from .command_help import CommandHelp
from .exported_models import round_to_half
from .face_measures import measure_faces
from .feature_origin import check_trained_on
from .fusion_report import to_markdown
from .kept import write_text
from .labels import LABELS
from .locks import releases
from .loop import add_common_arguments, add_dry_run, start_alone
from .masking import WordStarts
from .memobert_import import load_published
from .memobert_model import MemoBert, small_config
from .metrics import confusion_matrix, measure, per_class
from .onnx_variants import round_to_blocks, round_to_packed
from .part_loading import add_reading_arguments, load_part
from .pretrain import measure_tasks
from .pretraining_heads import TASKS
from .run_parts import powers_of
from .samples import CASES, Prompt, Sample
from .sources import (
    DEFAULT_PROMPT,
    ROOT,
    Source,
    add_source_arguments,
    load_source,
    own_samples,
)
from .text_data import are_unseen, count_lines, load_sentences
from .text_measures import (
    label_frequencies,
    measure_texts,
    measure_unseen_words,
    prompt_of,
)
from .tune import Tuning, label_logits
from .vocabulary import check_vocabulary
from .voice_measures import measure_voices

log = logging.getLogger(__name__)

# why a case's temperature is 1
NOT_FITTED = "no labelled validation sample has what the case takes, so nothing is scaled"
ALL_ALIKE = "its samples are all alike, so there are no halves to fit it on and no ECE but that as trained"
TOO_FEW = f"fewer than {FEWEST_THINGS} of its validation clips differ, of which a fit would be chance"
AT_BOUND = "the fit to its validation samples ran to the end of its range, as it does where all are right"


def load_tuned(
    path: Path, source: Source, device, heads: int | None = None, trust: bool = False
) -> tuple[Tuning, Prompt, dict]:
    """A checkpoint of `tune` as it was measured there; MEmoBERT of others, or a bundle's, by its prompt.

    `heads` and `trust` as in `load_part`, `heads` of a bundle that does not say as well. Raises
    ValueError for a checkpoint of another command, or of another vocabulary.
    """
    if path.suffix == ".onnx":
        stored = {"method": "prompt", "prompt": DEFAULT_PROMPT, **load_published(path, heads)}
    else:
        stored = load_part(path, "fusion", heads, trust)
        if "converted" in stored:
            stored = {"method": "prompt", "prompt": DEFAULT_PROMPT, **stored}
    if "method" not in stored:
        raise ValueError(f"{path} is no checkpoint of `tune`")
    check_vocabulary(path, stored, source.tokenizer)
    if (rows := len(stored["model"]["bias"])) < len(source.tokenizer):
        raise ValueError(
            f"{path} knows {rows} words, --vocabulary {len(source.tokenizer)}: give the checkpoint's"
        )
    check_labels(path, stored, source.labels)
    prompt = Prompt(source.tokenizer, stored["prompt"], source.labels)
    sizes = tuple(stored["model"][f"{part}_embeddings.linear.weight"].shape[1] for part in ("img", "speech"))
    module = Tuning(MemoBert(small_config(**stored["config"]), *sizes), stored["method"], prompt.label_ids)
    module.model.load_state_dict(stored["model"])
    if stored.get("heads"):
        module.pretraining.heads.load(stored["heads"], module.model)
    if module.classifier is not None:
        module.classifier.load_state_dict(stored["classifier"])
    return module.to(device).eval(), prompt, stored


def check_labels(path: Path, stored: dict, labels: Sequence[str]) -> None:
    """Tells where a model is measured by other label words than it was tuned for, which a prompt can be.

    Raises ValueError where it answers by a classifier of the others. What does not tell its labels was tuned
    for the seven; a model of others, which was tuned for none that are known, is not compared.
    """
    published = path.suffix == ".onnx"
    # what a bundle of a converted one names is what the page asks it, not what it learned
    unknown = "converted" in stored and (published or "labels" not in stored)
    tuned = tuple(stored.get("labels", LABELS))
    if unknown or tuned == tuple(labels):
        return
    tells = "'s manifest names" if published else " was tuned for"
    told = f"{path}{tells} {', '.join(tuned)}, and these clips have {', '.join(labels)}"
    if stored["method"] != "prompt":
        raise ValueError(
            f"{told}: its classifier knows no other; tune on these, or prepare with its --labels"
        )
    log.warning(
        "%s: it is measured by these words, which it was not tuned for, and --temperatures are for them: "
        "give the same to `export --labels`",
        told,
    )


def check_sizes(path: Path, model: MemoBert, samples: list[Sample]) -> None:
    """Raises ValueError when features are of other sizes than the model takes."""
    for sample in samples[:1]:
        given = sample.faces.shape[1], sample.voice.shape[1]
        if given != (model.face_size, model.voice_size):
            raise ValueError(
                f"{path} takes {model.face_size} features of faces and {model.voice_size} of voices, and is "
                f"given {given[0]} and {given[1]}: give features of the encoders that it was trained on"
            )


def measure_all_cases(
    module: Tuning,
    prompt: Prompt,
    samples: list[Sample],
    tokenizer,
    device,
    seed: int,
    precision: str,
    fitted_to: list[Sample] | None = None,
    shipped: dict[str, float] | None = None,
    labels: Sequence[str] = LABELS,
) -> dict[str, dict]:
    """Per case WA, UAR, classes, and the calibration of its distribution.

    Over the samples that have all its modalities (`count`); a case that not two have is left out. Its
    temperature is fitted to these samples, and what is said of it cross-fitted on halves; or it is fitted to
    other samples, `fitted_to`. It is 1 where those are none or too few or the fit finds no end, and
    `unscaled` says so. `ece_shipped` is the error with the temperatures `shipped`, by case, of another
    face encoder: the page has those, whichever encoder sees. Raises ValueError when none is labelled.
    """

    def answers(of: list[Sample], case: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        having = [s for s in of if s.label >= 0 and s.has(case)]
        given = [s.only(case) for s in having]
        logits = label_logits(module, given, tokenizer, prompt_of(module, prompt), device, precision)
        things = things_of(logits, [whole_of(s.source) for s in having]) if having else np.zeros(0, int)
        return logits, np.array([s.label for s in having], int), things

    if not any(s.label >= 0 for s in samples):
        raise ValueError("no sample to measure is labelled: give labels.csv to `prepare`, or corpora")
    found = {}
    for name, case in tqdm(CASES.items(), unit="case"):
        logits, truth, things = answers(samples, case)
        if len(truth) < 2:
            continue
        known = None if fitted_to is None else answers(fitted_to, case)
        found[name] = {
            **measure(truth, logits.argmax(1), len(labels)),
            "classes": per_class(confusion_matrix(truth, logits.argmax(1), len(labels)), labels),
            **measure_scaled(logits, truth, seed, known, things),
        }
        if (clips := count_clips(samples, case)) < len(truth):
            found[name]["clips"] = clips
        if shipped is not None and name in shipped:
            report = scaled_by(shipped[name], logits, truth, things)
            found[name]["ece_shipped"] = report["scaled"]["ece"]
    return found


def count_clips(samples: list[Sample], case: tuple[str, ...]) -> int:
    """Of how many clips the labelled samples with all of a case are: `extract` divides what is long."""
    having = [s.source for s in samples if s.label >= 0 and s.has(case)]
    return len({whole_of(source) or row for row, source in enumerate(having)})


def measure_scaled(
    logits: np.ndarray,
    truth: np.ndarray,
    seed: int,
    known: tuple[np.ndarray, ...] | None,
    things: np.ndarray | None = None,
) -> dict:
    """The temperature of a case and its errors, cross-fitted on halves or by logits and labels of others.

    `logits` [N,labels], `truth` [N], `things` [N] (`things_of` the logits unless given), and of those
    `known` the same. `unscaled` tells why the temperature is 1 where nothing was fitted; of `logits` that
    are all alike `ece_raw` is the only error.
    """
    things = things_of(logits) if things is None else things
    if known is None and not things_of(logits).any():
        raw = measure_calibration(logits, truth)["ece"]
        return {"temperature": 1.0, "ece_raw": raw, "unscaled": ALL_ALIKE}
    reason = why_unscaled(*((logits, truth, things) if known is None else known))
    if reason:
        report = scaled_by(1.0, logits, truth, things)
    elif known is None:
        report, _ = calibrate(logits, truth, sample_folds(things, seed), things=things)
    else:
        report = scaled_by(fit_temperature(*known[:2]), logits, truth, things)
    return {
        "temperature": report["temperature"],
        "ece_raw": report["raw"]["ece"],
        "ece": report["scaled"]["ece"],
        **{key: report["scaled"][key] for key in ("ece_by_chance", "ece_by_chance_95")},
        **({"unscaled": reason} if reason else {}),
    }


def why_unscaled(logits: np.ndarray, truth: np.ndarray, things: np.ndarray | None = None) -> str | None:
    """Why no temperature is fitted to `logits` [N,labels] of `truth` [N]; None where one can be."""
    if not len(truth):
        return NOT_FITTED
    if (things_of(logits) if things is None else things).max() + 1 < FEWEST_THINGS:
        return TOO_FEW
    return AT_BOUND if ran_to_a_bound(logits, truth) else None


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    add_source_arguments(parser)
    parser.add_argument(
        "--model", type=Path, required=True, help="best.pt of `tune`, memobert.onnx, or MEmoBERT of others"
    )
    add_reading_arguments(parser, "--model")
    parser.add_argument("--packed", action="store_true", help="with the weights that `export` stores")
    parser.add_argument("--temperatures", type=Path, default=None, help="JSON to write, for `export`")
    parser.add_argument(
        "--split",
        choices=("valid", "test"),
        default="valid",
        help="of --samples; test: people that chose neither weights nor temperatures, which are valid's",
    )
    add_dry_run(parser, "read and check all, answer the first samples")
    # the page computes in fp32
    parser.set_defaults(precision="fp32")
    return parser


@releases
def main(argv: list[str] | None = None) -> dict:
    arguments = make_parser().parse_args(argv)
    device, precision = start_alone(arguments), arguments.precision
    held_out = arguments.split == "test"
    if held_out and not arguments.samples:
        raise ValueError("--split test is about your own clips: give their features with --samples")
    source = load_source(arguments, arguments.split)
    module, prompt, stored = load_tuned(arguments.model, source, device, arguments.heads, arguments.trust)
    check_trained_on(arguments.model, stored.get("encoders"), source.encoders)
    if arguments.packed:
        words_head = module.pretraining.heads.words
        for part in (module.model, *([words_head] if words_head is not None else [])):
            round_to_packed(round_to_half(part))
        round_to_blocks(round_to_half(module.pretraining.heads))
    tokenizer = source.tokenizer
    valid = source.labelled_valid()
    # what the corpora give is measured beside own clips, and instead of those without a label
    own = valid.get("own", valid["composed"])
    samples = own_samples(arguments.samples, "test") if held_out else source.measured_on()
    measured = samples if held_out else own
    found: dict = {"prompt": prompt.text, "count": len(measured), "split": arguments.split}
    found |= {"precision": precision, "run": stored.get("run"), "labels": list(prompt.labels)}
    check_sizes(arguments.model, module.model, [*measured, *samples])
    if arguments.dry_run:
        label_logits(module, measured[:8], tokenizer, prompt_of(module, prompt), device, precision)
        log.info("dry run: %d samples would be measured; nothing is written", len(measured))
        return found
    settings = tokenizer, device, arguments.seed, precision
    found["cases"] = measure_all_cases(
        module, prompt, measured, *settings, own if held_out else None, labels=prompt.labels
    )
    if "own" in valid and not held_out:
        found["composed"] = measure_all_cases(module, prompt, valid["composed"], *settings)
    temperatures = {name: case["temperature"] for name, case in found["cases"].items()}
    if arguments.speech and not held_out:
        alone = {
            "V": ("faces", measure_faces(module, prompt, source, device, arguments.seed, precision)),
            "A": ("voices", measure_voices(module, prompt, tokenizer, arguments, device, precision)),
        }
        for case, (name, measured_alone) in alone.items():
            if measured_alone:
                found[name] = measured_alone
            # the same case, by far more of them; own clips are those of who will use it
            if measured_alone and "own" not in valid and case in temperatures:
                temperatures[case] = measured_alone["temperature"]
    if source.light is not None and not held_out:
        seen = source.composed_valid(light=True)
        found["light"] = measure_all_cases(module, prompt, seen, *settings, shipped=temperatures)
    words = WordStarts(tokenizer)
    # masked words need no head but MEmoBERT's own
    tasks = list(TASKS) if stored.get("heads") else ["wwmlm"]
    found["tasks"] = measure_tasks(module.pretraining, samples, words, tokenizer, tasks, device, precision)
    # corpora are measured by their validation splits
    if source.sentences and not held_out:
        frequencies = label_frequencies(load_sentences(arguments.text, "train"))
        # as it was tuned
        powers = powers_of(stored.get("run"), frequencies, ROOT)
        unseen = are_unseen(arguments.text, source.sentences)
        found["texts"] = measure_texts(module, prompt, source, frequencies, device, precision, powers, unseen)
        lines = count_lines(arguments.text, "dev")
        for corpus, of in found["texts"].items():
            of["lines"] = lines[corpus]
        if module.method == "prompt":
            found["unseen"] = measure_unseen_words(module, prompt, source, arguments.text, device, precision)
    write_text(arguments.out / "memobert.json", json.dumps(found, indent=1) + "\n")
    write_text(arguments.out / "memobert.md", to_markdown(found))
    if arguments.temperatures:
        # a case that no two samples have is left as it is
        fitted = {name: round(temperature, 4) for name, temperature in temperatures.items()}
        by_case = {name: fitted.get(name, 1.0) for name in CASES}
        write_text(arguments.temperatures, json.dumps(by_case) + "\n")
    log.info("\n%s", to_markdown(found))
    return found


if __name__ == "__main__":
    main()
