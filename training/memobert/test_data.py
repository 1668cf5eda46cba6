import logging
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from . import train_denseface, train_lightface, tune
from .composed_data import Composer
from .feature_banks import Bank
from .ferplus_data import (
    Faces,
    clean_votes,
    distributions,
    label_votes,
    load_ferplus,
    load_training_faces,
    majority,
)
from .kept import check_made
from .kept_banks import bank_origin, face_makers
from .labels import GOEMOTIONS_LABELS, LABEL_INDEX, LABELS
from .option_values import read_powers, read_shares
from .sources import Source, load_source
from .speech_data import load_speech, sampling_weights
from .text_data import are_unseen, count_lines, load_fine_labels, load_sentences, load_unlabelled
from .voice_augmentation import add_noise, augment, change_speed, normalise, place


def test_broken_pictures_are_counted_and_left_out(toy, caplog):
    with caplog.at_level(logging.WARNING):
        faces = load_ferplus(toy / "faces", "train")
    assert len(faces.pictures) == 64
    assert "1 pictures could not be read" in caplog.text


def test_missing_archive_names_the_cure(tmp_path):
    with pytest.raises(FileNotFoundError, match="--faces"):
        load_ferplus(tmp_path, "train")


def test_cache_gives_the_same_faces(toy, tmp_path):
    first = load_ferplus(toy / "faces", "valid", tmp_path)
    second = load_ferplus(toy / "faces", "valid", tmp_path)
    assert (first.pictures == second.pictures).all() and (first.votes == second.votes).all()


@pytest.fixture
def faces_shared(toy, tmp_path):
    """The toy's archives, the training one with three pictures of valid more."""
    folder = tmp_path / "shared"
    folder.mkdir()
    shutil.copy(toy / "faces/ferplus-valid.zip", folder)
    with (
        zipfile.ZipFile(toy / "faces/ferplus-train.zip") as train,
        zipfile.ZipFile(toy / "faces/ferplus-valid.zip") as valid,
        zipfile.ZipFile(folder / "ferplus-train.zip", "w") as shared,
    ):
        table = train.read("votes.csv").decode()
        for name in train.namelist():
            if name != "votes.csv":
                shared.writestr(name, train.read(name))
        for row in valid.read("votes.csv").decode().splitlines()[1:4]:
            shared.writestr(row.split(",")[0], valid.read(row.split(",")[0]))
            table += row + "\n"
        shared.writestr("votes.csv", table)
    return folder


def test_pictures_that_are_measured_are_not_learned(toy, faces_shared, caplog):
    with caplog.at_level(logging.INFO):
        found = load_training_faces(faces_shared)
    assert "3 pictures are in ferplus-valid too and were left out" in caplog.text
    assert (found.pictures == load_ferplus(toy / "faces", "train").pictures).all()
    assert len(found.votes) == 64 and len(load_ferplus(faces_shared, "train").pictures) == 67
    shutil.copy(faces_shared / "ferplus-valid.zip", faces_shared / "ferplus-train.zip")
    with pytest.raises(ValueError, match="all pictures"):
        load_training_faces(faces_shared)


def test_no_command_learns_pictures_that_are_measured(runs, faces_shared, tmp_path, caplog):
    out = ["--faces", str(faces_shared), "--out", str(tmp_path)]
    with caplog.at_level(logging.INFO):
        train_denseface.main([*runs["face"], "--epochs", "0", *out])
        train_lightface.main([*runs["light"], "--epochs", "0", *out])
    assert caplog.text.count("64 training faces") == 1
    assert len(torch.load(tmp_path / "lessons.pt", weights_only=True)["logits"]) == 2 * 64
    options = [*runs["fusion"], "--tracks", "0", *out]
    at = options.index("--banks")
    arguments = tune.make_parser().parse_args(options[:at] + options[at + 2 :])
    banks = {name: make("train") for name, make in face_makers(arguments, "cpu").items()}
    # contempt has no label
    assert {name: len(bank.labels) for name, bank in banks.items()} == {"face": 56, "light": 56}
    # nor from banks that were kept before
    origin = bank_origin(arguments, "face", "train")
    before = {name: of for name, of in origin.items() if name != "pictures left out"}
    with pytest.raises(ValueError, match="another pictures left out: give the same, or another --banks"):
        check_made(Path("a.npz"), before, origin, "--banks")


def test_votes_follow_the_authors():
    votes = np.array(
        [
            [5, 1, 0, 4, 0, 0, 0, 0, 0, 0],  # single vote dropped; 5 of 9 is over half
            [5, 5, 0, 0, 0, 0, 0, 0, 0, 0],  # exactly half is not over half
            [0, 0, 0, 0, 0, 0, 0, 2, 8, 0],  # unknown
            [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],  # nothing left
        ],
        np.float32,
    )
    assert clean_votes(votes)[0].tolist() == [5, 0, 0, 4, 0, 0, 0, 0, 0, 0]
    faces = Faces(np.zeros((4, 48, 48), np.uint8), votes)
    kept, classes = majority(faces)
    assert len(kept.votes) == 1 and classes.tolist() == [0]
    trained, target = distributions(faces)
    assert len(trained.votes) == 2
    assert np.allclose(target.sum(1), 1)
    assert np.allclose(target[0, [0, 3]], [5 / 9, 4 / 9])
    # neutral, happiness, surprise, sadness, anger ... to neutral, happy, sad; contempt has no label
    told = Faces(np.zeros((1, 48, 48), np.uint8), np.array([[6, 1, 0, 2, 0, 0, 0, 2, 0, 0]], np.float32))
    assert label_votes(told).tolist() == [[0.75, 0, 0.25, 0, 0, 0, 0]]
    with pytest.raises(ValueError, match="a face without a vote for a label"):
        label_votes(faces)


def test_speech_skips_what_is_no_speech_and_resamples(toy, caplog):
    with caplog.at_level(logging.WARNING):
        speech = load_speech(toy / "speech")
    # 10 ms, silence and a broken file are out; the stereo file at 48 kHz is in, as 16 kHz mono
    assert "3 clips could not be used" in caplog.text
    assert len(speech.clips) == 57
    assert speech.clips[-1].length == 16000
    valid = speech.split("valid")
    assert {clip.speaker for clip in valid} == {"ravdess_17"}
    assert not {clip.speaker for clip in speech.split("train")} & {"ravdess_17"}
    assert speech.split("valid", ("ravdess",)) == []


def test_sampling_evens_out_the_labels(toy):
    clips = load_speech(toy / "speech").split("train")
    weights = sampling_weights(clips)
    sums = np.bincount([c.label for c in clips], weights)
    assert np.allclose(sums, sums[0])


def test_place_puts_a_short_wave_at_the_end_after_normalising():
    wave = np.sin(np.arange(1000)).astype(np.float32) + 3
    window = place(wave, 4000, None)
    assert window.shape == (4000,)
    assert (window[:3000] == 0).all()
    assert abs(window[3000:].mean()) < 1e-5 and abs(window[3000:].std() - 1) < 1e-3
    assert np.allclose(normalise(np.zeros(10, np.float32)), 0)


def test_augmentation_stays_finite_even_on_silence():
    rng = np.random.default_rng(0)
    for wave in (np.zeros(8000, np.float32), rng.standard_normal(8000).astype(np.float32)):
        for _ in range(30):
            assert np.isfinite(augment(wave, rng)).all()
    assert abs(len(change_speed(np.zeros(10000, np.float32), rng)) - 10000) <= 1700
    loud = add_noise(np.ones(8000, np.float32), rng, 20, 20)
    assert abs((loud - 1).std() - 0.1) < 0.02


def test_lines_of_several_emotions_count_only_where_they_agree(tmp_path):
    folder = tmp_path / "semeval2018_ec"
    folder.mkdir()
    lines = [
        "a\tjoy,love,anticipation",
        "b\tanger,disgust",
        "c\tpessimism,trust,sadness",
        "d\tnone",
        "e\ttrust",
    ]
    (folder / "train.tsv").write_text("\n".join(["text\tlabels", *lines]) + "\n")
    found = {s.text: LABELS[s.label] for s in load_sentences(tmp_path, "train")}
    assert found == {"a": "happy", "c": "sad", "d": "neutral"}
    # what is left out is told beside what is kept
    assert count_lines(tmp_path, "train") == {"semeval2018_ec": 5}


def test_lines_that_are_cut_short_are_counted_and_left_out(tmp_path, caplog):
    (tmp_path / "goemotions").mkdir()
    (tmp_path / "goemotions/dev.tsv").write_text("\ufefftext\tlabels\nwhole\tjoy\ncut\n", encoding="utf-8")
    talk(tmp_path, ["cut", "whole\tjoy\tAnn\t1"])
    (tmp_path / "meld/train.tsv").rename(tmp_path / "meld/dev.tsv")
    with caplog.at_level(logging.WARNING):
        assert [s.text for s in load_sentences(tmp_path, "dev")] == ["whole", "whole"]
    assert caplog.text.count("1 lines are cut short, without a label") == 2
    assert load_fine_labels(tmp_path, "dev") == (["whole"], [{"joy"}])


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("text\tlabel\ncafé\tjoy\n".encode("latin-1"), r"meld/train\.tsv is no UTF-8: save it anew"),
        (b"text\tmood\na\tjoy\n", r"meld/train\.tsv lacks the column label or labels: name it"),
        (b"line\tlabel\na\tjoy\n", r"meld/train\.tsv lacks the column text: name it"),
    ],
)
def test_a_table_of_sentences_that_is_none_is_named(tmp_path, written, why):
    (tmp_path / "meld").mkdir()
    (tmp_path / "meld/train.tsv").write_bytes(written)
    with pytest.raises(ValueError, match=why):
        load_sentences(tmp_path, "train")


def test_large_corpora_and_frequent_labels_are_drawn_less_often_than_they_are():
    source = Source(tokenizer=None, corpora=["large"] * 80 + ["small"] * 20)
    labels = [0] * 64 + [1] * 16 + [0] * 20
    bank = Bank([np.zeros((1, 2), np.float16)], np.array([0]), [np.zeros((1, 8), np.float16)])
    source.train = Composer([(i,) for i in range(100)], labels, bank, bank)
    assert list(source.cells) == [("large", 0), ("large", 1), ("small", 0)]
    # corpora 2 : 1, and within the large one 2 : 1
    np.testing.assert_allclose(source.cell_chances, [4 / 9, 2 / 9, 3 / 9])
    rng = np.random.default_rng(1)
    drawn = [source.draw_sentence(rng) for _ in range(50)]
    assert all(sample.label == labels[sample.words[0]] for sample in drawn)
    # a part of the rows is all that its source draws from
    half = replace(source, train=source.train.part(0, 0.5, 1))
    assert sum(len(rows) for rows in half.cells.values()) == 50


def talk(folder, rows: list[str]) -> None:
    (folder / "meld").mkdir()
    lines = ["text\tlabel\tspeaker\tdialogue_id", *rows]
    (folder / "meld" / "train.tsv").write_text("\n".join(lines) + "\n")


def test_a_sentence_knows_what_its_speaker_said_before(tmp_path):
    talk(
        tmp_path,
        [
            "a\tjoy\tAnn\t1",
            "b\tfear\tBob\t1",
            "c\tjoy\tAnn\t1",
            "d\tjoy\tAnn\t2",
            "e\tjoy\t\t2",
            "f\tjoy\t\t2",
        ],
    )
    assert [s.before for s in load_sentences(tmp_path, "train")] == ["", "", "a", "", "", ""]


def test_lines_that_are_measured_are_not_learned(tmp_path, caplog):
    lines = ["Oh, it's GONE!\tsadness\tAnn\t1", "okay\tneutral\tAnn\t1", "we will see\tjoy\tAnn\t1"]
    talk(tmp_path, lines)
    (tmp_path / "isear").mkdir()
    (tmp_path / "isear/dev.tsv").write_text(
        "text\tlabel\noh it's gone\tsadness\nwe will see\tjoy\nnew\tjoy\n"
    )
    # of another corpus, and one that has no label of ours
    (tmp_path / "goemotions").mkdir()
    (tmp_path / "goemotions/train.tsv").write_text(
        "text\tlabels\n“Oh — it\u2019s gone”\tneutral,joy\nso it is\tjoy\n"
    )
    with caplog.at_level(logging.INFO):
        found = load_sentences(tmp_path, "train")
    # the long one is left out, also of what was said before; what everybody says stays
    assert [(s.text, s.before) for s in found] == [
        ("so it is", ""),
        ("okay", ""),
        ("we will see", "okay"),
    ]
    assert "meld train: 1 lines are in a dev.tsv too and were left out" in caplog.text
    assert load_unlabelled(tmp_path) == ["so it is", "okay", "we will see"]
    measured = load_sentences(tmp_path, "dev")
    assert [s.text for s in measured] == ["oh it's gone", "we will see", "new"]
    assert are_unseen(tmp_path, measured).tolist() == [False, False, True]


def test_a_sentence_is_learned_without_what_was_said_before_it(runs, toy, tmp_path):
    talk = [sentence for sentence in load_sentences(toy / "text", "train") if sentence.before]
    assert talk, "a dialogue, or nothing could come with a sentence"
    given = tune.make_parser().parse_args([*runs["fusion"], "--out", str(tmp_path)])
    source = load_source(given)
    rng = np.random.default_rng(3)
    drawn = {source.draw_sentence(rng).words for _ in range(50)}
    assert len(drawn) > 5
    assert drawn <= {tuple(words) for words in source.train.texts}


def test_labels_are_drawn_by_a_power_of_their_count():
    source = Source(tokenizer=None, corpora=["a"] * 80 + ["b"] * 20, powers={"a": 1.0, "b": 0.0})
    bank = Bank([np.zeros((1, 2), np.float16)], np.array([0]), [np.zeros((1, 8), np.float16)])
    source.train = Composer([(i,) for i in range(100)], [0] * 64 + [1] * 16 + [0] * 19 + [1], bank, bank)
    # corpora 2 : 1; a's labels 4 : 1, b's alike
    np.testing.assert_allclose(source.cell_chances, [8 / 15, 2 / 15, 1 / 6, 1 / 6])


def test_a_corpus_is_drawn_as_often_as_its_share_says():
    source = Source(tokenizer=None, corpora=["a"] * 80 + ["b"] * 20, shares={"b": 3.0})
    bank = Bank([np.zeros((1, 2), np.float16)], np.array([0]), [np.zeros((1, 8), np.float16)])
    source.train = Composer([(i,) for i in range(100)], [0] * 100, bank, bank)
    # 2 : 1 by the roots of their sizes
    np.testing.assert_allclose(source.cell_chances, [2 / 5, 3 / 5])


@pytest.mark.parametrize("share", ["0", "-1", "inf", "nan"])
def test_shares_that_cannot_be_are_named(share):
    with pytest.raises(ValueError, match="above 0"):
        read_shares([f"meld={share}"], {"meld"})
    assert read_shares(["meld=2"], {"meld"}) == {"meld": 2}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["meld"], "CORPUS=NUMBER"),
        (["meld=x"], "CORPUS=NUMBER"),
        (["mold=1"], "mold is no corpus"),
        (["meld=2"], "between"),
    ],
)
def test_powers_that_cannot_be_are_named(words, why):
    with pytest.raises(ValueError, match=why):
        read_powers(words, {"meld"})
    assert read_powers(["meld=0.75"], {"meld"}) == {"meld": 0.75}


def test_sentences_carry_labels(toy):
    sentences = load_sentences(toy / "text", "train")
    assert {s.label for s in sentences} == set(range(7))
    assert GOEMOTIONS_LABELS["curiosity"] == "surprised" and "happy" in LABEL_INDEX
