"""Every table at toy size: rows, resumption, and samples that pre-training and tuning do not share."""

import argparse
import json
import shutil
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertTokenizerFast

from . import paper_pages, paper_tables, random_checkpoints
from .checkpoint_files import CheckpointError
from .composed_data import Composer, Mix, balanced
from .feature_banks import Bank
from .labels import LABELS
from .paper_report import draw_labels, spread
from .samples import CASES
from .sources import Source, add_source_arguments
from .toy_data import WORDS, write_vocabulary

COUNT = len(LABELS) * 10


@pytest.fixture()
def laboratory(tmp_path, monkeypatch):
    """Faces whose classes tell the label, voices that half tell it, words that do."""
    write_vocabulary(tmp_path / "vocab.txt")
    tokenizer = BertTokenizerFast(vocab=str(tmp_path / "vocab.txt"), do_lower_case=True)
    labels = np.arange(COUNT) % len(LABELS)

    def composer(seed: int, mix: Mix) -> Composer:
        rng = np.random.default_rng(seed)
        telling = np.eye(len(LABELS))[labels]
        faces = [rng.normal(0, 1, (6, 342)) + np.resize(3 * row, 342) for row in telling]
        classes = [np.tile(np.append(0.9 * row, 0.1), (6, 1)) for row in telling]
        voices = [rng.normal(0, 1, (18, 16)) + np.resize(2 * row, 16) for row in telling]
        texts = [
            tokenizer(f"the day was {WORDS[label]}", add_special_tokens=False).input_ids for label in labels
        ]
        return Composer(texts, labels, Bank(faces, labels, classes), Bank(voices, labels), mix)

    source = Source(tokenizer, composer(0, Mix()), composer(1, Mix.without([])), composed=28)
    source.valid.mix = Mix.without([field for field in vars(Mix())])
    source.unlabelled = source.train.texts
    monkeypatch.setattr(paper_tables, "load_source", lambda arguments: source)
    common = [
        "--vocabulary", str(tmp_path / "vocab.txt"), "--toy", "--device", "cpu", "--threads", "1",
        "--out", str(tmp_path / "out"), "--composed", "28", "--batch", "14",
        "--pretraining-steps", "3", "--steps", "4", "--rate", "3e-3",
    ]  # fmt: skip

    def run(name: str, *more: str) -> dict:
        labelled = [] if name == "composition" else ["--labelled", "42"]
        return paper_tables.main([*common, "--run", name, *labelled, *more])

    return tmp_path / "out", run


def cells(out) -> list[dict]:
    return [json.loads(line) for line in (out / "cells.jsonl").read_text().splitlines()]


def test_four_methods_then_their_parts_then_each_task(laboratory):
    out, run = laboratory
    rows = run("methods", "--seeds", "1", "2", "--runs", str(out.parent / "runs"))
    assert list(rows) == ["Direct", "BERT+Finetune", "Pretrain+Finetune", "Pretrain+Prompt"]
    assert list(rows["Direct"]) == ["T", "V", "A", "TV", "TA", "VA", "TVA"]
    assert all(len(of["TVA"]["uar"]) == 2 for of in rows.values())
    assert len(cells(out)) == 8
    page = (out / "methods.md").read_text()
    assert "| Pretrain+Prompt |" in page and "±" in page and "2 seeds (1, 2), " in page

    # what was measured is not trained again: of labels only the smaller parts are new
    run("labels", "--seeds", "1")
    assert len(cells(out)) == 8 + 4 * 3
    assert (out / "labels.png").stat().st_size > 5000
    rows = run("tasks", "--seeds", "1")
    assert list(rows)[:2] == ["all four tasks", "without WWMLM"] and len(rows) == 6
    # all four tasks were there already
    assert len(cells(out)) == 20 + 5


def test_pages_are_made_anew_from_cells_alone(laboratory, tmp_path):
    out, run = laboratory
    run("prompts", "--seeds", "1", "3")
    page, lines = (out / "prompts.md").read_text(), (out / "cells.jsonl").read_text().splitlines()
    # a seed that is not whole, and cells of another setting that were measured before
    part, other = (json.loads(line) for line in lines[:2])
    cell = json.loads(part["key"])
    part["key"] = json.dumps({**cell, "seed": 2}, sort_keys=True)
    other["setting"] = {**other["setting"], "steps": 1}
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "cells.jsonl").write_text("\n".join([json.dumps(other), *lines, json.dumps(part)]) + "\n")
    assert paper_pages.main(["--paper", str(kept)]) == ["prompts"]
    assert (kept / "prompts.md").read_text() == page and "2 seeds (1, 3), " in page
    assert {path.name for path in kept.iterdir()} == {"cells.jsonl", "prompts.md"}
    (kept / "cells.jsonl").write_text(json.dumps(part) + "\n")
    with pytest.raises(ValueError, match="no run whole"):
        paper_pages.main(["--paper", str(kept)])


def test_the_pages_that_are_kept_are_those_of_their_cells(tmp_path):
    folder = Path(__file__).parents[1] / "results/paper"
    shutil.copy(folder / "cells.jsonl", tmp_path)
    for run in paper_pages.main(["--paper", str(tmp_path)]):
        assert (tmp_path / f"{run}.md").read_text() == (folder / f"{run}.md").read_text()


def test_prompts_and_composition(laboratory):
    _, run = laboratory
    assert list(run("prompts", "--seeds", "1")) == [
        "“i am [MASK] .”",
        "“it was [MASK] .”",
        "“he is [MASK] .”",
    ]
    rows = run("composition", "--seeds", "1")
    assert next(iter(rows)) == "all departures" and list(rows)[-1] == "whole, agreeing samples only"
    assert list(rows["all departures"]) == ["none", *vars(Mix())]


def test_a_cell_whose_row_was_cut_short_is_taken_again(laboratory, monkeypatch):
    out, run = laboratory
    monkeypatch.setattr(
        paper_tables, "cells_of", lambda _run, seeds: [paper_tables.Cell(seed=s) for s in seeds]
    )
    run("prompts", "--seeds", "1", "2")
    before = cells(out)
    written = (out / "cells.jsonl").read_text()
    (out / "cells.jsonl").write_text(written[:-40])
    run("prompts", "--seeds", "1", "2")
    assert [(row["key"], row["cases"]) for row in cells(out)] == [(r["key"], r["cases"]) for r in before]


def test_a_cell_that_was_ended_before_its_row_is_taken_from_its_checkpoint(laboratory, monkeypatch):
    out, run = laboratory
    monkeypatch.setattr(paper_tables, "cells_of", lambda *_: [paper_tables.Cell()])
    run("prompts")
    before = cells(out)
    (out / "cells.jsonl").write_text("")
    run("prompts")
    assert cells(out)[0]["cases"] == before[0]["cases"]


def test_another_setting_is_measured_anew(laboratory):
    out, run = laboratory
    run("prompts", "--seeds", "1")
    run("prompts", "--seeds", "1", "--labelled", "21")
    assert len(cells(out)) == 6 and len({json.dumps(row["setting"]) for row in cells(out)}) == 2
    # nothing is said of what is not given: cells from before there was an option stay
    assert not any({"heads", "trust", "frame_masking", "fresh"} & row["setting"].keys() for row in cells(out))


def test_another_init_or_another_bank_is_measured_anew(laboratory, monkeypatch):
    out, run = laboratory
    made_up = {case: {"uar": 0.5, "wa": 0.5} for case in CASES}
    monkeypatch.setattr(paper_tables.Laboratory, "_train", lambda *_: made_up)
    monkeypatch.setattr(paper_tables, "cells_of", lambda *_: [paper_tables.Cell()])
    init = out.parent / "bert/model.safetensors"
    init.parent.mkdir()

    def measured_anew(*more: str) -> int:
        before = len(cells(out)) if (out / "cells.jsonl").exists() else 0
        run("prompts", "--seeds", "1", *more)
        return len(cells(out)) - before

    for content in (b"one", b"another"):
        init.write_bytes(content)
        assert measured_anew("--init", str(init.parent)) == 1
        assert measured_anew("--init", str(init.parent)) == 0
    assert measured_anew() == 1 and measured_anew("--fresh", "img_") == 1 and measured_anew() == 0
    voices = paper_tables.load_source(None).train.voices
    voices.features[4] = voices.features[4] + 1
    assert measured_anew() == 1


def test_a_labelled_sample_that_is_cut_to_one_modality_shows_its_label(laboratory):
    """Features and words that are the label; a face may be neutral before its expression."""
    source = paper_tables.load_source(None)
    train = source.train
    train.texts = [[int(label)] * 20 for label in train.text_labels]
    train.voices.features = [np.full((18, 16), label) for label in train.voices.labels]
    of_labels = object.__new__(paper_tables.Laboratory)
    of_labels.arguments, of_labels.source = Namespace(labelled=420), source
    labelled = of_labels._labelled(paper_tables.Cell())
    rng = np.random.default_rng(0)
    for _ in range(200):
        words, face, voice = (labelled.draw(rng, case) for case in ("T", "V", "A"))
        # a fifth of the words may be others
        assert np.bincount(words.words).argmax() == words.label
        assert set(face.face_classes.argmax(1)) <= {face.label, LABELS.index("neutral")}
        assert (voice.voice == voice.label).all()
    # beside others a voice may disagree, in 35 of 100 (a seventh of these has the label by chance)
    for case in ("TA", "VA", "TVA"):
        of = [labelled.draw(rng, case) for _ in range(200)]
        assert 0.2 < np.mean([sample.voice[0, 0] != sample.label for sample in of]) < 0.4
        assert all(sample.shows_label(CASES[case]) for sample in of)


def test_a_condition_changes_nothing_but_what_it_names(laboratory):
    """Faces are whole tracks of the bank wherever a column is about voice or words."""
    composer = paper_tables.load_source(None).valid
    tracks = {np.asarray(track).tobytes() for track in composer.faces.features}
    whole = set()
    for name, composer.mix in paper_tables.conditions().items():
        samples = balanced(composer, 28, 99)
        if all(np.asarray(sample.faces).tobytes() in tracks for sample in samples):
            whole.add(name)
    assert whole == {"none", "stray_voice", "stray_face", "stray_words", "garbled", "part_voice"}
    # a second can only be lost of a track that is longer
    composer.mix = paper_tables.conditions()["pace"]
    paced = balanced(composer, 28, 99)
    composer.mix = paper_tables.conditions()["lost_face"]
    assert sum(len(sample.faces) for sample in balanced(composer, 28, 99)) < sum(
        len(sample.faces) for sample in paced
    )


def bert_weights(folder: Path) -> dict[str, torch.Tensor]:
    """Of a BERT of one layer of 48, which is no shape of this package's."""
    words = len((folder / "vocab.txt").read_text().splitlines())
    shape = {"hidden_size": 48, "num_attention_heads": 2, "num_hidden_layers": 1, "intermediate_size": 32}
    return random_checkpoints.bert(shape, words, torch.Generator().manual_seed(1)).state_dict()


def test_all_methods_have_the_shape_of_init_and_direct_none_of_its_weights(laboratory, tmp_path):
    out, run = laboratory
    weights = bert_weights(tmp_path)
    torch.save(weights, tmp_path / "bert.pt")
    # so slowly that a weight which was taken is still what it was
    run("methods", "--seeds", "1", "--init", str(tmp_path / "bert.pt"), "--heads", "2", "--rate", "1e-6")
    trained = [torch.load(path) for path in (out / "runs").rglob("tune-*/best.pt")]
    shapes = [{name: of.shape for name, of in best["model"].items()} for best in trained]
    assert len(shapes) == 4 and all(shape == shapes[0] for shape in shapes)
    given = weights["bert.encoder.layer.0.attention.self.query.weight"]
    near = [
        torch.allclose(best["model"]["encoder.layer.0.attention.self.query.weight"], given, atol=1e-3)
        for best in trained
    ]
    assert sorted(near) == [False, True, True, True]


def test_what_an_init_of_others_needs_said_goes_to_both_trainings(laboratory, tmp_path, monkeypatch):
    """A BERT of two heads of 24, which neither a config nor a tensor tells, in a pickle that holds more."""
    out, run = laboratory
    torch.save({"model": bert_weights(tmp_path), "options": Namespace()}, tmp_path / "bert.pt")
    cells_of = [paper_tables.Cell(method=method) for method in ("bert-finetune", "pretrain-prompt")]
    monkeypatch.setattr(paper_tables, "cells_of", lambda *_: cells_of)
    given = ["--seeds", "1", "--init", str(tmp_path / "bert.pt")]
    with pytest.raises(CheckpointError, match="could run code"):
        run("prompts", *given, "--heads", "2")
    run("prompts", *given, "--heads", "2", "--trust")
    trained = [torch.load(path) for path in (out / "runs").rglob("best.pt")]
    assert len(trained) == 3 and all(best["config"]["num_attention_heads"] == 2 for best in trained)
    assert all(row["setting"]["heads"] == 2 for row in cells(out))


def test_what_begins_anew_does_so_once(laboratory, tmp_path, monkeypatch):
    """`--fresh` is of the trainings that begin with --init: tuning goes on with what was pre-trained."""
    out, run = laboratory
    run("prompts", "--seeds", "1", "--runs", str(tmp_path / "first"))
    (init,) = (tmp_path / "first").rglob("pretrain-*/best.pt")
    given = []
    for module in (paper_tables.pretrain, paper_tables.tune):
        plain = module.make_model
        monkeypatch.setattr(
            module, "make_model", lambda of, source, plain=plain: given.append(of) or plain(of, source)
        )
    cells_of = [paper_tables.Cell(method=method) for method in ("bert-finetune", "direct", "pretrain-prompt")]
    monkeypatch.setattr(paper_tables, "cells_of", lambda *_: cells_of)
    run("methods", "--init", str(init), "--fresh", "img_", "speech_")
    assert [(of.init and of.init == init, list(of.fresh)) for of in given] == [
        (True, ["img_", "speech_"]), (True, [""]), (True, ["img_", "speech_"]), (False, []),
    ]  # fmt: skip
    assert cells(out)[-1]["setting"]["fresh"] == ["img_", "speech_"]


def test_an_option_that_a_run_has_no_use_for_is_refused(laboratory, tmp_path):
    _, run = laboratory
    for name, option, value in (
        *((name, "--samples", "features") for name in ("methods", "composition")),
        *((name, "--shares", "meld=2") for name in ("methods", "tasks", "labels", "prompts")),
        ("prompts", "--frequencies", "meld=1"), ("methods", "--text-teacher", "beliefs.npz"),
        ("methods", "--teach", "0.5"), ("methods", "--voice-beliefs", "beliefs.npz"),
        ("methods", "--lessons", "lessons.npz"), ("methods", "--lessons-part", "0.5"),
        ("methods", "--believed", "0.1"), ("methods", "--face-votes", "0.1"),
        ("composition", "--labelled", "42"), ("composition", "--without", "garbled"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=f"--run {name} has no use for {option}: leave it out"):
            run(name, option, value)


def test_every_option_that_a_training_has_as_well_is_handed_on():
    of_source = argparse.ArgumentParser()
    add_source_arguments(of_source)

    def names(parser: argparse.ArgumentParser) -> set[str]:
        return {action.dest for action in parser._actions}

    for training in (paper_tables.pretrain, paper_tables.tune):
        shared = names(paper_tables.make_parser()) & names(training.make_parser())
        # `load_source` reads the first, a cell decides the others
        shared -= (names(of_source) - {"composed"}) | {"help", "out", "seed", "steps"}
        given = Namespace(vocabulary="vocab.txt", runs="runs", **{name: object() for name in shared})
        laboratory = object.__new__(paper_tables.Laboratory)
        laboratory.arguments = given
        options = laboratory._options(training.make_parser(), 1, 1, given.init)
        assert not [name for name in shared if getattr(options, name) is not getattr(given, name)]


def test_pretraining_and_tuning_share_no_row(laboratory):
    source = paper_tables.load_source(None)
    first = source.train.part(0, paper_tables.UNLABELLED_PART, 1)
    second = source.train.part(paper_tables.UNLABELLED_PART, 1, 1)
    for name in first.rows:
        assert not set(np.concatenate(first.rows[name])) & set(np.concatenate(second.rows[name]))


def test_pretraining_and_tuning_share_no_picture_that_two_encoders_saw(laboratory):
    train = paper_tables.load_source(None).train
    labels, count = train.faces.labels, len(train.faces.labels)
    before = train.part(0, 0.6, 1)
    train.faces.pictures = np.arange(count)
    # with one encoder's tracks the draws are as they were without a word on pictures
    for label, rows in enumerate(train.part(0, 0.6, 1).rows["face"]):
        assert rows.tolist() == before.rows["face"][label].tolist()
        here = np.flatnonzero(labels == label)
        kind = sorted(train.rows).index("face")
        assert (
            rows.tolist() == np.random.default_rng((1, kind, label)).permutation(here)[: len(rows)].tolist()
        )
    # the other encoder's, in another order and with one picture more of its own
    turned = np.arange(count)[::-1]
    light = Bank(train.faces.features[::-1], labels[turned], train.faces.classes[::-1], turned.copy())
    light.pictures[0] = count
    both = Composer(train.texts, labels, train.faces.joined(light), train.voices, train.mix)
    parts = both.part(0, 0.6, 1), both.part(0.6, 1, 1)
    shown = [set(both.faces.pictures[np.concatenate(part.rows["face"])]) for part in parts]
    assert not shown[0] & shown[1] and shown[0] | shown[1] == set(range(count + 1))
    assert sum(len(rows) for part in parts for rows in part.rows["face"]) == 2 * count


def test_the_band_is_as_wide_as_the_table_says(monkeypatch, tmp_path):
    bands = []
    monkeypatch.setattr(
        "matplotlib.axes.Axes.fill_between", lambda _axis, _parts, low, high, **_: bands.append(high - low)
    )
    values = [0.5, 0.6, 0.7]
    rows = [
        (paper_tables.Cell(part=part, seed=seed), {"cases": {"TVA": {"uar": value}}})
        for part in (0.1, 1.0)
        for seed, value in enumerate(values)
    ]
    draw_labels(rows[:4], tmp_path / "labels.png")
    (band,) = (band for band in bands if len(band))
    # of one seed there is none
    assert band == pytest.approx([0.2, 0]) and spread(values) == "60.0 ± 10.0"


def test_bert_finetune_needs_a_bert():
    arguments = [part for part in ("--run", "methods", "--vocabulary", "v", "--out", "o")]
    with pytest.raises(ValueError, match="give --init"):
        paper_tables.main(arguments)
