"""`memobert.md`: what `evaluate` found, as a page."""

import numpy as np

from .encoder_splits import UNSEEN
from .labels import LABELS
from .pretraining_heads import TITLES

COLUMNS = ("wa", "uar", "ece", "ece_by_chance", "ece_by_chance_95", "ece_raw")


def kept(text: dict) -> str:
    """How many sentences of a corpus were measured, and where it is known of how many lines."""
    return f"{text['count']} of {text['lines']}" if "lines" in text else str(text["count"])


def filled_in(task: dict) -> str:
    """What a task of `measure_tasks` reached, and where it is known of which part that was masked."""
    cells = [f"{name} {value:.3f}" for name, value in task.items() if name != "masked"]
    return ", ".join([*cells, *([f"{100 * task['masked']:.0f} % masked"] if "masked" in task else [])])


def case_table(cases: dict) -> list[str]:
    """A row for each case of present modalities."""
    lines = [
        "| present | WA | UAR | ECE | ECE by chance | one of twenty above | ECE as trained | temperature |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, case in cases.items():
        cells = [f"{100 * case[key]:.1f}" if key in case else "n/a" for key in COLUMNS]
        lines.append(f"| {name} | {' | '.join(cells)} | {case['temperature']:.2f} |")
    return lines


def voice_section(voices: dict, held_own: bool) -> list[str]:
    """What `measure_voices` found; `held_own`: own clips, and not these, gave A its temperature."""
    lines = [
        "",
        "## Voice alone",
        "",
        "| corpus | clips | speakers | WA | UAR | how sure | ECE | ECE by chance | one of twenty above |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for corpus, of in voices["corpora"].items():
        keys = ("wa", "uar", "confidence", "ece", "ece_by_chance", "ece_by_chance_95")
        cells = [str(of["count"]), str(of["speakers"]), *(f"{100 * of[key]:.1f}" for key in keys)]
        lines.append(f"| {corpus} | {' | '.join(cells)} |")
    alike, one, each, chance = (
        f"{100 * voices[key]:.1f}"
        for key in ("ece", "ece_by_chance", "ece_as_they_are", "ece_by_chance_as_they_are")
    )
    use = "not what A has, which own clips gave" if held_own else "which A has"
    return [
        *lines,
        "",
        f"All {voices['count']} clips of the validation speakers, each speaker scaled with the others'"
        f" temperature (apart by {voices['folds']}): ECE {alike} with corpora counted alike (by chance"
        f" {one}),"
        f" {each} with clips counted alike (by chance {chance}), {100 * voices['ece_raw']:.1f} as trained."
        f" The temperature of all is {voices['temperature']:.2f}, {use}."
        " A case of the first table has the voices of one corpus.",
    ]


def face_section(faces: dict, held_own: bool) -> list[str]:
    """What `measure_faces` found; `held_own`: own clips, and not these, gave V its temperature."""
    lines = [
        "",
        "## Face alone",
        "",
        "| | WA | UAR | ECE | by chance | one of twenty above | each face alike | by chance |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    keys = ("wa", "uar", "ece", "ece_by_chance", "ece_by_chance_95")
    keys += ("ece_as_they_are", "ece_by_chance_as_they_are")
    for name, of in (("face encoder", faces), ("light face encoder", faces.get("light"))):
        if of:
            lines.append(f"| {name} | {' | '.join(f'{100 * of[key]:.1f}' for key in keys)} |")
    use = "not what V has, which own clips gave" if held_own else "which V has"
    return [
        *lines,
        "",
        f"All {faces['count']} validation faces, each once, labels counted alike, each half scaled with the"
        f" other's temperature, {100 * faces['ece_raw']:.1f} as trained. The temperature of all is"
        f" {faces['temperature']:.2f}, {use}, and the light encoder's answers are scaled with it.",
    ]


def to_markdown(found: dict) -> str:
    """All that was measured, as a page."""
    lines = ["# MEmoBERT", ""]
    held_out = found.get("split") == "test"
    split = "test" if held_out else "validation"
    precision = f", in {found['precision']}" if "precision" in found else ""
    lines += [f"Prompt “{found['prompt']}”, {found['count']} {split} samples{precision}.", ""]
    if (labels := found.get("labels", list(LABELS))) != list(LABELS):
        lines += [f"Labels: {', '.join(labels)}.", ""]
    lines += case_table(found["cases"])
    if len({case["count"] for case in found["cases"].values()}) > 1:
        having = [f"{name} {case['count']}" for name, case in found["cases"].items()]
        lines += ["", f"Labelled samples with all that a case takes: {', '.join(having)}."]
    halves = (
        "each half scaled with the other's temperature; what many samples share, such as a voice, is in one"
        " half in a case of that modality alone, and may be in both with others beside it"
    )
    scaled = "scaled with the validation samples' temperature" if held_out else halves
    lines += [
        "",
        f"ECE: 15 bins, {scaled}. By chance: what so few samples give on average though every probability be"
        " right, and what one of twenty such draws is above; where several modalities are there every sample"
        " is taken for a new one.",
    ]
    if divided := [f"{name} {of['clips']}" for name, of in found["cases"].items() if "clips" in of]:
        told = "parts of one clip are one thing in either of them, and in one half"
        lines += ["", f"Long clips were divided into samples; {told}. Clips: {', '.join(divided)}."]
    reasons = {name: case["unscaled"] for name, case in found["cases"].items() if "unscaled" in case}
    for reason in dict.fromkeys(reasons.values()):
        named = [name for name, told in reasons.items() if told == reason]
        lines += ["", f"Temperature 1 of {', '.join(named)}: {reason}."]
    if "composed" in found:
        told = "Of the corpora, beside the clips above, whose temperatures `export` takes."
        lines += ["", "## Composed samples", "", told, "", *case_table(found["composed"])]
    if "light" in found:
        cells = [f"{name} {100 * case['uar']:.1f}" for name, case in found["light"].items()]
        lines += ["", f"With the light face encoder, UAR: {', '.join(cells)}."]
        cells = [
            f"{name} {100 * case['ece_shipped']:.1f}"
            for name, case in found["light"].items()
            if "ece_shipped" in case
        ]
        if cells:
            lines += [
                "",
                f"With it and the temperatures above, which it has in the page, ECE: {', '.join(cells)}.",
            ]
    if found.get("faces"):
        lines += face_section(found["faces"], held_own="composed" in found)
    if found.get("voices"):
        lines += voice_section(found["voices"], held_own="composed" in found)
    if found.get("texts"):
        lines += [
            "",
            "## Text alone",
            "",
            f"| corpus | texts | macro F1 | {UNSEEN} | in its talk | its own frequencies | UAR | WA |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for corpus, of in found["texts"].items():
            keys = ("macro_f1", "macro_f1_unseen", "macro_f1_in_talk", "macro_f1_at_home", "uar", "wa")
            cells = [f"{100 * of[key]:.1f}" if key in of else "n/a" for key in keys]
            if "unseen" in of:
                cells[1] += f" ({of['unseen']})"
            lines.append(f"| {corpus} | {kept(of)} | {' | '.join(cells)} |")
        lines += [
            "",
            "Texts: the lines of the validation split whose labels all fall into one of the seven; the others"
            " are ambiguous, or have no label here, and count nowhere.",
            "",
            f"{UNSEEN.capitalize()}: macro F1 on the lines (how many) whose words are no line of any corpus'"
            " training file, in upper or lower case.",
            "",
            "In its talk: macro F1 with what the same person had said before in the same dialogue, as far as"
            " the window reaches. Its own frequencies: macro F1 when the logarithm of how often each label is"
            " in the corpus' training split is added, less the power by which tuning had drawn them (the root"
            " unless `--frequencies` said another; of a mean of runs, the mean). The page knows no corpus and"
            " adds nothing.",
        ]
    if found.get("tasks"):
        lines += ["", "## What it fills in", "", "| task | of what was masked |", "| --- | --- |"]
        lines += [f"| {TITLES[task]} | {filled_in(of)} |" for task, of in found["tasks"].items()]
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
