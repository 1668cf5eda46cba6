"""Pastes labelled FER+ faces on larger canvases, for the evaluation of the browser's path.

    python training/browser_path/make-ferplus-canvases.py --faces FOLDER --out FOLDER --count 500

Writes `canvases/NNNN.png` with `canvases/labels.csv` (file, label, and where the picture went: centre, side,
angle), and the same faces as they are in `raw/NNNN.png` with `raw/labels.csv`. Pictures of people: keep them
out of git.
"""

import argparse
import csv
import logging
import math
import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from memobert.denseface_model import FACE_CLASSES
from memobert.ferplus_data import PICTURE_SIZE, load_ferplus, majority

log = logging.getLogger("make-ferplus-canvases")

# Around the picture, in its own pixels: its border goes on and fades to grey, so no edge frames the face.
MARGIN = 48
FADE = 16.0
GREY = 128.0


def extended(picture: np.ndarray) -> np.ndarray:
    """[48,48] -> [144,144]: the border carried outwards, fading to grey with distance."""
    wide = np.pad(picture.astype(np.float32), MARGIN, mode="edge")
    along = np.arange(wide.shape[0])
    outside = np.maximum(np.maximum(MARGIN - along, along - (MARGIN + PICTURE_SIZE - 1)), 0)
    distance = np.hypot(outside[:, None], outside[None, :])
    keep = np.exp(-distance / FADE)
    return wide * keep + GREY * (1 - keep)


def paste(
    picture: np.ndarray, size: tuple[int, int], centre: tuple[float, float], scale: float, degrees: float
) -> Image.Image:
    """One picture on a canvas of `size` (width, height), enlarged and turned clockwise about its centre."""
    source = Image.fromarray(np.clip(extended(picture), 0, 255).astype(np.uint8))
    half = source.width / 2
    cos, sin = math.cos(math.radians(degrees)) / scale, math.sin(math.radians(degrees)) / scale
    # PIL asks where in the source each canvas pixel comes from
    inverse = (
        cos,
        sin,
        half - cos * centre[0] - sin * centre[1],
        -sin,
        cos,
        half + sin * centre[0] - cos * centre[1],
    )
    return source.transform(
        size, Image.Transform.AFFINE, inverse, resample=Image.Resampling.BICUBIC, fillcolor=int(GREY)
    )


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--faces", type=Path, required=True, help="folder of ferplus-{train,valid}.zip")
    parser.add_argument("--cache", type=Path, default=None, help="folder for decoded pictures")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--split", choices=("train", "valid"), default="valid")
    parser.add_argument("--count", type=int, default=500, help="pictures, drawn at random; 0 for all")
    parser.add_argument("--size", type=int, nargs=2, default=(640, 480), metavar=("WIDTH", "HEIGHT"))
    parser.add_argument("--scale", type=float, default=3.0, help="canvas pixels for one of the picture")
    parser.add_argument("--angle", type=float, default=10.0, help="greatest turn in degrees; 0 for none")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")

    kept, truth = majority(load_ferplus(arguments.faces, arguments.split, arguments.cache))
    random = np.random.default_rng(arguments.seed)
    order = random.permutation(len(truth))[: arguments.count or None]
    side = arguments.scale * PICTURE_SIZE
    width, height = arguments.size
    if side > min(width, height):
        parser.error(f"a face of {side:.0f} pixels does not fit on {width}x{height}: lower --scale")
    folders = {name: arguments.out / name for name in ("canvases", "raw")}
    rows = []
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    for number, index in enumerate(order):
        centre = (random.uniform(side / 2, width - side / 2), random.uniform(side / 2, height - side / 2))
        degrees = random.uniform(-arguments.angle, arguments.angle)
        file = f"{number:05d}.png"
        picture = kept.pictures[index]
        paste(picture, (width, height), centre, arguments.scale, degrees).save(folders["canvases"] / file)
        Image.fromarray(picture).save(folders["raw"] / file)
        rows.append((file, FACE_CLASSES[truth[index]], *(f"{v:.3f}" for v in (*centre, side, degrees))))
    for folder in folders.values():
        with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as table:
            writer = csv.writer(table)
            writer.writerow(("file", "label", "centre_x", "centre_y", "side", "angle_degrees"))
            writer.writerows(rows)
    log.info("%d faces in %s", len(rows), arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
