"""Writes RAVDESS validation clips as a browser's AudioContext gives them: for the voice's path.

    python training/browser_path/make-ravdess-wavs.py --speech FOLDER --out FOLDER

Writes `<rate>/NNNN.wav` (mono, 32 bit float, band-limited to what the 16 kHz clip has) for each of `--rates`,
`raw/NNNN.f32`, the window that `voice_features.heard_window` makes of the clip for `train_wav2vec2.predict`,
and `labels.csv`: file, label, speaker, samples that are heard, sample of the clip where they end.
Voices of people: keep them out of git.
"""

import argparse
import csv
import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile
from scipy.signal import firwin, resample_poly

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from memobert.labels import LABELS
from memobert.speech_data import Speech, load_speech
from memobert.voice_features import HIGH_PASS_HZ, heard_window, spoken_span
from memobert.wav2vec2_model import SAMPLE_RATE_HZ, WINDOW_SAMPLES

log = logging.getLogger("make-ravdess-wavs")

# longer and steeper than resample_poly's own, so that the page's resampler is measured and not this one
ZERO_CROSSINGS = 128
KAISER_BETA = 12.0


def load_ravdess(folder: Path) -> Speech:
    """That corpus alone: the others would only cost time."""
    with TemporaryDirectory() as alone:
        for name in ("ravdess.zip", "ravdess.csv"):
            (Path(alone) / name).symlink_to((folder / name).resolve())
        return load_speech(Path(alone))


def raise_rate(wave: np.ndarray, rate_hz: int) -> np.ndarray:
    divisor = np.gcd(rate_hz, SAMPLE_RATE_HZ)
    up, down = rate_hz // divisor, SAMPLE_RATE_HZ // divisor
    most = max(up, down)
    taps = firwin(2 * ZERO_CROSSINGS * most + 1, 1 / most, window=("kaiser", KAISER_BETA))
    return resample_poly(wave.astype(np.float64), up, down, window=taps).astype(np.float32)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--speech", type=Path, required=True, help="folder with ravdess.zip and ravdess.csv")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rates", type=int, nargs="+", default=(48_000, 44_100))
    parser.add_argument("--count", type=int, default=0, help="clips, drawn at random; 0 for all")
    parser.add_argument(
        "--high-pass", type=float, default=HIGH_PASS_HZ, help="highPassHz of the bundle that is measured"
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")

    speech = load_ravdess(arguments.speech)
    clips = speech.split("valid")
    order = np.random.default_rng(arguments.seed).permutation(len(clips))[: arguments.count or None]
    for name in ("raw", *map(str, arguments.rates)):
        (arguments.out / name).mkdir(parents=True, exist_ok=True)
    with (arguments.out / "labels.csv").open("w", newline="", encoding="utf-8") as table:
        writer = csv.writer(table)
        writer.writerow(("file", "label", "speaker", "heard", "window_end"))
        for number, index in enumerate(order):
            clip, file = clips[index], f"{number:04d}"
            wave = speech.waveform(clip)
            heard_window(wave, arguments.high_pass).astype("<f4").tofile(
                arguments.out / "raw" / f"{file}.f32"
            )
            for rate in arguments.rates:
                path = arguments.out / str(rate) / f"{file}.wav"
                soundfile.write(path, raise_rate(wave, rate), rate, subtype="FLOAT")
            begin, end = spoken_span(wave)
            writer.writerow((file, LABELS[clip.label], clip.speaker, min(end - begin, WINDOW_SAMPLES), end))
    log.info("%d clips at %s Hz in %s", len(order), ", ".join(map(str, arguments.rates)), arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
