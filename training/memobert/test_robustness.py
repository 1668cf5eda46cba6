import numpy as np
import pytest
import torch

from . import robustness
from .robustness import CLEAN, FACE_CONDITIONS, degrade_faces, degrade_voice, voice_conditions

RATE_HZ = 16000


def tone(hz: float, seconds: float = 1.0) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(int(RATE_HZ * seconds)) / RATE_HZ)).astype(np.float32)


def rms(wave: np.ndarray) -> float:
    return float(np.sqrt(np.mean(wave**2)))


@pytest.fixture(scope="module")
def faces() -> torch.Tensor:
    return torch.randint(0, 256, (6, 1, 48, 48), generator=torch.Generator().manual_seed(0)).float()


@pytest.mark.parametrize("name", FACE_CONDITIONS)
def test_face_condition_keeps_shape_and_range_and_repeats(name, faces):
    kept = faces.clone()
    once, twice = degrade_faces(name, faces, 1), degrade_faces(name, faces, 1)
    assert once.shape == faces.shape and torch.equal(once, twice)
    assert torch.equal(faces, kept), "the clean pictures must stay as they are"
    assert once.min() >= 0 and once.max() <= 255
    assert torch.equal(once, faces) == (name == CLEAN)


def test_faces_are_covered_where_it_says(faces):
    lower = degrade_faces("lower half covered", faces, 1)
    assert (lower[..., 24:, :] == 128).all() and torch.equal(lower[..., :24, :], faces[..., :24, :])
    quarters = degrade_faces("a quarter covered", faces, 1)
    assert ((quarters == 128).float().mean((1, 2, 3)) - 0.25).abs().max() < 0.02


def test_darkness_and_tilt_do_what_they_say(faces):
    darkness = float(degrade_faces("dark, gain 0.2", faces, 1).mean())
    assert darkness == pytest.approx(0.2 * float(faces.mean()), rel=0.05)
    ramp = torch.arange(48.0).view(1, 1, 1, 48).expand(8, 1, 48, 48)
    turned = degrade_faces("tilted 30°", ramp, 1)[:, 0]
    slope = (turned[:, 24, 30] - turned[:, 24, 18]) / 12
    assert torch.allclose(slope, torch.full((8,), np.cos(np.pi / 6)), atol=0.02)
    # to either side
    assert len(set((turned[:, 30, 24] > turned[:, 18, 24]).tolist())) == 2


def test_voice_conditions_are_finite_seeded_and_apart():
    conditions = voice_conditions([tone(150), tone(333, 0.4)])
    wave = tone(220) * np.hanning(RATE_HZ).astype(np.float32)
    for name, condition in conditions.items():
        once, twice, other = (degrade_voice(name, condition, wave, 1, index) for index in (0, 0, 1))
        assert once.dtype == np.float32 and np.isfinite(once).all(), name
        assert np.array_equal(once, twice), name
        if "noise" in name or "babble" in name or "room" in name:
            assert not np.array_equal(once, other), name
        silent = condition(np.zeros(8000, np.float32), np.random.default_rng(0))
        assert np.isfinite(silent).all(), name
    with pytest.raises(ValueError, match="babble"):
        voice_conditions([])


def test_noise_has_the_ratio_it_names():
    wave, rng = tone(220), np.random.default_rng(0)
    for noisy in (
        robustness.white_noise(wave, rng, 5),
        robustness.babble_noise(wave, rng, [tone(150), tone(333)], 5),
    ):
        assert 20 * np.log10(rms(wave) / rms(noisy - wave)) == pytest.approx(5, abs=0.1)


def test_a_telephone_keeps_the_band_alone():
    rng = np.random.default_rng(0)
    inside, below, above = (rms(robustness.telephone(tone(hz), rng)) for hz in (1000, 60, 5000))
    assert inside == pytest.approx(rms(tone(1000)), rel=0.05)
    assert below < 0.05 * inside and above < 0.05 * inside


def test_clipping_room_and_speed():
    wave, rng = tone(220), np.random.default_rng(0)
    cut = robustness.clipped(wave, rng, 0.3)
    assert np.mean(np.abs(cut) >= np.abs(cut).max() - 1e-6) == pytest.approx(0.3, abs=0.02)
    click = np.zeros(RATE_HZ, np.float32)
    click[0] = 1
    room = robustness.reverberation(click, rng, 0.4)
    early, late = rms(room[1:1600]), rms(room[4800:6400])
    # 0.3 s later the sound is 45 dB lower
    assert 20 * np.log10(early / late) == pytest.approx(45, abs=3)
    assert len(robustness.faster(wave, rng, 10, 11)) == pytest.approx(RATE_HZ / 1.1, abs=1)
    assert rms(robustness.quieter(wave, rng, 20)) == pytest.approx(rms(wave) / 10, rel=0.01)
