"""`--dry-run` of what trains an encoder, measures or exports: it goes through, and writes nothing."""

from itertools import pairwise

import pytest

from . import (
    evaluate,
    evaluate_encoders,
    export,
    pretrain_wav2vec2,
    train_denseface,
    train_lightface,
    train_wav2vec2,
    voice_teacher,
    warm_up_wav2vec2,
)

TRAININGS = (
    *(train_denseface, train_lightface),
    *(warm_up_wav2vec2, pretrain_wav2vec2, voice_teacher, train_wav2vec2),
)


def of_voice(runs: dict, *taken: str) -> list[str]:
    """Those of a voice's options that a command knows, features that are kept included."""
    options = runs["voice"]
    ends = [i for i, word in enumerate(options) if word.startswith("--")] + [len(options)]
    return [word for i, end in pairwise(ends) if options[i] in taken for word in options[i:end]]


@pytest.mark.parametrize("command", TRAININGS)
def test_a_training_takes_a_step_beside_a_run_that_is_there(command, runs, tmp_path, caplog):
    taken = ("--speech", "--device", "--batch", "--leave-out", "--seconds", "--steps", "--every")
    kept = (*taken, "--features", "--variants")
    begun = ["--init", str(runs["out"] / "voice-warm/best.pt")]
    options, run = {
        train_denseface: ([*runs["face"], "--epochs", "2"], "face"),
        train_lightface: (runs["light"], "light"),
        train_wav2vec2: (runs["voice"], "voice"),
        warm_up_wav2vec2: ([*of_voice(runs, *taken), "--toy"], "voice-warm"),
        pretrain_wav2vec2: ([*of_voice(runs, *kept), *begun], "voice-ssl"),
        voice_teacher: ([*of_voice(runs, *kept), *begun], "voice-teacher"),
    }[command]
    out = runs["out"] / run
    before = {file: file.stat().st_mtime_ns for file in out.iterdir()}
    with caplog.at_level("INFO"):
        command.main([*options, "--dry-run", "--out", str(out)])
        command.main([*options, "--dry-run", "--out", str(tmp_path / "out")])
    told = [record.getMessage() for record in caplog.records if "nothing is written" in record.getMessage()]
    assert len(told) == 2 and told[0] == told[1]
    assert {file: file.stat().st_mtime_ns for file in out.iterdir()} == before
    assert not (tmp_path / "out").exists()


def test_evaluations_and_the_export_go_through_and_write_nothing(runs, toy, tmp_path, caplog):
    out = runs["out"]
    results = ["--dry-run", "--out", str(tmp_path / "out")]
    fusion = runs["fusion"][: runs["fusion"].index("--batch")]
    given = [part for part in fusion if part != "--toy"]
    given += ["--composed", "14", "--banks", str(out / "banks"), "--model", str(out / "fusion/best.pt")]
    temperatures = tmp_path / "temperatures.json"
    with caplog.at_level("INFO"):
        found = evaluate.main([*given, "--temperatures", str(temperatures), *results])
    assert "cases" not in found and f"{found['count']} samples would be measured" in caplog.text
    faces = ["--face", str(out / "face/best.pt"), "--faces", str(toy / "faces")]
    speech = ["--voice", str(out / "voice/best.pt"), "--speech", str(toy / "speech"), "--leave-out"]
    report = evaluate_encoders.main([*faces, *speech, "--device", "cpu", *results])
    assert list(report["encoders"]) == ["denseface", "wav2vec2"]
    parts = [
        word for part in ("face", "voice", "fusion") for word in (f"--{part}", str(out / part / "best.pt"))
    ]
    manifest = export.main([*parts, "--vocabulary", str(toy / "vocab.txt"), *results])
    assert {"denseface", "wav2vec2", "memobert"} <= manifest["graphs"].keys()
    assert not (tmp_path / "out").exists() and not temperatures.exists()
