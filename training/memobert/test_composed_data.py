import numpy as np
import pytest
import torch

from .composed_data import (
    PLAIN,
    Composer,
    Mix,
    balanced,
    expression_course,
    vary_track,
)
from .feature_banks import Bank, render_tracks
from .labels import LABELS

COUNT = len(LABELS) * 4


@pytest.fixture()
def banks():
    """Each face's features are its label; each voice's too; classes sum to 1."""
    labels = np.arange(COUNT) % len(LABELS)
    faces = Bank(
        [np.full((8, 342), label, np.float16) for label in labels],
        labels,
        [np.eye(8, dtype=np.float16)[[label] * 8] for label in labels],
    )
    voices = Bank([np.full((30, 16), label, np.float16) for label in labels], labels)
    return {
        "texts": [[100 + label] * 6 for label in labels],
        "text_labels": labels,
        "faces": faces,
        "voices": voices,
    }


def test_plain_samples_agree_and_are_whole(banks):
    for sample in balanced(Composer(**banks), 14, 3):
        assert set(sample.words) == {100 + sample.label}
        assert (sample.faces == sample.label).all() and sample.faces.shape == (8, 342)
        assert (sample.voice == sample.label).all() and len(sample.voice) == 30
        assert (sample.face_classes.argmax(1) == sample.label).all()


def test_the_same_seed_gives_the_same_samples(banks):
    composer = Composer(**banks, mix=Mix())
    once, again = balanced(composer, 21, 5), balanced(composer, 21, 5)
    assert all(
        a.words == b.words and np.array_equal(a.faces, b.faces) and np.array_equal(a.voice, b.voice)
        for a, b in zip(once, again, strict=True)
    )


def test_departures_happen_as_often_as_the_mix_says(banks):
    composer = Composer(**banks, mix=Mix(0.5, 0, 0, 0, 0, 0.5, 0))
    samples = balanced(composer, 1400, 1)
    # of the strays a seventh is by chance of the same label
    stray = np.mean([sample.voice[0, 0] != sample.label for sample in samples])
    assert 0.36 < stray < 0.5
    assert {sample.astray for sample in samples} == {(), ("voice",)}
    assert all(("voice" in sample.astray) == (sample.voice[0, 0] != sample.label) for sample in samples)
    assert all(np.allclose(sample.faces, sample.label, atol=1e-5) for sample in samples)
    part = np.mean([len(sample.voice) < 30 for sample in samples])
    assert 0.4 < part < 0.55
    # a modality alone has nobody to say otherwise
    alone = balanced(composer, 70, 1, "A")
    assert all(sample.voice[0, 0] == sample.label and not sample.words for sample in alone)


def test_a_face_rises_from_neutral_with_its_classes(banks):
    composer = Composer(**banks, mix=Mix(0, 0, 0, 0, 0, 0, 1.0))
    happy = [composer.draw(1, np.random.default_rng(seed)) for seed in range(40)]
    long = [sample for sample in happy if len(sample.faces) > 20]
    assert any(sample.faces[0, 0] < 0.3 and sample.faces.max() > 0.7 for sample in long)
    for sample in long:
        # features are the label: 0 neutral, 1 happy; so the second class follows them
        assert np.allclose(sample.faces[:, 0], sample.face_classes[:, 1].astype(np.float32), atol=0.01)
        assert np.allclose(sample.face_classes.sum(1), 1, atol=0.01)


def test_a_lost_face_leaves_fewer_frames_but_never_none(banks):
    for seed in range(60):
        drawn = Composer(**banks, mix=Mix(0, 0, 0, 0, 1.0, 0, 0)).draw(2, np.random.default_rng(seed))
        assert 1 <= len(drawn.faces) <= 36 and len(drawn.faces) == len(drawn.face_classes)


def test_tracks_are_whole_without_another_pace(banks):
    drawn = balanced(Composer(**banks, mix=Mix(0, 0, 0, 0, 0, 0, 0, pace=0)), 28, 1)
    assert {len(sample.faces) for sample in drawn} == {8}
    lengths = [
        len(s.faces) for s in balanced(Composer(**banks, mix=Mix(0, 0, 0, 0, 0, 0, 0, pace=0.5)), 700, 1)
    ]
    assert 0.4 < np.mean([length == 8 for length in lengths]) < 0.65
    # an expression rises over the frames that there are
    rising = balanced(Composer(**banks, mix=Mix(0, 0, 0, 0, 0, 0, 1.0, pace=0)), 28, 1)
    assert {len(sample.faces) for sample in rising} == {8}
    assert any(sample.faces.min() < 0.3 < sample.faces.max() for sample in rising if sample.label)


def test_parts_of_a_composer_share_nothing(banks):
    whole = Composer(**banks)
    first, second = whole.part(0, 0.5, 1), whole.part(0.5, 1, 1)
    for name, rows in whole.rows.items():
        for label, all_rows in enumerate(rows):
            a, b = set(first.rows[name][label]), set(second.rows[name][label])
            assert not a & b and a | b == set(all_rows)


def test_unknown_departures_and_missing_labels_are_named(banks):
    with pytest.raises(ValueError, match="rain: a mix has stray_voice"):
        Mix.without(["rain"])
    assert Mix.without(["onset"]).onset == 0 and Mix.without([]) == Mix() != PLAIN
    composer = Composer(**{**banks, "text_labels": np.zeros(COUNT, int)})
    with pytest.raises(ValueError, match="no text sample is labelled happy"):
        composer.draw(1, np.random.default_rng(0))


def test_tracks_move_smoothly_and_stay_in_range():
    pictures = torch.randint(0, 255, (3, 1, 48, 48), dtype=torch.uint8)
    tracks = render_tracks(pictures, 8, 64, torch.Generator().manual_seed(0))
    assert tracks.shape == (3, 8, 1, 64, 64)
    assert tracks.min() >= 0 and tracks.max() <= 255
    track = np.arange(8, dtype=np.float16)[:, None]
    rng = np.random.default_rng(0)
    for _ in range(50):
        varied = vary_track(track, rng)
        assert 1 <= len(varied) <= 36 and (np.diff(varied[:, 0]) >= 0).all()


def test_an_expression_reaches_its_apex_whatever_its_course():
    rng = np.random.default_rng(0)
    for frames in (4, 12, 36):
        for _ in range(100):
            course = expression_course(frames, rng)
            assert course.shape == (frames,) and course.min() >= 0 and 0.8 < course.max() <= 1


@pytest.mark.parametrize(("name", "case"), [("voice", "A"), ("face", "V")])
def test_a_voice_or_a_face_alone_is_learned_as_others_told(banks, name, case):
    composer = Composer(**banks)
    belief = np.full(len(LABELS), 1 / len(LABELS), np.float32)
    setattr(composer, f"{name}_beliefs", {int(row): belief for row in composer.rows[name][3]})
    rng = np.random.default_rng(0)
    assert composer.draw(3, rng, case).belief is belief
    assert composer.part(0, 1, 1).draw(3, rng, case).belief is belief
    # what nobody told of has its label alone, and beside others a modality is what they are
    assert composer.draw(2, rng, case).belief is None
    others = {"TVA", "VA", "T", "A", "V"} - {case}
    assert all(composer.draw(3, rng, other).belief is None for other in sorted(others))
