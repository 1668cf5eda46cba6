"""Writes a bundle's model card: one section a graph, every figure taken from what was measured.

    python -m memobert.model_card --bundle ../public/models/small --encoders results/encoders/encoders.json \
        --fusion results/memobert/memobert.json --voices results/browser-path-voices.json \
        --clips results/browser-path-clips.json

The words that no measurement gives (intended use, known failures) stand in `model_card.md` beside this file.
"""

import argparse
import json
from pathlib import Path

from .card_encoders import (
    LEFT_OUT,
    calibrated_encoders,
    encoder,
    missed,
    sexes,
    speakers,
    streamed,
    too_sure,
    worse,
)
from .card_fusion import (
    below_chance,
    calibrated_cases,
    case_classes,
    cases,
    face_alone,
    readings,
    tasks,
    texts,
    unseen,
    voice_alone,
)
from .command_help import CommandHelp
from .encoder_splits import ALL, UNSEEN
from .evaluation_report import percent, table, with_interval
from .kept import write_text
from .manifest import read_manifest
from .run_parts import merged, single_runs

TEMPLATE = Path(__file__).with_name("model_card.md")
# what was aimed for before anything was measured; `all` is of the corpus that is left out
FACE_AIMS = {"denseface": ("DenseFace", "87 %"), "denseface-light": ("LightFace", "1.5 points below at most")}
VOICE_AIMS = {"English": "65 %", "all": "twice chance, 28.6 %"}
TEXT_AIMS = {"goemotions": "60 %", "meld": "45 %"}
ECE_AIM = 0.05
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
    manifest = read_manifest(arguments.bundle / "manifest.json")
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
        "faces": face_alone(fusion),
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
        *calibrated_encoders(encoders),
        *((f"MEmoBERT, {case}", of) for case, of in calibrated_cases(fusion).items()),
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
            rows.append([name, seeds, "n/a", temperature, "`training.json`"])
    return table(["part", "seed", "commit", "temperature", "arguments"], rows)


if __name__ == "__main__":
    main()
