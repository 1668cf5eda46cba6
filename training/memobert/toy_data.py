"""Makes tiny data in the corpora's own layouts, so that every command can be run in a minute.

    python -m memobert.toy_data --out FOLDER

A class differs from another by something easy: a face's mouth, a voice's pitch, a sentence's word.
"""

import argparse
import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import soundfile
from PIL import Image, ImageDraw

from .command_help import CommandHelp
from .denseface_model import FACE_CLASSES
from .labels import LABELS, TEXT_LABELS

WORDS = ("okay", "great", "crying", "furious", "wow", "help", "gross")


def picture(kind: int, rng: np.random.Generator) -> bytes:
    image = Image.new("L", (48, 48), int(rng.integers(20, 70)))
    draw = ImageDraw.Draw(image)
    x, y = rng.integers(-2, 3, 2)
    draw.ellipse((8 + x, 4 + y, 40 + x, 45 + y), fill=int(rng.integers(150, 220)))
    for eye in (18, 30):
        draw.ellipse((eye - 3 + x, 17 + y, eye + 3 + x, 21 + kind % 3 * 2 + y), fill=30)
    draw.arc((16 + x, 26 + y, 32 + x, 40 + y), 180 * (kind % 2), 180 + 180 * (kind % 2), 20, 1 + kind // 2)
    packed = io.BytesIO()
    image.save(packed, "WEBP", lossless=True)
    return packed.getvalue()


def write_faces(folder: Path, split: str, count: int, rng: np.random.Generator) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["file", *FACE_CLASSES, "unknown", "no_face"])
    with zipfile.ZipFile(folder / f"ferplus-{split}.zip", "w") as packed:
        for index in range(count):
            kind = index % len(FACE_CLASSES)
            votes = [0] * 10
            votes[kind], votes[(kind + 1) % 8] = 8, 2
            packed.writestr(f"{split}{index}.webp", picture(kind, rng))
            writer.writerow([f"{split}{index}.webp", *votes])
        # one that is cut short: loading must count it and go on
        packed.writestr(f"{split}broken.webp", picture(0, rng)[:40])
        writer.writerow([f"{split}broken.webp", 10, *[0] * 9])
        packed.writestr("votes.csv", table.getvalue())


def write_speech(folder: Path, clips: int, rng: np.random.Generator) -> None:
    """RAVDESS' layout: speakers 01 and 17, of whom the second validates."""
    folder.mkdir(parents=True, exist_ok=True)
    emotions = ("neutral", "happy", "sad", "angry", "surprised", "fearful", "disgusted")
    rows = []
    with zipfile.ZipFile(folder / "ravdess.zip", "w") as packed:
        for index in range(clips):
            kind = index % len(emotions)
            seconds = rng.uniform(0.8, 1.6)
            time = np.arange(int(16000 * seconds)) / 16000
            wave = sum(np.sin(2 * np.pi * (90 + 40 * kind) * h * time) / h for h in range(1, 8))
            wave = 0.1 * wave * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)) + 0.003 * rng.standard_normal(
                len(time)
            )
            buffer = io.BytesIO()
            soundfile.write(buffer, wave, 16000, format="OGG", subtype="OPUS")
            packed.writestr(f"clip{index}.opus", buffer.getvalue())
            speaker = "ravdess_17" if index % 4 == 3 else "ravdess_01"
            rows.append([f"clip{index}.opus", speaker, emotions[kind], "normal", "", f"{seconds:.3f}"])
        for name, samples, rate in (
            ("short", 160, 16000),
            ("silent", 16000, 16000),
            ("stereo", 48000, 48000),
        ):
            buffer = io.BytesIO()
            loud = 0.1 if name != "silent" else 0.0
            wave = loud * rng.standard_normal((samples, 2))
            soundfile.write(buffer, wave, rate, format="WAV")
            packed.writestr(f"{name}.opus", buffer.getvalue())
            rows.append([f"{name}.opus", "ravdess_01", "happy", "normal", "", "0"])
        packed.writestr("broken.opus", b"OggS not audio")
        rows.append(["broken.opus", "ravdess_01", "happy", "normal", "", "0"])
    with (folder / "ravdess.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "speaker", "emotion", "intensity", "statement", "duration_s"])
        writer.writerows(rows)


def write_text(folder: Path, count: int, rng: np.random.Generator) -> None:
    names = {label: name for name, label in TEXT_LABELS["meld"].items()}
    (folder / "meld").mkdir(parents=True, exist_ok=True)
    for split in ("train", "dev"):
        with (folder / "meld" / f"{split}.tsv").open("w") as file:
            file.write("text\tlabel\tsentiment\tspeaker\tdialogue_id\n")
            for index in range(count):
                kind = index % len(LABELS)
                filler = " ".join(rng.choice(["the", "day", "was", "so", "i"], 3))
                file.write(
                    f"{filler} {WORDS[kind]}\t{names[LABELS[kind]]}\t-\t{'AB'[index % 2]}\t{index // 10}\n"
                )


def write_vocabulary(path: Path) -> None:
    letters = [chr(c) for c in range(97, 123)]
    words = [*WORDS, *LABELS, "i", "am", ".", "the", "day", "was", "so", "what", "a", "lovely"]
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(words + letters)]
    tokens += [f"##{letter}" for letter in letters]
    # the masked-word task draws random words above 1000, as in BERT's own table
    tokens += [f"[unused{i}]" for i in range(1100 - len(tokens))]
    path.write_text("\n".join(tokens) + "\n")


def make(folder: Path, faces: int = 64, clips: int = 56, sentences: int = 70, seed: int = 0) -> None:
    rng = np.random.default_rng(seed)
    for split in ("train", "valid"):
        write_faces(folder / "faces", split, faces, rng)
    write_speech(folder / "speech", clips, rng)
    write_text(folder / "text", sentences, rng)
    write_vocabulary(folder / "vocab.txt")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    parser.add_argument("--out", type=Path, required=True, help="folder of the corpora")
    make(parser.parse_args(argv).out)


if __name__ == "__main__":
    main()
