import copy
import shutil

import numpy as np
import pytest
import torch
from transformers import (
    AutoModelForSequenceClassification,
    BertConfig,
    MPNetConfig,
    MPNetModel,
    MPNetTokenizerFast,
)

from . import text_teacher
from .checkpoint_files import CheckpointError
from .fit import Draws
from .text_data import Sentence


def test_a_teacher_of_words_is_any_encoder_of_the_layout_with_its_lower_layers_held(toy, tmp_path):
    shutil.copy(toy / "vocab.txt", tmp_path / "vocab.txt")
    tokenizer = MPNetTokenizerFast(vocab=str(tmp_path / "vocab.txt"), unk_token="[UNK]")
    tokenizer.save_pretrained(tmp_path / "mpnet")
    sizes = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
    before = MPNetModel(MPNetConfig(vocab_size=len(tokenizer), **sizes))
    before.save_pretrained(tmp_path / "mpnet")
    out = tmp_path / "teacher"
    options = ["--text", str(toy / "text"), "--vocabulary", str(toy / "vocab.txt"), "--device", "cpu"]
    options += [
        "--init",
        str(tmp_path / "mpnet"),
        "--freeze",
        "1",
        "--corpora",
        "meld",
        "--frequencies",
        "0.5",
    ]
    options += ["--batch", "8", "--rate", "5e-3", "--steps", "4", "--every", "4", "--out", str(out)]
    text_teacher.main(options)
    after = torch.load(out / "best.pt", weights_only=False)["model"]
    # only what learns is in it: the upper layer, with which a sentence's kept states go on
    assert not any("embeddings" in name for name in after)
    trained = {name for name in after if name.startswith("model.mpnet.encoder.layer.")}
    assert trained and all(name.startswith("model.mpnet.encoder.layer.0.") for name in trained)
    name = "attention.attn.q.weight"
    one, other = before.encoder.layer[1].state_dict(), before.encoder.layer[0].state_dict()
    assert torch.dist(after[f"model.mpnet.encoder.layer.0.{name}"], one[name]) < 0.5 * torch.dist(
        other[name], one[name]
    )
    assert not torch.equal(after[f"model.mpnet.encoder.layer.0.{name}"], one[name])
    assert (out / text_teacher.BELIEFS).exists()


def test_a_teacher_begins_where_another_ended_if_it_is_of_the_same_shape(toy, tmp_path, monkeypatch):
    options = ["--text", str(toy / "text"), "--vocabulary", str(toy / "vocab.txt"), "--device", "cpu"]
    options += ["--batch", "4", "--rate", "5e-3", "--steps", "2", "--every", "2"]
    first = tmp_path / "first"
    text_teacher.main([*options, "--corpora", "meld", "--out", str(first)])
    ended = torch.load(first / "best.pt", weights_only=False)["model"]
    begun: list[dict[str, torch.Tensor]] = []
    run = text_teacher.Fit.run

    def watched(fit, *others):
        begun.append({name: value.clone() for name, value in fit.module.state_dict().items()})
        return run(fit, *others)

    monkeypatch.setattr(text_teacher.Fit, "run", watched)
    options += ["--corpora", "meld", "--folds", "2", "--out", str(tmp_path / "second"), "--goes-on"]
    text_teacher.main([*options, str(first / "best.pt")])
    assert len(begun) == 2
    for state in begun:
        assert all(torch.equal(state[name], value) for name, value in ended.items())
    other = {name: torch.zeros(3) for name in ended}
    torch.save({"model": other}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match=r"no teacher of this shape.*--init and --freeze"):
        text_teacher.main([*options, str(tmp_path / "other.pt")])
    with pytest.raises(CheckpointError, match=r"nothing\.pt"):
        text_teacher.main([*options, str(tmp_path / "nothing.pt")])


def test_of_each_sentence_is_kept_what_the_teacher_says_that_never_saw_it(toy, tmp_path, monkeypatch):
    told: list[list[tuple[int, ...]]] = []

    def logits_of(model, encoded, device):
        told.append([tuple(ids) for ids in encoded])
        return real(model, encoded, device)

    real = text_teacher.logits_of
    monkeypatch.setattr(text_teacher, "logits_of", logits_of)
    learned: list[list[tuple[int, ...]]] = []
    stepper = text_teacher.Stepper

    def taught(encoded, *others):
        learned.append([tuple(ids) for ids in encoded])
        return stepper(encoded, *others)

    monkeypatch.setattr(text_teacher, "Stepper", taught)
    out = tmp_path / "teacher"
    options = ["--text", str(toy / "text"), "--vocabulary", str(toy / "vocab.txt"), "--device", "cpu"]
    options += ["--corpora", "meld", "--batch", "4", "--rate", "5e-3", "--steps", "2", "--every", "2"]
    options += ["--out", str(out), "--folds", "3"]
    text_teacher.main([*options, "--only", "2"])
    assert (out / "fold-2" / "best.pt").exists() and not (out / text_teacher.BELIEFS).exists()
    learned.clear()
    told.clear()
    text_teacher.main(options)
    sentences = [s for s in text_teacher.load_sentences(toy / "text", "train") if s.corpus == "meld"]
    fold = text_teacher.folds_of(sentences, 3)
    # stretches, all of about one size
    assert (np.diff(fold) >= 0).all() and np.ptp(np.bincount(fold, minlength=3)) <= 1
    sizes = np.bincount(fold)
    assert [len(rows) for rows in learned] == [len(sentences) - size for size in sizes]
    parts = [learned[1][: sizes[0]], learned[0][: sizes[1]], learned[0][sizes[1] :]]
    assert [rows for rows in told if rows in parts] == parts
    with np.load(out / text_teacher.BELIEFS) as kept:
        assert kept["meld"].shape == (len(sentences), 7)
        assert np.allclose(kept["meld"].sum(1), 1, atol=2e-3)


def test_labels_are_drawn_by_their_power_where_there_are_fewer_sentences_than_a_pool():
    sentences = [Sentence("meld", "", label) for label in [0] * 90 + [1] * 10]
    labels = np.array([s.label for s in sentences])
    weights = text_teacher.chances(sentences, 0)
    stepper = text_teacher.Stepper([np.array([5])] * 100, labels, weights, 8, "cpu")
    drawn = []

    def learn(_ids, _mask, given):
        drawn.extend(given.tolist())
        return torch.zeros(())

    draws = Draws.of(1, 0, 0)
    for index in range(3 * text_teacher.POOLED):
        stepper(learn, index, draws)
    assert len(drawn) == 3 * 8 * text_teacher.POOLED
    # the tenth of the sentences is half of what is drawn
    assert weights[90:].sum() == pytest.approx(0.5) and np.mean(drawn) == pytest.approx(0.5, abs=0.05)


def test_folds_that_are_not_there_are_refused(toy, tmp_path, capsys):
    options = ["--text", str(toy / "text"), "--vocabulary", str(toy / "vocab.txt"), "--out", str(tmp_path)]
    with pytest.raises(SystemExit):
        text_teacher.main([*options, "--folds", "2", "--only", "3"])
    assert "folds are counted from 1" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_held_layers_and_the_rest_say_what_the_whole_says(kind):
    torch.manual_seed(2)
    sizes = dict(vocab_size=50, hidden_size=32, num_hidden_layers=3, num_attention_heads=2, num_labels=7)
    configs = {"bert": BertConfig(**sizes), "mpnet": MPNetConfig(**sizes)}
    whole = AutoModelForSequenceClassification.from_config(configs[kind]).eval()
    upper = copy.deepcopy(whole)
    lower = text_teacher.hold_below(upper, 2)
    encoded = [np.array([5, 6, 7]), np.array([8, 9, 10, 11, 12, 13])]
    states = text_teacher.states_of(lower, encoded, "cpu")
    assert [of.shape for of in states] == [(3, 32), (6, 32)]
    assert len(upper.base_model.encoder.layer) == 1 and len(whole.base_model.encoder.layer) == 3
    wanted = text_teacher.logits_of(whole, encoded, "cpu")
    assert np.allclose(text_teacher.logits_of(upper, states, "cpu"), wanted, atol=2e-3)
    with pytest.raises(ValueError, match="--freeze 3: the encoder has 3 layers"):
        text_teacher.hold_below(copy.deepcopy(whole), 3)
