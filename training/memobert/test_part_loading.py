"""Checkpoints of others, of another width than ours: they extract, are tuned and measured, and exported."""

import json
from argparse import Namespace

import numpy as np
import pytest
import torch
from transformers import BertForMaskedLM

from . import convert, evaluate, export, extract, pretrain, random_checkpoints, tune, wav2vec2_import
from .checkpoint_files import CheckpointError
from .conversion import guessed_heads
from .encoder_loading import load_encoder
from .exported_models import load_models
from .feature_banks import voice_bank
from .labels import LABELS
from .manifest import read_manifest
from .memobert_import import load_published
from .part_loading import load_part
from .pretrain import make_model
from .shard_writing import ShardWriter, write_part
from .shards import Clip, Word
from .sources import load_source
from .speech_data import Clip as SpeechClip
from .speech_data import Speech
from .toy_videos import hum
from .utterances import Faults, Unit
from .wav2vec2_model import TOY, VoiceEncoder, compact_config

HEADS = ["--heads", str(random_checkpoints.TOY["num_attention_heads"])]
SHORT = ["--batch", "2", "--steps", "1", "--every", "1"]


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return random_checkpoints.make(tmp_path_factory.mktemp("checkpoints"), "toy")


def clip(number: int, split: str) -> Clip:
    rng = np.random.default_rng(number)
    return Clip(
        key=f"{split}-{number}",
        source="a.mp4",
        start_s=0.0,
        end_s=2.0,
        split=split,
        words=[Word("hello", 0, 1), Word("day", 1, 2)],
        faces=rng.integers(0, 256, (4, 64, 64)).astype(np.uint8),
        face_times_s=1 + np.arange(4, dtype=np.float32) / 10,
        waveform=hum(1.0, 100 + 20 * number),
        label=LABELS[number % len(LABELS)],
    )


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos") / "shards"
    writer = ShardWriter(folder, {})
    for split in ("train", "valid"):
        unit = Unit(f"{split}.mp4", split, ())
        write_part(writer.parts, unit, "print", [clip(number, split) for number in range(7)], Faults())
        writer.pack([unit])
    writer.close()
    return folder


def extracted(shards, out, paths, face, voice):
    given = {"shards": shards, "face-encoder": face, "voice-encoder": voice}
    given |= {"vocabulary": paths["vocabulary"], "out": out, "device": "cpu"}
    extract.main([part for name, value in given.items() for part in (f"--{name}", str(value))])
    return out


@pytest.fixture(scope="module")
def features(paths, shards, tmp_path_factory):
    """Of the authors' DenseFace and a wav2vec 2.0 of Hugging Face's."""
    out = tmp_path_factory.mktemp("features") / "foreign"
    return extracted(shards, out, paths, paths["denseface"], paths["wav2vec2"])


def arguments(paths, features, *more):
    given = ["--vocabulary", paths["vocabulary"], "--samples", features, "--device", "cpu", *more]
    return [str(word) for word in given]


def made(paths, features, *more):
    parsed = pretrain.make_parser().parse_args(arguments(paths, features, "--out", "x", *more))
    return make_model(parsed, load_source(parsed))


def test_bert_and_memobert_of_others_begin_with_all_they_know(paths, features):
    bert = BertForMaskedLM.from_pretrained(paths["bert"]).state_dict()
    for init in ("bert", "memobert"):
        model, changes, stored = made(paths, features, "--init", paths[init], *HEADS)
        assert changes["num_attention_heads"] == 4 and changes["hidden_size"] == 32
        # the head that the prompt is answered by
        assert torch.equal(model.transform.dense.weight, bert["cls.predictions.transform.dense.weight"])
        assert torch.equal(model.bias, bert["cls.predictions.bias"])
        assert torch.equal(
            model.encoder.layer[1].output.dense.weight, bert["bert.encoder.layer.1.output.dense.weight"]
        )
        assert bool(stored["heads"]) == (init == "memobert")
    uniter = torch.load(paths["memobert"])
    assert torch.equal(
        model.speech_embeddings.linear.weight, uniter["uniter.speech_embeddings.speech_linear.weight"]
    )
    # layers may be fewer, and what a BERT lacks begins as ours does
    model, *_ = made(paths, features, "--init", paths["bert"], "--layers", "1")
    assert len(model.encoder.layer) == 1 and 0.01 < model.img_embeddings.linear.weight.std() < 0.03


def test_from_checkpoints_of_others_to_a_bundle_and_on(paths, shards, features, tmp_path):
    pretrain.main(
        arguments(
            paths, features, "--init", paths["memobert"], *HEADS, *SHORT, "--out", tmp_path / "pretrained"
        )
    )
    tuned = tmp_path / "tuned"
    init = ["--init", tmp_path / "pretrained/best.pt"]
    assert (
        tune.main(arguments(paths, features, *init, *SHORT, "--out", tuned))["composed"]["TVA"]["count"] == 7
    )
    measure = ["--out", tmp_path / "results", "--model"]
    found = evaluate.main(arguments(paths, features, *measure, tuned / "best.pt"))
    bundle = tmp_path / "bundle"
    given = {"face": paths["denseface"], "voice": paths["wav2vec2"], "fusion": tuned / "best.pt"}
    given |= {"vocabulary": paths["vocabulary"], "out": bundle}
    manifest = export.main([
        *(str(part) for name, value in given.items() for part in (f"--{name}", value)),
        "--variants", "wav2vec2=fp32", "denseface=fp32",
    ])  # fmt: skip
    assert manifest["voice"] == {**manifest["voice"], "featureSize": 32, "logits": False}
    assert manifest["training"]["fusion"]["config"]["num_attention_heads"] == 4
    # a bundle goes on as the checkpoint does that it is of
    again = load_published(bundle / "memobert.onnx")
    best = torch.load(tuned / "best.pt", weights_only=False)
    assert again["config"] == best["config"] and again["prompt"] == manifest["prompt"]
    assert again["vocabulary_sha256"] == best["vocabulary_sha256"]
    for name, value in best["model"].items():
        assert torch.allclose(again["model"][name], value, atol=2e-3), name
    assert made(paths, features, "--init", bundle / "memobert.onnx")[1] == best["config"]
    alike = extracted(shards, tmp_path / "alike", paths, bundle / "denseface.onnx", bundle / "wav2vec2.onnx")
    for of_graph, of_torch in zip(extract.load_features(alike), extract.load_features(features), strict=True):
        for name in ("faces", "voice"):
            got, want = (getattr(of, name).astype(np.float32) for of in (of_graph, of_torch))
            assert np.abs(got - want).max() < 2e-2 * max(1, np.abs(want).max())
    of_bundle = evaluate.main(arguments(paths, features, *measure, bundle / "memobert.onnx"))
    assert of_bundle["prompt"] == manifest["prompt"]
    for name, case in of_bundle["cases"].items():
        assert case["ece_raw"] == pytest.approx(found["cases"][name]["ece_raw"], abs=1e-2)
    with pytest.raises(ValueError, match=r"norm over time.* give the checkpoint that it was"):
        wav2vec2_import.main(["--bundle", str(bundle), "--out", str(tmp_path / "voice.pt")])


def test_a_voice_of_another_shape_is_read_back_by_what_its_bundle_states(paths, tmp_path):
    voice = VoiceEncoder(compact_config(**{**TOY, "num_attention_heads": 4}), len(LABELS))
    voice = random_checkpoints.stir(voice, torch.Generator().manual_seed(1))
    torch.save({"model": voice.state_dict(), "config": voice.config.to_dict()}, tmp_path / "voice.pt")
    given = ["--voice", tmp_path / "voice.pt", "--fusion", paths["memobert"], "--face", paths["denseface"]]
    given += ["--vocabulary", paths["vocabulary"], *HEADS, "--out", tmp_path / "bundle"]
    export.main([*map(str, given), "--variants", "wav2vec2=fp32-half", "memobert=fp32-half"])
    wav2vec2_import.main(["--bundle", str(tmp_path / "bundle"), "--out", str(tmp_path / "again.pt")])
    again = torch.load(tmp_path / "again.pt", weights_only=False)
    assert again["config"]["num_attention_heads"] == 4 and again["labels"] == len(LABELS)
    for name, value in voice.state_dict().items():
        if "layers.0.attention" in name:
            assert torch.allclose(again["model"][name], value, atol=1e-3), name


def test_a_bank_is_made_by_a_voice_of_others(paths):
    wave = hum(1.0, 200)
    speech = Speech((wave * 32768).astype(np.int16), [SpeechClip("x", "y", 0, 0, len(wave))])
    model = load_models(None, paths["wav2vec2"], None)["wav2vec2"]
    (tokens,) = voice_bank(model, speech, speech.clips, torch.device("cpu"), 1, False).features
    encoder = load_encoder(paths["wav2vec2"], "voice", torch.device("cpu"), "fp32", features_alone=True)
    window, first = extract.voice_window(wave)
    wanted = encoder.encode(window[None])[0][0, first:]
    assert tokens.shape == wanted.shape and np.abs(tokens - wanted).mean() < 0.05 * np.abs(wanted).mean()
    with pytest.raises(ValueError, match="wav2vec2 gives no logits, as encoders of others do"):
        load_encoder(paths["wav2vec2"], "voice", torch.device("cpu"), "fp32")


def test_a_converted_bundle_that_states_no_config_is_told_by_its_tensors(paths, features, tmp_path):
    given = [f"--{name}={paths[name]}" for name in ("memobert", "wav2vec2", "denseface", "vocabulary")]
    convert.main([*given, *HEADS, "--out", str(tmp_path / "bundle")])
    init = ["--init", tmp_path / "bundle/memobert.onnx"]
    config = made(paths, features, *init)[1]
    path = tmp_path / "bundle/manifest.json"
    manifest = read_manifest(path)
    del manifest["training"]["fusion"]["config"]
    path.write_text(json.dumps(manifest))
    assert made(paths, features, *init, *HEADS)[1] == {
        k: v for k, v in config.items() if k != "layer_norm_eps"
    }


def test_evaluate_is_told_how_many_heads_there_are_and_whom_to_trust(paths, features, tmp_path):
    """8 numbers a head: no tensor tells, nor does any config."""
    # as decided as trained ones, so that heads count
    model = {
        name: value * (60 if name.endswith(("query.weight", "key.weight")) else 1)
        for name, value in torch.load(paths["memobert"]).items()
    }
    torch.save(model, tmp_path / "plain.pt")
    torch.save({"model": model, "options": Namespace()}, tmp_path / "memobert.pt")

    def losses(model, *more) -> dict:
        given = arguments(paths, features, "--model", model, "--out", tmp_path / "results", *more)
        return {name: of["loss"] for name, of in evaluate.main(given)["tasks"].items()}

    with pytest.raises(CheckpointError, match="could run code"):
        losses(tmp_path / "memobert.pt", *HEADS)
    known = losses(tmp_path / "memobert.pt", *HEADS, "--trust")
    # others answer as well, and otherwise
    one = losses(tmp_path / "plain.pt", "--heads", "1")
    assert one["wwmlm"] != pytest.approx(known["wwmlm"], rel=1e-4)
    with pytest.raises(CheckpointError, match="nothing beside it tells how many heads it has: say --heads"):
        losses(tmp_path / "plain.pt")
    given = [f"--{name}={paths[name]}" for name in ("wav2vec2", "denseface", "vocabulary")]
    given += [f"--memobert={tmp_path / 'plain.pt'}", *HEADS, "--variants", "memobert=fp32"]
    convert.main([*given, "--out", str(tmp_path / "bundle")])
    graph = tmp_path / "bundle/memobert.onnx"
    stated = losses(graph)
    manifest = read_manifest(graph.with_name("manifest.json"))
    del manifest["training"]["fusion"]["config"]
    graph.with_name("manifest.json").write_text(json.dumps(manifest))
    of_graph = losses(graph, *HEADS)
    for name, loss in known.items():
        assert stated[name] == pytest.approx(loss, rel=1e-2), name
        assert of_graph[name] == pytest.approx(loss, rel=1e-2), name
    with pytest.raises(CheckpointError, match="nothing beside it tells how many heads it has: say --heads"):
        losses(graph)


def test_export_is_told_how_many_heads_there_are_and_whom_to_trust(paths, tmp_path):
    torch.save({"model": torch.load(paths["memobert"]), "options": Namespace()}, tmp_path / "memobert.pt")
    given = ["--voice", paths["wav2vec2"], "--face", paths["denseface"], "--vocabulary", paths["vocabulary"]]
    given += ["--out", tmp_path / "bundle", "--fusion"]

    def exported(fusion, *more) -> int:
        manifest = export.main([*map(str, given), str(fusion), *more])
        return manifest["training"]["fusion"]["config"]["num_attention_heads"]

    with pytest.raises(CheckpointError, match=r"32 wide, no multiple of 64, .* heads it has: say --heads"):
        exported(paths["memobert"])
    assert exported(paths["memobert"], *HEADS) == 4
    with pytest.raises(CheckpointError, match="could run code"):
        exported(tmp_path / "memobert.pt", *HEADS)
    assert exported(tmp_path / "memobert.pt", *HEADS, "--trust") == 4


@pytest.mark.parametrize(("width", "heads"), [(384, 12), (128, 2), (768, 12)])
def test_heads_of_a_usual_width_are_known_everywhere(width, heads, caplog):
    """MiniLM's of 32 numbers, as ours; BERT's of 64. The latter is a guess, which the log tells."""
    assert guessed_heads(width, "model.pt") == heads
    told = f"model.pt tells how many heads it has, and {heads} of 64 numbers are taken: else say --heads"
    assert (told in caplog.text) == (width != 384)


def test_what_does_not_fit_is_told(paths, features, tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join(random_checkpoints.vocabulary(121)))
    with pytest.raises(ValueError, match="made with a vocabulary of 120"):
        made(paths, features, "--vocabulary", tmp_path / "vocab.txt", "--init", paths["bert"])
    (features / extract.SETTINGS).rename(tmp_path / extract.SETTINGS)
    try:
        with pytest.raises(
            ValueError, match="knows 120 words, --vocabulary 121: give the checkpoint's vocab"
        ):
            made(paths, features, "--vocabulary", tmp_path / "vocab.txt", "--init", paths["bert"])
    finally:
        (tmp_path / extract.SETTINGS).rename(features / extract.SETTINGS)
    with pytest.raises(CheckpointError, match="is no checkpoint of a fusion"):
        made(paths, features, "--init", paths["wav2vec2"])
    with pytest.raises(CheckpointError, match="is a graph: `extract` takes it"):
        load_part(tmp_path / "wav2vec2.onnx", "voice")
    with pytest.raises(CheckpointError, match=r"missing: .*img_embeddings.*let `convert` take"):
        load_part(paths["bert"], "fusion", int(HEADS[1]))
    wide = random_checkpoints.uniter_state(
        BertForMaskedLM.from_pretrained(paths["bert"]), 7, 32, torch.Generator().manual_seed(1)
    )
    torch.save(wide, tmp_path / "wide.pt")
    with pytest.raises(ValueError, match=r"(?s)wide\.pt does not fit: .*img_embeddings.*--fresh"):
        made(paths, features, "--init", tmp_path / "wide.pt", *HEADS)
    model, *_ = made(paths, features, "--init", tmp_path / "wide.pt", *HEADS, "--fresh", "img_")
    assert model.face_size != 7
    given = ["--model", tmp_path / "wide.pt", *HEADS, "--out", tmp_path / "none"]
    with pytest.raises(
        ValueError, match=r"wide\.pt takes 7 features of faces and 32 of voices, and is given"
    ):
        evaluate.main(arguments(paths, features, *given))
