"""Checkpoints of others at toy size: each becomes a bundle whose graphs answer as its own code does."""

import json

import numpy as np
import onnxruntime
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import (
    BertForMaskedLM,
    Wav2Vec2Config,
    Wav2Vec2ForCTC,
    Wav2Vec2ForSequenceClassification,
    Wav2Vec2Model,
)

from . import convert, random_checkpoints
from .checkpoint_files import CheckpointError, read_checkpoint
from .convert_face import convert_face
from .convert_voice import convert_voice
from .denseface_model import DenseFace
from .exported_models import HEADS, build_models, fold_norms, round_to_half
from .foreign_layouts import KINDS
from .manifest import describe
from .memobert_model import MemoBert, small_config
from .pretraining_heads import PretrainingHeads
from .published_memobert import Published
from .random_checkpoints import TOY, TOY_VOICE, stir
from .wav2vec2_model import POOL, VoiceEncoder, compact_config
from .wav2vec2_model import TOY as TOY_ENCODER

LARGE = {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True}
NONE = {"face": {}, "voice": {}, "fusion": {}, "light": {}}

# which no tensor tells
FOUR_HEADS = ["--heads", str(TOY["num_attention_heads"])]


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return random_checkpoints.make(tmp_path_factory.mktemp("checkpoints"), "toy")


def words(paths, *options: str) -> list[str]:
    return [word for option in options for word in (f"--{option}", str(paths[option]))]


@pytest.fixture(scope="module")
def bundle(paths, tmp_path_factory):
    out = tmp_path_factory.mktemp("bundles") / "foreign"
    given = [*words(paths, "memobert", "wav2vec2", "denseface", "vocabulary"), *FOUR_HEADS]
    return out, convert.main([*given, "--licence", "research", "--out", str(out)])


def run(folder, graph: str, **inputs) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(folder / f"{graph}.onnx")
    names = [output.name for output in session.get_outputs()]
    found = session.run(None, {name: value.numpy() for name, value in inputs.items()})
    return dict(zip(names, found, strict=True))


def expect_close(got: np.ndarray, want: torch.Tensor) -> None:
    want = want.numpy()
    assert got.shape == want.shape
    assert np.abs(got - want).max() < 1e-3 * max(1, np.abs(want).max())


@torch.no_grad()
def uniter_states(
    state: dict, bert: BertForMaskedLM, inputs: dict, masks: dict[str, torch.Tensor] | None = None
) -> torch.Tensor:
    """The authors' UniterModel, as code/uniter3m/model/model.py has it, around the layers of `bert`.

    `masks` says of `img` and `speech` which frames are masked [N,frames]; their features are zeros.
    """

    def norm(name: str, values: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(values, values.shape[-1:], state[f"{name}.weight"], state[f"{name}.bias"], 1e-12)

    def frames(kind: str, features: torch.Tensor, kind_row: torch.Tensor) -> torch.Tensor:
        part = f"uniter.{kind}_embeddings"
        if masks is not None:
            table = state[f"{part}.mask_embedding.weight"].index_fill(0, torch.tensor(0), 0.0)
            features = features + table[masks[kind].long()]
        hidden = F.linear(
            features, state[f"{part}.{kind}_linear.weight"], state[f"{part}.{kind}_linear.bias"]
        )
        places = state[f"{part}.position_embeddings.weight"][: features.shape[1]]
        return norm(f"{part}.LayerNorm", norm(f"{part}.{kind}_layer_norm", hidden) + places + kind_row)

    ids, text = inputs["input_ids"].long(), "uniter.embeddings"
    kinds = state[f"{text}.token_type_embeddings.weight"]
    places = state[f"{text}.position_embeddings.weight"][: ids.shape[1]]
    said = norm(f"{text}.LayerNorm", state[f"{text}.word_embeddings.weight"][ids] + places + kinds[0])
    seen = frames("img", inputs["face_features"], kinds[1])
    heard = frames(
        "speech",
        inputs["voice_features"],
        state["uniter.speech_embeddings.token_type_embeddings.weight"][0],
    )
    hiding = (1.0 - inputs["attention_mask"][:, None, None, :].float()) * -10000.0
    return bert.bert.encoder(torch.cat([said, seen, heard], 1), hiding).last_hidden_state


@torch.no_grad()
def uniter_logits(
    state: dict, bert: BertForMaskedLM, inputs: dict, masks: dict[str, torch.Tensor] | None = None
) -> torch.Tensor:
    hidden = uniter_states(state, bert, inputs, masks)
    return bert.cls(hidden[torch.arange(len(hidden)), inputs["mask_position"].long()])


def fusion_batch(face: int, voice: int, vocabulary: int) -> dict[str, torch.Tensor]:
    torch.manual_seed(5)
    mask = torch.ones(2, 6 + 3 + 5, dtype=torch.int32)
    mask[1, 9:] = 0
    return {
        "input_ids": torch.randint(5, vocabulary, (2, 6), dtype=torch.int32),
        "face_features": torch.randn(2, 3, face),
        "voice_features": torch.randn(2, 5, voice),
        "attention_mask": mask,
        "mask_position": torch.tensor([2, 4], dtype=torch.int32),
    }


def halves(state: dict) -> dict:
    """As the export stores them: the answers are compared, not the rounding."""
    return {
        k: v.half().float() if v.dtype.is_floating_point and v.numel() >= 256 else v for k, v in state.items()
    }


def test_the_authors_memobert_answers_as_their_code_does(bundle, paths):
    folder, manifest = bundle
    state = halves(torch.load(paths["memobert"]))
    bert = round_to_half(BertForMaskedLM.from_pretrained(paths["bert"], attn_implementation="eager").eval())
    inputs = fusion_batch(manifest["face"]["featureSize"], manifest["voice"]["featureSize"], 120)
    expect_close(run(folder, "memobert", **inputs)["mask_logits"], uniter_logits(state, bert, inputs))


def test_a_frame_of_zeros_is_the_authors_masked_frame(bundle, paths):
    """The page hides frames as zeros; theirs get a vector on top, which the heads were trained behind."""
    folder, manifest = bundle
    state = halves(torch.load(paths["memobert"]))
    bert = round_to_half(BertForMaskedLM.from_pretrained(paths["bert"], attn_implementation="eager").eval())
    inputs = fusion_batch(manifest["face"]["featureSize"], manifest["voice"]["featureSize"], 120)
    masks = {"img": torch.zeros(2, 3, dtype=torch.bool), "speech": torch.zeros(2, 5, dtype=torch.bool)}
    masks["img"][:, 1], masks["speech"][0, 2:4] = True, True
    for kind, name in (("img", "face_features"), ("speech", "voice_features")):
        inputs[name] = inputs[name].masked_fill(masks[kind][..., None], 0.0)
    answers = run(folder, "memobert", **inputs)
    expect_close(answers["mask_logits"], uniter_logits(state, bert, inputs, masks))
    # places that nobody attends to may be anything
    there = inputs["attention_mask"].bool()
    expect_close(answers["hidden"][there.numpy()], uniter_states(state, bert, inputs, masks)[there])
    plain = uniter_states(state, bert, inputs)[there].numpy()
    assert np.abs(answers["hidden"][there.numpy()] - plain).max() > 0.05


@torch.no_grad()
def test_the_authors_heads_fill_in_masked_faces_and_voice(bundle, paths, tmp_path):
    folder, _ = bundle
    state = halves(torch.load(paths["memobert"]))
    hidden = torch.randn(3, TOY["hidden_size"])

    def transformed(head: str) -> torch.Tensor:
        inner = F.gelu(F.linear(hidden, state[f"{head}.net.0.weight"], state[f"{head}.net.0.bias"]))
        norm = [state[f"{head}.net.2.{key}"] for key in ("weight", "bias")]
        return F.layer_norm(inner, inner.shape[-1:], *norm, eps=1e-12)

    answers = run(folder, HEADS, hidden=hidden)
    for output, head in (("face_features", "feat_regress"), ("voice_features", "speech_feat_regress")):
        want = F.linear(transformed(head), state[f"{head}.weight"].T, state[f"{head}.bias"])
        expect_close(answers[output], want)
    last = [state[f"region_classifier.net.3.{key}"] for key in ("weight", "bias")]
    expect_close(answers["face_logits"], F.linear(transformed("region_classifier"), *last))
    # tuned for something else, a checkpoint has them in part or not at all
    whole = torch.load(paths["memobert"])
    del whole["region_classifier.net.3.bias"]
    torch.save(whole, tmp_path / "part.pt")
    given = [*words(paths, "wav2vec2", "denseface", "vocabulary"), "--memobert", str(tmp_path / "part.pt")]
    part = convert_words(*given, *FOUR_HEADS)["fusion"]
    assert "heads" not in part.stored
    left = {row.source for row in part.rows if row.note == "left out: the heads are not whole"}
    assert "feat_regress.net.0.weight" in left and "region_classifier.net.3.weight" in left


@torch.no_grad()
def test_wav2vec2_gives_features_alone_as_transformers_does(bundle, paths):
    folder, _ = bundle
    model = Wav2Vec2ForCTC.from_pretrained(paths["wav2vec2"]).wav2vec2.eval()
    waveform = torch.randn(2, 9_000)
    hidden = model(waveform).last_hidden_state
    count = hidden.shape[1] // POOL
    pooled = hidden[:, : count * POOL].reshape(2, count, POOL, -1).mean(2)
    answers = run(folder, "wav2vec2", waveform=waveform)
    assert answers.keys() == {"features"}
    expect_close(answers["features"], pooled)


class TorchvisionDenseNet(nn.Module):
    """As the authors' DenseNet: named layers, concatenation outside of them."""

    def __init__(self, state: dict) -> None:
        super().__init__()
        self.state = state

    def norm(self, name: str, x: torch.Tensor) -> torch.Tensor:
        keys = ("running_mean", "running_var", "weight", "bias")
        return torch.relu(F.batch_norm(x, *(self.state[f"features.{name}.{key}"] for key in keys)))

    def forward(self, faces: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        state = self.state
        x = F.conv2d(faces, state["features.conv0.weight"], stride=2, padding=1)
        for block, depth in enumerate((2, 1, 2), 1):
            for layer in range(1, depth + 1):
                name = f"denseblock{block}.denselayer{layer}"
                new = F.conv2d(self.norm(f"{name}.norm1", x), state[f"features.{name}.conv1.weight"])
                new = F.conv2d(
                    self.norm(f"{name}.norm2", new), state[f"features.{name}.conv2.weight"], padding=1
                )
                x = torch.cat([x, new], 1)
            if block < 3:
                name = f"transition{block}"
                x = F.conv2d(self.norm(f"{name}.norm", x), state[f"features.{name}.conv.weight"])
                x = F.avg_pool2d(x, 2)
        features = F.avg_pool2d(self.norm("norm3", x), 8).flatten(1)
        return features, F.linear(features, state["classifier.weight"], state["classifier.bias"])


@torch.no_grad()
def test_the_authors_denseface_answers_as_their_code_does(bundle, paths):
    folder, _ = bundle
    faces = torch.randn(2, 1, 64, 64)
    features, logits = TorchvisionDenseNet(torch.load(paths["denseface"]))(faces)
    answers = run(folder, "denseface", faces=faces)
    expect_close(answers["features"], features)
    expect_close(answers["logits"], logits)


def test_the_manifest_tells_shapes_sources_and_what_is_not_there(bundle, paths):
    folder, manifest = bundle
    assert (manifest["name"], manifest["licence"]) == ("foreign", "research")
    assert manifest["face"]["featureSize"] == 42 and manifest["voice"]["featureSize"] == TOY["hidden_size"]
    assert manifest["voice"]["logits"] is False
    assert "graphs" not in manifest["face"] and "denseface-light" not in manifest["graphs"]
    assert [source["licence"] for source in manifest["dataSources"]] == ["research"] * 3
    assert {files["fp32"]["weights"] for files in manifest["graphs"].values()} == {"fp16"}
    assert all(files.keys() == {"fp32"} for files in manifest["graphs"].values())
    converted = manifest["training"]["fusion"]["converted"]
    assert (converted["layout"], converted["file"]) == ("uniter", "memobert.pt")
    assert converted["sha256"] == read_checkpoint(paths["memobert"]).sha256
    golden = json.loads((folder / "golden.json").read_text())
    assert golden["wav2vec2"]["outputs"].keys() == {"features"}


def voice_features(path, waveform: torch.Tensor) -> torch.Tensor:
    part = convert_voice(read_checkpoint(path))
    with torch.no_grad():
        return build_models(NONE | {"voice": part.stored})["wav2vec2"](waveform)


@pytest.mark.parametrize("style", [{}, LARGE], ids=["base", "large"])
@pytest.mark.parametrize("kind", [Wav2Vec2Model, Wav2Vec2ForCTC, Wav2Vec2ForSequenceClassification])
def test_each_kind_and_style_of_wav2vec2_is_read_with_its_config_and_without(kind, style, tmp_path):
    torch.manual_seed(3)
    # 64 numbers a head, as in all that was published: without a config nothing else tells it
    shape = TOY | {"hidden_size": 64, "num_attention_heads": 1}
    model = stir(kind(Wav2Vec2Config(**shape, **TOY_VOICE, **style)), torch.Generator().manual_seed(4))
    model.save_pretrained(tmp_path)
    waveform = torch.randn(1, 8_000)
    encoder = getattr(model, "wav2vec2", model)
    with torch.no_grad():
        hidden = encoder(waveform).last_hidden_state
    want = F.avg_pool1d(hidden.transpose(1, 2), POOL).transpose(1, 2)
    assert torch.allclose(voice_features(tmp_path, waveform), want, atol=1e-4)
    (tmp_path / "config.json").unlink()
    assert torch.allclose(voice_features(tmp_path, waveform), want, atol=1e-4)


def test_names_that_changed_over_the_years_are_read_alike(paths, tmp_path):
    voice = load_file(paths["wav2vec2"] / "model.safetensors")
    conv = "wav2vec2.encoder.pos_conv_embed.conv"
    for old, new in (("weight_g", "original0"), ("weight_v", "original1")):
        voice[f"{conv}.{old}"] = voice.pop(f"{conv}.parametrizations.weight.{new}")
    save_file(voice, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text((paths["wav2vec2"] / "config.json").read_text())
    waveform = torch.randn(1, 8_000)
    assert torch.equal(voice_features(tmp_path, waveform), voice_features(paths["wav2vec2"], waveform))

    # torch before 0.4.1, DataParallel, a training script's wrapping, torchvision's first names
    face = torch.load(paths["denseface"])
    old = {f"module.{k.replace('norm1', 'norm.1').replace('conv2', 'conv.2')}": v for k, v in face.items()}
    old = {name: value for name, value in old.items() if "num_batches" not in name}
    torch.save({"state_dict": old, "epoch": 7}, tmp_path / "face.pt")
    first, second = (
        convert_face(read_checkpoint(path)) for path in (paths["denseface"], tmp_path / "face.pt")
    )
    for name, value in first.stored["model"].items():
        assert torch.equal(value, second.stored["model"][name]) or "num_batches" in name


def convert_words(*given: str) -> dict:
    arguments = convert.parse([*given, "--out", "nowhere"])
    reuse = convert.Bundle(arguments.reuse) if arguments.reuse else None
    return convert.convert_parts(arguments, reuse)


def test_tensorflow_names_and_bfloat16_in_shards(paths, bundle, tmp_path):
    state = {k: v.bfloat16() for k, v in torch.load(paths["memobert"]).items()}
    state = {k.replace("LayerNorm.weight", "LayerNorm.gamma"): v for k, v in state.items()}
    state = {k.replace("LayerNorm.bias", "LayerNorm.beta"): v.contiguous() for k, v in state.items()}
    del state["cls.predictions.decoder.weight"]
    names = sorted(state)
    shards = {"a.safetensors": names[::2], "b.safetensors": names[1::2]}
    for shard, some in shards.items():
        save_file({name: state[name] for name in some}, tmp_path / shard)
    weights = {name: shard for shard, some in shards.items() for name in some}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weights}))
    given = ["--reuse", str(bundle[0]), "--vocabulary", str(paths["vocabulary"])]
    plain, sharded = (
        convert_words("--memobert", str(path), "--heads", "4", *given)["fusion"].stored["model"]
        for path in (paths["memobert"], tmp_path)
    )
    assert plain.keys() == sharded.keys()
    for name, value in plain.items():
        assert torch.allclose(value, sharded[name], rtol=1e-2, atol=1e-2), name


def test_bert_alone_takes_its_embedders_from_a_bundle_or_starts_them_untrained(paths, bundle):
    folder, _ = bundle
    given = [*words(paths, "vocabulary"), "--memobert", str(paths["bert"]), "--reuse", str(folder)]
    taken = convert_words(*given)["fusion"]
    source = torch.load(paths["memobert"])
    linear = taken.stored["model"]["img_embeddings.linear.weight"]
    assert torch.allclose(linear, source["uniter.img_embeddings.img_linear.weight"], atol=1e-3)
    first_type = source["uniter.embeddings.token_type_embeddings.weight"][0]
    assert torch.equal(taken.stored["model"]["token_type_embeddings.weight"], first_type.expand(3, -1))
    masked = source["uniter.speech_embeddings.mask_embedding.weight"][1]
    assert torch.allclose(taken.stored["model"]["speech_embeddings.mask_embedding"], masked, atol=1e-3)
    assert taken.stored["config"]["num_attention_heads"] == TOY["num_attention_heads"]
    fresh = convert_words(*given, "--fresh", "img_", "speech_")["fusion"]
    notes = {row.target: row.note for row in fresh.rows if row.source is None}
    assert all("untrained" in note for note in notes.values())
    assert set(notes) == {name for name in fresh.stored["model"] if name.startswith(("img_", "speech_"))}
    assert torch.equal(fresh.stored["model"]["img_embeddings.linear_norm.weight"], torch.ones(32))
    again = convert_words(*given, "--fresh", "img_", "speech_")["fusion"].stored["model"]
    assert all(torch.equal(value, again[name]) for name, value in fresh.stored["model"].items())


def test_a_text_and_face_uniter_takes_the_voice_from_a_bundle(paths, bundle, tmp_path):
    state = {k: v for k, v in torch.load(paths["memobert"]).items() if "speech" not in k}
    torch.save(state, tmp_path / "visual.pt")
    given = ["--memobert", str(tmp_path / "visual.pt"), "--heads", "4", *words(paths, "vocabulary")]
    whole = convert_words(*given, "--reuse", str(bundle[0]))["fusion"]
    assert {row.target for row in whole.rows if row.source is None} >= {
        KINDS[2],
        "speech_embeddings.linear.weight",
    }
    with pytest.raises(CheckpointError, match=r"speech_embeddings\.linear\.weight.*--reuse.*--fresh"):
        convert_words(*given, *words(paths, "wav2vec2", "denseface"))


def test_a_voice_of_ours_keeps_its_high_pass_and_one_of_others_has_none(bundle, tmp_path):
    model = stir(VoiceEncoder(compact_config(**TOY_ENCODER), 7), torch.Generator().manual_seed(1))
    best = {"model": model.state_dict(), "config": model.config.to_dict(), "high_pass_hz": 20.0}
    torch.save(best, tmp_path / "best.pt")
    given = ["--wav2vec2", str(tmp_path / "best.pt"), "--reuse", str(bundle[0])]
    voice = convert.main([*given, "--out", str(tmp_path / "voice")])["voice"]
    assert voice["highPassHz"] == 20.0 and "logits" not in voice
    assert "highPassHz" not in bundle[1]["voice"]


@torch.no_grad()
def test_a_memobert_of_ours_keeps_its_heads_and_its_prompt(paths, bundle, tmp_path):
    model = MemoBert(small_config(**TOY, vocab_size=120), 42, TOY["hidden_size"])
    heads = PretrainingHeads(model)
    heads.add_words(model)
    stir(model, torch.Generator().manual_seed(1))
    stir(heads, torch.Generator().manual_seed(2))
    best = {"model": model.state_dict(), "heads": heads.state_dict(), "config": TOY}
    best |= {"method": "prompt", "prompt": "so what [MASK] .", "classifier": None}
    torch.save(best, tmp_path / "best.pt")
    given = ["--memobert", str(tmp_path / "best.pt"), *words(paths, "vocabulary"), "--reuse", str(bundle[0])]
    assert convert.main([*given, "--out", str(tmp_path / "ours")])["prompt"] == "So what [MASK]."
    for module in (model, heads):
        round_to_half(module)
    hidden = torch.randn(3, TOY["hidden_size"])
    names = ("face_features", "face_logits", "voice_features")
    answers = run(tmp_path / "ours", HEADS, hidden=hidden)
    for name, want in zip(names, heads(hidden), strict=True):
        expect_close(answers[name], want)
    asked = fusion_batch(42, TOY["hidden_size"], 120)
    filled = run(tmp_path / "ours", "memobert", **asked)["filled_words"]
    expect_close(filled, Published(model.eval(), heads.words)(*asked.values())[2])
    torch.save(best | {"method": "finetune"}, tmp_path / "best.pt")
    with pytest.raises(CheckpointError, match=r"--memobert: .*best\.pt answers by a classifier"):
        convert.main([*given, "--out", str(tmp_path / "none")])


def test_what_is_not_given_is_reused_and_a_student_goes_with_its_teacher(paths, bundle, tmp_path):
    folder, before = bundle
    (tmp_path / "lit").mkdir()
    for file in folder.iterdir():
        (tmp_path / "lit" / file.name).write_bytes(file.read_bytes())
    golden = json.loads((folder / "golden.json").read_text())
    golden["denseface-light"] = golden["denseface"]
    (tmp_path / "lit" / "golden.json").write_text(json.dumps(golden))
    lit = before | {"golden": describe(tmp_path / "lit" / "golden.json", tmp_path / "lit")}
    lit["graphs"] = before["graphs"] | {"denseface-light": before["graphs"]["denseface"]}
    (tmp_path / "lit" / "manifest.json").write_text(json.dumps(lit))
    reuse = ["--reuse", str(tmp_path / "lit")]
    voice = convert.main([*words(paths, "wav2vec2"), *reuse, "--out", str(tmp_path / "voice")])
    assert voice["graphs"]["denseface-light"] == before["graphs"]["denseface"]
    assert voice["voice"]["logits"] is False and "foreign: research" in voice["licence"]
    face = convert.main([*words(paths, "denseface"), *reuse, "--out", str(tmp_path / "face")])
    assert "denseface-light" not in face["graphs"] and face["voice"]["logits"] is False
    assert (tmp_path / "face" / "memobert.onnx").read_bytes() == (folder / "memobert.onnx").read_bytes()


def test_a_dry_run_prints_each_tensor_and_writes_nothing(paths, tmp_path, capsys):
    given = [*words(paths, "memobert", "wav2vec2", "denseface", "vocabulary"), *FOUR_HEADS]
    assert convert.main([*given, "--dry-run", "--out", str(tmp_path / "out")]) is None
    said = capsys.readouterr().out
    for name in (*torch.load(paths["memobert"]), *torch.load(paths["denseface"])):
        assert name in said
    assert "img_embeddings.position_embeddings.weight  64x32  its first 36" in said
    assert "heads.voice_regression.bias" in said and "left out: not used after training" in said
    assert not (tmp_path / "out").exists()


def test_our_own_checkpoints_are_read_too(tmp_path):
    model = stir(DenseFace(blocks=(1, 1, 1)), torch.Generator().manual_seed(1))
    torch.save(
        {"model": model.state_dict(), "mean": 1.0, "std": 2.0, "shape": {"blocks": (1, 1, 1)}},
        tmp_path / "best.pt",
    )
    part = convert_face(read_checkpoint(tmp_path / "best.pt"), std=3.0)
    assert (part.layout, part.stored["mean"], part.stored["std"]) == ("denseface", 1.0, 3.0)
    faces = torch.randn(1, 1, 64, 64)
    with torch.no_grad():
        found = build_models(NONE | {"face": part.stored})["denseface"](faces)
        want = fold_norms(model)(faces)
    for got, known in zip(found, want, strict=True):
        assert torch.allclose(got, known, atol=1e-4)
