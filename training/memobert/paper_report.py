"""Pages and the figure of `paper_tables`: mean and standard deviation over the seeds."""

from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import PercentFormatter

from .evaluation_report import table
from .kept import write_text, write_whole
from .pretraining_heads import TASKS, TITLES
from .report_figures import DPI, STYLE

METHOD_TITLES = {
    "direct": "Direct",
    "bert-finetune": "BERT+Finetune",
    "pretrain-finetune": "Pretrain+Finetune",
    "pretrain-prompt": "Pretrain+Prompt",
}
TITLES_OF_RUNS = {
    "methods": "Methods (the paper's Table 2)",
    "tasks": "Pre-training tasks left out (the paper's Table 3)",
    "labels": "Labelled data (the paper's Figure 3)",
    "prompts": "Prompts",
    "composition": "What each departure from whole, agreeing samples gives",
}


def name_of(run: str, cell) -> str:
    """A row's name within its run."""
    if run == "methods":
        return METHOD_TITLES[cell.method]
    if run == "tasks":
        gone = [TITLES[task] for task in TASKS if task not in cell.tasks]
        return f"without {', '.join(gone)}" if gone else "all four tasks"
    if run == "labels":
        return f"{METHOD_TITLES[cell.method]}, {100 * cell.part:.0f} %"
    if run == "prompts":
        return f"“{cell.prompt}”"
    if not cell.without:
        return "all departures"
    return f"without {cell.without[0]}" if len(cell.without) == 1 else "whole, agreeing samples only"


def gather(run: str, found: list[tuple]) -> dict[str, dict[str, dict[str, list[float]]]]:
    """Row name -> case -> measure -> one value a seed."""
    rows: dict[str, dict[str, dict[str, list[float]]]] = {}
    for cell, measured in found:
        row = rows.setdefault(name_of(run, cell), {})
        for case, scores in measured["cases"].items():
            for key in ("wa", "uar"):
                row.setdefault(case, {}).setdefault(key, []).append(scores[key])
    return rows


def deviation(values: list[float]) -> float:
    """Of a sample, from its own mean; 0 of a single value."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def spread(values: list[float]) -> str:
    """Mean and sample standard deviation, in percent."""
    if len(values) < 2:
        return f"{100 * values[0]:.1f}"
    return f"{100 * np.mean(values):.1f} ± {100 * deviation(values):.1f}"


def write_report(run: str, found: list[tuple], folder: Path) -> dict:
    """Writes `<run>.md` (and `labels.png`); returns what the tables hold."""
    rows = gather(run, found)
    measured = [row for _, row in found]
    setting = measured[0]["setting"]
    seeds = sorted({cell.seed for cell, _ in found})
    lines = [f"# {TITLES_OF_RUNS[run]}", ""]
    lines.append(
        f"Made by `python -m memobert.paper_tables --run {run}`: {len(seeds)} "
        f"seed{'s' if len(seeds) > 1 else ''} ({', '.join(map(str, seeds))}), "
        f"{sum(row['minutes'] for row in measured) / 60:.1f} hours in all on "
        f"{' and '.join(sorted({row['machine'] for row in measured}))}; "
        + ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in setting.items() if key != "toy")
        + ". Mean ± standard deviation over the seeds, in percent. Which rows pre-train, which tune and which"
        " of these are labelled is the same for all seeds: what another choice would give is not in it."
    )
    for key, title in (("uar", "UAR"), ("wa", "WA")):
        cases = list(next(iter(rows.values())))
        body = [[name, *(spread(of[case][key]) for case in cases)] for name, of in rows.items()]
        lines += ["", f"## {title}", "", table(["", *cases], body)]
    if run == "labels":
        draw_labels(found, folder / "labels.png")
        lines += ["![UAR of the three modalities over the part of labelled samples](labels.png)", ""]
    write_text(folder / f"{run}.md", "\n".join(lines))
    return rows


def draw_labels(found: list[tuple], path: Path) -> None:
    """UAR of TVA over the part of labelled samples, a line a method, its spread as a band."""
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(5.2, 3.4))
        for method, title in METHOD_TITLES.items():
            parts = sorted({cell.part for cell, _ in found if cell.method == method})
            values = [
                [
                    row["cases"]["TVA"]["uar"]
                    for cell, row in found
                    if (cell.method, cell.part) == (method, part)
                ]
                for part in parts
            ]
            mean, apart = np.array([np.mean(v) for v in values]), np.array([deviation(v) for v in values])
            (line,) = axis.plot(parts, mean, marker="o", markersize=3.5, label=title)
            axis.fill_between(parts, mean - apart, mean + apart, color=line.get_color(), alpha=0.15, lw=0)
        axis.xaxis.set_major_formatter(PercentFormatter(1))
        axis.yaxis.set_major_formatter(PercentFormatter(1))
        axis.set(xlabel="labelled samples", title="UAR with text, face and voice")
        axis.grid(axis="y")
        axis.legend(loc="lower right")
        drawn = {"format": "png", "dpi": DPI, "bbox_inches": "tight", "pad_inches": 0.1}
        write_whole(path, lambda file: figure.savefig(file, **drawn))
        plt.close(figure)
