import io
import json
import re
import shutil
from contextlib import redirect_stderr
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from . import evaluate_encoders
from .denseface_model import DenseFace
from .encoder_loading import load_encoder
from .encoder_splits import UNSEEN, babble_voices, face_split, groups_of, sex_of, some_of_each_corpus
from .evaluation_report import markdown
from .ferplus_data import Faces, load_ferplus
from .interruptions import DISK_FULL, KILLED, interrupted
from .lightface_model import LightFace
from .robustness import FACE_CONDITIONS, voice_conditions
from .speech_data import Clip, load_speech
from .wav2vec2_model import TOY, VoiceEncoder, compact_config

CPU = torch.device("cpu")


def save_face_graph(model: nn.Module, folder) -> None:
    """A bundle of a face alone: the graph and the part of the manifest that belongs to it."""
    folder.mkdir()
    axes = {"faces": {0: "N"}, "features": {0: "N"}, "logits": {0: "N"}}
    torch.onnx.export(
        model.eval(), (torch.zeros(1, 1, 64, 64),), str(folder / "denseface.onnx"), input_names=["faces"],
        output_names=["features", "logits"], dynamic_axes=axes, opset_version=17, dynamo=False,
    )  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps({"face": {"mean": 120.0, "std": 60.0}}))


@pytest.fixture(scope="module")
def encoders(tmp_path_factory):
    """Untrained encoders of every kind, as runs and as a graph."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("encoders")
    shape = {"blocks": (1, 1, 1)}
    face, light = DenseFace(**shape), LightFace(widths=(4, 8, 8, 16))
    norm = {"mean": 120.0, "std": 60.0}
    torch.save({"model": face.state_dict(), "shape": shape, **norm}, folder / "face.pt")
    light_shape = {"widths": (4, 8, 8, 16)}
    torch.save({"model": light.state_dict(), "light": light_shape, **norm}, folder / "light.pt")
    for name in ("voice", "voice-before"):
        config = compact_config(**TOY)
        voice = VoiceEncoder(config)
        torch.save({"model": voice.state_dict(), "config": config.to_dict()}, folder / f"{name}.pt")
    save_face_graph(face, folder / "bundle")
    return folder


@pytest.fixture(scope="module")
def run(toy, encoders, tmp_path_factory):
    out = tmp_path_factory.mktemp("evaluation")
    arguments = {
        "face": encoders / "face.pt", "face-before": encoders / "bundle/denseface.onnx",
        "light": encoders / "light.pt", "voice": encoders / "voice.pt",
        "voice-before": encoders / "voice-before.pt", "faces": toy / "faces", "speech": toy / "speech",
        "out": out, "device": "cpu", "rounds": 50, "robust-clips": 7, "robust-faces": 16,
    }  # fmt: skip
    flat = [str(part) for name, value in arguments.items() for part in (f"--{name}", value)]
    told = io.StringIO()
    with redirect_stderr(told):
        report = evaluate_encoders.main(flat)
    # how far it has come
    for table in (FACE_CONDITIONS, voice_conditions([np.ones(9)])):
        assert f"{len(table)}/{len(table)} " in told.getvalue()
    return out, report


def test_everything_is_written(run):
    out, report = run
    assert report == json.loads((out / "encoders.json").read_text())
    temperatures = json.loads((out / "temperatures.json").read_text())
    assert temperatures.keys() == {"denseface", "denseface-light", "wav2vec2"}
    assert all(value > 0 for value in temperatures.values())
    page = (out / "encoders.md").read_text()
    for name in temperatures:
        for kind in ("confusion", "reliability", "robustness"):
            assert f"({name}-{kind}.png)" in page
            assert 5_000 < (out / f"{name}-{kind}.png").stat().st_size < 150_000
    assert str(out.parent) not in page, "no path of this machine"


def test_every_condition_is_a_row(run):
    _, report = run
    face, voice = (report["encoders"][name] for name in ("denseface", "wav2vec2"))
    assert list(face["robustness"]["conditions"]) == list(FACE_CONDITIONS)
    assert list(voice["robustness"]["conditions"]) == list(voice_conditions([np.ones(9)]))
    assert face["robustness"]["count"] == 16 and voice["robustness"]["count"] == 7


def test_a_run_and_its_graph_agree(run):
    # before is the same face as a graph, so nothing may differ
    scores = run[1]["encoders"]["denseface"]["splits"]["FER+ valid"]["all"]
    assert scores["before"]["confusion"] == scores["after"]["confusion"]
    assert scores["difference"]["wa"] == 0 and scores["after"]["count"] == 64


def test_pictures_of_the_training_archive_are_told_apart(toy, encoders, run, tmp_path):
    # without any, or without that archive, there is nothing to tell
    assert run[1]["encoders"]["denseface"]["splits"]["FER+ valid"].keys() == {"all"}
    faces = load_ferplus(toy / "faces", "valid")
    assert face_split(faces).groups().keys() == {"all"}
    split = face_split(faces, Faces(faces.pictures[:5], faces.votes[:5]))
    settings = evaluate_encoders.Settings(rounds=20)
    for name in ("face", "light"):
        loaded = {"after": load_encoder(encoders / f"{name}.pt", "face", CPU, "fp32")}
        groups = evaluate_encoders.evaluate_face(loaded, split, settings)["splits"]["FER+ valid"]
        every, unseen = (groups[group]["after"] for group in ("all", UNSEEN))
        assert (every["count"], unseen["count"]) == (64, 59)
        rest = load_encoder(encoders / f"{name}.pt", "face", CPU, "fp32").face_logits(
            torch.from_numpy(split.pictures[5:]).unsqueeze(1).float()
        )
        assert unseen["wa"] == np.mean(rest.argmax(1) == split.truth[5:])
    shutil.copy(toy / "faces/ferplus-valid.zip", tmp_path)
    assert evaluate_encoders.load_face_split(tmp_path, None).unseen is None
    shutil.copy(toy / "faces/ferplus-valid.zip", tmp_path / "ferplus-train.zip")
    assert not evaluate_encoders.load_face_split(tmp_path, None).unseen.any()
    report = json.loads(json.dumps(run[1]))
    report["encoders"]["denseface"]["splits"]["FER+ valid"][UNSEEN] = {"after": unseen}
    figures = dict.fromkeys(report["encoders"], dict.fromkeys(("confusion", "reliability", "robustness"), ""))
    page = markdown(report, figures)
    assert f"| · {UNSEEN} | " in page
    assert "5 of the 64 pictures of FER+ valid are in the training archive too, pixel by pixel" in page


def test_a_corpus_that_the_voice_heard_is_measured_by_one_that_did_not(toy, encoders):
    speech = load_speech(toy / "speech")
    corpus, ours = "emovo", speech.split("valid")
    theirs = [replace(clip, corpus=corpus, speaker="emovo_f3") for clip in ours[::2]]
    speech = replace(speech, clips=[*speech.split("train"), *ours[1::2], *theirs])
    voice, other = (
        load_encoder(encoders / f"{n}.pt", "voice", CPU, "fp32") for n in ("voice", "voice-before")
    )
    settings = evaluate_encoders.Settings(rounds=20, robust_clips=1, left_out=(corpus,))
    before = evaluate_encoders.evaluate_voice({"after": voice}, speech, settings)
    found = evaluate_encoders.evaluate_voice({"after": voice}, speech, settings, other)
    of_others = evaluate_encoders.evaluate_voice({"after": other}, speech, settings)
    (known, apart), (_, alone) = list(found["splits"].items()), list(of_others["splits"].items())
    assert apart[0] == f"{alone[0]}, by an encoder that heard none of it" and apart[1] == alone[1]
    # who of it validates is measured with the others', by the voice itself
    counts = [
        known[1]["all"]["after"]["count"],
        before["splits"]["validation speakers"]["all"]["after"]["count"],
    ]
    assert counts == [len(speech.split("valid")), len(speech.split("valid", (corpus,)))]
    assert counts[0] > counts[1]
    # by its own temperature, from whom it knows
    (name, of), (_, known_of) = (
        next(iter(of["calibration"]["after"]["left_out"].items())) for of in (found, of_others)
    )
    assert name == f"{corpus}, by an encoder that heard none of it" and of == known_of


def test_the_page_is_made_from_the_report(run):
    out, report = run
    names = report["encoders"]
    figures = {n: {k: f"{n}-{k}.png" for k in ("confusion", "reliability", "robustness")} for n in names}
    assert markdown(report, figures) == (out / "encoders.md").read_text()


@pytest.mark.parametrize("folder", ["encoders", "augmentation", "augmentation/48px"])
def test_the_pages_that_are_kept_are_those_of_their_reports(folder):
    kept = Path(__file__).parents[1] / "results" / folder
    report = json.loads((kept / "encoders.json").read_text())
    names = report["encoders"]
    figures = {n: {k: f"{n}-{k}.png" for k in ("confusion", "reliability", "robustness")} for n in names}
    assert markdown(report, figures) == (kept / "encoders.md").read_text()


def test_a_report_from_before_chance_was_measured_says_nothing_of_it(run):
    report = json.loads(json.dumps(run[1]))
    names = report["encoders"]
    figures = {n: {k: f"{n}-{k}.png" for k in ("confusion", "reliability", "robustness")} for n in names}
    told = "Below, each\nhalf of the pictures, by chance, is measured with"
    assert told in markdown(report, figures)
    assert "| one of twenty above |" in markdown(report, figures)
    for found in names.values():
        for measured in found["calibration"].values():
            measured["folds"] = "pictures, by chance"
            for values in (
                measured,
                *measured.get("corpora", {}).values(),
                *measured.get("left_out", {}).values(),
            ):
                for key in ("ece_by_chance", "ece_by_chance_95"):
                    values["scaled"].pop(key)
    page = markdown(report, figures)
    assert told in page and "*By chance*" not in page and "one of twenty" not in page
    rows = [line for line in page.split("**Calibration.**")[1].splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in rows[:3]}) == 1


def test_a_control_is_called_what_it_is(run):
    _, report = run
    names = report["encoders"]
    figures = {n: {k: f"{n}-{k}.png" for k in ("confusion", "reliability", "robustness")} for n in names}
    assert "*Before* is the previous encoder on the same inputs" in markdown(report, figures)
    control = json.loads(json.dumps(report))
    for found in control["encoders"].values():
        found["before"] = "the same without augmentation"
    assert "*Before* is the same without augmentation on the same inputs" in markdown(control, figures)


def test_faces_of_another_size_are_told(encoders, run):
    encoder = replace(load_encoder(encoders / "face.pt", "face", CPU, "fp32"), face_size=32)
    sides = []
    seen = replace(encoder, encode=lambda values: sides.append(values.shape[2:]) or encoder.encode(values))
    assert seen.face_logits(torch.zeros(2, 1, 48, 48)).shape == (2, 8) and sides == [(32, 32)]
    _, report = run
    names = report["encoders"]
    figures = {n: {k: f"{n}-{k}.png" for k in ("confusion", "reliability", "robustness")} for n in names}
    assert "enlarged" not in markdown(report, figures)
    small = json.loads(json.dumps(report))
    for name in ("denseface", "denseface-light"):
        small["encoders"][name]["face_size"] = 48
    assert "Faces were enlarged to 48x48" in markdown(small, figures)


def test_what_is_kept_is_told_with_its_own_seed_and_predecessor(toy, encoders, tmp_path):
    given = ["--faces", str(toy / "faces"), "--out", str(tmp_path), "--device", "cpu", "--rounds", "5"]
    given += ["--robust-faces", "8"]
    path = str(encoders / "light.pt")
    evaluate_encoders.main([*given, "--face", str(encoders / "face.pt"), "--face-size", "48", "--seed", "5"])
    kept = json.loads((tmp_path / "encoders.json").read_text())
    light = ["--light", path, "--light-before", path, "--keep"]
    for error, at in ((KILLED, 2), (DISK_FULL, 1)):
        with pytest.raises(type(error)), interrupted(tmp_path, at, error):
            evaluate_encoders.main([*given, *light])
        # no half takes its place
        assert json.loads((tmp_path / "encoders.json").read_text()) == kept
    evaluate_encoders.main([*given, *light, "--before-is", "a first one"])
    page = (tmp_path / "encoders.md").read_text()
    head, face, of_light = re.split("^## .*", page, flags=re.MULTILINE)
    assert "evaluate_encoders` from" in head and "*Before*" not in head
    assert "Measured with seed 5, fp32." in face and "Faces were enlarged to 48x48" in face
    assert "Measured with seed 1, fp32." in of_light and "enlarged" not in of_light
    assert "*Before* is a first one on" in of_light and "*Before*" not in face
    # a report that says it once for all
    (found,) = kept["encoders"].values()
    once = {"before": "an older one"} | {key: found.pop(key) for key in ("seed", "precision", "face_size")}
    (tmp_path / "encoders.json").write_text(json.dumps({**once, **kept}))
    evaluate_encoders.main([*given, *light, "--before-is", "a second one"])
    assert (tmp_path / "encoders.md").read_text() == page.replace("a first one", "a second one")


def test_what_the_predecessor_heard_is_not_compared():
    logits = {who: np.eye(7)[[0, 1, 2]] for who in ("after", "before")}
    groups = {"all": np.ones(3, bool), "English": np.array([1, 1, 0], bool)}

    def score(values, truth):
        return {"count": len(truth)}

    found = evaluate_encoders.compare(logits, np.arange(3), groups, score, np.array([0, 0, 1], bool))
    assert found["all"] == {"after": {"count": 3}}
    assert found["English"].keys() == {"after", "before", "difference"}


def clip(corpus: str, speaker: str, label: int = 0) -> Clip:
    return Clip(corpus, speaker, label, 0, 1)


def test_groups_tell_sex_only_where_the_corpus_does():
    known = {
        ("ravdess", "ravdess_18"): "women", ("ravdess", "ravdess_17"): "men",
        ("emodb", "emodb_10"): "men", ("emodb", "emodb_16"): "women",
        ("emovo", "emovo_f2"): "women", ("emovo", "emovo_m1"): "men", ("nemo", "nemo_MP0"): None,
    }  # fmt: skip
    assert {key: sex_of(*key) for key in known} == known
    groups = groups_of([clip(*key) for key in known])
    assert groups["all"].all() and groups["men"].sum() == 3
    assert groups["German, women"].tolist() == [False, False, False, True, False, False, False]
    assert not {"Polish, men", "Polish, women"} & groups.keys()


def test_clips_are_drawn_evenly_and_babble_from_others(toy):
    clips = [clip("ravdess", "ravdess_17", label) for label in [0] * 9 + [1] * 3 + [2]]
    kept = some_of_each_corpus(clips, 5, 1)
    assert sorted(c.label for c in kept) == [0, 0, 1, 1, 2]
    assert some_of_each_corpus(clips, 0, 1) == clips
    speech = load_speech(toy / "speech")
    assert len(babble_voices(speech, (), 1)) == len(speech.split("train"))
    assert babble_voices(speech, ("ravdess",), 1) == []


def test_a_wrong_file_says_what_to_give(encoders, tmp_path):
    for name, kind, message in (
        ("voice.pt", "face", "no face encoder"),
        ("face.pt", "voice", "no voice encoder"),
        ("bundle/denseface.onnx", "voice", "takes waveform"),
    ):
        with pytest.raises(ValueError, match=message):
            load_encoder(encoders / name, kind, CPU, "fp32")
    with pytest.raises(FileNotFoundError, match="--face"):
        load_encoder(tmp_path / "best.pt", "face", CPU, "fp32")
    lone = tmp_path / "denseface.onnx"
    lone.write_bytes((encoders / "bundle/denseface.onnx").read_bytes())
    with pytest.raises(FileNotFoundError, match=r"manifest\.json is missing"):
        load_encoder(lone, "face", CPU, "fp32")
    (tmp_path / "manifest.json").write_text('{"face": {}}')
    with pytest.raises(ValueError, match=r"face\.mean"):
        load_encoder(lone, "face", CPU, "fp32")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--face", "x.pt"],
        ["--voice-before", "x.pt", "--speech", "."],
        ["--voice", "x.pt"],
        ["--light", "x.pt", "--faces", ".", "--voice-apart", "x.pt"],
        ["--voice", "x.pt", "--speech", ".", "--leave-out", "--voice-apart", "x.pt"],
    ],
)
def test_options_that_do_not_fit_are_refused_at_once(arguments, tmp_path, capsys):
    with pytest.raises(SystemExit):
        evaluate_encoders.main([*arguments, "--out", str(tmp_path)])
    assert "error: " in capsys.readouterr().err
