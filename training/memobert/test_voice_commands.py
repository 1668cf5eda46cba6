"""The voice's commands, at toy size: what stays, who teaches what, and that each goes on where it ended."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import Wav2Vec2Config

from . import (
    kept_banks,
    pretrain_wav2vec2,
    train_wav2vec2,
    tune,
    voice_steps,
    voice_teacher,
    warm_up_wav2vec2,
)
from .speech_data import Clip
from .voice_features import FrozenFeatures, contextualise
from .wav2vec2_model import VoiceEncoder


def test_frozen_convolutions_stay_as_they_were(runs):
    warm, pretrained, trained = (
        torch.load(runs["out"] / name / "best.pt", weights_only=False)["model"]
        for name in ("voice-warm", "voice-ssl", "voice")
    )
    for before, after in ((warm, pretrained), (pretrained, trained)):
        changed = {key for key in before if not torch.equal(before[key], after[key])}
        assert changed and not any("feature_extractor" in key for key in changed)


@pytest.mark.parametrize("name", ["voice-warm", "voice-ssl", "voice-teacher", "voice"])
def test_each_step_tells_its_run(runs, name):
    run = torch.load(runs["out"] / name / "best.pt", weights_only=False)["run"]
    assert run["seed"] == 1 and run["arguments"]["batch"] == 4
    assert [of["file"] for of in run["files"].get("init", [])] == (
        [] if name == "voice-warm" else ["best.pt"]
    )


def test_features_are_computed_once_for_all_steps(runs):
    folders = list((runs["out"] / "features").iterdir())
    assert [sorted(file.name for file in folder.iterdir()) for folder in folders] == [
        ["bands.npy", "ends.npy", "features.npy"]
    ]


def test_an_interrupted_voice_goes_on_exactly(runs, goes_on_exactly):
    goes_on_exactly(train_wav2vec2.main, runs["voice"], runs["out"] / "voice")


def test_a_voice_is_trained_for_all_its_steps(runs, tmp_path):
    scores = train_wav2vec2.main([*runs["voice"], "--steps", "4", "--out", str(tmp_path)])
    assert torch.load(tmp_path / "last.pt", weights_only=False)["updates"] == 4
    # begun again after its end, it measures what it trained, not what it began with
    assert train_wav2vec2.main([*runs["voice"], "--steps", "4", "--out", str(tmp_path)]) == scores
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 2


def before_labels(runs) -> list[str]:
    """The options of the voice's steps before the last: on the warm-up's convolutions, without a teacher."""
    given = runs["voice"]
    return [*given[: given.index("--init")], "--init", str(runs["out"] / "voice-warm/best.pt")]


def given_to(command, runs) -> list[str]:
    """The options of one of the voice's steps."""
    given = list(runs["voice"])
    if command is warm_up_wav2vec2:
        return [*given[: given.index("--features")], "--toy"]
    return given if command is train_wav2vec2 else before_labels(runs)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (warm_up_wav2vec2, "voice-warm"),
        (pretrain_wav2vec2, "voice-ssl"),
        (voice_teacher, "voice-teacher"),
        (train_wav2vec2, "voice"),
    ],
)
def test_a_voice_goes_on_in_rounds_of_another_length(runs, tmp_path, command, name):
    given = given_to(command, runs)
    shutil.copytree(runs["out"] / name, tmp_path / name)
    given += ["--out", str(tmp_path / name)]
    with pytest.raises(ValueError, match=r"last\.pt holds 6 steps, and no round of --steps 8 --every 4 ends"):
        command.main([*given, "--steps", "8", "--every", "4"])
    command.main([*given, "--steps", "10", "--every", "2"])
    assert torch.load(tmp_path / name / "last.pt", weights_only=False)["steps"] == 10
    log = (tmp_path / name / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in log] == [1, 2, 3, 4]


def test_frames_are_told_of_a_clip_and_from_its_others_never_of_the_zeros_around_it():
    lengths = np.array([200, 48, 30, 12, 8, 5])
    rows = np.random.default_rng(1).normal(size=(lengths.sum(), 4)).astype(np.float16)
    clips = [Clip("ravdess", "a", 0, 0, 1)] * len(lengths)
    frozen = FrozenFeatures(clips, rows, rows, lengths.cumsum()[None])
    features = frozen.batch(np.arange(len(clips)), 48, np.random.default_rng(2), [0])[0]
    asked = []

    class Model(torch.nn.Module):
        config = SimpleNamespace(num_negatives=16)

        def forward(self, given, mask_time_indices, sampled_negative_indices):
            asked.append((given.transpose(1, 2), mask_time_indices, sampled_negative_indices))
            return SimpleNamespace(loss=torch.tensor(600.0))

    for seed in range(20):
        np.random.seed(seed)
        loss = pretrain_wav2vec2.contrast(Model(), features)
        given, masked, negatives = asked.pop()
        # a loss is of a masked frame, and a clip of five frames has no span of eight
        assert float(loss) == pytest.approx(600 / int(masked.sum()))
        assert torch.equal(given, features[:5])
        held = given.any(2)
        assert (masked.sum(1) >= 8).all() and (masked.sum(1) <= (held.sum(1) / 2).clamp(min=8) + 8).all()
        assert held[masked].all()
        assert held.flatten()[negatives[masked].long()].all()
        # each of its own clip
        assert (negatives // 48 == torch.arange(5)[:, None, None]).all()
    np.random.seed(5)
    pretrain_wav2vec2.evaluate(Model(), frozen, 48, "cpu")
    given, masked, _ = asked.pop()
    assert given.any(2)[masked].all()


@pytest.fixture
def without_ravdess(runs, tmp_path):
    """A SPEECH folder that holds nEMO alone."""
    speech = Path(runs["voice"][1])
    folder = tmp_path / "speech"
    folder.mkdir()
    shutil.copy(speech / "ravdess.zip", folder / "nemo.zip")
    rows = (speech / "ravdess.csv").read_text()
    (folder / "nemo.csv").write_text(rows.replace("ravdess_17", "nemo_MP0").replace("ravdess_", "nemo_"))
    return folder


def test_a_voice_is_chosen_by_another_corpus_where_ravdess_is_not_there(runs, without_ravdess, tmp_path):
    given = ["--speech", str(without_ravdess), "--features", str(tmp_path / "features")]
    given += ["--steps", "1", "--every", "1", "--out", str(tmp_path / "run")]
    taught = voice_teacher.main([*before_labels(runs), *given])
    shutil.rmtree(tmp_path / "run")
    scores = train_wav2vec2.main([*runs["voice"], *given])
    row = json.loads((tmp_path / "run/log.jsonl").read_text())
    assert scores["uar"] == row["uar"] == row["nemo uar"] and "ravdess uar" not in row
    assert torch.load(tmp_path / "run/best.pt", weights_only=False)["valid"] == scores
    assert taught["count"] == scores["count"]
    options = [*runs["fusion"], "--speech", str(without_ravdess), "--banks", str(tmp_path / "banks")]
    banks = kept_banks.load_banks(tune.make_parser().parse_args([*options, "--out", str(tmp_path)]))
    assert len(banks["voice-valid"].labels) == scores["count"]


def test_a_voice_that_nothing_is_left_to_measure_on_is_not_trained(runs, tmp_path):
    left_out = ["--leave-out", "ravdess", "--out", str(tmp_path)]
    for command in (warm_up_wav2vec2, pretrain_wav2vec2, voice_teacher, train_wav2vec2):
        with pytest.raises(
            ValueError, match="nothing to measure on: give a --speech folder with one of ravdess"
        ):
            command.main([*given_to(command, runs), *left_out])
    arguments = tune.make_parser().parse_args([*runs["fusion"], *left_out])
    speech = kept_banks.voice_maker(arguments, "cpu")
    with pytest.raises(ValueError, match="nothing to measure on"):
        speech("valid")
    assert not list(tmp_path.iterdir())


def test_a_part_of_the_voice_begins_anew(runs, tmp_path):
    given = torch.load(runs["out"] / "voice/best.pt", weights_only=False)["model"]
    options = [*runs["voice"], "--init", str(runs["out"] / "voice/best.pt"), "--steps", "1", "--rate", "0"]
    train_wav2vec2.main([*options, "--fresh", "wav2vec2.encoder", "classifier", "--out", str(tmp_path)])
    began = torch.load(tmp_path / "last.pt", weights_only=False)["training"]
    name = "wav2vec2.encoder.layers.0.feed_forward.output_dense.weight"
    assert not torch.equal(began[name], given[name])
    kept = [name for name in given if name.startswith(("wav2vec2.feature_extractor", "wav2vec2.feature_pro"))]
    assert kept and all(torch.equal(began[name], given[name]) for name in kept)
    with pytest.raises(ValueError, match="--fresh decoder: the encoder has nothing of that name"):
        train_wav2vec2.main([*options, "--fresh", "decoder", "--out", str(tmp_path)])


def test_a_voice_learns_from_several_teachers_and_from_itself(runs, tmp_path):
    out = runs["out"]
    given = list(runs["voice"])
    both = [str(out / "voice-teacher/best.pt"), str(out / "voice/best.pt")]
    place = given.index("--teacher") + 1
    given[place : place + 1] = both
    given[given.index("--init") + 1] = both[1]
    train_wav2vec2.main([*given, "--taught", "2", "--out", str(tmp_path)])
    before, after = (
        torch.load(folder / "best.pt", weights_only=False) for folder in (out / "voice", tmp_path)
    )
    assert after["run"]["arguments"]["taught"] == 2
    assert not torch.equal(before["model"]["classifier.0.weight"], after["model"]["classifier.0.weight"])
    # those of the teachers never move, nor do the convolutions
    name = "wav2vec2.feature_extractor.conv_layers.0.conv.weight"
    assert torch.equal(before["model"][name], after["model"][name])


def test_distillation_is_the_mean_of_what_its_teachers_say(runs):
    out = runs["out"]
    paths = [out / "voice-teacher/best.pt", out / "voice/best.pt"]
    torch.manual_seed(0)
    bands = torch.randn(3, 48, 64)
    encoder = train_wav2vec2.Distillation([paths[1]], 64).encoders[0]
    frozen = torch.randn(3, 48, encoder.config.conv_dim[-1])
    with torch.no_grad():
        tokens, own = encoder.eval().pool(contextualise(encoder, frozen))
        alone = train_wav2vec2.Distillation(paths[1:], tokens.shape[-1])
        assert float(alone(bands, frozen, tokens, own)) == pytest.approx(0, abs=1e-5)
        both = train_wav2vec2.Distillation(paths, tokens.shape[-1])
        heard = both.listeners[0].eval()(bands)[1]
        mean = (heard.softmax(1) + own.softmax(1)) / 2
        apart = both.apart(both.listeners[0](bands)[0], tokens)
        kl = float(both(bands, frozen, tokens, mean.log()) - apart)
        assert kl == pytest.approx(0, abs=1e-5)
        assert float(both(bands, frozen, tokens, own) - apart) > 1e-4
        # windows have no bands: encoders teach alone, and tokens learn to be theirs
        assert float(both(None, frozen, tokens, own)) == pytest.approx(0, abs=1e-5)
        assert float(both(None, frozen, tokens + 1, own)) > 0.1


def test_a_voice_is_squeezed_and_learns_from_what_it_was(runs, tmp_path):
    teacher = str(runs["out"] / "voice/best.pt")
    options = [*runs["voice"], "--init", teacher, "--teacher", teacher, "--squeeze", "3", "--mixup", "0"]
    train_wav2vec2.main([*options, "--out", str(tmp_path)])
    stored = torch.load(tmp_path / "best.pt", weights_only=False)
    assert stored["config"]["squeeze_factor"] == 3
    # and goes on as it is
    train_wav2vec2.main([*options, "--init", str(tmp_path / "best.pt"), "--out", str(tmp_path / "on")])
    voice = VoiceEncoder(Wav2Vec2Config.from_dict(stored["config"]), 7)
    voice.load_state_dict(stored["model"])
    assert voice.eval()(torch.zeros(1, 8000))[0].shape == (1, 8, 32)


def test_each_step_of_the_voice_is_left_out_once(runs, tmp_path):
    out = runs["out"]
    speech = runs["voice"][1]
    common = ["--speech", speech, "--device", "cpu", "--batch", "4", "--variants", "2", "--leave-out"]
    given = ["--warm", str(out / "voice-warm/best.pt"), "--pretrained", str(out / "voice-ssl/best.pt")]
    given += ["--teacher", str(out / "voice-teacher/best.pt"), "--features", str(out / "features")]
    rows = voice_steps.main(["--out", str(tmp_path), "--steps", "2", *given, *common])
    assert list(rows) == list(voice_steps.ROWS) and all(len(runs) == 1 for runs in rows.values())
    losses = {row: of[0]["train_loss"] for row, of in rows.items()}
    # each is another training
    assert len(set(losses.values())) == len(losses)
    page = (tmp_path / "voice-steps.md").read_text()
    assert all(row in page for row in rows)


def voice_steps_given(folder: Path) -> list[str]:
    """What `voice_steps` has to be given, made of a line each."""
    given = ["--out", str(folder / "out"), "--speech", str(folder)]
    for name in ("warm", "pretrained", "teacher"):
        (folder / f"{name}.pt").write_text(name)
        given += [f"--{name}", str(folder / f"{name}.pt")]
    return given


def test_every_option_that_the_voices_training_has_as_well_is_handed_on(tmp_path):
    parser, training = voice_steps.make_parser(), train_wav2vec2.make_parser()
    ours, theirs = ({action.dest: action for action in of._actions} for of in (parser, training))
    given = parser.parse_args([*voice_steps_given(tmp_path), "--runs", str(tmp_path)])
    # a row decides the teacher, and without features a training keeps none
    shared = ours.keys() & theirs.keys() - {"help", "out", "seed", "teacher"}
    plain = training.parse_args(voice_steps.options_of("all steps", given, 3))
    assert not [name for name in shared if getattr(plain, name) != getattr(given, name)]
    assert plain.seed == 3 and plain.features is None and plain.teacher == [given.teacher]
    for name in shared:
        action = ours[name]
        other = action.choices[0] if action.choices else (action.type or str)("7")
        setattr(given, name, [other] if action.nargs else other)
    options = training.parse_args(voice_steps.options_of("all steps", given, 3))
    assert not [name for name in shared if getattr(options, name) != getattr(given, name)]


def test_steps_of_another_setting_are_measured_anew(tmp_path, monkeypatch):
    folders = []

    def train(options: list[str]) -> None:
        arguments = train_wav2vec2.make_parser().parse_args(options)
        folders.append(arguments.out)
        arguments.out.mkdir(parents=True)
        row = {"ravdess uar": arguments.batch / 100, "loss": 1.0}
        (arguments.out / "log.jsonl").write_text(json.dumps(row) + "\n")

    monkeypatch.setattr(train_wav2vec2, "main", train)
    given = voice_steps_given(tmp_path)

    def measured_anew(*more: str) -> int:
        before = len(folders)
        rows = voice_steps.main([*given, "--steps", "2", *more])
        batch = 4 if more[:1] == ("--batch",) else 48
        assert all(of[0]["ravdess uar"] == batch / 100 for of in rows.values())
        return len(folders) - before

    every = len(voice_steps.ROWS)
    assert measured_anew() == every and measured_anew() == 0
    assert measured_anew("--threads", "1") == 0 and measured_anew("--seeds", "1", "2") == every
    for more in (
        ("--batch", "4"), ("--rate", "1e-4"), ("--variants", "2"), ("--high-pass", "0"),
        ("--leave-out", "nemo"), ("--precision", "fp32"),
    ):  # fmt: skip
        assert measured_anew(*more) == every and measured_anew(*more) == 0
    for name in ("warm", "pretrained", "teacher"):
        (tmp_path / f"{name}.pt").write_text("another")
        assert measured_anew() == every
    (tmp_path / "ravdess.zip").write_text("another")
    assert measured_anew() == every and measured_anew() == 0
    assert len(set(folders)) == len(folders)
