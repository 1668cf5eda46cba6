"""Every command, at toy size, in the order a person runs them; each resumes and repeats itself exactly."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from . import (
    export,
    pretrain,
    text_teacher,
    train_denseface,
    train_lightface,
    tune,
)
from .ferplus_data import label_votes, load_training_faces, majority
from .fit import Draws
from .loop import one_cycle
from .onnx_variants import round_to_packed
from .samples import CASES, lay_out
from .sources import load_source
from .text_data import Sentence

# of BERT's head of masked words
TRANSFORM = ("dense.weight", "dense.bias", "LayerNorm.weight", "LayerNorm.bias")


def test_training_learns_the_easy_words(runs):
    composed = runs["scores"]["composed"]
    # the words give the class away; a face or a voice of an untrained encoder may not
    assert composed["T"]["uar"] > 3 / 7
    assert set(composed) == set(runs["scores"]["light"]) == {"T", "V", "A", "TV", "TA", "VA", "TVA"}


def test_each_pretraining_task_is_measured_and_learns(runs):
    tasks = runs["tasks"]
    assert set(tasks) == {"wwmlm", "mafr", "mvfr", "mvfc"}
    log = [json.loads(line) for line in (runs["out"] / "pretrained/log.jsonl").read_text().splitlines()]
    assert log[1]["wwmlm loss"] < log[0]["wwmlm loss"]
    assert all(np.isfinite(value) for of in tasks.values() for value in of.values())


def test_an_interrupted_pretraining_goes_on_exactly(runs, goes_on_exactly):
    goes_on_exactly(pretrain.main, [*runs["fusion"], *runs["length"]], runs["out"] / "pretrained")


def test_pretraining_goes_on_in_rounds_of_another_length(runs, tmp_path):
    options = [*runs["fusion"], "--out", str(tmp_path)]
    pretrain.main([*options, "--steps", "4", "--every", "2"])
    with pytest.raises(ValueError, match=r"last\.pt holds 4 steps, and no round of --steps 9 --every 3 ends"):
        pretrain.main([*options, "--steps", "9", "--every", "3"])
    pretrain.main([*options, "--steps", "8", "--every", "4"])
    last, best = (torch.load(tmp_path / f"{name}.pt", weights_only=False) for name in ("last", "best"))
    assert last["updates"] == last["steps"] == 8
    # the latest is the best, and not an earlier round of a higher number
    assert best["epoch"] == last["epoch"] == 3


def test_pretraining_goes_on_with_the_heads_of_its_beginning(runs, tmp_path):
    given = torch.load(runs["out"] / "fusion/best.pt", weights_only=False)
    names = ("bias", *(f"transform.{name}" for name in TRANSFORM))
    given["heads"] |= {f"words.{name}": given["model"][name] + 1 for name in names}
    torch.save(given, tmp_path / "given.pt")
    options = [*runs["fusion"], "--init", str(tmp_path / "given.pt"), "--steps", "1", "--every", "1"]

    def goes_on(name: str, *more: str) -> dict:
        pretrain.main([*options, "--rate", "0", *more, "--out", str(tmp_path / name)])
        return torch.load(tmp_path / name / "best.pt", weights_only=False)["heads"]

    taken = goes_on("taken")
    assert taken.keys() == given["heads"].keys()
    assert all(torch.equal(value, taken[name]) for name, value in given["heads"].items())
    fresh = goes_on("fresh", "--fresh", "words.", "voice_regression.net")
    changed = {name for name, value in fresh.items() if not torch.equal(value, taken[name])}
    assert changed and all(name.startswith("voice_regression.net") for name in changed)
    assert taken.keys() - fresh.keys() == {f"words.{name}" for name in names}
    given["heads"]["face_regression.bias"] = torch.zeros(3)
    torch.save(given, tmp_path / "given.pt")
    with pytest.raises(ValueError, match=r"(?s)heads of .*given\.pt do not fit: .*face_regression\.bias"):
        goes_on("misshaped")


def test_a_light_student_goes_on_from_an_earlier_one(runs, tmp_path):
    earlier = torch.load(runs["out"] / "light/best.pt", weights_only=False)["model"]
    unmoved = ["--init", str(runs["out"] / "light/best.pt"), "--rate", "0", "--out", str(tmp_path)]
    train_lightface.main([*runs["light"], *unmoved])
    weights = torch.load(tmp_path / "best.pt", weights_only=False)["model"]
    learnt = [name for name, value in earlier.items() if name.endswith("weight") and value.ndim == 4]
    assert learnt and all(torch.equal(earlier[name], weights[name]) for name in learnt)


def test_the_best_weights_are_those_of_the_cases_that_are_trained(runs, tmp_path, monkeypatch):
    made_up = {case: {"uar": 0.5} for case in tune.CASES}
    rounds = iter(({**made_up, "T": {"uar": 0.1}}, {**made_up, "V": {"uar": 0.1}, "T": {"uar": 0.4}}))
    # the third is the light face's, at the end
    monkeypatch.setattr(tune, "measure_cases", lambda *_: next(rounds, made_up))
    options = [*runs["fusion"], "--every", "1", "--steps", "2", "--pretraining", "0", "--chances", "T=1"]
    tune.main([*options, "--out", str(tmp_path)])
    assert torch.load(tmp_path / "best.pt", weights_only=False)["epoch"] == 2


def test_a_model_that_is_held_leaves_the_heads_to_learn(runs, tmp_path):
    options = [*runs["fusion"], "--init", str(runs["out"] / "fusion/best.pt"), "--every", "4", "--steps", "4"]
    options += ["--hold-model", "--out", str(tmp_path)]
    tune.main([*options, "--pretraining", "1", "--tasks", "mafr"])
    before, after = (
        torch.load(path / "best.pt", weights_only=False) for path in (runs["out"] / "fusion", tmp_path)
    )
    assert before["model"].keys() == after["model"].keys()
    assert all(torch.allclose(value, after["model"][name]) for name, value in before["model"].items())
    heads = before["heads"], after["heads"]
    learned = {name.split(".")[0] for name in heads[0] if not torch.equal(heads[0][name], heads[1][name])}
    assert learned == {"voice_regression"}
    with pytest.raises(ValueError, match="--pretraining 1"):
        tune.main([*options, "--tasks", "mafr"])


def test_what_alone_learns_leaves_the_other_cases_as_they_are(runs, tmp_path):
    options = [*runs["fusion"], "--init", str(runs["out"] / "fusion/best.pt"), "--every", "4", "--steps", "4"]
    options += ["--learn-only", "img_embeddings", "--rate", "1e-2", "--out", str(tmp_path)]
    mended = [*options, "--pretraining", "0", "--chances", "V=1", "TVA=1"]
    tune.main(mended)
    before, after = (
        torch.load(path / "best.pt", weights_only=False)["model"]
        for path in (runs["out"] / "fusion", tmp_path)
    )
    changed = {name.split(".")[0] for name, of in before.items() if not torch.allclose(of, after[name])}
    assert changed == {"img_embeddings"}
    again = ["--out", str(tmp_path / "again")]
    with pytest.raises(ValueError, match="case T has nothing that --learn-only img_embeddings trains"):
        tune.main([*options, *again, "--pretraining", "0", "--chances", "T=1"])
    with pytest.raises(ValueError, match=r"--learn-only faces: MEmoBERT is made of embeddings, .*img_"):
        tune.main([*mended, *again, "--learn-only", "faces"])
    with pytest.raises(ValueError, match="it is held"):
        words = ["--learn-only", "embeddings.word_embeddings", "--hold-words", "--chances", "T=1"]
        tune.main([*mended, *again, *words])


def test_masked_words_get_a_head_of_their_own_where_the_prompts_is_held(runs, tmp_path):
    options = [*runs["fusion"], "--every", "2", "--steps", "4", "--hold-model", "--pretraining", "1"]
    options += ["--tasks", "wwmlm", "--rate", "1e-2"]
    tune.main([*options, "--init", str(runs["out"] / "fusion/best.pt"), "--out", str(tmp_path / "once")])
    before, after = (
        torch.load(path / "best.pt", weights_only=False)
        for path in (runs["out"] / "fusion", tmp_path / "once")
    )
    assert all(torch.allclose(value, after["model"][name]) for name, value in before["model"].items())
    # no case gets better by it: the latest heads are taken
    assert after["epoch"] == 2
    grown = after["heads"].keys() - before["heads"].keys()
    assert grown == {f"words.{name}" for name in ("bias", *(f"transform.{n}" for n in TRANSFORM))}
    assert all(torch.equal(value, after["heads"][name]) for name, value in before["heads"].items())
    # it began with the prompt's, and goes on from itself
    weight = "transform.dense.weight"
    assert not torch.equal(after["heads"][f"words.{weight}"], before["model"][weight])
    again = tune.main([*options, "--init", str(tmp_path / "once/best.pt"), "--out", str(tmp_path / "twice")])
    assert again["composed"]
    twice = torch.load(tmp_path / "twice/best.pt", weights_only=False)["heads"]
    assert twice.keys() == after["heads"].keys()


def test_a_word_table_that_is_held_is_what_is_shipped(runs, tmp_path):
    options = [*runs["fusion"], "--init", str(runs["out"] / "fusion/best.pt"), "--every", "2", "--steps", "4"]
    tune.main([*options, "--hold-words", "--blank", "0.2", "--chances", "T=1", "--out", str(tmp_path)])
    before, after = (
        torch.load(path / "best.pt", weights_only=False)["model"]
        for path in (runs["out"] / "fusion", tmp_path)
    )
    table = "embeddings.word_embeddings.weight"

    def packed(weight: torch.Tensor) -> torch.Tensor:
        return round_to_packed(torch.nn.Embedding.from_pretrained(weight.clone())).weight

    assert torch.equal(after[table], packed(before[table])) and not torch.equal(before[table], after[table])
    # to round it again changes nothing, and the rest has learned
    assert torch.equal(packed(after[table]), after[table])
    assert not torch.equal(before["transform.dense.weight"], after["transform.dense.weight"])


def test_words_of_sentences_are_blanked_and_no_others(runs):
    options = tune.make_parser().parse_args([*runs["fusion"], "--out", "x", "--blank", "0.5"])
    source = load_source(options)
    stepper = tune.Stepper(options, source, None, "cpu")
    mask = source.tokenizer.mask_token_id
    sample = source.draw(np.random.default_rng(1), "TVA")
    words = [stepper.blanked(sample, np.random.default_rng(seed)).words for seed in range(40)]
    hidden = np.mean([word == mask for of in words for word in of])
    assert 0.35 < hidden < 0.65 and {len(of) for of in words} == {len(sample.words)}
    assert all(mask not in of.words for of in stepper.draw("TVA", Draws.of(1, 0, 0)))


def test_labels_of_one_case_alone_are_not_smoothed(runs):
    given = [*runs["fusion"], "--out", "x", "--pretraining", "0", "--smoothing-of", "V=0"]
    options = tune.make_parser().parse_args([*given, "--chances", "V=1", "A=1"])
    source = load_source(options)
    seen = []

    def wrapped(batch, smoothing):
        seen.append((bool(batch.face_features.shape[1]), smoothing))
        return {"loss": torch.zeros(1, requires_grad=True)}

    stepper, draws = tune.Stepper(options, source, None, "cpu"), Draws.of(1, 0, 0)
    for index in range(20):
        stepper(wrapped, index, draws)
    assert set(seen) == {(True, 0.0), (False, 0.05)}


def test_faces_alone_are_learned_as_people_voted(runs, toy, tmp_path):
    voted = [*runs["fusion"], "--face-votes", "0.5"]
    parse = tune.make_parser().parse_args
    source = load_source(parse([*voted, "--out", "x"]))
    composer, votes = source.train, label_votes(majority(load_training_faces(toy / "faces"))[0])
    assert len(composer.face_beliefs) == len(composer.faces.labels)
    for row, belief in composer.face_beliefs.items():
        label, shown = composer.faces.labels[row], composer.faces.pictures[row]
        assert np.allclose(belief, (votes[shown] + np.eye(7)[label]) / 2) and belief.argmax() == label
    # some of them are not agreed on
    assert 0.5 < min(belief.max() for belief in composer.face_beliefs.values()) < 0.999
    tune.main([*voted, "--steps", "2", "--every", "2", "--chances", "V=1", "--out", str(tmp_path)])
    with pytest.raises(ValueError, match="--face-votes 2"):
        load_source(parse([*runs["fusion"], "--face-votes", "2", "--out", "x"]))


def test_words_are_learned_from_a_teacher_of_words_alone(runs, toy, tmp_path):
    options = ["--text", str(toy / "text"), "--vocabulary", str(toy / "vocab.txt"), "--device", "cpu"]
    options += ["--corpora", "meld", "--batch", "16", "--rate", "5e-3", "--seed", "2"]
    options += ["--out", str(tmp_path / "teacher")]
    text_teacher.main([*options, "--steps", "80", "--every", "40"])
    scores = text_teacher.main([*options, "--steps", "160", "--every", "40"])
    # a run that is begun again goes on, and the toy's words give the class away
    assert len((tmp_path / "teacher/log.jsonl").read_text().splitlines()) == 4
    assert scores["meld"]["macro_f1"] > 3 / 7
    beliefs = str(tmp_path / "teacher" / text_teacher.BELIEFS)
    taught = [*runs["fusion"], "--text-teacher", beliefs, "--teach", "0.5"]
    parsed = tune.make_parser().parse_args([*taught, "--out", "x"])
    source = load_source(parsed)
    rng = np.random.default_rng(3)
    drawn = [source.draw_sentence(rng) for _ in range(60)]
    known = [sample for sample in drawn if sample.belief is not None]
    assert known and all(abs(sample.belief.sum() - 1) < 1e-3 for sample in known)
    # half of it is the label's
    assert all(sample.belief[sample.label] > 0.499 for sample in known)
    # of two teachers of one corpus the later one holds
    other = tmp_path / "other.npz"
    with np.load(beliefs) as first:
        np.savez(other, meld=np.full_like(first["meld"], 1 / 7))
    parsed.text_teacher = [Path(beliefs), other]
    evenly = load_source(parsed).beliefs
    assert evenly.keys() == source.beliefs.keys()
    assert all(sorted(belief)[:6] == pytest.approx([0.5 / 7] * 6, abs=1e-3) for belief in evenly.values())
    labels = lay_out([known[0], source.draw(rng, "T")], source.tokenizer).labels
    assert labels.shape == (2, 7) and torch.allclose(labels[0], torch.from_numpy(known[0].belief))
    assert sorted(labels[1].tolist()) == [0, 0, 0, 0, 0, 0, 1]
    tune.main(
        [*taught, "--steps", "2", "--every", "2", "--chances", "T=1", "--out", str(tmp_path / "taught")]
    )
    with pytest.raises(ValueError, match="run text_teacher again"):
        text_teacher.load_beliefs(tmp_path / "teacher" / text_teacher.BELIEFS, source.sentences[:3])
    with pytest.raises(ValueError, match="nowhere"):
        text_teacher.main([*options, "--corpora", "nowhere"])
    with pytest.raises(ValueError, match="--teach 2"):
        load_source(tune.make_parser().parse_args([*taught, "--teach", "2", "--out", "x"]))
    sentences = [*[Sentence("meld", "a", 0)] * 4, *[Sentence("meld", "b", 1)] * 16, Sentence("isear", "c", 2)]
    evenly = text_teacher.chances(sentences, 0.5)
    # the corpus' share stays; in it a label that is four times as frequent is drawn twice as often
    assert evenly[:20].sum() == pytest.approx(20 / 21)
    assert evenly[4:20].sum() == pytest.approx(2 * evenly[:4].sum())
    assert text_teacher.chances(sentences, 1) == pytest.approx(np.full(21, 1 / 21))


def test_a_dry_run_writes_no_checkpoint(runs, tmp_path):
    out = tmp_path / "dry"
    tune.main([*runs["fusion"], "--steps", "300", "--dry-run", "--out", str(out)])
    assert not out.exists()


def test_a_dry_run_takes_a_step_beside_a_run_that_is_there(runs, caplog):
    out = runs["out"] / "fusion"
    before = {file: file.stat().st_mtime_ns for file in out.iterdir()}
    with caplog.at_level("INFO"):
        tune.main([*runs["fusion"], "--steps", "450", "--every", "75", "--dry-run", "--out", str(out)])
    assert "one step's losses are" in caplog.text
    assert {file: file.stat().st_mtime_ns for file in out.iterdir()} == before


def test_an_interrupted_denseface_goes_on_exactly(runs, goes_on_exactly):
    goes_on_exactly(train_denseface.main, [*runs["face"], "--epochs", "2"], runs["out"] / "face")


def test_an_interrupted_tuning_goes_on_exactly_and_to_its_last_step(runs, goes_on_exactly, tmp_path):
    # pooled sentences, mixed voices and a task of pre-training, all drawn before and after
    options = [*runs["fusion"], "--init", str(runs["out"] / "pretrained/best.pt"), "--steps", "16"]
    options += ["--frame-masking", "authors"]
    options += ["--every", "10", "--mix-voices", "0.4", "--pretraining", "0.3", "--blank", "0.1"]
    straight = tmp_path / "straight"
    tune.main([*options, "--out", str(straight)])
    goes_on_exactly(tune.main, options, straight)
    # steps that do not fill a round are a shorter one, and the rate comes down
    log = [json.loads(line) for line in (straight / "log.jsonl").read_text().splitlines()]
    assert [row["epoch"] for row in log] == [1, 2]
    last = torch.load(straight / "last.pt", weights_only=False)
    assert last["updates"] == 16
    assert last["optimiser"]["param_groups"][0]["lr"] == pytest.approx(3e-3 * one_cycle(15, 16, 0.1))


def test_training_repeats_itself_exactly(runs, tmp_path):
    straight = torch.load(runs["out"] / "face/last.pt", weights_only=False)["training"]
    train_denseface.main([*runs["face"], "--out", str(tmp_path), "--epochs", "2"])
    repeated = torch.load(tmp_path / "last.pt", weights_only=False)["training"]
    for name, value in straight.items():
        assert torch.equal(value, repeated[name]), name
    log = (tmp_path / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in log] == [1, 2]
    # a finished run that is started again trains no further
    train_denseface.main([*runs["face"], "--out", str(tmp_path), "--epochs", "2"])
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 2


def test_faces_are_trained_on_as_they_are_for_comparison(runs, tmp_path, monkeypatch):
    def seen(*_) -> None:
        raise AssertionError("a picture was changed")

    for name in ("warp", "degrade"):
        monkeypatch.setattr(train_denseface, name, seen)
    options = [*runs["face"], "--epochs", "1", "--out"]
    train_denseface.main([*options, str(tmp_path / "plain"), "--no-augmentation"])
    assert (tmp_path / "plain/best.pt").exists()
    with pytest.raises(AssertionError, match="changed"):
        train_denseface.main([*options, str(tmp_path / "augmented")])


def test_export_writes_a_whole_bundle(runs, toy, tmp_path):
    out, temperatures = runs["out"], tmp_path / "cases.json"
    temperatures.write_text(json.dumps(dict.fromkeys(CASES, 1.5)))
    manifest = export.main(
        [
            "--face", str(out / "face/best.pt"), "--light", str(out / "light/best.pt"),
            "--voice", str(out / "voice/best.pt"), "--fusion", str(out / "fusion/best.pt"),
            "--vocabulary", str(toy / "vocab.txt"), "--out", str(tmp_path), "--name", "toy",
            "--case-temperatures", str(temperatures),
        ]
    )  # fmt: skip
    graphs = {"denseface", "denseface-light", "memobert", "memobert-heads"}
    graphs |= {"wav2vec2", "wav2vec2-features", "wav2vec2-context"}
    assert set(manifest["graphs"]) == graphs
    assert manifest["calibration"]["temperatures"].keys() == CASES.keys()
    assert all(manifest["training"][part]["run"]["seed"] == 1 for part in ("face", "light", "voice"))
    listed = [graph["fp32"] for graph in manifest["graphs"].values()]
    listed += [manifest["golden"], manifest["text"]["tokenizer"], manifest["text"]["tokenizerConfig"]]
    for file in listed:
        assert (tmp_path / file["path"]).stat().st_size == file["bytes"]
    golden = json.loads((tmp_path / "golden.json").read_text())
    for name, case in golden.items():
        session = onnxruntime.InferenceSession(tmp_path / f"{name}.onnx")
        inputs = {key: np.array(t["data"], t["type"]).reshape(t["dims"]) for key, t in case["inputs"].items()}
        for got, (key, want) in zip(session.run(None, inputs), case["outputs"].items(), strict=True):
            assert list(got.shape) == want["dims"], (name, key)
            flat = got.flatten()[: len(want["data"])]
            # what the heads share with MEmoBERT is packed there and stored once more beside them
            most = 2e-5 if name == "memobert-heads" else 1e-3
            assert np.abs(flat - want["data"]).max() < most * max(1, np.abs(flat).max()), (name, key)


def test_graphs_take_other_sizes(runs, toy, tmp_path):
    export.main(["--vocabulary", str(toy / "vocab.txt"), "--out", str(tmp_path)] + [
        part for name, run in (("face", "face"), ("voice", "voice"), ("fusion", "fusion"))
        for part in (f"--{name}", str(runs["out"] / run / "best.pt"))
    ])  # fmt: skip
    fusion = onnxruntime.InferenceSession(tmp_path / "memobert.onnx")
    sizes = {i.name: i.shape for i in fusion.get_inputs()}
    answers = []
    for length, faces, voice in ((36, 36, 64), (9, 1, 1)):
        mask = np.zeros((1, length + faces + voice), np.int32)
        mask[:, :8] = 1
        answers.append(
            fusion.run(
                None,
                {
                    "input_ids": np.full((1, length), 7, np.int32),
                    "face_features": np.ones((1, faces, sizes["face_features"][2]), np.float32),
                    "voice_features": np.ones((1, voice, sizes["voice_features"][2]), np.float32),
                    "attention_mask": mask,
                    "mask_position": np.array([4], np.int32),
                },
            )[0]
        )
    # what is masked out does not count, whatever the shape
    assert np.abs(answers[0] - answers[1]).max() < 1e-3
