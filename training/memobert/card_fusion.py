"""What the model card says of MEmoBERT, from `memobert.json`, and of readings in the page."""

from collections import defaultdict
from statistics import mean

from .evaluation_report import percent, table
from .fusion_report import filled_in, kept
from .pretraining_heads import TITLES
from .speech_data import LANGUAGES

# GoEmotions' nouns of six of the labels: they are no labels, and no other words either
NOUNS_OF_LABELS = ("joy", "sadness", "fear", "anger", "surprise", "disgust")
CHANCE = 0.5
MEASURES = {"recall": "Recall", "precision": "Precision", "f1": "F1"}


def calibrated_cases(fusion: dict) -> dict[str, dict]:
    """Each case's calibration, also as the light face encoder has it by the temperatures of the other.

    Of a voice alone that of all who validate, and of one corpus beyond chance; of a face alone that of all
    validation faces. What composed samples have of these two is told where it is beyond chance.
    """
    found = dict(fusion.get("cases", {}))
    for case, of in fusion.get("light", {}).items():
        if "V" in case and "ece_shipped" in of:
            found[f"{case}, light face encoder"] = {**of, "ece": of["ece_shipped"]}
    if faces := fusion.get("faces"):
        alone = {"V": faces, **({"V, light face encoder": faces["light"]} if "light" in faces else {})}
        for case, of in alone.items():
            composed = found.pop(case, {})
            found[case] = of
            if composed.get("ece", 0) > composed.get("ece_by_chance_95", 1):
                found[f"{case}, composed samples"] = composed
    if voices := fusion.get("voices"):
        composed = found.pop("A", {})
        found["A"] = voices
        if composed.get("ece", 0) > composed.get("ece_by_chance_95", 1):
            found["A, composed samples"] = composed
        for corpus, of in voices["corpora"].items():
            if of["ece"] > of["ece_by_chance_95"]:
                found[f"A, {LANGUAGES.get(corpus, corpus)}"] = of
    return found


def voice_alone(found: dict) -> str:
    """What MEmoBERT reads in a voice alone, by corpus, and how sure one may be of it."""
    measured = found.get("voices")
    if not measured:
        return "Of voices alone no more than the case A was measured."
    keys = ("wa", "uar", "confidence", "ece", "ece_by_chance")
    rows = [
        [
            LANGUAGES.get(corpus, corpus),
            str(of["count"]),
            str(of["speakers"]),
            *(percent(of[key]) for key in keys),
        ]
        for corpus, of in measured["corpora"].items()
    ]
    head = ["voice alone", "clips", "speakers", "WA", "UAR", "how sure", "ECE", "by chance"]
    alike, each = (
        f"{percent(measured[key])} (by chance {percent(measured[chance])})"
        for key, chance in (("ece", "ece_by_chance"), ("ece_as_they_are", "ece_by_chance_as_they_are"))
    )
    return (
        f"{table(head, rows)}\n\nOf all {measured['count']} clips, each speaker with the temperature of the "
        f"others: ECE {alike} with corpora counted alike, {each} with clips counted alike. A has their "
        f"temperature, {measured['temperature']:.2f}."
    )


def face_alone(found: dict) -> str:
    """How sure one may be of what MEmoBERT reads in a face alone, by all validation faces."""
    measured = found.get("faces")
    if not measured:
        return "Of faces alone no more than the case V was measured."
    sides = {"DenseFace": measured, "light face encoder": measured.get("light")}
    keys = ("wa", "uar", "ece", "ece_by_chance", "ece_as_they_are", "ece_by_chance_as_they_are")
    rows = [[name, *(percent(of[key]) for key in keys)] for name, of in sides.items() if of]
    head = ["face alone", "WA", "UAR", "ECE, labels counted alike", "by chance", "faces counted alike"]
    return (
        f"{table([*head, 'by chance'], rows)}\n\nOf all {measured['count']} faces, each half with the "
        f"temperature of the other; V has that of all, {measured['temperature']:.2f}, and so has the light "
        "encoder."
    )


def cases(found: dict) -> str:
    """The seven cases, with the calibration of each."""
    light = found.get("light", {})
    rows = [
        [
            name,
            percent(of["wa"]),
            percent(of["uar"]),
            percent(light.get(name, {}).get("uar")),
            *(percent(of.get(key)) for key in ("ece", "ece_by_chance", "ece_by_chance_95")),
            percent(light.get(name, {}).get("ece_shipped")),
            f"{of['temperature']:.2f}",
            str(of["count"]),
        ]
        for name, of in found.get("cases", {}).items()
    ]
    head = ["case", "WA", "UAR", "UAR with the light face encoder", "ECE", "by chance", "one of twenty above"]
    return table([*head, "ECE with the light face encoder", "temperature", "samples"], rows)


def case_classes(found: dict) -> str:
    """Recall, precision and F1 of each label, a table each, a column a case."""
    by_case = {name: of["classes"] for name, of in found.get("cases", {}).items() if "classes" in of}
    if not by_case:
        return "Per class: not measured."
    labels = dict.fromkeys(label for classes in by_case.values() for label in classes)
    parts = []
    for key, title in MEASURES.items():
        rows = [
            [label, *(percent(classes.get(label, {}).get(key)) for classes in by_case.values())]
            for label in labels
        ]
        parts.append(f"{title} per class:\n\n{table(['class', *by_case], rows)}")
    return "\n".join(parts)


def texts(found: dict) -> str:
    rows = [
        [corpus, *(percent(of[key]) for key in ("macro_f1", "uar", "wa", "majority_wa")), kept(of)]
        for corpus, of in found.get("texts", {}).items()
    ]
    return table(["text alone", "macro F1", "UAR", "WA", "majority", "sentences"], rows)


def tasks(found: dict) -> str:
    """What it fills in where something is masked."""
    rows = [[TITLES[task], filled_in(of)] for task, of in found.get("tasks", {}).items()]
    return table(["task", "on validation samples"], rows)


def unseen(found: dict) -> str:
    """What it makes of words that were no labels, apart from those that say the same as one."""
    words = found.get("unseen", {}).get("words", {})
    if not words:
        return "Not measured."
    same = [of["auc"] for word, of in words.items() if word in NOUNS_OF_LABELS]
    others = [of["auc"] for word, of in words.items() if word not in NOUNS_OF_LABELS]
    said = (
        f"{len(words)} words of GoEmotions that were no labels, each by its own logit over "
        f"{found['unseen']['texts']} texts: mean area under the ROC curve {mean(same + others):.3f} "
        f"(chance {CHANCE})."
    )
    if same and others:
        named = ", ".join(word for word in NOUNS_OF_LABELS if word in words)
        said += (
            f" {len(same)} of them are nouns of labels ({named}), with {mean(same):.3f}; the other "
            f"{len(others)}, which say something else, have {mean(others):.3f}."
        )
    return said


def below_chance(found: dict) -> str:
    """Words that were no labels and are told the wrong way round."""
    words = sorted(found.get("unseen", {}).get("words", {}).items(), key=lambda item: item[1]["auc"])
    below = [f"{word} {of['auc']:.3f}" for word, of in words if of["auc"] < CHANCE]
    return ", ".join(below) or "none that was measured"


def readings(clips: list[dict]) -> str:
    """What the page answers over neutral readings, with their words and without."""
    if not clips:
        return "Neutral readings in the page were not measured."
    with_words, without = (_answers([clip[run] for clip in clips]) for run in ("withWords", "withoutWords"))
    return (
        f"{len(clips)} neutral readings (clips of the GRID corpus, in the page on WebAssembly; each clip's "
        f"likeliest word, with its mean probability). With their words: {with_words}. Without: {without}."
    )


def _answers(runs: list[dict]) -> str:
    """Likeliest words, the commonest first, then how steady the answers are."""
    means = defaultdict(list)
    for run in runs:
        means[run["word"]].append(run["mean"])
    words = [
        f"{word} in {len(of)} ({' to '.join(f'{value:.2f}' for value in sorted({min(of), max(of)}))})"
        for word, of in sorted(means.items(), key=lambda item: -len(item[1]))
    ]
    changes, withheld, estimates = (
        sum(run[key] for run in runs) for key in ("changes", "withheld", "estimates")
    )
    return (
        f"{', '.join(words)}; estimates withheld: {withheld} of {estimates}; "
        f"changes of the word within a clip: {changes}"
    )
