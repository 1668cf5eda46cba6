"""Writes what the page's preprocessing is held to: intermediate values, from an independent reference.

    python -m memobert.preprocessing_fixtures --out ../src/encoders/testing/fixtures

`face.json`, `voice.json` and `text.json` are loaded by the `*.parity.test.ts` beside the encoders and by
`tests/crop-parity.e2e.ts`; `test_preprocessing_fixtures.py` makes them anew and holds the trainer's own
functions to them as well. So neither side can drift alone.
"""

import argparse
import json
import logging
import re
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from transformers import BertTokenizerFast

from . import preprocessing_reference as reference
from .command_help import CommandHelp
from .preprocessing_reference import OUT_HZ, TRAINING_PX, Face

log = logging.getLogger(__name__)

SEED = 1
FACE_PX = 64
# any would do; these are the first bundle's
FACE_MEAN, FACE_STD = 129.44911656195566, 64.86936817308819
HIGH_PASS_HZ = 20.0
WINDOW_SAMPLES = 61_520
RATES_HZ = (48_000, 44_100, 8_000)
SECONDS = 0.5
BUNDLE = Path(__file__).resolve().parents[2] / "public/models/small"

# name, frame, where the eyes are, side of the detector's box, degrees
CROPS = (
    ("near", (640, 480), (318.3, 201.7), 130.0, 8.0),
    ("far away, enlarged", (640, 480), (471.2, 133.9), 34.0, -15.0),
    ("large", (640, 480), (301.9, 214.4), 300.0, 25.0),
    ("half out of the frame", (640, 480), (41.5, 88.2), 180.0, -5.0),
    ("filling full HD", (1920, 1080), (961.4, 421.8), 820.0, 3.0),
)

SENTENCES = (
    "I am so happy to see you!",
    "what a lovely day",
    "I'm not sure... are you?",
    "HELLO WORLD",
    "Café, naïve, Zoë, Ångström, señor",
    "unbelievably antidisestablishmentarianism",
    "it cost $3.50 (50% off) on 12/07/2026",
    "straße, Ünïcödé, İstanbul",
    "I am [MASK].",
    "great 😀 👍🏽 news",
    "日本語 and 中文 words",
    "tab\tand\nline\r\nbreak\u00a0and\u2003wide space",
    "zero\u200bwidth soft\u00adhyphen \ufeffmark \u0000nul",
    "e\u0301 combining, \ufb01 ligature, \uff26\uff35\uff2c\uff2c width",
    "“quotes” — dash \u2013 and… ellipsis",
    "don't can't won't y'all",
    "a" * 101,
    "e-mail: someone@example.org, https://example.org/a_b?c=d",
    "мне грустно, είμαι θυμωμένος, أنا سعيد, मैं खुश हूँ",
    "  \n ",
    "",
)


def rounded(values, digits: int) -> list:
    """Nested lists of numbers with so many digits after the point."""
    # adding 0 turns -0 into 0
    return (np.round(np.asarray(values, np.float64), digits) + 0).tolist()


def face_fixture() -> dict:
    rng = np.random.default_rng(SEED)
    rgba = rng.integers(0, 256, (8, 8, 4)).astype(np.uint8)
    rgba[..., 3] = np.where(rng.random((8, 8)) < 0.2, 0, 255)
    rgba[:2, :2, 3] = 0  # a whole area outside of the frame
    small = reference.picture(TRAINING_PX, TRAINING_PX)[..., 0]
    large = reference.picture(4 * FACE_PX, 4 * FACE_PX)
    larger = F.interpolate(
        torch.from_numpy(small).double()[None, None], (FACE_PX, FACE_PX), mode="bilinear", align_corners=False
    )[0, 0]
    area = F.avg_pool2d(torch.from_numpy(reference.grey(large))[None], 4)[0]
    rows = np.arange(0, FACE_PX, 3)
    return {
        "grey": {
            "rgba": rgba.reshape(-1).tolist(),
            "single": rounded(reference.grey_average(rgba, 1).reshape(-1), 4),
            "byTwo": rounded(reference.grey_average(rgba, 2).reshape(-1), 4),
        },
        "framing": {
            "sidePerBox": reference.SIDE_PER_BOX,
            "eyesX": reference.EYES_X,
            "eyesY": reference.EYES_Y,
            "trainingPx": TRAINING_PX,
        },
        "enlarge": {"rows": rows.tolist(), "values": rounded(larger.numpy()[rows].reshape(-1), 3)},
        "area": {"step": 4, "rows": rows.tolist(), "values": rounded(area.numpy()[rows].reshape(-1), 3)},
        "normalise": {
            "mean": FACE_MEAN,
            "std": FACE_STD,
            "values": rounded(((larger.numpy() - FACE_MEAN) / FACE_STD)[rows].reshape(-1), 5),
        },
        "crops": [crop_fixture(*case) for case in CROPS],
    }


def point(place: tuple[float, float]) -> dict[str, float]:
    return {"x": rounded(place[0], 4), "y": rounded(place[1], 4)}


def crop_fixture(
    name: str, frame: tuple[int, int], eyes: tuple[float, float], side: float, degrees: float
) -> dict:
    face = Face.of(eyes, side, degrees)
    picture = reference.picture(*frame)
    turn, shift = reference.crop_map(face, FACE_PX)
    matrix = rounded([turn.real, turn.imag, -turn.imag, turn.real, shift.real, shift.imag], 8)
    return {
        "name": name,
        "width": frame[0],
        "height": frame[1],
        "pictureMean": rounded(picture.mean(), 4),
        "box": dict(zip(("x", "y", "width", "height"), face.box, strict=True)),
        "leftEye": point(face.left_eye),
        "rightEye": point(face.right_eye),
        # to a crop of 64 pixels: x' = a x + c y + e, y' = b x + d y + f
        "matrix": dict(zip("abcdef", matrix, strict=True)),
        "corners": [point((corner.real, corner.imag)) for corner in reference.crop_corners(face)],
        "grey": rounded(reference.crop(picture, face).reshape(-1), 1),
    }


def voice_fixture() -> dict:
    return {
        "resample": {"seconds": SECONDS, "cases": [resample_fixture(rate) for rate in RATES_HZ]},
        "window": [
            {"name": name, "seconds": seconds, **window_fixture(reference.sound(OUT_HZ, seconds))}
            for name, seconds in (("short", 0.7), ("full", WINDOW_SAMPLES / OUT_HZ), ("longer", 5.0))
        ],
        "chain": [chain_fixture(rate, 2.0) for rate in RATES_HZ],
        "highPass": [chain_fixture(rate, 2.0, HIGH_PASS_HZ) for rate in RATES_HZ],
    }


def resample_fixture(rate_hz: int) -> dict:
    samples = reference.sound(rate_hz, SECONDS)
    same, scipy = reference.resample(samples, rate_hz), reference.resample_scipy(samples, rate_hz)
    first, count, edge = 3_000, 500, 48
    nyquist = min(rate_hz, OUT_HZ) / 2
    below = [round(part * nyquist) for part in (0.01, 0.1, 0.3, 0.5, 0.7, 0.8, 0.85, 0.9)]
    above = [f for f in (8_100, 8_500, 10_000, 12_500, 15_000, 20_000) if f < rate_hz / 2]
    frequencies = np.array(below + above, np.float64)
    return {
        "rateHz": rate_hz,
        "samples": len(same),
        "start": rounded(same[:edge], 6),
        "end": rounded(same[-edge:], 6),
        "first": first,
        "sameFilter": rounded(same[first : first + count], 6),
        "scipy": rounded(scipy[first : first + count], 6),
        "response": {
            "frequenciesHz": frequencies.astype(int).tolist(),
            "decibels": rounded(reference.response_db(rate_hz, frequencies), 3),
        },
    }


def window_fixture(heard: np.ndarray, centred: bool = False) -> dict:
    """Every 400th value from the window's end, and how many zeros stand in front."""
    window = reference.voice_window(heard, WINDOW_SAMPLES, centred)
    return {
        "windowSamples": WINDOW_SAMPLES,
        "zeros": max(0, WINDOW_SAMPLES - len(heard)),
        "every": 400,
        "fromTheEnd": rounded(window[::-1][::400], 5),
    }


def chain_fixture(rate_hz: int, seconds: float, high_pass_hz: float = 0.0) -> dict:
    """All of it: samples at the microphone's rate -> the graph's window, without a flush, as in the page."""
    samples = reference.sound(rate_hz, seconds)
    heard = reference.resample(samples, rate_hz)[: reference.settled(len(samples), rate_hz)]
    about = {"rateHz": rate_hz, "seconds": seconds}
    if not high_pass_hz:
        return {**about, **window_fixture(heard)}
    passed = reference.high_pass(heard, high_pass_hz)
    return {**about, "highPassHz": high_pass_hz, **window_fixture(passed, centred=True)}


def text_fixture(tokenizer_json: Path) -> dict:
    """Ids by BertTokenizerFast from the vocabulary alone: the file's own settings are what is tested."""
    vocabulary = json.loads(tokenizer_json.read_text(encoding="utf-8"))["model"]["vocab"]
    tokenizer = BertTokenizerFast(vocab=vocabulary, do_lower_case=True)
    return {
        "pieces": len(vocabulary),
        "sentences": [
            {"text": text, "ids": tokenizer(text, add_special_tokens=False).input_ids} for text in SENTENCES
        ],
    }


def make(tokenizer_json: Path = BUNDLE / "tokenizer.json") -> dict[str, dict]:
    return {
        "face.json": face_fixture(),
        "voice.json": voice_fixture(),
        "text.json": text_fixture(tokenizer_json),
    }


def to_json(fixture: dict) -> str:
    """Indented, each list of numbers on one line."""
    text = json.dumps(fixture, indent=1, ensure_ascii=True)
    return re.sub(r"\[[-\d.,\se]+\]", lambda found: re.sub(r"\s+", "", found[0]), text) + "\n"


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    parser.add_argument("--out", type=Path, required=True, help="folder of the fixtures")
    parser.add_argument("--tokenizer", type=Path, default=BUNDLE / "tokenizer.json", help="tokenizer.json")
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name, fixture in make(arguments.tokenizer).items():
        path = arguments.out / name
        path.write_text(to_json(fixture), encoding="utf-8")
        log.info("%s: %.0f kB", path, path.stat().st_size / 1e3)


if __name__ == "__main__":
    main()
