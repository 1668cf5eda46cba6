"""Figures of an `encoders.json`: confusion, reliability, robustness. Small PNG files on white."""

from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.ticker import PercentFormatter

DPI = 110
BLUE, PALE, GREY, RED = "#1f5fa8", "#c9dcf0", "#8a8f98", "#c2452d"
STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.edgecolor": "#b5b9c0",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "white",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "grid.color": "#e3e5e9",
    "legend.frameon": False,
}


def draw_figures(report: dict, folder: Path) -> dict[str, dict[str, str]]:
    """Writes `<encoder>-{confusion,reliability,robustness}.png`; returns their names by encoder and kind."""
    drawn: dict[str, dict[str, str]] = {}
    for name, found in report["encoders"].items():
        with plt.rc_context(STYLE):
            figures = {
                "confusion": confusion(found),
                "reliability": reliability(found["calibration"]["after"]),
                "robustness": robustness(found["robustness"]),
            }
            drawn[name] = {kind: f"{name}-{kind}.png" for kind in figures}
            for kind, figure in figures.items():
                figure.savefig(folder / drawn[name][kind], dpi=DPI, bbox_inches="tight", pad_inches=0.1)
                plt.close(figure)
    return drawn


def confusion(found: dict) -> plt.Figure:
    """Rows are the truth, in percent of the row: one panel for each split, all its samples."""
    splits, names = found["splits"], found["classes"]
    figure, axes = plt.subplots(
        1, len(splits), figsize=(4.9 * len(splits), 4.6), squeeze=False, layout="constrained"
    )
    for axis, (title, groups) in zip(axes[0], splits.items(), strict=True):
        scores = groups["all"]["after"]
        counts = np.array(scores["confusion"])
        parts = counts / np.maximum(1, counts.sum(1, keepdims=True))
        axis.imshow(parts, cmap="Blues", vmin=0, vmax=1)
        for row, column in np.argwhere(counts):
            part = parts[row, column]
            axis.text(
                column, row, f"{100 * part:.0f}" if part >= 0.005 else "·", ha="center", va="center",
                color="white" if part > 0.55 else "#22262c",
                fontweight="bold" if row == column else None,
            )  # fmt: skip
        axis.set_xticks(range(len(names)), names, rotation=40, ha="right", rotation_mode="anchor")
        axis.set_yticks(range(len(names)), [f"{n} ({c})" for n, c in zip(names, counts.sum(1), strict=True)])
        axis.set_xlabel("answer")
        axis.set_ylabel("truth (samples)")
        axis.set_title(
            f"{title}\nWA {100 * scores['wa']:.1f} %, UAR {100 * scores['uar']:.1f} %; percent of the row"
        )
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
    return figure


def reliability(calibration: dict) -> plt.Figure:
    """Accuracy over confidence in 15 bins, as it is and with the temperature, and how often each occurs."""
    figure, axes = plt.subplots(
        2, 2, figsize=(7.2, 4.7), sharex=True, sharey="row", height_ratios=(3.2, 1), layout="constrained"
    )
    panels = (("raw", "as it is"), ("scaled", "with a temperature (cross-fitted)"))
    for column, (kind, title) in enumerate(panels):
        measured = calibration[kind]
        upper, lower = axes[:, column]
        bins = [b for b in measured["bins"] if b["weight"] > 0]
        middle = np.array([(b["low"] + b["high"]) / 2 for b in bins])
        width = bins[0]["high"] - bins[0]["low"]
        accuracy = np.array([b["accuracy"] for b in bins])
        confidence = np.array([b["confidence"] for b in bins])
        upper.bar(middle, accuracy, width * 0.92, color=PALE, label="accuracy")
        upper.vlines(confidence, np.minimum(accuracy, confidence), np.maximum(accuracy, confidence),
                     color=RED, linewidth=1.2, label="gap")  # fmt: skip
        upper.plot(confidence, accuracy, "o", color=BLUE, markersize=3.5, clip_on=False, zorder=3)
        upper.plot([0, 1], [0, 1], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
        upper.set_title(f"{title}\nECE {100 * measured['ece']:.1f} %, NLL {measured['nll']:.3f}")
        upper.set(xlim=(0, 1), ylim=(0, 1))
        lower.bar(middle, [b["weight"] for b in bins], width * 0.92, color=GREY)
        lower.set_xlabel("probability of the top label")
        for axis in (upper, lower):
            axis.yaxis.set_major_formatter(PercentFormatter(1, 0))
            axis.xaxis.set_major_formatter(PercentFormatter(1, 0))
            axis.grid(axis="y")
            axis.set_axisbelow(True)
    axes[0, 0].set_ylabel("accuracy")
    axes[1, 0].set_ylabel("samples")
    axes[0, 0].legend(loc="upper left")
    return figure


def compared_group(conditions: dict[str, dict]) -> str:
    """All samples, or else the first group on which both encoders could be measured."""
    groups = next(iter(conditions.values()))
    whoever = {who for scores in groups.values() for who in scores}
    return next((name for name, scores in groups.items() if scores.keys() == whoever), "all")


def robustness(measured: dict) -> plt.Figure:
    """WA and UAR of each condition; a ring for the predecessor. The dashed line is the clean one's."""
    conditions = measured["conditions"]
    group = compared_group(conditions)
    rows = {name: groups[group] for name, groups in conditions.items()}
    figure, axes = plt.subplots(
        1, 2, figsize=(7.6, 1.0 + 0.27 * len(rows)), sharey=True, layout="constrained"
    )
    for axis, key in zip(axes, ("wa", "uar"), strict=True):
        _dots(axis, rows, key)
    axes[0].set_yticks(np.arange(len(rows))[::-1], list(rows))
    count = next(iter(rows.values()))["after"]["count"]
    figure.supxlabel(f"{'all' if group == 'all' else group}, {count} samples", fontsize=9)
    if "before" in next(iter(rows.values())):
        axes[1].legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, borderpad=0, handletextpad=0.2)
    return figure


def _dots(axis: plt.Axes, rows: dict[str, dict], key: str) -> None:
    """One measure of every condition, from top to bottom."""
    places = np.arange(len(rows))[::-1]
    after = np.array([scores["after"][key] for scores in rows.values()])
    axis.axvline(after[0], color=BLUE, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    start = np.full(len(rows), after[0])
    if all("before" in scores for scores in rows.values()):
        start = np.array([scores["before"][key] for scores in rows.values()])
        axis.plot(start, places, "o", mfc="white", mec=GREY, mew=1.4, markersize=6, label="before")
    axis.hlines(places, start, after, color=PALE, linewidth=3, zorder=1)
    axis.plot(after, places, "o", color=BLUE, markersize=6, label="now")
    for place, value in zip(places, after, strict=True):
        axis.annotate(f"{100 * value:.0f}", (1.0, place), xycoords=("axes fraction", "data"),
                      xytext=(6, 0), textcoords="offset points", va="center", color=BLUE)  # fmt: skip
    axis.set_title(key.upper())
    axis.set_xlim(0, max(after.max(), start.max()) + 0.05)
    axis.xaxis.set_major_formatter(PercentFormatter(1, 0))
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x")
    axis.set_axisbelow(True)
