import shutil

import pytest
import torch

from . import average_weights
from .interruptions import DISK_FULL, KILLED, each


def save(path, value: float, key: str = "model", **more):
    tensors = {"w": torch.full((2, 3), value), "seen": torch.tensor(int(value))}
    path.parent.mkdir(exist_ok=True)
    torch.save({key: tensors, **more}, path)
    return str(path)


def test_the_mean_keeps_what_describes_the_first(tmp_path):
    reached = {"valid": {"wa": 1}, "epoch": 7, "score": 2}
    given = [
        save(tmp_path / "best.pt", 1.0, config={"size": 3}, run={"seed": 7}, **reached),
        save(tmp_path / "again/last.pt", 4.0, key="average", epoch=10),
    ]
    save(tmp_path / "again/best.pt", 2.0, run={"seed": 8})
    average_weights.main([*given, "--out", str(tmp_path / "mean"), "--parts", "1", "2"])
    found = torch.load(tmp_path / "mean/best.pt", weights_only=False)
    assert found["model"]["w"].tolist() == [[3.0] * 3] * 2
    assert found["model"]["seen"] == 1 and found["config"] == {"size": 3}
    # what the first one reached, and when, is not what the mean reaches
    assert found.keys() == {"model", "config", "run"} and found["run"]["epochs"] == [7, 10]
    assert found["run"]["parts"] == pytest.approx([1 / 3, 2 / 3]) and found["run"]["of"] == [
        {"seed": 7},
        {"seed": 8},
    ]


@pytest.mark.parametrize("error", [KILLED, DISK_FULL], ids=["killed", "full"])
def test_a_mean_is_whole_or_as_it_was(tmp_path, error):
    given = [save(tmp_path / f"{number}.pt", float(number)) for number in (1, 3)]
    out = tmp_path / "mean"

    def command() -> None:
        average_weights.main([*given, "--out", str(out)])

    def ready() -> None:
        shutil.rmtree(out, ignore_errors=True)
        save(out / "best.pt", 0.0)

    for _ in each(command, out, error, 50, ready):
        assert torch.load(out / "best.pt", weights_only=False)["model"]["w"].tolist() == [[0.0] * 3] * 2
        command()
        assert torch.load(out / "best.pt", weights_only=False)["model"]["w"].tolist() == [[2.0] * 3] * 2
        assert [path.name for path in out.iterdir()] == ["best.pt"]


def test_what_does_not_fit_is_named(tmp_path):
    one = save(tmp_path / "one.pt", 1.0)
    torch.save({"model": {"w": torch.zeros(3), "seen": torch.tensor(0)}}, tmp_path / "two.pt")
    out = ["--out", str(tmp_path / "mean")]
    with pytest.raises(ValueError, match="not of one shape: w"):
        average_weights.main([one, str(tmp_path / "two.pt"), *out])
    with pytest.raises(ValueError, match="2 numbers"):
        average_weights.main([one, one, "--parts", "1", *out])
    torch.save({"epoch": 1}, tmp_path / "three.pt")
    with pytest.raises(ValueError, match="holds no weights"):
        average_weights.main([one, str(tmp_path / "three.pt"), *out])
    with pytest.raises(ValueError, match="is no best"):
        average_weights.main([save(tmp_path / "last.pt", 1.0, key="average"), one, *out])
    assert not (tmp_path / "mean/best.pt").exists()


@pytest.mark.parametrize(
    ("model", "heads"), [("tuning.model.", "tuning.pretraining.heads."), ("model.", "heads.")]
)
def test_of_what_tune_and_pretrain_train_only_the_model_is_taken(tmp_path, model, heads):
    one = save(tmp_path / "best.pt", 1.0, heads={"b": torch.ones(1)})
    trained = {f"{model}w": torch.full((2, 3), 3.0), f"{model}seen": torch.tensor(9)}
    trained[f"{heads}b"] = torch.zeros(1)
    torch.save({"average": trained}, tmp_path / "last.pt")
    found = average_weights.main([one, str(tmp_path / "last.pt"), "--out", str(tmp_path / "mean")])
    assert found["model"].keys() == {"w", "seen"} and found["model"]["w"].tolist() == [[2.0] * 3] * 2
    assert found["heads"]["b"] == 1


def test_a_classifier_is_of_the_weights_that_it_reads(tmp_path):
    def classifier(value: float) -> dict:
        return {"weight": torch.full((7, 3), value), "bias": torch.full((7,), value)}

    best = save(tmp_path / "best.pt", 1.0, classifier=classifier(1.0), method="finetune", epoch=3)
    trained = {"tuning.model.w": torch.full((2, 3), 3.0), "tuning.model.seen": torch.tensor(9)}
    trained |= {f"tuning.classifier.{name}": value for name, value in classifier(3.0).items()}
    torch.save({"average": trained, "epoch": 6}, tmp_path / "last.pt")
    given = [best, str(tmp_path / "last.pt"), "--out", str(tmp_path / "mean")]
    # the run's end alone, then the mean of both
    for parts, wanted in ((["0", "1"], 3.0), (["1", "1"], 2.0)):
        found = average_weights.main([*given, "--parts", *parts])
        assert found["model"]["w"].tolist() == [[wanted] * 3] * 2
        assert {value.unique().item() for value in found["classifier"].values()} == {wanted}
    prompt = save(tmp_path / "prompt.pt", 1.0, classifier=None)
    with pytest.raises(ValueError, match="some answer by a classifier, others by their prompt"):
        average_weights.main([best, prompt, "--out", str(tmp_path / "mean")])
    assert average_weights.main([prompt, prompt, "--out", str(tmp_path / "mean")])["classifier"] is None


def test_labels_that_differ_are_told_and_refused_of_classifiers(tmp_path, caplog):
    words, others = ["happy", "bored"], ["bored", "happy"]
    one = save(tmp_path / "one.pt", 1.0, labels=words, classifier=None)
    save(tmp_path / "again/best.pt", 1.0, labels=others)
    last = save(tmp_path / "again/last.pt", 2.0, key="average")
    # of what does not tell, and of a voice, whose is their count
    untold = [save(tmp_path / "old.pt", 1.0), save(tmp_path / "voice.pt", 1.0, labels=7)]
    out = ["--out", str(tmp_path / "mean")]
    assert average_weights.main([one, one, *untold, *out])["labels"] == words and not caplog.text
    assert average_weights.main([one, last, *out])["labels"] == words
    assert "the mean has those of the first" in caplog.text and "last.pt: bored, happy" in caplog.text
    caplog.clear()
    # of which no weight is taken
    average_weights.main([one, one, last, "--parts", "1", "1", "0", *out])
    assert not caplog.text
    kinds = {"classifier": {"weight": torch.ones(2, 3), "bias": torch.ones(2)}}
    tuned = [save(tmp_path / f"{of[0]}.pt", 1.0, labels=of, **kinds) for of in (words, others)]
    with pytest.raises(ValueError, match="the classifiers are of other labels"):
        average_weights.main([*tuned, *out])


@pytest.mark.parametrize(
    ("parts", "run", "told"), [("0 1", {}, True), ("1 1", {}, False), ("0 1", {"hold_model": True}, False)]
)
def test_heads_of_another_epoch_are_told(tmp_path, caplog, parts, run, told):
    heads = {"b": torch.ones(1)}
    best = save(tmp_path / "best.pt", 1.0, heads=heads, epoch=3, run={"arguments": run})
    torch.save(
        {"average": {"tuning.model.w": torch.ones(2, 3), "tuning.model.seen": torch.tensor(9)}, "epoch": 6},
        tmp_path / "last.pt",
    )
    given = [best, str(tmp_path / "last.pt"), "--out", str(tmp_path / "mean"), "--parts", *parts.split()]
    average_weights.main(given)
    assert ("epoch 3, the weights of epoch 6" in caplog.text) == told
