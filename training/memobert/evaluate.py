"""Measures a tuned MEmoBERT: seven cases, texts, calibration per case, and words that it never had as labels.

    python -m memobert.evaluate --model runs/memobert/best.pt --text TEXT --faces FACES --speech SPEECH \
        --vocabulary VOCAB.txt --banks runs/memobert/banks --out results/memobert

`--split test` measures own clips of people that chose nothing, with the temperatures of `valid`.
Writes `memobert.json` and `memobert.md`, and for `export` the temperatures of the cases (`--temperatures`).
"""

import argparse
import json
import logging
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .calibration import (
    calibrate,
    fit_temperature,
    measure_calibration,
    sample_folds,
    scaled_by,
    things_of,
)
from .exported_models import round_to_half
from .labels import GOEMOTIONS_LABELS, LABELS
from .loop import add_common_arguments, autocast, start
from .masking import WordStarts
from .memobert_model import MemoBert, small_config
from .metrics import confusion_matrix, measure, per_class
from .onnx_variants import round_to_packed
from .pretrain import measure_tasks
from .pretraining_heads import TASKS, TITLES
from .samples import CASES, Prompt, Sample, lay_out
from .sources import (
    ROOT,
    Source,
    add_source_arguments,
    load_source,
    own_samples,
    read_powers,
    tokenize,
)
from .text_data import Sentence, count_lines, load_fine_labels, load_sentences
from .tune import Tuning, label_logits

log = logging.getLogger(__name__)

# why a case's temperature is 1
NOT_FITTED = "no labelled validation sample has what the case takes, so nothing is scaled"
ALL_ALIKE = "its samples are all alike, so there are no halves to fit it on and no ECE but that as trained"

COLUMNS = ("wa", "uar", "ece", "ece_by_chance", "ece_by_chance_95", "ece_raw")


def load_tuned(path: Path, source: Source, device) -> tuple[Tuning, Prompt, dict]:
    """A checkpoint of `tune` as it was measured there. Raises ValueError for one of another command."""
    stored = torch.load(path, map_location="cpu", weights_only=False)
    if "method" not in stored:
        raise ValueError(f"{path} is no checkpoint of `tune`")
    prompt = Prompt(source.tokenizer, stored["prompt"], LABELS)
    sizes = tuple(stored["model"][f"{part}_embeddings.linear.weight"].shape[1] for part in ("img", "speech"))
    module = Tuning(MemoBert(small_config(**stored["config"]), *sizes), stored["method"], prompt.label_ids)
    module.model.load_state_dict(stored["model"])
    module.pretraining.heads.load(stored["heads"], module.model)
    if module.classifier is not None:
        module.classifier.load_state_dict(stored["classifier"])
    return module.to(device).eval(), prompt, stored


def measure_all_cases(
    module: Tuning,
    prompt: Prompt,
    samples: list[Sample],
    tokenizer,
    device,
    seed: int,
    precision: str,
    fitted_to: list[Sample] | None = None,
) -> dict[str, dict]:
    """Per case WA, UAR, classes, and the calibration of its distribution.

    Over the samples that have all its modalities (`count`); a case that not two have is left out. Its
    temperature is fitted to these samples, and what is said of it cross-fitted on halves; or it is fitted to
    other samples, `fitted_to`. It is 1 where none of those has the case or nothing is left to fold by, and
    `unscaled` says so. Raises ValueError when none is labelled.
    """

    def answers(of: list[Sample], case: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
        having = [s for s in of if s.label >= 0 and s.has(case)]
        given = [s.only(case) for s in having]
        logits = label_logits(module, given, tokenizer, _of(module, prompt), device, precision)
        return logits, np.array([s.label for s in having], int)

    if not any(s.label >= 0 for s in samples):
        raise ValueError("no sample to measure is labelled: give labels.csv to `prepare`, or corpora")
    found = {}
    for name, case in CASES.items():
        logits, truth = answers(samples, case)
        if len(truth) < 2:
            continue
        known = None if fitted_to is None else answers(fitted_to, case)
        found[name] = {
            **measure(truth, logits.argmax(1), len(LABELS)),
            "classes": per_class(confusion_matrix(truth, logits.argmax(1), len(LABELS)), LABELS),
            **measure_scaled(logits, truth, seed, known),
        }
    return found


def measure_scaled(
    logits: np.ndarray, truth: np.ndarray, seed: int, known: tuple[np.ndarray, np.ndarray] | None
) -> dict:
    """The temperature of a case and its errors, cross-fitted on halves or by logits and labels of others.

    `logits` [N,labels], `truth` [N]. `unscaled` tells why the temperature is 1 where nothing was fitted; of
    `logits` that are all alike `ece_raw` is the only error.
    """
    told, things = {}, things_of(logits)
    if known is None and not things.any():
        raw = measure_calibration(logits, truth)["ece"]
        return {"temperature": 1.0, "ece_raw": raw, "unscaled": ALL_ALIKE}
    if known is None:
        report, _ = calibrate(logits, truth, sample_folds(things, seed))
    elif len(known[1]):
        report = scaled_by(fit_temperature(*known), logits, truth)
    else:
        report, told = scaled_by(1.0, logits, truth), {"unscaled": NOT_FITTED}
    return {
        "temperature": report["temperature"],
        "ece_raw": report["raw"]["ece"],
        "ece": report["scaled"]["ece"],
        **{key: report["scaled"][key] for key in ("ece_by_chance", "ece_by_chance_95")},
        **told,
    }


def _of(module: Tuning, prompt: Prompt) -> Prompt | None:
    return prompt if module.method == "prompt" else None


def measure_texts(
    module: Tuning,
    prompt: Prompt,
    source: Source,
    frequencies: dict[str, np.ndarray],
    device,
    precision: str,
    powers: dict[str, float] | None = None,
) -> dict[str, dict]:
    """Text alone on each corpus' validation split, as frequent as it is there (`score_texts`).

    Of a dialogue `macro_f1_in_talk` as well: with what the same person had said before it in the window.
    """
    empty = source.valid.draw(0, np.random.default_rng(0), "T")

    def score(before: list[str]) -> dict[str, dict]:
        ids = [tokenize(source.tokenizer, of) for of in (before, [s.text for s in source.sentences])]
        samples = [
            Sample((*said, *words), empty.faces, empty.face_classes, empty.voice, of.label, of.corpus)
            for said, words, of in zip(*ids, source.sentences, strict=True)
        ]
        logits = label_logits(module, samples, source.tokenizer, _of(module, prompt), device, precision)
        truth, corpora = (np.array([getattr(s, name) for s in samples]) for name in ("label", "source"))
        return score_texts(logits, truth, corpora, frequencies, powers)

    found = score([""] * len(source.sentences))
    talks = {s.corpus for s in source.sentences if s.before}
    for corpus, of in score([s.before for s in source.sentences]).items() if talks else ():
        if corpus in talks:
            found[corpus]["macro_f1_in_talk"] = of["macro_f1"]
    return found


def score_texts(
    logits: np.ndarray,
    truth: np.ndarray,
    corpora: np.ndarray,
    frequencies: dict[str, np.ndarray],
    powers: dict[str, float] | None = None,
) -> dict[str, dict]:
    """Measures of `logits` [N,labels] by corpus, and `macro_f1_at_home` with the corpus' own frequencies.

    `frequencies` [labels] sum to 1 and come from the training split. Tuning draws labels by a power of them,
    the root unless `powers` says another, so the rest of their logarithm is added (logit adjustment: Menon
    et al., ICLR 2021).
    """
    found = {}
    for corpus in dict.fromkeys(corpora):
        rows = corpora == corpus
        guess = logits[rows].argmax(1)
        found[corpus] = {
            **measure(truth[rows], guess, len(LABELS)),
            "classes": per_class(confusion_matrix(truth[rows], guess, len(LABELS)), LABELS),
        }
        if corpus in frequencies:
            left = 1 - (powers or {}).get(corpus, ROOT)
            at_home = (logits[rows] + left * np.log(frequencies[corpus])).argmax(1)
            found[corpus]["macro_f1_at_home"] = measure(truth[rows], at_home, len(LABELS))["macro_f1"]
    return found


def frequencies_of(run: dict | None) -> list[str]:
    """`--frequencies` of the run that made a checkpoint; of a mean's, those of its first."""
    if not run:
        return []
    return run.get("arguments", {}).get("frequencies") or frequencies_of(next(iter(run.get("of", [])), None))


def label_frequencies(sentences: list[Sentence]) -> dict[str, np.ndarray]:
    """[labels] by corpus, summing to 1; each is counted once more than it occurs."""
    counts: dict[str, np.ndarray] = {}
    for sentence in sentences:
        counts.setdefault(sentence.corpus, np.ones(len(LABELS)))[sentence.label] += 1
    return {corpus: of / of.sum() for corpus, of in counts.items()}


@torch.inference_mode()
def vocabulary_logits(
    module: Tuning,
    prompt: Prompt,
    texts: list[list[int]],
    words: Tensor,
    source: Source,
    device,
    precision: str,
) -> np.ndarray:
    """Logits at the prompt's mask [N,words] of any words of the vocabulary, for sentences alone."""
    empty = source.valid.draw(0, np.random.default_rng(0), "T")
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    logits = np.zeros((len(texts), len(words)), np.float32)
    model = module.model
    for first in range(0, len(order), 64):
        rows = order[first : first + 64]
        batch = lay_out(
            [Sample(tuple(texts[i]), empty.faces, empty.face_classes, empty.voice) for i in rows],
            source.tokenizer,
            prompt,
        ).to(device)
        table = model.embeddings.word_embeddings.weight
        with autocast(torch.device(device), precision):
            hidden = model.encode(*batch.encoded())
            state = model.transform(hidden[torch.arange(len(rows)), batch.mask_position])
            logits[rows] = (state @ table[words].T + model.bias[words]).float().cpu().numpy()
    return logits


def measure_unseen_words(
    module: Tuning, prompt: Prompt, source: Source, folder: Path, device, precision: str
) -> dict:
    """Zero-shot: GoEmotions' fine words that are one WordPiece, none of them a label of the training.

    For each, the area under the ROC curve of its own logit, after the mean over texts is taken off:
    0.5 is chance. `top1` and `top5`: how often one of a text's words is (among) the highest of these words.
    """
    texts, fine = load_fine_labels(folder, "dev")
    tokenizer = source.tokenizer
    single = [
        word
        for word in dict.fromkeys(GOEMOTIONS_LABELS)
        if word not in LABELS and len(ids := tokenizer(word, add_special_tokens=False).input_ids) == 1
        and ids[0] != tokenizer.unk_token_id
    ]  # fmt: skip
    rows = [i for i, labels in enumerate(fine) if any(word in labels for word in single)]
    if not rows:
        return {"words": {}, "texts": 0}
    ids = torch.tensor(tokenizer.convert_tokens_to_ids(single), device=device)
    tokens = tokenize(tokenizer, [texts[i] for i in rows])
    logits = vocabulary_logits(module, prompt, tokens, ids, source, device, precision)
    # a word's own frequency in the table says nothing of this text
    logits = logits - logits.mean(0)
    truth = np.array([[word in fine[i] for word in single] for i in rows])
    ranks = (-logits).argsort(1)
    hit = np.take_along_axis(truth, ranks, 1)
    return {
        "texts": len(rows),
        "words": {
            word: {"auc": area_under_curve(logits[:, k], truth[:, k]), "texts": int(truth[:, k].sum())}
            for k, word in enumerate(single)
            if truth[:, k].any() and not truth[:, k].all()
        },
        "top1": float(hit[:, 0].mean()),
        "top5": float(hit[:, :5].any(1).mean()),
        "chance_top1": float(truth.mean(1).mean()),
    }


def area_under_curve(scores: np.ndarray, truth: np.ndarray) -> float:
    """Of the ROC: the chance that a true one is scored above a false one."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(truth, scores))


def kept(text: dict) -> str:
    """How many sentences of a corpus were measured, and where it is known of how many lines."""
    return f"{text['count']} of {text['lines']}" if "lines" in text else str(text["count"])


def to_markdown(found: dict) -> str:
    """All that was measured, as a page."""
    lines = ["# MEmoBERT", ""]
    held_out = found.get("split") == "test"
    split = "test" if held_out else "validation"
    precision = f", in {found['precision']}" if "precision" in found else ""
    lines += [f"Prompt “{found['prompt']}”, {found['count']} {split} samples{precision}.", ""]
    lines += [
        "| present | WA | UAR | ECE | ECE by chance | one of twenty above | ECE as trained | temperature |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, case in found["cases"].items():
        cells = [f"{100 * case[key]:.1f}" if key in case else "n/a" for key in COLUMNS]
        lines.append(f"| {name} | {' | '.join(cells)} | {case['temperature']:.2f} |")
    if len({case["count"] for case in found["cases"].values()}) > 1:
        having = [f"{name} {case['count']}" for name, case in found["cases"].items()]
        lines += ["", f"Labelled samples with all that a case takes: {', '.join(having)}."]
    halves = "each half scaled with the other's temperature; a voice of many samples is in one half"
    scaled = "scaled with the validation samples' temperature" if held_out else halves
    lines += [
        "",
        f"ECE: 15 bins, {scaled}. By chance: what so few samples give on average though every probability be"
        " right, and what one of twenty such draws is above.",
    ]
    reasons = {name: case["unscaled"] for name, case in found["cases"].items() if "unscaled" in case}
    for reason in dict.fromkeys(reasons.values()):
        named = [name for name, told in reasons.items() if told == reason]
        lines += ["", f"Temperature 1 of {', '.join(named)}: {reason}."]
    if "light" in found:
        cells = [f"{name} {100 * case['uar']:.1f}" for name, case in found["light"].items()]
        lines += ["", f"With the light face encoder, UAR: {', '.join(cells)}."]
    if found.get("texts"):
        lines += [
            "",
            "## Text alone",
            "",
            "| corpus | texts | macro F1 | in its talk | its own frequencies | UAR | WA |",
            "| --- | --- | --- | --- | --- | --- | --- |",
        ]
        for corpus, of in found["texts"].items():
            keys = ("macro_f1", "macro_f1_in_talk", "macro_f1_at_home", "uar", "wa")
            cells = [f"{100 * of[key]:.1f}" if key in of else "n/a" for key in keys]
            lines.append(f"| {corpus} | {kept(of)} | {' | '.join(cells)} |")
        lines += [
            "",
            "Texts: the lines of the validation split whose labels all fall into one of the seven; the others"
            " are ambiguous, or have no label here, and count nowhere.",
            "",
            "In its talk: macro F1 with what the same person had said before in the same dialogue, as far as"
            " the window reaches. Its own frequencies: macro F1 when the logarithm of how often each label is"
            " in the corpus' training split is added, less the power by which tuning had drawn them (the root"
            " unless `--frequencies` said another). The page knows no corpus and adds nothing.",
        ]
    if found.get("tasks"):
        lines += ["", "## What it fills in", "", "| task | of what was masked |", "| --- | --- |"]
        for task, of in found["tasks"].items():
            cells = [f"{name} {value:.3f}" for name, value in of.items()]
            lines.append(f"| {TITLES[task]} | {', '.join(cells)} |")
    if found.get("unseen", {}).get("words"):
        unseen = found["unseen"]
        mean = np.mean([of["auc"] for of in unseen["words"].values()])
        lines += [
            "", "## Words that were no labels", "",
            f"{unseen['texts']} texts of GoEmotions, {len(unseen['words'])} of its words: mean area under the"
            f" ROC curve {mean:.3f} (chance 0.5); the highest word is right for {100 * unseen['top1']:.1f} %"
            f" (chance {100 * unseen['chance_top1']:.1f}), one of the five highest for"
            f" {100 * unseen['top5']:.1f} %.", "",
            "| word | texts | area under the curve |", "| --- | --- | --- |",
        ]  # fmt: skip
        ordered = sorted(unseen["words"].items(), key=lambda item: -item[1]["auc"])
        lines += [f"| {word} | {of['texts']} | {of['auc']:.3f} |" for word, of in ordered]
    return "\n".join(lines) + "\n"


def main(argv: list[str] | None = None) -> dict:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add_common_arguments(parser)
    add_source_arguments(parser)
    parser.add_argument("--model", type=Path, required=True, help="best.pt of `tune`")
    parser.add_argument("--packed", action="store_true", help="with the weights that `export` stores")
    parser.add_argument("--temperatures", type=Path, default=None, help="JSON to write, for `export`")
    parser.add_argument(
        "--split",
        choices=("valid", "test"),
        default="valid",
        help="of --samples; test: people that chose neither weights nor temperatures, which are valid's",
    )
    # the page computes in fp32
    parser.set_defaults(precision="fp32")
    arguments = parser.parse_args(argv)
    device, precision = start(arguments), arguments.precision
    held_out = arguments.split == "test"
    if held_out and not arguments.samples:
        raise ValueError("--split test is about your own clips: give their features with --samples")
    source = load_source(arguments, arguments.split)
    module, prompt, stored = load_tuned(arguments.model, source, device)
    if arguments.packed:
        words_head = module.pretraining.heads.words
        for part in (module.model, *([words_head] if words_head is not None else [])):
            round_to_packed(round_to_half(part))
    tokenizer = source.tokenizer
    samples = own_samples(arguments.samples, "test") if held_out else source.measured_on()
    found: dict = {"prompt": prompt.text, "count": len(samples), "split": arguments.split}
    found |= {"precision": precision, "run": stored["run"]}
    settings = tokenizer, device, arguments.seed, precision
    fitted_to = source.measured_on() if held_out else None
    found["cases"] = measure_all_cases(module, prompt, samples, *settings, fitted_to)
    if source.seen_by_light and not held_out:
        found["light"] = measure_all_cases(module, prompt, source.measured_on(light=True), *settings)
    words = WordStarts(tokenizer)
    found["tasks"] = measure_tasks(
        module.pretraining, samples, words, tokenizer, list(TASKS), device, precision
    )
    # corpora are measured by their validation splits
    if source.sentences and not held_out:
        frequencies = label_frequencies(load_sentences(arguments.text, "train"))
        # as it was tuned
        given = [of for of in frequencies_of(stored.get("run")) if of.partition("=")[0] in frequencies]
        powers = read_powers(given, set(frequencies))
        found["texts"] = measure_texts(module, prompt, source, frequencies, device, precision, powers)
        lines = count_lines(arguments.text, "dev")
        for corpus, of in found["texts"].items():
            of["lines"] = lines[corpus]
        if module.method == "prompt":
            found["unseen"] = measure_unseen_words(module, prompt, source, arguments.text, device, precision)
    (arguments.out / "memobert.json").write_text(json.dumps(found, indent=1) + "\n")
    (arguments.out / "memobert.md").write_text(to_markdown(found))
    if arguments.temperatures:
        # a case that no two samples have is left as it is
        fitted = {name: round(case["temperature"], 4) for name, case in found["cases"].items()}
        by_case = {name: fitted.get(name, 1.0) for name in CASES}
        arguments.temperatures.write_text(json.dumps(by_case) + "\n")
    log.info("\n%s", to_markdown(found))
    return found


if __name__ == "__main__":
    main()
