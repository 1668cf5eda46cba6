"""From where the eyes are to the grey square that DenseFace takes, as src/encoders/face/crop.ts does it.

Without torch: the processes that decode videos need none.
"""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

# src/encoders/face/framing.ts says where they come from; test_face_finding.py holds them to the reference
SIDE_PER_BOX = 1.19
EYES_X, EYES_Y = 0.5, 0.396
TRAINING_PX = 48
FACE_PX = 64
# a face over the whole of a full-HD frame is averaged 22 to 1; beyond 16 the rest aliases a little
MAX_STEP = 16

Box = tuple[float, float, float, float]
"""x, y, width, height in pixels of the frame."""


@dataclass(frozen=True)
class DetectedFace:
    """In pixels of the frame; left and right as seen in the frame, not the subject's."""

    box: Box
    score: float
    left_eye: tuple[float, float]
    right_eye: tuple[float, float]


def crop_face(frame: Image.Image, face: DetectedFace) -> np.ndarray:
    """[64,64] uint8 grey of an RGB frame: eyes level, at FER+'s size and place.

    Drawn at about the frame's own scale, averaged to FER+'s 48 pixels and enlarged, as the training does it;
    what lies outside of the frame becomes the mean of what lies inside.
    """
    left, right = complex(*face.left_eye), complex(*face.right_eye)
    side = SIDE_PER_BOX * math.sqrt(face.box[2] * face.box[3])
    step = min(max(math.ceil(side / TRAINING_PX), 1), MAX_STEP)
    drawn_px = TRAINING_PX * step
    # crop point -> frame point: `turn * z + shift`; eyes that coincide have no tilt
    level = (right - left) / abs(right - left) if right != left else 1
    turn = level * side / drawn_px
    shift = (left + right) / 2 - turn * drawn_px * complex(EYES_X, EYES_Y)
    corners = [turn * drawn_px * corner + shift for corner in (0, 1, 1j, 1 + 1j)]
    x, y = (max(0, math.floor(min(part)) - 2) for part in _parts(corners))
    last_x, last_y = (math.ceil(max(part)) + 2 for part in _parts(corners))
    # only what is drawn, as floats: for bytes PIL cuts off what it should round
    part = frame.crop((x, y, max(x + 1, min(last_x, frame.width)), max(y + 1, min(last_y, frame.height))))
    matrix = (turn.real, -turn.imag, shift.real - x, turn.imag, turn.real, shift.imag - y)

    def draw(picture: Image.Image, how: Image.Resampling) -> np.ndarray:
        drawn = picture.transform((drawn_px, drawn_px), Image.Transform.AFFINE, matrix, how)
        return np.asarray(drawn, np.float32)

    inside = draw(Image.new("L", part.size, 1), Image.Resampling.NEAREST)
    values = draw(part.convert("L").convert("F"), Image.Resampling.BILINEAR) * inside
    total, count = (a.reshape(TRAINING_PX, step, TRAINING_PX, step).sum((1, 3)) for a in (values, inside))
    outside = total.sum() / max(1.0, count.sum())
    grey = np.where(count > 0, total / np.maximum(count, 1), outside).astype(np.float32)
    larger = Image.fromarray(grey).resize((FACE_PX, FACE_PX), Image.Resampling.BILINEAR)
    return np.rint(np.asarray(larger)).clip(0, 255).astype(np.uint8)


def _parts(points: list[complex]) -> tuple[list[float], list[float]]:
    return [point.real for point in points], [point.imag for point in points]
