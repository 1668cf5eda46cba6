"""Writes a bundle's model card: one section a graph, every figure taken from what was measured.

    python -m memobert.model_card --bundle ../public/models/small --encoders results/encoders/encoders.json \
        --fusion results/memobert/memobert.json --voices results/browser-path-voices.json \
        --clips results/browser-path-clips.json

The words that no measurement gives (intended use, known failures) stand in `model_card.md` beside this file.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import mean

from .command_help import CommandHelp
from .encoder_splits import ALL, UNSEEN
from .evaluation_report import FEWEST_CLIPS, percent, points, table, with_interval
from .fusion_report import filled_in, kept
from .kept import write_text
from .pretraining_heads import TITLES
from .report_figures import compared_group
from .run_parts import merged, single_runs
from .speech_data import LANGUAGES
from .voice_stream import CONTEXT

TEMPLATE = Path(__file__).with_name("model_card.md")
# what was aimed for before anything was measured; `all` is of the corpus that is left out
FACE_AIMS = {"denseface": ("DenseFace", "87 %"), "denseface-light": ("LightFace", "1.5 points below at most")}
VOICE_AIMS = {"English": "65 %", "all": "twice chance, 28.6 %"}
TEXT_AIMS = {"goemotions": "60 %", "meld": "45 %"}
ECE_AIM = 0.05
# GoEmotions' nouns of six of the labels: they are no labels, and no other words either
NOUNS_OF_LABELS = ("joy", "sadness", "fear", "anger", "surprise", "disgust")
CHANCE = 0.5
# how a split of whole corpora begins
LEFT_OUT = "left out"
MEASURES = {"recall": "Recall", "precision": "Precision", "f1": "F1"}
# of a mean of runs: what is below is not worth a row
LEAST_SHARE = 0.01


def main(argv: list[str] | None = None) -> str:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    parser.add_argument("--bundle", type=Path, required=True, help="folder with manifest.json")
    parser.add_argument("--encoders", type=Path, required=True, help="encoders.json of evaluate_encoders")
    parser.add_argument("--fusion", type=Path, default=None, help="memobert.json of evaluate")
    parser.add_argument("--voices", type=Path, default=None, help="JSON of browser_path/evaluate-voices.mjs")
    parser.add_argument(
        "--clips",
        type=Path,
        default=None,
        help="JSON of evaluate-clips.mjs, of neutral readings",
    )
    arguments = parser.parse_args(argv)
    manifest = json.loads((arguments.bundle / "manifest.json").read_text())
    encoders = json.loads(arguments.encoders.read_text())["encoders"]
    fusion = json.loads(arguments.fusion.read_text()) if arguments.fusion else {}
    voices = json.loads(arguments.voices.read_text()) if arguments.voices else {}
    clips = json.loads(arguments.clips.read_text())["clips"] if arguments.clips else []
    card = make_card(manifest, encoders, fusion, voices, clips, TEMPLATE.read_text())
    write_text(arguments.bundle / "README.md", card)
    return card


def make_card(
    manifest: dict, encoders: dict, fusion: dict, voices: dict, clips: list[dict], template: str
) -> str:
    """The card; what was not measured is empty.

    `template` has a `{{name}}` for each part. Raises KeyError on a name that is no part.
    """
    parts = {
        "version": manifest["version"],
        "glance": glance(encoders, fusion),
        "repeated": repeated(encoders, fusion),
        "files": files(manifest),
        "runs": runs(manifest),
        "data": table(["corpus", "licence"], [[s["name"], s["licence"]] for s in manifest["dataSources"]]),
        "streamed": streamed(manifest, voices),
        "cases": cases(fusion),
        "voices": voice_alone(fusion),
        "case classes": case_classes(fusion),
        "texts": texts(fusion),
        "tasks": tasks(fusion),
        "unseen": unseen(fusion),
        "below chance": below_chance(fusion),
        "worse": worse(encoders),
        "missed": missed(encoders),
        "too sure": too_sure(encoders),
        "speakers": speakers(encoders),
        "sexes": sexes(encoders),
        "readings": readings(clips),
    }
    for name in ("denseface", "denseface-light", "wav2vec2"):
        parts[name] = encoder(encoders[name]) if name in encoders else "Not measured.\n"
    for name in template.split("{{")[1:]:
        key = name.split("}}")[0]
        template = template.replace("{{" + key + "}}", parts[key].rstrip("\n"))
    return template


def files(manifest: dict) -> str:
    chosen = manifest["face"].get("graphs", {})
    rows = []
    for graph, versions in manifest["graphs"].items():
        for arithmetic, file in versions.items():
            used = [backend for backend, name in chosen.items() if name == graph]
            meant = file.get("backends") or used or ["all"]
            size = f"{file['bytes'] / 1e6:.1f} MB"
            rows.append([f"`{file['path']}`", arithmetic, file["weights"], ", ".join(meant), size])
    return table(["file", "arithmetic", "weights stored as", "for", "bytes"], rows)


def glance(encoders: dict, fusion: dict) -> str:
    """What was aimed for beside what was reached, of all that was measured."""
    rows = []
    for graph, (who, aim) in FACE_AIMS.items():
        if graph in encoders:
            split, groups = next(iter(encoders[graph]["splits"].items()))
            rows.append([f"{who}, {split}: accuracy", with_interval(groups["all"]["after"], "wa"), aim])
    for split, groups in encoders.get("wav2vec2", {}).get("splits", {}).items():
        for group, aim in VOICE_AIMS.items():
            if group in groups and (group == "all") == split.startswith(LEFT_OUT):
                name = split if group == "all" else f"{split}, {group}"
                rows.append([f"wav2vec 2.0, {name}: UAR", with_interval(groups[group]["after"], "uar"), aim])
    found = fusion.get("cases", {})
    alone = [found[case]["uar"] for case in "TVA" if case in found]
    if "TVA" in found and alone:
        most = f"5 points over the best alone, {percent(max(alone))}"
        rows.append(["all three, composed samples: UAR", percent(found["TVA"]["uar"]), most])
    for corpus, aim in TEXT_AIMS.items():
        if corpus in fusion.get("texts", {}):
            rows.append(
                [f"words alone, {corpus}: macro F1", percent(fusion["texts"][corpus]["macro_f1"]), aim]
            )
    for name, of in (
        *_calibrated_encoders(encoders),
        *((f"MEmoBERT, {case}", of) for case, of in _calibrated_cases(fusion).items()),
    ):
        # of samples that are all alike there is none
        if of.get("ece", 0) > ECE_AIM:
            chance = f"; by chance {percent(of['ece_by_chance'])}" if "ece_by_chance" in of else ""
            rows.append(
                [f"{name}: calibration error", f"{percent(of['ece'])}{chance}", f"under {percent(ECE_AIM)}"]
            )
    return table(["what", "reached", "aim"], rows)


def repeated(encoders: dict, fusion: dict) -> str:
    """What is reached on pictures and lines that no training file holds, beside all."""
    rows = []
    for graph, (who, _) in FACE_AIMS.items():
        for split, groups in encoders.get(graph, {}).get("splits", {}).items():
            if UNSEEN in groups:
                every, unseen = (groups[name]["after"] for name in (ALL, UNSEEN))
                count = f"{unseen['count']} of {every['count']}"
                for key in ("wa", "uar"):
                    figures = percent(unseen[key]), percent(every[key])
                    rows.append([f"{who}, {split}: {key.upper()}", *figures, count])
    for corpus, of in fusion.get("texts", {}).items():
        if "macro_f1_unseen" in of:
            figures = percent(of["macro_f1_unseen"]), percent(of["macro_f1"])
            rows.append([f"words alone, {corpus}: macro F1", *figures, f"{of['unseen']} of {of['count']}"])
    if not rows:
        return "How many of these are in the training files as well was not measured."
    return "Some of these are in the training files as well, and so were learned by heart:\n\n" + table(
        ["what", UNSEEN, "all", "of them"], rows
    )


def _calibrated_encoders(encoders: dict) -> Iterator[tuple[str, dict]]:
    """Each encoder's calibration, and that of its corpora where it is beyond what so few samples explain."""
    for graph, of in encoders.items():
        found = of["calibration"]["after"]
        yield graph, found["scaled"]
        heard = {f"{graph}, {LANGUAGES.get(name, name)}": of for name, of in found.get("corpora", {}).items()}
        strange = {f"{graph}, left out: {name}": of for name, of in found.get("left_out", {}).items()}
        for name, values in (heard | strange).items():
            if values["scaled"]["ece"] > values["scaled"].get("ece_by_chance_95", 1):
                yield name, values["scaled"]


def _calibrated_cases(fusion: dict) -> dict[str, dict]:
    """Each case's calibration; of a voice alone that of all who validate, and of one corpus beyond chance."""
    found = dict(fusion.get("cases", {}))
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


def too_sure(encoders: dict) -> str:
    """What the voice says in a corpus left out, and how often that is right."""
    left_out = encoders.get("wav2vec2", {}).get("calibration", {}).get("after", {}).get("left_out", {})
    told = []
    for name, of in left_out.items():
        said, right = (percent(of["scaled"][key]) for key in ("confidence", "accuracy"))
        told.append(f"{name}: {said} on average, right {right}")
    return "; ".join(told) or "not measured"


def _of_language(encoders: dict) -> dict[str, list[float]]:
    """UAR of each speaker with clips enough, by language."""
    found: dict[str, list[float]] = {}
    for name, scores in encoders.get("wav2vec2", {}).get("speakers", {}).items():
        language = LANGUAGES.get(name.split("_")[0])
        if language and scores["after"]["count"] >= FEWEST_CLIPS:
            found.setdefault(language, []).append(scores["after"]["uar"])
    return found


def speakers(encoders: dict) -> str:
    """How far people are apart: what an interval over clips does not tell."""
    told = []
    for language, uars in _of_language(encoders).items():
        span = percent(uars[0]) if len(uars) == 1 else f"{percent(min(uars))} to {percent(max(uars))}"
        told.append(f"{language}: {len(uars)} with {span}")
    return "; ".join(told) or "not measured"


def sexes(encoders: dict) -> str:
    """UAR of women's and men's voices, by language."""
    told = []
    for groups in encoders.get("wav2vec2", {}).get("splits", {}).values():
        for language in LANGUAGES.values():
            of = [groups.get(f"{language}, {who}") for who in ("women", "men")]
            if all(of):
                women, men = (percent(scores["after"]["uar"]) for scores in of)
                told.append(f"{language}: women {women}, men {men}")
    return "; ".join(dict.fromkeys(told)) or "not measured"


def runs(manifest: dict) -> str:
    """Each run whose weights a part's are, or are the mean of; those of less than a hundredth in one row."""
    rows = []
    for part, trained in manifest["training"].items():
        temperature = f"{trained['temperature']:.3f}" if trained.get("temperature") else "n/a"
        of = sorted(merged(single_runs(trained.get("run") or {})), key=lambda found: -found[0])
        for share, run in of:
            if share < LEAST_SHARE:
                continue
            given = (run.get("arguments") or {}).items()
            arguments = ", ".join(f"{k} {v}" for k, v in given if v not in (None, 0, []))
            commit = f"`{run['commit'][:12]}`" if run.get("commit") else "n/a"
            commit += " and changes" if run.get("dirty") else ""
            name = part if share == 1 else f"{part}, {share:.0%} of its weights"
            rows.append([name, str(run.get("seed", "n/a")), commit, temperature, arguments or "n/a"])
        small = [run for share, run in of if share < LEAST_SHARE]
        if small:
            name = f"{part}, {len(small)} runs of less than {LEAST_SHARE:.0%} each"
            seeds = " ".join(str(run.get("seed", "n/a")) for run in small)
            rows.append([name, seeds, "n/a", temperature, "`training` in `manifest.json`"])
    return table(["part", "seed", "commit", "temperature", "arguments"], rows)


def encoder(found: dict) -> str:
    """Splits with their groups (language, sex), classes of the first split, calibration."""
    rows = []
    for split, groups in found["splits"].items():
        for group, scores in groups.items():
            after = scores["after"]
            rows.append(
                [
                    split if group == "all" else f"· {group}",
                    with_interval(after, "wa"),
                    with_interval(after, "uar"),
                    percent(after["majority_wa"]),
                    percent(after["chance_uar"]),
                    str(after["count"]),
                ]
            )
    parts = [table(["split", "WA", "UAR", "majority", "chance", "samples"], rows)]
    split, groups = next(iter(found["splits"].items()))
    # where there are several corpora, the first is the one that the aim names
    group = next((name for name in groups if name not in (ALL, UNSEEN)), ALL)
    rows = [
        [name, *(percent(values[key]) for key in ("recall", "precision", "f1")), str(values["support"])]
        for name, values in groups[group]["after"]["classes"].items()
    ]
    parts.append(f"Per class, {split}{'' if group == 'all' else f', {group}'}:\n")
    parts.append(table(["class", "recall", "precision", "F1", "samples"], rows))
    calibration = found["calibration"]["after"]
    parts.append(
        f"Expected calibration error, cross-fitted: {percent(calibration['raw']['ece'])} as trained, "
        f"{percent(calibration['scaled']['ece'])} with the temperature that the graph contains."
    )
    if "ece_by_chance_95" in calibration["scaled"]:
        average, most = (percent(calibration["scaled"][key]) for key in ("ece_by_chance", "ece_by_chance_95"))
        parts[-1] += (
            f" So few samples of a calibrated encoder have {average}, and one of twenty more than {most}."
        )
    parts[-1] += "\n"
    return "\n".join(parts)


def streamed(manifest: dict, found: dict) -> str:
    """What the voice in two graphs was measured by: its 8 bits, and the page's own path with these files."""
    files = manifest["graphs"].get(CONTEXT, {})
    parts = []
    if "deviation" in files.get("int8", {}):
        held = " and ".join(f"{value:g} ({name})" for name, value in files["int8"]["deviation"].items())
        parts.append(f"In 8 bits it is held to fp32's golden vectors within {held}.")
    known = [f"sha256 {file['sha256'][:12]}" for file in files.values()]
    if any(told in graph for told in known for graph in found.get("graphs", [])):
        raw = found["raw"]["encoder"]
        parts.append(
            f"The page's own path ({found['clips']} clips, both graphs as sound comes): UAR "
            + ", ".join(
                f"{percent(of['path']['encoder']['uar'])} from {int(rate) / 1000:g} kHz (the same answer for "
                f"{percent(of['path']['encoder']['sameAnswer'])})"
                for rate, of in found["rates"].items()
            )
            + f"; the whole graph on the trainer's windows: {percent(raw['uar'])}."
        )
    else:
        parts.append("With these weights the page's own path was not measured.")
    return " ".join(parts)


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


def missed(encoders: dict) -> str:
    """Labels that the voice recalls in a corpus left out less often than chance would."""
    told = []
    for split, groups in encoders.get("wav2vec2", {}).get("splits", {}).items():
        scores = groups[ALL]["after"]
        low = sorted(
            (of["recall"], name, of["support"])
            for name, of in scores["classes"].items()
            if of["recall"] is not None and of["recall"] < scores["chance_uar"]
        )
        if split.startswith(LEFT_OUT) and low:
            named = ", ".join(f"{name} {percent(recall)} of {count}" for recall, name, count in low)
            told.append(f"{split}: {named} (chance {percent(scores['chance_uar'])})")
    return "; ".join(told) or "none that was measured"


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


def worse(encoders: dict) -> str:
    """Conditions of the robustness tables in which an encoder lost UAR, by more than its interval."""
    lost = []
    for graph, found in encoders.items():
        conditions = found.get("robustness", {}).get("conditions", {})
        for name, groups in conditions.items():
            scores = groups[compared_group(conditions)]
            if (difference := scores.get("difference")) and difference["uar_interval"][1] < 0:
                reached = percent(scores["after"]["uar"])
                lost.append(f"`{graph}`, {name}: {reached} UAR, {points(difference, 'uar')} points")
    return "; ".join(lost) or "none that was measured"


if __name__ == "__main__":
    main()
