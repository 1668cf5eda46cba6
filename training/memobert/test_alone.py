"""What `tune` does for voices and faces alone: mixed by twos, and learned from their encoder's answer."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from . import tune
from .alone import as_said, mix_alone, voice_that_says
from .labels import LABELS
from .samples import Prompt, lay_out
from .sources import load_source


def test_voices_are_mixed_by_twos_and_so_are_their_labels(runs):
    options = tune.make_parser().parse_args([*runs["fusion"], "--out", "x"])
    source = load_source(options)
    prompt = Prompt(source.tokenizer, "i am [MASK] .", LABELS)
    samples = [source.draw(np.random.default_rng(seed), "A") for seed in range(8)]
    batch = lay_out(samples, source.tokenizer, prompt)
    mixed = mix_alone(batch, np.random.default_rng(2), 0.4, 7)
    assert torch.allclose(mixed.labels.sum(1), torch.ones(8)) and (mixed.labels.max(1).values < 1).any()
    # a token is heard where either was, and what was no voice stays
    assert (mixed.attention_mask >= batch.attention_mask).all()
    assert torch.equal(mixed.input_ids, batch.input_ids)
    # as much of a belief as of a label
    believed = dataclasses.replace(batch, labels=torch.nn.functional.one_hot(batch.labels, 7) * 0.3 + 0.1)
    again = mix_alone(believed, np.random.default_rng(2), 0.4, 7)
    assert torch.allclose(again.labels, mixed.labels * 0.3 + 0.1)
    # as much of each voice as of its label
    alone = mix_alone(batch, np.random.default_rng(2), 1e-9, 7)
    assert set(alone.labels.unique().tolist()) == {0, 1}
    for row, label in enumerate(alone.labels.argmax(1)):
        origin = [
            torch.equal(alone.voice_features[row], voice)
            for voice, of in zip(batch.voice_features, batch.labels, strict=True)
            if of == label
        ]
        assert any(origin)


def test_faces_are_mixed_as_voices_are(runs, tmp_path):
    options = [*runs["fusion"], "--mix-faces", "0.4", "--pretraining", "0", "--chances", "V=1"]
    source = load_source(tune.make_parser().parse_args([*options, "--out", "x"]))
    prompt = Prompt(source.tokenizer, "i am [MASK] .", LABELS)
    samples = [source.draw(np.random.default_rng(seed), "V") for seed in range(8)]
    batch = lay_out(samples, source.tokenizer, prompt)
    mixed = mix_alone(batch, np.random.default_rng(2), 0.4, 7)
    between = mixed.labels.max(1).values < 0.99
    unlike = [
        all(not torch.equal(faces, of) for of in batch.face_features)
        for faces in mixed.face_features[between]
    ]
    assert unlike and all(unlike)
    alone = mix_alone(batch, np.random.default_rng(2), 1e-9, 7)
    for row, label in enumerate(alone.labels.argmax(1)):
        pairs = zip(batch.face_features, batch.labels, strict=True)
        assert any(torch.equal(alone.face_features[row], of) for of, its in pairs if its == label)
    tune.main([*options, "--every", "1", "--steps", "1", "--out", str(tmp_path)])


def test_voices_alone_are_learned_from_their_encoders_own_answer(runs, tmp_path):
    options = [*runs["fusion"], "--out", str(tmp_path), "--voice-says", "0.75"]
    arguments = tune.make_parser().parse_args(options)
    source = load_source(arguments)
    samples = [source.draw(np.random.default_rng(seed), "A") for seed in range(6)]
    # of several lengths, so that all but the longest are padded
    samples = [dataclasses.replace(s, voice=s.voice[: 2 + i % 4]) for i, s in enumerate(samples)]
    batch = lay_out(samples, source.tokenizer, Prompt(source.tokenizer, "i am [MASK] .", LABELS))
    voice = voice_that_says(arguments, "cpu")
    wanted = as_said(batch, voice, 0.75).labels
    for row, sample in zip(wanted, samples, strict=True):
        said = voice.answer(torch.from_numpy(sample.voice.astype(np.float32))[None]).softmax(1)[0]
        label = torch.eye(7)[sample.label]
        assert torch.allclose(row, 0.75 * said + 0.25 * label, atol=1e-6)
    # and where the encoder answers in half precision
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.allclose(as_said(batch, voice, 0.75).labels, wanted, atol=0.02)
    # a belief's part stays as well
    said = (wanted - 0.25 * torch.eye(7)[batch.labels]) / 0.75
    believed = dataclasses.replace(batch, labels=torch.full((6, 7), 1 / 7))
    assert torch.allclose(as_said(believed, voice, 0.5).labels, (1 / 7 + said) / 2, atol=1e-6)
    tune.main([*options, "--chances", "A=1", "--pretraining", "0", "--every", "2", "--steps", "2"])

    def fails(match: str, *more: str, without: str = "") -> None:
        at = options.index(without) if without else len(options)
        given = options[:at] + options[at + 2 :]
        with pytest.raises(ValueError, match=match):
            voice_that_says(tune.make_parser().parse_args([*given, *more]), "cpu")

    fails("--voice-says 2.0 is not between", "--voice-says", "2")
    fails("give that as well", without="--voice-encoder")
    heard = torch.load(runs["out"] / "voice/best.pt", weights_only=False)
    # as others keep one
    silent = {k: v for k, v in heard["model"].items() if k.startswith("wav2vec2.")}
    torch.save(silent, tmp_path / "pytorch_model.bin")
    fails("wide, no multiple of 64, .* put its config.json", "--voice-encoder", str(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps(heard["config"], default=str))
    fails("no answer of its own", "--voice-encoder", str(tmp_path))
