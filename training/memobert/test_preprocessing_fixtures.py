import json
from pathlib import Path

import numpy as np
import pytest
import torch

from . import preprocessing_reference as reference
from .preprocessing_fixtures import (
    FACE_MEAN,
    FACE_PX,
    FACE_STD,
    HIGH_PASS_HZ,
    WINDOW_SAMPLES,
    make,
    to_json,
)
from .speech_data import SAMPLE_RATE_HZ
from .train_denseface import to_input
from .voice_augmentation import high_pass, place

COMMITTED = Path(__file__).resolve().parents[2] / "src/encoders/testing/fixtures"


@pytest.fixture(scope="module")
def made() -> dict[str, dict]:
    # through JSON, as the committed ones went
    return {name: json.loads(to_json(fixture)) for name, fixture in make().items()}


def expect_alike(got, wanted, digit: float, where: str) -> None:
    """Equal, or numbers that differ by no more than one unit of their last stored digit."""
    if isinstance(wanted, dict):
        assert got.keys() == wanted.keys(), where
        for key, value in wanted.items():
            expect_alike(got[key], value, digit, f"{where}.{key}")
    elif isinstance(wanted, list):
        assert len(got) == len(wanted), where
        for index, value in enumerate(wanted):
            expect_alike(got[index], value, digit, f"{where}[{index}]")
    elif isinstance(wanted, float):
        assert got == pytest.approx(wanted, abs=digit), where
    else:
        assert got == wanted, where


@pytest.mark.parametrize(("name", "digit"), [("face.json", 0.11), ("voice.json", 2e-5), ("text.json", 0)])
def test_committed_fixtures_are_what_the_command_makes(made, name, digit):
    committed = json.loads((COMMITTED / name).read_text(encoding="utf-8"))
    expect_alike(made[name], committed, digit, name)


def test_fixtures_stay_small():
    assert sum(path.stat().st_size for path in COMMITTED.glob("*.json")) < 200_000


def test_the_trainers_face_input_is_the_reference(made):
    small = torch.from_numpy(reference.picture(48, 48)[..., 0])[None, None]
    rows = made["face.json"]["enlarge"]["rows"]
    got = to_input(small, FACE_PX, FACE_MEAN, FACE_STD)[0, 0].numpy()[rows].reshape(-1)
    assert np.abs(got - made["face.json"]["normalise"]["values"]).max() < 2e-5


@pytest.mark.parametrize("index", [0, 1])
def test_the_trainers_window_is_the_reference(made, index):
    wanted = made["voice.json"]["window"][index]
    heard = reference.sound(SAMPLE_RATE_HZ, wanted["seconds"]).astype(np.float32)
    window = place(heard, WINDOW_SAMPLES, None)
    assert not window[: wanted["zeros"]].any()
    assert np.abs(window[::-1][:: wanted["every"]] - wanted["fromTheEnd"]).max() < 3e-5


def test_the_trainer_hears_behind_the_references_high_pass(made):
    wanted = made["voice.json"]["highPass"][0]
    heard = reference.resample(reference.sound(wanted["rateHz"], wanted["seconds"]), wanted["rateHz"])
    heard = heard[: reference.settled(round(wanted["rateHz"] * wanted["seconds"]), wanted["rateHz"])]
    passed = high_pass(heard.astype(np.float32), wanted["highPassHz"])
    window = place(passed, WINDOW_SAMPLES, None, centred=True)
    assert not window[: wanted["zeros"]].any()
    assert np.abs(window[::-1][:: wanted["every"]] - wanted["fromTheEnd"]).max() < 3e-5


def test_a_high_pass_takes_an_offset_out_and_leaves_a_voice():
    time = np.arange(16_000) / 16_000
    tone = np.sin(2 * np.pi * 200 * time)
    assert np.abs(high_pass(0.3 + 0 * tone, HIGH_PASS_HZ)).max() < 1e-6
    passed = high_pass(0.3 + tone, HIGH_PASS_HZ)[8_000:]
    assert abs(passed.mean()) < 1e-3
    # 200 Hz: -0.04 dB of amplitude
    assert abs(np.std(passed) / np.std(tone) - 1) < 0.006
    assert high_pass(tone, 0) is tone


def test_of_a_longer_clip_the_trainer_hears_the_middle_and_the_page_the_end(made):
    """Known, and no mistake of either: a page's window ends now, a clip's emotion lies about its middle."""
    heard = reference.sound(SAMPLE_RATE_HZ, made["voice.json"]["window"][2]["seconds"]).astype(np.float32)
    spare = len(heard) - WINDOW_SAMPLES
    middle = reference.voice_window(heard[: len(heard) - spare + spare // 2], WINDOW_SAMPLES)
    assert np.abs(place(heard, WINDOW_SAMPLES, None) - middle).max() < 3e-5


@pytest.mark.parametrize("rate_hz", [48_000, 44_100, 8_000])
def test_the_reference_resamples_without_delay(rate_hz):
    samples = reference.sound(rate_hz, 0.5)
    time = np.arange(8_000) / 16_000
    # a constant and a sine through the filter are themselves
    sine = reference.resample(np.sin(2 * np.pi * 1_000 * np.arange(len(samples)) / rate_hz), rate_hz)
    assert np.abs(sine - np.sin(2 * np.pi * 1_000 * time))[200:-200].max() < 1e-3
    constant = reference.resample(np.ones(len(samples)), rate_hz)
    assert np.abs(constant[200:-200] - 1).max() < 1e-9


def test_a_crop_keeps_what_it_frames():
    """Of a picture whose grey is its place, each pixel is the place that it stands for."""
    x = np.arange(200, dtype=np.uint8)
    ramp = np.repeat(np.repeat(x[None, :, None], 160, 0), 3, 2)
    face = reference.Face.of((100, 80), 60, 0)
    turn, shift = reference.crop_map(face, 48)
    wanted = ((np.arange(48) + 0.5 - shift.real) / turn).real - 0.5
    assert np.abs(reference.crop(ramp, face)[24] - wanted).max() < 0.05
