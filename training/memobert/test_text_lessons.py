import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from . import text_lessons, text_teacher, tune
from .labels import LABELS
from .samples import Sample
from .sources import load_source
from .text_data import Sentence, load_sentences, load_unlabelled
from .text_lessons import Lessons


@pytest.fixture
def text(toy, tmp_path) -> Path:
    """Of the toy's sentences those of one corpus, and of another such as no other has."""
    folder = tmp_path / "text"
    shutil.copytree(toy / "text" / "meld", folder / "meld")
    lines = [f"line {number} of another kind\tfear" for number in range(30)]
    (folder / "isear").mkdir()
    for split in ("train", "dev"):
        (folder / "isear" / f"{split}.tsv").write_text(
            "\n".join(["text\tlabel", *lines[split == "dev" :: 2]])
        )
    return folder


def test_lessons_are_sentences_that_the_teacher_did_not_learn(text):
    sentences = load_sentences(text, "train")
    learned = [s for s in sentences if s.corpus == "meld"]
    known = {s.text for s in learned}
    everything = text_lessons.choose_lessons(text, learned, 10**6, 1)
    assert everything == [text for text in load_unlabelled(text) if text not in known]
    some = text_lessons.choose_lessons(text, learned, 5, 1)
    assert len(set(some)) == 5 and set(some) <= set(everything)
    assert some == text_lessons.choose_lessons(text, learned, 5, 1)
    assert some != text_lessons.choose_lessons(text, learned, 5, 2)
    assert text_lessons.choose_lessons(text, learned, 10**6, 1, ["isear"]) == everything
    for given, corpora in ((sentences, []), (learned, ["meld"])):
        with pytest.raises(ValueError, match="no sentence but those"):
            text_lessons.choose_lessons(text, given, 5, 1, corpora)
    shutil.copytree(text / "isear", text / "emorynlp")
    with pytest.raises(FileNotFoundError, match="holds no emorynlp, nowhere to read"):
        text_lessons.choose_lessons(text, learned, 5, 1, ["isear", "nowhere", "emorynlp"])


def test_a_label_is_drawn_by_its_power_with_what_is_said_of_the_sentence():
    beliefs = np.full((100, len(LABELS)), 0.05, np.float32)
    beliefs[:90, 0], beliefs[90:, 3] = 0.7, 0.7
    nothing = np.zeros((0, 4), np.float32)
    absent = Sample((), nothing, nothing, nothing)
    lessons = Lessons([(row,) for row in range(100)], beliefs, absent, 0.0)
    rng = np.random.default_rng(2)
    drawn = [lessons.draw(rng) for _ in range(400)]
    assert np.mean([sample.label == 3 for sample in drawn]) == pytest.approx(0.5, abs=0.1)
    assert {sample.label for sample in drawn} == {0, 3}
    assert all((sample.words[0] >= 90) == (sample.label == 3) for sample in drawn)
    assert all(np.array_equal(sample.belief, beliefs[sample.words[0]]) for sample in drawn)
    often = Lessons(lessons.ids, beliefs, absent, 1.0)
    assert np.mean([often.draw(rng).label == 3 for _ in range(400)]) == pytest.approx(0.1, abs=0.06)


def teach(text: Path, toy: Path, out: Path, *more: str) -> None:
    options = ["--text", str(text), "--vocabulary", str(toy / "vocab.txt"), "--device", "cpu"]
    options += ["--corpora", "meld", "--batch", "8", "--rate", "5e-3", "--steps", "2", "--every", "2"]
    text_teacher.main([*options, *more, "--out", str(out)])


@pytest.fixture
def taught(text, toy, tmp_path) -> Path:
    teach(text, toy, tmp_path / "teacher", "--folds", "2", "--others", "12", "--splices", "3")
    return tmp_path / "teacher" / text_lessons.LESSONS


def test_of_lessons_is_kept_the_mean_of_what_each_teacher_says(text, toy, tmp_path, monkeypatch):
    said = []

    def kept(*given):
        said.append(logits_of(*given))
        return said[-1]

    logits_of = text_teacher.logits_of
    monkeypatch.setattr(text_teacher, "logits_of", kept)
    teach(text, toy, tmp_path, "--folds", "2", "--splices", "9")
    _, beliefs = text_lessons.load_lessons(tmp_path / text_lessons.LESSONS)
    # what is asked last: each teacher of all lessons
    first, second = (torch.from_numpy(logits).softmax(1).numpy() for logits in said[-2:])
    assert np.abs(first - second).max() > 0.01
    assert np.allclose(beliefs, (first + second) / 2, atol=1e-3)


def test_a_part_of_the_sentences_alone_is_what_a_teacher_says_of_others(runs, taught, tmp_path):
    texts, beliefs = text_lessons.load_lessons(taught)
    assert len(texts) == 15 and beliefs.shape == (15, len(LABELS))
    # of two teachers the mean
    assert np.allclose(beliefs.sum(1), 1, atol=2e-3)
    given = [*runs["fusion"], "--lessons", str(taught), "--lessons-part", "0.5"]
    parsed = tune.make_parser().parse_args([*given, "--out", "x"])
    source = load_source(parsed)
    rng = np.random.default_rng(3)
    told = {tuple(ids): belief for ids, belief in zip(source.lessons.ids, beliefs, strict=True)}
    drawn = [source.draw_sentence(rng) for _ in range(200)]
    lessons = [sample for sample in drawn if sample.belief is not None]
    assert len(lessons) == pytest.approx(100, abs=25)
    assert all(np.array_equal(sample.belief, told[sample.words]) for sample in lessons)
    assert not any(len(sample.faces) or len(sample.voice) for sample in lessons)
    tune.main([*given, "--steps", "2", "--every", "2", "--chances", "T=1", "--out", str(tmp_path / "run")])
    with pytest.raises(ValueError, match="--lessons-part 2"):
        load_source(tune.make_parser().parse_args([*given, "--lessons-part", "2", "--out", "x"]))


def test_a_splice_is_the_beginning_of_one_sentence_and_the_end_of_another():
    learned = [Sentence("meld", text, 0) for text in ("a b c d e", "v w x y z", "Okay.", "")]
    found = text_lessons.splice(learned, 200, 3)
    assert found == text_lessons.splice(learned, 200, 3) and len(set(found)) > 20
    texts = [sentence.text for sentence in learned]
    for text in found:
        words = text.split()
        assert any(
            first.split()[:cut] == words[:cut]
            and (cut == len(words) or second.endswith(" ".join(words[cut:])))
            for cut in range(len(words) + 1)
            for first in texts
            for second in texts
        ), text
    # of what is begun with at least two fifths are there, of the other at most three fifths gone
    assert all(len(text.split()) >= 2 for text in found if text.startswith("a"))


def test_what_is_no_lessons_is_refused(taught):
    with pytest.raises(ValueError, match="holds no lessons"):
        text_lessons.load_lessons(taught.with_name(text_teacher.BELIEFS))
