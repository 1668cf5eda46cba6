"""Drawn, talking faces as videos with subtitles and labels.csv, so that `prepare` can be run in seconds.

python -m memobert.toy_videos --out FOLDER
"""

import argparse
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from scipy.ndimage import find_objects, label

from .command_help import CommandHelp
from .face_crops import Box, DetectedFace

WALL = (168, 178, 186)
SIZE = (192, 144)
FPS = 20
VOICE_HZ = 16_000


def draw_face(size_px: int, degrees: float = 0.0, mouth: float = 0.3) -> Image.Image:
    """[size,size] RGB: the actor's face (src/capture/actor) in flat shades; the detector gives it 0.9.

    `mouth` is how far it is open, 0 to 1.
    """
    picture = Image.new("RGB", (400, 400), WALL)
    draw = ImageDraw.Draw(picture)

    def oval(x: float, y: float, width: float, height: float, colour: tuple[int, int, int]) -> None:
        draw.ellipse((200 + x - width, 200 + y - height, 200 + x + width, 200 + y + height), colour)

    oval(0, -44, 114, 116, (70, 48, 36))
    oval(0, -1, 98, 141, (223, 174, 140))
    oval(58, 0, 38, 120, (205, 152, 120))
    oval(-10, 1, 70, 126, (228, 182, 150))
    for side in (-40, 40):
        oval(side, -13, 34, 25, (196, 146, 116))
        oval(side, -16, 23, 10, (247, 242, 236))
        oval(side, -16, 10, 10, (60, 38, 22))
        brow = [(200 + side - 28, 156), (200 + side, 147), (200 + side + 28, 156)]
        draw.line(brow, (58, 37, 26), 8)
    draw.polygon([(206, 170), (222, 236), (190, 238)], (190, 140, 110))
    for side in (-9, 9):
        oval(side, 39, 5, 3, (80, 40, 28))
    oval(0, 77 + 20 * mouth, 31, 7 + 20 * mouth, (160, 75, 68))
    oval(0, 77 + 15 * mouth, 22, 1 + 15 * mouth, (59, 20, 19))
    picture = picture.filter(ImageFilter.GaussianBlur(3)).resize((size_px, size_px))
    return picture.rotate(-degrees, Image.Resampling.BILINEAR, fillcolor=WALL)


def scene(faces: Iterable[tuple[Image.Image, tuple[int, int]]], size: tuple[int, int] = SIZE) -> np.ndarray:
    """[height,width,3] uint8: a wall with faces at (left, top)."""
    picture = Image.new("RGB", size, WALL)
    for face, place in faces:
        picture.paste(face, place)
    return np.asarray(picture)


def talking(seconds: float, size_px: int = 120, place: tuple[int, int] = (36, 12)) -> list[np.ndarray]:
    """Pictures at `FPS`: one face that sways and whose mouth opens and shuts."""
    count = round(seconds * FPS)
    sway = np.rint(4 * np.sin(np.arange(count) / FPS * 3)).astype(int)
    mouths = np.abs(np.sin(np.arange(count) / FPS * 8))
    return [
        scene([(draw_face(size_px, mouth=mouth), (place[0] + int(x), place[1]))])
        for x, mouth in zip(sway, mouths, strict=True)
    ]


def hum(seconds: float, pitch_hz: float = 140, loud: float = 0.3) -> np.ndarray:
    """[T] float32 at 16 kHz: harmonics that swell four times a second."""
    time = np.arange(round(seconds * VOICE_HZ)) / VOICE_HZ
    wave = sum(np.sin(2 * np.pi * pitch_hz * k * time) / k for k in range(1, 8))
    return (loud * wave * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * time)) / 2).astype(np.float32)


def write_video(
    path: Path,
    pictures: list[np.ndarray] | None,
    wave: np.ndarray | None,
    codecs: tuple[str, str] = ("mpeg4", "pcm_s16le"),
    rotation: int | None = None,
) -> Path:
    """Pictures at `FPS` and a wave at 16 kHz, in the container of the name; None leaves a track out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        streams = []
        if pictures is not None:
            film = container.add_stream(
                codecs[0], rate=FPS, options={"deadline": "realtime", "cpu-used": "8"}
            )
            film.height, film.width = pictures[0].shape[:2]
            film.pix_fmt, film.bit_rate = "yuv420p", 2_000_000
            if rotation is not None:
                film.set_display_rotation(rotation)
            streams.append((film, _frames(pictures)))
        if wave is not None:
            sound = container.add_stream(codecs[1], rate=48_000 if "opus" in codecs[1] else VOICE_HZ)
            sound.layout = "mono"
            streams.append((sound, _sound(wave)))
        for stream, frames in streams:
            for frame in frames:
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    return path


def _frames(pictures: list[np.ndarray]) -> Iterable[av.VideoFrame]:
    for number, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        yield frame


def _sound(wave: np.ndarray) -> Iterable[av.AudioFrame]:
    samples = (wave * 32767).astype(np.int16)
    for first in range(0, len(samples), 1600):
        frame = av.AudioFrame.from_ndarray(samples[None, first : first + 1600], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = VOICE_HZ, first, Fraction(1, VOICE_HZ)
        yield frame


def write_subtitle(path: Path, cues: list[tuple[float, float, str]]) -> None:
    """A .srt or .vtt of (start, end, text)."""
    vtt = path.suffix == ".vtt"
    lines = ["WEBVTT", ""] if vtt else []
    for number, (start, end, text) in enumerate(cues, 1):
        stamps = (f"00:00:{s:06.3f}" if vtt else f"00:00:{s:06.3f}".replace(".", ",") for s in (start, end))
        lines += [str(number), " --> ".join(stamps), text, ""]
    path.write_text("\n".join(lines), encoding="utf-8")


class SkinDetector:
    """Finds drawn faces by the colour of their skin: in tests in place of `face_finding.FaceDetector`."""

    sha256 = "skin"

    def __init__(self) -> None:
        self.looks = 0

    def look(self, frame: Image.Image, region: Box) -> list[DetectedFace]:
        self.looks += 1
        x, y = (max(0, int(start)) for start in region[:2])
        part = np.asarray(frame)[y : int(region[1] + region[3]), x : int(region[0] + region[2])].astype(int)
        skin, _ = label(part[..., 0] - part[..., 2] > 50)
        return [
            self._face(x + columns.start, y + rows.start, x + columns.stop, y + rows.stop)
            for rows, columns in find_objects(skin)
            if min(rows.stop - rows.start, columns.stop - columns.start) > 20
        ]

    @staticmethod
    def _face(left: int, top: int, right: int, bottom: int) -> DetectedFace:
        width, height = right - left, bottom - top
        middle, eyes_y = (left + right) / 2, top + 0.446 * height
        # eyes 40 of 98 from the middle, as they are drawn; BlazeFace's box is about as wide as the head
        eyes = ((middle - 0.204 * width, eyes_y), (middle + 0.204 * width, eyes_y))
        return DetectedFace((left, bottom - width, width, width), 0.9, *eyes)

    def close(self) -> None:
        pass


def make(folder: Path) -> None:
    """A film with two cues, one with a transcript; labels.csv has each one's speaker, label and split."""
    folder.mkdir(parents=True, exist_ok=True)
    write_video(folder / "ann.mkv", talking(2.0), hum(2.0))
    write_subtitle(folder / "ann.srt", [(0.1, 1.0, "what a lovely day"), (1.0, 1.9, "so great")])
    write_video(folder / "bob.mkv", talking(1.5, 96, (48, 24)), hum(1.5, 200))
    (folder / "bob.txt").write_text("i was furious", encoding="utf-8")
    rows = ["file,start,end,label,speaker,split", "ann.mkv,0.1,1.0,happy,ann,train"]
    rows += ["ann.mkv,1.0,1.9,happy,ann,train", "bob.mkv,,,angry,bob,valid"]
    (folder / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    parser.add_argument("--out", type=Path, required=True, help="folder of the videos")
    make(parser.parse_args(argv).out)


if __name__ == "__main__":
    main()
