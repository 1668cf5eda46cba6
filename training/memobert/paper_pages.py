"""The pages and the figure of `paper_tables` anew from the cells that are there: nothing is trained.

    python -m memobert.paper_pages --paper results/paper

A page is of the seeds that have every cell of its run, in the setting that was measured last; one whose run
no seed has whole stays as it is.
"""

import argparse
import json
from pathlib import Path

from .kept import read_rows
from .paper_report import TITLES_OF_RUNS, write_report
from .paper_tables import Cell, cells_of


def whole_run(run: str, rows: list[dict]) -> list[tuple[Cell, dict]]:
    """Cells of `run` and their rows of cells.jsonl, as `write_report` takes them; of whole seeds alone."""
    settings = {json.dumps(row["setting"], sort_keys=True): None for row in reversed(rows)}
    for setting in settings:
        known = {row["key"]: row for row in rows if json.dumps(row["setting"], sort_keys=True) == setting}
        seeds = sorted({json.loads(key)["seed"] for key in known})
        whole = [seed for seed in seeds if all(cell.key in known for cell in cells_of(run, [seed]))]
        if whole:
            return [(cell, known[cell.key]) for cell in cells_of(run, whole)]
    return []


def main(argv: list[str] | None = None) -> list[str]:
    """Returns the runs whose pages were written. Raises ValueError when none could be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--paper", type=Path, required=True, help="folder with cells.jsonl, --out of paper_tables"
    )
    folder: Path = parser.parse_args(argv).paper
    rows = read_rows(folder / "cells.jsonl")
    found = {run: whole_run(run, rows) for run in TITLES_OF_RUNS}
    written = [run for run, cells in found.items() if cells]
    if not written:
        raise ValueError(f"{folder / 'cells.jsonl'} has no run whole: measure one by `paper_tables --run`")
    for run in written:
        write_report(run, found[run], folder)
    return written


if __name__ == "__main__":
    main()
