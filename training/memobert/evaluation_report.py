"""`encoders.md` from an `encoders.json`: the same numbers, in tables."""

from .encoder_loading import FACE_SIZE_PX
from .encoder_splits import ALL, UNSEEN
from .report_figures import compared_group
from .robustness import CLEAN

NONE = "n/a"
PREVIOUS = "the previous encoder"
APART_BY = " of the encoder that is measured there"
CHANCES = ("ece_by_chance", "ece_by_chance_95")
# reports from before it was said how many parts there are
HALVES = {"pictures, by chance": "half of the pictures, by chance"}
# what `--keep` holds on to may be of another run than the rest
SETTING = ("seed", "precision", "face_size", "before")
HEAD = """# The encoders, measured

Made by `python -m memobert.evaluate_encoders`{by} from `encoders.json`.
WA is accuracy, UAR the mean recall of the classes; in brackets 95 % intervals from a bootstrap over samples
(few speakers: the truth about other people is wider). *Majority* is the WA of always answering the largest
class, *chance* the UAR of any constant answer.
"""
COMPARED = """*Before* is {before} on the same inputs, and the difference is paired; n/a where it
was trained on those very speakers.
"""


def settings_of(report: dict) -> dict[str, dict]:
    """By encoder what of SETTING is said of it; older reports say it once for all."""
    once = {key: report[key] for key in SETTING if key in report}
    return {
        name: once | {key: found[key] for key in SETTING if key in found}
        for name, found in report["encoders"].items()
    }


def markdown(report: dict, figures: dict[str, dict[str, str]]) -> str:
    """The page; `figures` as `report_figures.draw_figures` returns them."""
    settings = settings_of(report)
    alike = {key: {of[key] for of in settings.values() if key in of} for key in SETTING}
    common = {key: next(iter(values)) for key, values in alike.items() if values}
    apart = any(len(values) > 1 for values in alike.values())
    parts = [HEAD.format(by="" if apart else f" ({_made(common)})")]
    if not apart:
        parts += _conditions(common, any("before" in of["sources"] for of in report["encoders"].values()))
    for name, found in report["encoders"].items():
        parts.append(f"## {name}\n")
        if apart:
            parts += [f"Measured with {_made(settings[name])}.\n"]
            parts += _conditions(settings[name], "before" in found["sources"])
        parts += [f"{_sources(found)}\n", _splits(found)]
        parts.append(f"![Confusion matrix]({figures[name]['confusion']})\n")
        parts.append(_classes(found))
        if "speakers" in found:
            parts.append(_speakers(found))
        parts.append(_calibration(found))
        parts.append(f"![Reliability]({figures[name]['reliability']})\n")
        parts.append(_robustness(found))
        parts.append(f"![Robustness]({figures[name]['robustness']})\n")
    return "\n".join(parts)


def _made(setting: dict) -> str:
    return f"seed {setting['seed']}, {setting['precision']}"


def _conditions(setting: dict, compared: bool) -> list[str]:
    """What faces were enlarged to, where the page does another; what *before* is, where it is `compared`."""
    parts = []
    if (size := setting.get("face_size", FACE_SIZE_PX)) != FACE_SIZE_PX:
        parts.append(f"Faces were enlarged to {size}x{size}; the page does it to {FACE_SIZE_PX}.\n")
    if compared:
        # reports from before there was a choice compare with the previous encoder
        parts.append(COMPARED.format(before=setting.get("before", PREVIOUS)))
    return parts


def percent(value: float | None, digits: int = 1) -> str:
    return NONE if value is None else f"{100 * value:.{digits}f} %"


def with_interval(scores: dict | None, key: str) -> str:
    if scores is None:
        return NONE
    low, high = scores[f"{key}_interval"]
    return f"{100 * scores[key]:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"


def points(scores: dict | None, key: str) -> str:
    """A difference in percentage points, with its interval."""
    if scores is None:
        return NONE
    low, high = scores[f"{key}_interval"]
    return f"{100 * scores[key]:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _sources(found: dict) -> str:
    named = {"after": "Measured", "before": "before", "apart": "on what was left out"}
    return "; ".join(
        f"{named[who]}: `{about['source']}` (sha256 {about['sha256'][:12]})"
        for who, about in found["sources"].items()
    )


def _splits(found: dict) -> str:
    compared = "before" in found["sources"]
    head = ["split", "WA", "UAR", "macro F1", "majority", "chance", "samples"]
    if compared:
        head += ["WA before", "UAR before", "WA, difference", "UAR, difference"]
    rows = []
    for split, groups in found["splits"].items():
        for group, scores in groups.items():
            after = scores["after"]
            row = [
                split if group == "all" else f"· {group}",
                with_interval(after, "wa"),
                with_interval(after, "uar"),
                percent(after["macro_f1"]),
                percent(after["majority_wa"]),
                percent(after["chance_uar"]),
                str(after["count"]),
            ]
            if compared:
                before, difference = scores.get("before"), scores.get("difference")
                row += [percent(before and before[key]) for key in ("wa", "uar")]
                row += [points(difference, key) for key in ("wa", "uar")]
            rows.append(row)
    return table(head, rows) + "".join(_repeated(split, groups) for split, groups in found["splits"].items())


def _repeated(split: str, groups: dict) -> str:
    """A line on what of a split is in training too, where that is known."""
    if UNSEEN not in groups:
        return ""
    count = groups[ALL]["after"]["count"]
    repeated = count - groups[UNSEEN]["after"]["count"]
    return (
        f"\n{repeated} of the {count} pictures of {split} are in the training archive too, pixel by pixel;"
        f" *{UNSEEN}* is without them.\n"
    )


def _classes(found: dict) -> str:
    parts = []
    for split, groups in found["splits"].items():
        scores = groups["all"]
        before = scores.get("before")
        head = ["class", "recall", "precision", "F1", "samples"] + (["recall before"] if before else [])
        rows = []
        for name, values in scores["after"]["classes"].items():
            row = [name, *(percent(values[key]) for key in ("recall", "precision", "f1"))]
            row.append(str(values["support"]))
            rows.append(row + ([percent(before["classes"][name]["recall"])] if before else []))
        parts.append(f"Classes, {split}:\n\n{table(head, rows)}")
    return "\n".join(parts)


# vocal bursts come from hundreds of people with ten clips each
MOST_SPEAKERS = 40
FEWEST_CLIPS = 20


def _speakers(found: dict) -> str:
    kept = {name: s for name, s in found["speakers"].items() if s["after"]["count"] >= FEWEST_CLIPS}
    head = ["speaker", "WA", "UAR", "samples"]
    compared = any("before" in scores for scores in kept.values())
    rows = []
    for name, scores in list(kept.items())[:MOST_SPEAKERS]:
        row = [name, percent(scores["after"]["wa"]), percent(scores["after"]["uar"])]
        row.append(str(scores["after"]["count"]))
        rows.append(row + ([percent(scores.get("before", {}).get("uar"))] if compared else []))
    if not rows:
        return ""
    return f"Speakers of {FEWEST_CLIPS} clips and more:\n\n" + table(
        head + (["UAR before"] if compared else []), rows
    )


def _calibration(found: dict) -> str:
    named = {"after": "now", "before": "before"}
    # `--keep` holds on to what was measured before there were these
    chances = any("ece_by_chance" in of["scaled"] for of in found["calibration"].values())
    rows = []
    for who, measured in found["calibration"].items():
        sets = {"all, corpora counted alike" if "corpora" in measured else "all": measured}
        sets |= measured.get("corpora", {})
        sets |= {f"left out: {name}": values for name, values in measured.get("left_out", {}).items()}
        for name, values in sets.items():
            raw, scaled = values["raw"], values["scaled"]
            row = [named[who], name]
            row += [percent(raw["ece"]), percent(scaled["ece"])]
            row += [percent(scaled.get(key)) for key in CHANCES] if chances else []
            row += [f"{raw['nll']:.3f}", f"{scaled['nll']:.3f}"]
            if "ece_votes" in measured["raw"]:
                row += [percent(raw["ece_votes"]), percent(scaled["ece_votes"])]
            rows.append(row)
    after = found["calibration"]["after"]
    others = after["cross_fitted_temperatures"]
    span = f"{min(others):.3f} to {max(others):.3f}"
    fold = HALVES.get(after["folds"], after["folds"])
    text = (
        f"**Calibration.** Temperature {after['temperature']:.3f}, fitted to all. Below, each\n"
        f"{fold}, is measured with the temperature of all others ({span}),\n"
        f"and a corpus left out with that from all{APART_BY if 'apart' in found['sources'] else ''}. "
        "ECE: 15 bins of equal width, top label."
    )
    if chances:
        text += (
            " *By chance*:\n"
            "what so few samples give on average though every probability be right, and what one of twenty"
            " such\ndraws is above."
        )
    text += "\n\n"
    head = ["encoder", "samples", "ECE", "ECE, scaled"]
    head += ["by chance", "one of twenty above"] if chances else []
    head += ["NLL", "NLL, scaled"]
    if "ece_votes" in after["raw"]:
        head += ["ECE to votes", "ECE to votes, scaled"]
    return text + table(head, rows)


def _robustness(found: dict) -> str:
    conditions = found["robustness"]["conditions"]
    group = compared_group(conditions)
    others = [name for name in next(iter(conditions.values())) if name != group]
    compared = "before" in conditions[CLEAN][group]
    head = ["condition", "WA", "UAR"]
    if compared:
        head += ["WA before", "UAR before", "UAR, difference"]
    head += [f"UAR, {name}" for name in others]
    rows = []
    for name, groups in conditions.items():
        scores = groups[group]
        row = [name, percent(scores["after"]["wa"]), percent(scores["after"]["uar"])]
        if compared:
            row += [percent(scores["before"][key]) for key in ("wa", "uar")]
            row.append(points(scores["difference"], "uar"))
        rows.append(row + [percent(groups[other]["after"]["uar"]) for other in others])
    count = conditions[CLEAN][group]["after"]["count"]
    which = "over all samples" if group == "all" else f"over {group}"
    return f"**Robustness** ({which}: {count}); the conditions are those of `robustness.py`.\n\n" + table(
        head, rows
    )
