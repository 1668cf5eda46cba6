"""Every command once, at toy size, in the order a person runs them: what the tests of commands begin with."""

from pathlib import Path

from . import (
    pretrain,
    pretrain_wav2vec2,
    train_denseface,
    train_lightface,
    train_wav2vec2,
    tune,
    voice_teacher,
    warm_up_wav2vec2,
)


def make(toy: Path, out: Path) -> dict:
    """Runs of all parts under `out` on `toy_data` at `toy`; their options by part, and what they returned."""
    face = [
        "--faces", str(toy / "faces"), "--size", "48", "--batch", "16", "--blocks", "1", "1", "1",
        "--device", "cpu", "--rate", "0.05",
    ]  # fmt: skip
    train_denseface.main([*face, "--out", str(out / "face"), "--epochs", "2"])
    light = ["--faces", str(toy / "faces"), "--device", "cpu", "--batch", "16", "--variants", "2"]
    light += ["--teacher", str(out / "face/best.pt"), "--epochs", "2"]
    train_lightface.main([*light, "--out", str(out / "light")])
    voice = [
        "--speech", str(toy / "speech"), "--device", "cpu", "--every", "3", "--batch", "4", "--leave-out",
    ]  # fmt: skip
    warm_up_wav2vec2.main([*voice, "--toy", "--out", str(out / "voice-warm"), "--steps", "6"])
    warm = ["--init", str(out / "voice-warm/best.pt")]
    voice += ["--features", str(out / "features"), "--variants", "2", "--seconds", "1", "--steps", "6"]
    pretrain_wav2vec2.main([*voice, *warm, "--out", str(out / "voice-ssl")])
    voice_teacher.main([*voice, *warm, "--out", str(out / "voice-teacher")])
    taught = ["--init", str(out / "voice-ssl/best.pt"), "--teacher", str(out / "voice-teacher/best.pt")]
    train_wav2vec2.main([*voice, *taught, "--out", str(out / "voice")])
    fusion = [
        "--text", str(toy / "text"), "--faces", str(toy / "faces"), "--speech", str(toy / "speech"),
        "--vocabulary", str(toy / "vocab.txt"), "--toy", "--device", "cpu", "--leave-out",
        "--face-encoder", str(out / "face/best.pt"), "--light-encoder", str(out / "light/best.pt"),
        "--voice-encoder", str(out / "voice/best.pt"),
        "--batch", "16", "--rate", "3e-3", "--composed", "56", "--banks", str(out / "banks"),
    ]  # fmt: skip
    length = ["--every", "20", "--steps", "40"]
    tasks = pretrain.main([*fusion, *length, "--out", str(out / "pretrained")])
    tuning = [*fusion, "--init", str(out / "pretrained/best.pt"), "--every", "75", "--steps", "450"]
    scores = tune.main([*tuning, "--out", str(out / "fusion")])
    return {
        "out": out, "face": face, "voice": [*voice, *taught], "scores": scores, "tasks": tasks,
        "fusion": fusion, "length": length, "light": light,
    }  # fmt: skip
