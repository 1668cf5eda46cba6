"""The page's detector and framing on drawn faces; and `prepare` with it, in several processes."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from . import prepare, preprocessing_reference, toy_videos
from .face_crops import DetectedFace, crop_face
from .face_finding import FaceDetector, FaceFollower, tiles
from .preprocessing_fixtures import CROPS
from .shards import VOICE_HZ, read_clips
from .toy_videos import WALL, SkinDetector, draw_face, scene

pytestmark = pytest.mark.built


@pytest.fixture(scope="module")
def detector():
    try:
        made = FaceDetector()
    except (FileNotFoundError, ImportError) as error:
        pytest.skip(str(error))
    yield made
    made.close()


@pytest.mark.parametrize("case", CROPS, ids=lambda case: case[0])
def test_the_crop_is_the_references(case):
    _, size, eyes, side, degrees = case
    face = preprocessing_reference.Face.of(eyes, side, degrees)
    picture = preprocessing_reference.picture(*size)
    small = torch.from_numpy(preprocessing_reference.crop(picture, face))
    wanted = F.interpolate(small[None, None], (64, 64), mode="bilinear", align_corners=False)[0, 0].numpy()
    found = crop_face(Image.fromarray(picture), DetectedFace(face.box, 1, face.left_eye, face.right_eye))
    difference = np.abs(found - wanted)
    # bytes round by up to 0.5; at the frame's edge a pixel more or less lies inside
    assert difference.mean() < 0.5 and np.quantile(difference, 0.99) < 2


def test_a_drawn_face_is_found_and_its_eyes_are_level(detector):
    for degrees, size_px, place in ((0, 150, (40, 30)), (15, 150, (100, 60)), (-15, 110, (30, 90))):
        frame = Image.fromarray(scene([(draw_face(size_px, degrees), place)], (320, 240)))
        face = FaceFollower(detector).follow(frame, 0.0)
        assert face is not None and face.score > 0.7
        eyes = np.array([face.left_eye, face.right_eye])
        # drawn 40 of 400 beside the middle and 16 above it, turned about it
        turn = np.exp(1j * np.radians(degrees)) * size_px / 400
        middle = complex(*place) + (1 + 1j) * size_px / 2
        drawn = [middle + turn * (x - 16j) for x in (-40, 40)]
        for found, wanted in zip(eyes, drawn, strict=True):
            assert abs(complex(*found) - wanted) < 0.05 * size_px
        crop = crop_face(frame, face).astype(int)
        # the pupils are the darkest of their rows, alike on both sides
        left, right = crop[20:31, 14:26], crop[20:31, 38:50]
        assert abs(int(left.min(1).argmin()) - int(right.min(1).argmin())) <= 2


def test_a_small_face_is_found_and_a_wall_is_none(detector):
    frame = Image.fromarray(scene([(draw_face(88), (520, 330))], (640, 480)))
    follower = FaceFollower(detector)
    assert not detector.look(frame, (0, 0, 640, 480))
    face = follower.follow(frame, 0.0)
    assert face is not None and abs(face.left_eye[0] - 555) < 6
    assert FaceFollower(detector).follow(Image.new("RGB", (640, 480), WALL), 0.0) is None


def test_a_lost_face_is_waited_for_and_then_the_largest_is_followed():
    follower = FaceFollower(SkinDetector())
    both = Image.fromarray(scene([(draw_face(80), (8, 40)), (draw_face(64), (110, 40))]))
    other = Image.fromarray(scene([(draw_face(64), (110, 40))]))
    assert follower.follow(both, 0.0).box[0] < 90
    assert follower.follow(other, 0.1) is None and follower.follow(other, 1.0) is None
    assert follower.follow(other, 1.1).box[0] > 90
    assert follower.follow(both, 1.2).box[0] > 90


def test_tiles_cover_the_frame():
    for width, height in ((640, 480), (480, 640), (1920, 1080), (64, 64)):
        covered = np.zeros((height, width), bool)
        for x, y, w, h in tiles(width, height):
            assert x >= -1e-6 and y >= -1e-6 and x + w <= width + 1e-6 and y + h <= height + 1e-6
            covered[int(np.floor(y)) : int(np.ceil(y + h)), int(np.floor(x)) : int(np.ceil(x + w))] = True
        assert covered.all()


def test_a_missing_detector_says_where_it_comes_from(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"prepare-assets.*--face-detector"):
        FaceDetector(tmp_path / "face_detector.tflite")


def test_two_workers_write_what_one_does(detector, tmp_path):
    toy_videos.make(tmp_path / "videos")
    for workers in ("1", "2"):
        prepare.main(
            ["--videos", str(tmp_path / "videos"), "--out", str(tmp_path / workers), "--workers", workers]
        )
    one, two = (sorted((tmp_path / workers).iterdir()) for workers in ("1", "2"))
    assert [path.name for path in one] == ["shards.json", "train-000000.tar", "valid-000000.tar"]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    for clip in read_clips(tmp_path / "2"):
        assert len(clip.missed_times_s) == 0
        assert len(clip.faces) == round((clip.end_s - clip.start_s) * 10)
        assert len(clip.waveform) == round((clip.end_s - clip.start_s) * VOICE_HZ)
