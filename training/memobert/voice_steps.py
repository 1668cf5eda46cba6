"""What each step of the voice's training gives: the supervised part again, each time without one of them.

    python -m memobert.voice_steps --speech SPEECH --warm runs/voice-warm/best.pt \
        --pretrained runs/voice-ssl/best.pt --teacher runs/voice-teacher/best.pt --features runs/features \
        --out results/voice-steps

All rows have the same number of steps, few beside the shipped voice's: the differences count, not the levels.
Writes `voice-steps.json`, resumed row by row, and `voice-steps.md`; with other options or checkpoints, or
archives of other sizes, each row is trained anew.
"""

import argparse
import json
import logging
from pathlib import Path
from zlib import crc32

from . import train_wav2vec2
from .checkpoint_files import digest
from .command_help import CommandHelp
from .evaluation_report import table
from .kept import sizes_of, write_text
from .locks import releases
from .loop import add_common_arguments, start_alone
from .speech_data import CORPORA, VALID_SPEAKERS
from .voice_features import add_feature_arguments

log = logging.getLogger(__name__)

# row -> options of train_wav2vec2 that differ
ROWS: dict[str, tuple[str, ...]] = {
    "all steps": (),
    "without contrastive pre-training": ("--init", "WARM"),
    "without the teacher": ("--teacher", ""),
    "without augmentation": ("--no-augmentation",),
    "without windows as the page lays them out": ("--crops-only",),
    "without mixup": ("--mixup", "0"),
}
HANDED_ON = (
    *("speech", "features", "cache", "steps", "batch", "rate"),
    *("variants", "high_pass", "threads", "device", "precision"),
)


def setting(arguments: argparse.Namespace) -> dict:
    """What a row's figures depend on besides the row and the seed; others' rows are not mixed in.

    Raises CheckpointError for a checkpoint that is not there.
    """
    named = ("steps", "batch", "rate", "variants", "high_pass", "leave_out", "precision")
    found = {name: getattr(arguments, name) for name in named}
    found |= {name: digest(getattr(arguments, name)) for name in ("warm", "pretrained", "teacher")}
    return found | {"speech": sizes_of(arguments.speech, CORPORA)}


def options_of(row: str, arguments: argparse.Namespace, seed: int) -> list[str]:
    """The command line of a row's training."""
    base = {"--init": str(arguments.pretrained), "--teacher": str(arguments.teacher)}
    flags, changed = [], list(ROWS[row])
    while changed:
        name = changed.pop(0)
        if name in ("--no-augmentation", "--crops-only"):
            flags.append(name)
        else:
            base[name] = changed.pop(0)
    if base["--init"] == "WARM":
        base["--init"] = str(arguments.warm)
    base |= {"--seed": str(seed), "--every": str(arguments.steps)}
    for name in HANDED_ON:
        value = getattr(arguments, name)
        base[f"--{name.replace('_', '-')}"] = "" if value is None else str(value)
    out = arguments.runs / f"{row.replace(' ', '-')}-{arguments.steps}-{seed}"
    given = [part for name, value in base.items() if value for part in (name, value)]
    return [*given, *flags, "--out", str(out), "--leave-out", *arguments.leave_out]


def markdown(rows: dict[str, list[dict]], arguments: argparse.Namespace) -> str:
    """Mean over the seeds; UAR in percent."""
    corpora = sorted(
        {name for runs in rows.values() for run in runs for name in run if name.endswith(" uar")}
    )
    body = []
    for row, runs in rows.items():
        cells = [sum(run[name] for run in runs) / len(runs) for name in corpora]
        loss = sum(run["loss"] for run in runs) / len(runs)
        body.append([row, *(f"{100 * cell:.1f}" for cell in cells), f"{loss:.3f}"])
    seeds = ", ".join(map(str, arguments.seeds))
    choosing = next(corpus for corpus in VALID_SPEAKERS if f"{corpus} uar" in corpora)
    whose = "RAVDESS'" if choosing == "ravdess" else f"that of {choosing}"
    return (
        "# What each step of the voice's training gives\n\n"
        f"Made by `python -m memobert.voice_steps`: {arguments.steps} steps of {arguments.batch} each, "
        f"seeds {seeds}. UAR in percent on held-out speakers, in windows as the page lays them out; the loss "
        f"(cross-entropy, nats) is {whose}, and steadier.\n\n"
        + table(["", *(name.removesuffix(" uar") for name in corpora), "loss"], body)
    )


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    for name, what in (
        ("speech", "folder of the corpora's archives"),
        ("warm", "best.pt of warm_up_wav2vec2"),
        ("pretrained", "best.pt of pretrain_wav2vec2"),
        ("teacher", "best.pt of voice_teacher"),
    ):
        parser.add_argument(f"--{name}", type=Path, required=True, help=what)
    parser.add_argument("--runs", type=Path, default=None, help="folder of checkpoints; `out`/runs without")
    parser.add_argument("--cache", type=Path, default=None, help="folder for decoded samples")
    parser.add_argument("--steps", type=int, default=240, help="of each short run")
    parser.add_argument("--batch", type=int, default=48, help="crops a step")
    parser.add_argument("--rate", type=float, default=1e-3, help="peak learning rate")
    parser.add_argument(
        "--seeds", type=int, nargs="*", default=[1], help="each row is trained once with each"
    )
    add_feature_arguments(parser)
    return parser


@releases
def main(argv: list[str] | None = None) -> dict[str, list[dict]]:
    arguments = make_parser().parse_args(argv)
    start_alone(arguments)
    of = setting(arguments)
    arguments.runs = arguments.runs or arguments.out / "runs"
    arguments.runs /= f"{crc32(json.dumps(of, sort_keys=True).encode()):08x}"
    path = arguments.out / "voice-steps.json"
    found: dict[str, dict] = json.loads(path.read_text()) if path.exists() else {}
    rows: dict[str, list[dict]] = {row: [] for row in ROWS}
    for seed in arguments.seeds:
        for row in ROWS:
            key = json.dumps({"row": row, "seed": seed, "setting": of}, sort_keys=True)
            if key not in found:
                options = options_of(row, arguments, seed)
                train_wav2vec2.main(options)
                run = Path(options[options.index("--out") + 1])
                found[key] = json.loads((run / "log.jsonl").read_text().splitlines()[-1])
                write_text(path, json.dumps(found, indent=1) + "\n")
                log.info("%s, seed %d: %s", row, seed, found[key])
            rows[row].append(found[key])
    write_text(arguments.out / "voice-steps.md", markdown(rows, arguments))
    return rows


if __name__ == "__main__":
    main()
