"""Measures face and voice encoders: accuracy, calibration, robustness; a run's best.pt or a bundle's graph.

    python -m memobert.evaluate_encoders --face runs/denseface/best.pt --voice runs/wav2vec2/best.pt \
        --faces FACES --speech SPEECH --cache CACHE --out results/encoders

With `--face-before`, `--light-before`, `--voice-before` a previous encoder stands beside, on the same inputs.
Writes `encoders.json`, `encoders.md` and figures made from it, and `temperatures.json` for the export.
"""

import argparse
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from .calibration import calibrate, measure_calibration, sample_folds
from .command_help import CommandHelp
from .denseface_model import FACE_CLASSES
from .encoder_loading import FACE_SIZE_PX, Encoder, load_encoder
from .encoder_splits import (
    ALL,
    FaceSplit,
    babble_voices,
    face_split,
    groups_of,
    some_of_each_corpus,
)
from .evaluation_report import PREVIOUS, markdown, settings_of
from .ferplus_data import load_ferplus
from .kept import write_text
from .labels import LABELS
from .locks import releases
from .loop import add_common_arguments, add_dry_run, start_alone
from .metrics import measure, paired_difference, score_logits
from .report_figures import draw_figures
from .robustness import CLEAN, FACE_CONDITIONS, degrade_faces, degrade_voice, voice_conditions
from .speech_data import LANGUAGES, Clip, Speech, load_speech, validation_clips
from .voice_measures import calibrate_clips

log = logging.getLogger(__name__)

AFTER, BEFORE, APART = "after", "before", "apart"
OF_APART = ", by an encoder that heard none of it"
# option -> name of the bundle's graph, and of the temperature
GRAPHS = {"face": "denseface", "light": "denseface-light", "voice": "wav2vec2"}


@dataclass(frozen=True)
class Settings:
    seed: int = 1
    rounds: int = 2000
    """Draws of the bootstrap."""
    robust_clips: int = 240
    """Clips of a corpus in the robustness table; 0 takes all."""
    robust_faces: int = 0
    """Pictures in the robustness table, drawn by chance; 0 takes all."""
    left_out: tuple[str, ...] = ("emovo",)
    heard: tuple[str, ...] = ()
    """Corpora whose validation speakers the previous voice was trained on: it is not measured there."""


def compare(
    logits: dict[str, np.ndarray],
    truth: np.ndarray,
    groups: dict[str, np.ndarray],
    score: Callable[[np.ndarray, np.ndarray], dict],
    heard: np.ndarray | None = None,
) -> dict[str, dict]:
    """Scores of each group's mask [N] by encoder (`after`, `before`) and their paired `difference`.

    `score(logits, truth)` gives the measures. A group with a sample that `before` was trained on (`heard`
    [N]) has no score of `before`.
    """
    found: dict[str, dict] = {}
    for name, mask in groups.items():
        fair = {
            who: values[mask]
            for who, values in logits.items()
            if who != BEFORE or heard is None or not heard[mask].any()
        }
        found[name] = {who: score(values, truth[mask]) for who, values in fair.items()}
        if len(fair) == 2:
            before, after = (fair[who].argmax(1) for who in (BEFORE, AFTER))
            classes = fair[AFTER].shape[1]
            found[name]["difference"] = paired_difference(truth[mask], before, after, classes)
    return found


def _short(logits: np.ndarray, truth: np.ndarray) -> dict:
    scores = measure(truth, logits.argmax(1), logits.shape[1])
    return {key: scores[key] for key in ("wa", "uar", "count")}


def evaluate_face(encoders: dict[str, Encoder], split: FaceSplit, settings: Settings) -> dict:
    """The report of one face encoder, alone or beside its predecessor, on FER+ valid."""
    pictures = torch.from_numpy(split.pictures).unsqueeze(1).float()
    clean = {who: encoder.face_logits(pictures) for who, encoder in encoders.items()}
    rows = np.arange(len(split.truth))
    if settings.robust_faces:
        rows = np.sort(np.random.default_rng(settings.seed).permutation(rows)[: settings.robust_faces])
    some = {ALL: np.ones(len(rows), bool)}
    conditions = {}
    for name in tqdm(FACE_CONDITIONS, unit="condition"):
        if name == CLEAN:
            logits = {who: values[rows] for who, values in clean.items()}
        else:
            faces = degrade_faces(name, pictures[rows], settings.seed)
            logits = {who: encoder.face_logits(faces) for who, encoder in encoders.items()}
        conditions[name] = compare(logits, split.truth[rows], some, _short)
        log.info("%s: %s", name, conditions[name][ALL])
    folds = sample_folds(np.arange(len(split.truth)), settings.seed)
    calibration = {}
    for who, values in clean.items():
        calibration[who], _ = calibrate(values, split.truth, folds, votes=split.votes)
        calibration[who]["folds"] = "half of the pictures, by chance"

    def score(logits: np.ndarray, truth: np.ndarray) -> dict:
        return score_logits(logits, truth, FACE_CLASSES, settings.rounds, settings.seed)

    return {
        "classes": list(FACE_CLASSES),
        "splits": {"FER+ valid": compare(clean, split.truth, split.groups(), score)},
        "calibration": calibration,
        "robustness": {"count": len(rows), "conditions": conditions},
    }


def evaluate_voice(
    encoders: dict[str, Encoder], speech: Speech, settings: Settings, apart: Encoder | None = None
) -> dict:
    """The report of one voice encoder: validation speakers, speakers one by one, corpora left out whole.

    `apart` is one that heard none of these corpora: it is measured on them whole (as `after`, in a split that
    says so), and the encoder on their validation speakers, with the others'.
    """

    def score(logits: np.ndarray, truth: np.ndarray) -> dict:
        return score_logits(logits, truth, LABELS, settings.rounds, settings.seed)

    clips = validation_clips(speech, () if apart else settings.left_out)
    logits, truth = _voice_logits(encoders, speech, clips)
    heard = np.array([clip.corpus in settings.heard for clip in clips])
    speakers = {clip.speaker: np.array([c.speaker == clip.speaker for c in clips]) for clip in clips}
    report = {
        "classes": list(LABELS),
        "splits": {"validation speakers": compare(logits, truth, groups_of(clips), score, heard)},
        "speakers": compare(logits, truth, speakers, _short, heard),
        "calibration": {
            who: _calibrate_voice(
                values, truth, clips, ~heard if who == BEFORE else np.ones_like(heard), settings.seed
            )
            for who, values in logits.items()
            if who != BEFORE or not heard.all()
        },
    }
    for corpus in settings.left_out:
        others = [clip for clip in speech.clips if clip.corpus == corpus]
        if not others:
            continue
        strangers = {AFTER: apart} if apart else encoders
        strange, strange_truth = _voice_logits(strangers, speech, others)
        title = f"left out whole: {corpus} ({LANGUAGES[corpus]})" + (OF_APART if apart else "")
        report["splits"][title] = compare(strange, strange_truth, groups_of(others), score)
        for who, found in report["calibration"].items():
            if apart and who == BEFORE:
                continue
            temperature = found["temperature"]
            if apart:
                known = validation_clips(speech, settings.left_out)
                of_known, known_truth = _voice_logits(strangers, speech, known)
                everybody = np.ones(len(known), bool)
                temperature = _calibrate_voice(of_known[AFTER], known_truth, known, everybody, settings.seed)[
                    "temperature"
                ]
            scaled = strange[who] / temperature
            named = corpus + (OF_APART if apart else "")
            found.setdefault("left_out", {})[named] = {
                "raw": measure_calibration(strange[who], strange_truth),
                "scaled": measure_calibration(scaled, strange_truth),
            }
    report["robustness"] = _voice_robustness(encoders, speech, clips, settings)
    return report


def _voice_logits(
    encoders: dict[str, Encoder], speech: Speech, clips: list[Clip]
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    waves = [speech.waveform(clip) for clip in clips]
    logits = {who: encoder.voice_logits(waves) for who, encoder in encoders.items()}
    return logits, np.array([clip.label for clip in clips])


def _calibrate_voice(
    logits: np.ndarray, truth: np.ndarray, clips: list[Clip], keep: np.ndarray, seed: int
) -> dict:
    """Folds apart by speaker, corpora counted alike; `keep` [N] are the clips that may be used."""
    clips = [clip for clip, kept in zip(clips, keep, strict=True) if kept]
    logits, truth = logits[keep], truth[keep]
    return calibrate_clips(logits, truth, clips, seed)[0]


def _voice_robustness(
    encoders: dict[str, Encoder], speech: Speech, clips: list[Clip], settings: Settings
) -> dict:
    clips = some_of_each_corpus(clips, settings.robust_clips, settings.seed)
    truth = np.array([clip.label for clip in clips])
    heard = np.array([clip.corpus in settings.heard for clip in clips])
    # by language, not by sex: the groups would be too small to say anything
    groups = {name: mask for name, mask in groups_of(clips).items() if name in (ALL, *LANGUAGES.values())}
    conditions = {}
    table = voice_conditions(babble_voices(speech, settings.left_out, settings.seed))
    for name, condition in tqdm(table.items(), unit="condition"):
        waves = [
            degrade_voice(name, condition, speech.waveform(clip), settings.seed, index)
            for index, clip in enumerate(clips)
        ]
        logits = {who: encoder.voice_logits(waves) for who, encoder in encoders.items()}
        conditions[name] = compare(logits, truth, groups, _short, heard)
        log.info("%s: %s", name, conditions[name][ALL])
    return {"count": len(clips), "conditions": conditions}


def evaluate(arguments: argparse.Namespace, device: torch.device) -> dict:
    """The whole report, as `encoders.json` has it."""
    settings = Settings(
        arguments.seed,
        arguments.rounds,
        arguments.robust_clips,
        arguments.robust_faces,
        tuple(arguments.leave_out),
        tuple(arguments.voice_before_heard),
    )
    loaded = {option: _load(arguments, option, device) for option in GRAPHS}
    report: dict = {"encoders": {}}
    faces = speech = None
    for option, encoders in loaded.items():
        if not encoders:
            continue
        log.info("measuring %s", GRAPHS[option])
        if option == "voice":
            speech = load_speech(arguments.speech, arguments.cache)
            apart = _load_apart(arguments, device)
            found = {} if arguments.dry_run else evaluate_voice(encoders, speech, settings, apart)
        else:
            faces = faces or load_face_split(arguments.faces, arguments.cache)
            found = {} if arguments.dry_run else evaluate_face(encoders, faces, settings)
        of = encoders | ({APART: apart} if option == "voice" and apart else {})
        sources = {who: {"source": e.source, "sha256": e.sha256} for who, e in of.items()}
        about = {"seed": settings.seed, "precision": arguments.precision, "sources": sources}
        if option != "voice":
            about["face_size"] = arguments.face_size
        if BEFORE in encoders:
            about["before"] = arguments.before_is
        report["encoders"][GRAPHS[option]] = {**about, **found}
    return _rounded(report)


def load_face_split(folder: Path, cache: Path | None) -> FaceSplit:
    """FER+ valid; where the training archive lies beside it, with what is in that as well."""
    faces = load_ferplus(folder, "valid", cache)
    try:
        training = load_ferplus(folder, "train", cache)
    except FileNotFoundError:
        log.warning("no ferplus-train.zip beside it: what of ferplus-valid is in training too is not told")
        training = None
    return face_split(faces, training)


def _load(arguments: argparse.Namespace, option: str, device: torch.device) -> dict[str, Encoder]:
    paths = {AFTER: getattr(arguments, option), BEFORE: getattr(arguments, f"{option}_before")}
    kind = "voice" if option == "voice" else "face"
    return {
        who: replace(
            load_encoder(path, kind, device, arguments.precision, arguments.threads),
            face_size=arguments.face_size,
        )
        for who, path in paths.items()
        if path
    }


def _load_apart(arguments: argparse.Namespace, device: torch.device) -> Encoder | None:
    path: Path | None = arguments.voice_apart
    return path and load_encoder(path, "voice", device, arguments.precision, arguments.threads)


def _rounded(value):
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_rounded(part) for part in value]
    return round(value, 6) if isinstance(value, float) else value


def parse(argv: list[str] | None) -> argparse.Namespace:
    """Checked options: what is measured has its data, and no predecessor stands alone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    # what is exported runs in fp32, so that is measured
    parser.set_defaults(precision="fp32")
    for option, graph in GRAPHS.items():
        parser.add_argument(f"--{option}", type=Path, help=f"{graph}: best.pt or .onnx")
        parser.add_argument(f"--{option}-before", type=Path, help="its predecessor")
    parser.add_argument("--before-is", default=PREVIOUS, help="what the report calls it, of a control")
    parser.add_argument(
        "--face-size", type=int, default=FACE_SIZE_PX, help="pixels; another than the page's, of a control"
    )
    parser.add_argument("--faces", type=Path, help="folder of ferplus-{train,valid}.zip")
    parser.add_argument("--speech", type=Path, help="folder of the corpora's archives")
    parser.add_argument("--cache", type=Path, default=None, help="folder for decoded data")
    parser.add_argument("--leave-out", nargs="*", default=["emovo"], help="corpora kept out whole")
    parser.add_argument(
        "--voice-apart",
        type=Path,
        help="best.pt or .onnx that heard none of --leave-out: measured there in place of --voice, which did",
    )
    parser.add_argument(
        "--voice-before-heard",
        nargs="*",
        default=[],
        help="corpora whose validation speakers --voice-before was trained on: not measured there",
    )
    parser.add_argument("--robust-faces", type=int, default=0, help="drawn by chance; 0 takes all")
    parser.add_argument("--robust-clips", type=int, default=240, help="of each corpus; 0 takes all")
    parser.add_argument(
        "--keep", action="store_true", help="what --out has of other encoders stays, told with its own seed"
    )
    parser.add_argument("--rounds", type=int, default=2000, help="draws of the bootstrap")
    add_dry_run(parser, "read and check all, measure nothing")
    arguments = parser.parse_args(argv)
    for option in GRAPHS:
        data = "speech" if option == "voice" else "faces"
        if getattr(arguments, f"{option}_before") and not getattr(arguments, option):
            parser.error(f"--{option}-before is compared with --{option}: give both, or it as --{option}")
        if getattr(arguments, option) and not getattr(arguments, data):
            parser.error(f"--{option} is measured on --{data}: give its folder")
    if arguments.voice_apart and not (arguments.voice and arguments.leave_out):
        parser.error("--voice-apart is measured on --leave-out, beside --voice: give both")
    if not any(getattr(arguments, option) for option in GRAPHS):
        parser.error("nothing to measure: give --face, --light or --voice")
    return arguments


@releases
def main(argv: list[str] | None = None) -> dict:
    arguments = parse(argv)
    device = start_alone(arguments)
    with logging_redirect_tqdm():
        report = evaluate(arguments, device)
    if arguments.dry_run:
        log.info("dry run: %s would be measured; nothing is written", ", ".join(report["encoders"]))
        return report
    out: Path = arguments.out
    if arguments.keep and (out / "encoders.json").exists():
        before = json.loads((out / "encoders.json").read_text())
        settings = settings_of(before)
        kept = {name: settings[name] | found for name, found in before["encoders"].items()}
        kept |= report["encoders"]
        report["encoders"] = {name: kept[name] for name in GRAPHS.values() if name in kept}
    write_text(out / "encoders.json", json.dumps(report, indent=1) + "\n")
    temperatures = {
        name: found["calibration"][AFTER]["temperature"] for name, found in report["encoders"].items()
    }
    write_text(out / "temperatures.json", json.dumps(temperatures, indent=2) + "\n")
    figures = draw_figures(report, out)
    write_text(out / "encoders.md", markdown(report, figures))
    log.info("temperatures %s; all in %s", temperatures, out / "encoders.md")
    return report


if __name__ == "__main__":
    main()
