"""Finds and follows a face as the page does, with its detector: MediaPipe's for short range (BlazeFace).

Constants and rules are those of src/encoders/face/{detector,finder,tracker}.ts; only the tiles differ: the
page has time for one a frame, here all are looked at until a face is found.
"""

import hashlib
import math
from pathlib import Path

import numpy as np
from PIL import Image

from .face_crops import Box, DetectedFace

DETECTOR = Path(__file__).resolve().parents[2] / "public/generated/face_detector.tflite"
"""The page's own file, which `scripts/prepare-assets.mjs` makes."""
# lower finds faces in curtains; MediaPipe's own default
MIN_CONFIDENCE = 0.5
# long side of what the detector is shown: it sees 128 pixels itself
LOOK_PX = 256
# side of the region around a face over its box: the face then has the size that the detector measures best
NEAR = 2.4
# two boxes that overlap by this are one face
SAME = 0.3
# side of a tile over the frame's shorter side: finds faces of a fifth of it
TILE = 0.6
# not seen for this long, it has left, and the largest face is followed from then on
LOST_S = 1.0
# a head that turns or nears overlaps by far more than this from frame to frame; another head does not
MIN_OVERLAP = 0.2


class FaceDetector:
    """Raises FileNotFoundError without its model and ImportError without MediaPipe; both say what to do."""

    def __init__(self, model: Path = DETECTOR) -> None:
        if not Path(model).is_file():
            raise FileNotFoundError(
                f"{model} is missing: run `npm ci && node scripts/prepare-assets.mjs` in the project's root, "
                "or give the file with --face-detector"
            )
        self.sha256 = hashlib.sha256(Path(model).read_bytes()).hexdigest()
        try:
            import mediapipe
            from mediapipe.tasks.python import BaseOptions, vision

            self._picture = lambda pixels: mediapipe.Image(mediapipe.ImageFormat.SRGB, pixels)
            self._detector = vision.FaceDetector.create_from_options(
                vision.FaceDetectorOptions(
                    base_options=BaseOptions(model_asset_path=str(model)),
                    min_detection_confidence=MIN_CONFIDENCE,
                )
            )
        except (ImportError, OSError) as error:
            raise ImportError(
                f'MediaPipe cannot be loaded ({error}): install training as ".[videos]"; '
                "on a Linux without graphics also libegl1 and libgles2"
            ) from error

    def look(self, frame: Image.Image, region: Box) -> list[DetectedFace]:
        """Faces in a region of an RGB frame, which may reach beyond it (black there)."""
        x, y = math.floor(region[0]), math.floor(region[1])
        width, height = max(1, round(region[2])), max(1, round(region[3]))
        scale = LOOK_PX / max(width, height)
        shown = (max(1, round(width * scale)), max(1, round(height * scale)))
        part = frame.crop((x, y, x + width, y + height)).resize(
            shown, Image.Resampling.BILINEAR, reducing_gap=2
        )
        return [
            self._in_frame(detection, x, y, width, height, scale)
            for detection in self._detector.detect(self._picture(np.array(part))).detections
            if len(detection.keypoints or ()) >= 2
        ]

    @staticmethod
    def _in_frame(detection, x: int, y: int, width: int, height: int, scale: float) -> DetectedFace:
        box = detection.bounding_box
        # BlazeFace's order: the subject's right eye first, which the frame shows on the left
        left, right = ((x + point.x * width, y + point.y * height) for point in detection.keypoints[:2])
        return DetectedFace(
            (x + box.origin_x / scale, y + box.origin_y / scale, box.width / scale, box.height / scale),
            float(detection.categories[0].score or 0),
            left,
            right,
        )

    def close(self) -> None:
        self._detector.close()


class FaceFollower:
    """Of each frame the face that is followed: the largest at first, then the one that overlaps where it was.

    `detector` needs only `look`. Times do not go back.
    """

    def __init__(self, detector) -> None:
        self._detector = detector
        self._last: tuple[Box, float] | None = None

    def follow(self, frame: Image.Image, time_s: float) -> DetectedFace | None:
        """None while the followed face is out of sight, and when there is none."""
        expected = self._last[0] if self._last and time_s - self._last[1] <= LOST_S else None
        faces = self._find(frame, expected)
        if expected is None:
            coarse = max(faces, key=lambda face: face.box[2] * face.box[3], default=None)
        else:
            near = [face for face in faces if overlap(face.box, expected) >= MIN_OVERLAP]
            coarse = max(near, key=lambda face: overlap(face.box, expected), default=None)
        if coarse is None:
            return None
        self._last = (coarse.box, time_s)
        return self._refine(frame, coarse)

    def _find(self, frame: Image.Image, expected: Box | None) -> list[DetectedFace]:
        faces = self._detector.look(frame, (0, 0, *frame.size))
        if expected is not None:
            if any(overlap(face.box, expected) >= SAME for face in faces):
                return faces
            more = self._detector.look(frame, around(expected))
            return faces + [m for m in more if all(overlap(m.box, f.box) < SAME for f in faces)]
        for tile in () if faces else tiles(*frame.size):
            if found := self._detector.look(frame, tile):
                return found
        return faces

    def _refine(self, frame: Image.Image, face: DetectedFace) -> DetectedFace:
        """The same face measured from near; as it was if it is not found again."""
        seen = self._detector.look(frame, around(face.box))
        best = max(seen, key=lambda other: overlap(other.box, face.box), default=face)
        return best if overlap(best.box, face.box) >= SAME else face


def overlap(a: Box, b: Box) -> float:
    """Intersection over union, 0 to 1."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def around(box: Box) -> Box:
    """A square about the box's middle; may reach beyond the frame."""
    x, y, width, height = box
    side = NEAR * math.sqrt(width * height)
    return (x + width / 2 - side / 2, y + height / 2 - side / 2, side, side)


def tiles(width: int, height: int) -> list[Box]:
    """Squares that cover the frame and overlap by at least half, those in the middle first."""
    side = TILE * min(width, height)

    def starts(length: int) -> list[float]:
        steps = max(1, math.ceil((length - side) / (side / 2)))
        return [(length - side) * step / steps for step in range(steps + 1)]

    places = [(x, y, side, side) for y in starts(height) for x in starts(width)]
    return sorted(places, key=lambda t: math.hypot(t[0] + side / 2 - width / 2, t[1] + side / 2 - height / 2))
