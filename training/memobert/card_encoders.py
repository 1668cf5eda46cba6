"""What the model card says of face and voice encoders, from `encoders.json`."""

from collections.abc import Iterator

from .encoder_splits import ALL, UNSEEN
from .evaluation_report import FEWEST_CLIPS, percent, points, table, with_interval
from .report_figures import compared_group
from .speech_data import LANGUAGES
from .voice_stream import CONTEXT

# how a split of whole corpora begins
LEFT_OUT = "left out"


def calibrated_encoders(encoders: dict) -> Iterator[tuple[str, dict]]:
    """Each encoder's calibration, and that of its corpora where it is beyond what so few samples explain."""
    for graph, of in encoders.items():
        found = of["calibration"]["after"]
        yield graph, found["scaled"]
        heard = {f"{graph}, {LANGUAGES.get(name, name)}": of for name, of in found.get("corpora", {}).items()}
        strange = {f"{graph}, left out: {name}": of for name, of in found.get("left_out", {}).items()}
        for name, values in (heard | strange).items():
            if values["scaled"]["ece"] > values["scaled"].get("ece_by_chance_95", 1):
                yield name, values["scaled"]


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
