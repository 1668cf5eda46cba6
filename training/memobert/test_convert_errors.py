"""Checkpoints that cannot be converted: each complaint names the tensor or the file, and what to do."""

import json
import pickle
import re
from argparse import Namespace

import pytest
import torch
from safetensors.torch import load_file, save_file

from . import convert, random_checkpoints
from .checkpoint_files import CheckpointError, read_checkpoint
from .convert_voice import convert_voice

UNITER = "uniter.encoder.layer.1.output.dense.weight"
EMBEDDINGS = "uniter.embeddings"
POSITIONS = "uniter.img_embeddings.position_embeddings.weight"
DECODER = "cls.predictions.decoder.weight"

HEADS = ["--heads", str(random_checkpoints.TOY["num_attention_heads"])]


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return random_checkpoints.make(tmp_path_factory.mktemp("checkpoints"), "toy")


def attempt(paths, *more: str, **other) -> str:
    """What is said when some of the checkpoints are others; an option that is None is left out."""
    given = {option: paths[option] for option in ("memobert", "wav2vec2", "denseface", "vocabulary")} | other
    words = [word for option, path in given.items() if path for word in (f"--{option}", str(path))]
    with pytest.raises(CheckpointError) as caught:
        convert.main([*words, *HEADS, *more, "--out", str(paths["vocabulary"].parent / "out"), "--dry-run"])
    return str(caught.value)


def changed(paths, option: str, folder, changes: dict):
    """A checkpoint with tensors replaced; None takes one out."""
    state = torch.load(paths[option])
    for name, value in changes.items():
        if value is None:
            del state[name]
        else:
            state[name] = value
    path = folder / f"{option}.pt"
    torch.save(state, path)
    return path


def changed_voice(paths, folder, config: dict | None = None, changes: dict | None = None):
    state = load_file(paths["wav2vec2"] / "model.safetensors") | (changes or {})
    save_file(state, folder / "model.safetensors")
    known = json.loads((paths["wav2vec2"] / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(known | (config or {})))
    return folder


def test_every_tensor_that_is_missing_unexpected_or_misshaped_is_named_at_once(paths, tmp_path):
    wrong = {
        UNITER: None,
        "cls.predictions.transform.dense.bias": None,
        "uniter.embeddings.pos_tag_embedding.weight": torch.zeros(5, 32),
        "uniter.img_embeddings.LayerNorm.bias": torch.zeros(31),
    }
    memobert = changed(paths, "memobert", tmp_path, wrong)
    denseface = changed(paths, "denseface", tmp_path, {"features.denseblock2.denselayer1.conv2.weight": None})
    (tmp_path / "voice").mkdir()
    layer = "wav2vec2.encoder.layers.1.attention.k_proj.weight"
    wav2vec2 = changed_voice(paths, tmp_path / "voice", changes={layer: torch.zeros(32, 30)})
    said = attempt(paths, memobert=memobert, denseface=denseface, wav2vec2=wav2vec2)
    for name in ("encoder.layer.1.output.dense.weight", "transform.dense.bias"):
        assert f"missing: {name}" in said or f", {name}" in said
    assert "unexpected: uniter.embeddings.pos_tag_embedding.weight" in said
    assert "img_embeddings.LayerNorm.bias [31], not [32]" in said
    assert "missing: body.4.conv2.weight" in said
    assert "encoder.layers.1.attention.k_proj.weight [32, 30], not [32, 32]" in said
    assert "(layout uniter)" in said and "(layout densenet)" in said and "(layout wav2vec2)" in said


@pytest.mark.parametrize(
    ("changes", "more", "message"),
    [
        ({DECODER: torch.zeros(120, 32)}, (), "decoder.weight differs.*tied"),
        ({POSITIONS: torch.zeros(30, 32)}, (), "30 positions.*36"),
        ({f"{EMBEDDINGS}.token_type_embeddings.weight": torch.zeros(1, 32)}, (), r"missing: .*\[1\]"),
        ({f"{EMBEDDINGS}.word_embeddings.weight": None, DECODER: None}, (), "no word table"),
        ({UNITER: torch.full((32, 48), torch.nan)}, (), f"infinite or none in {UNITER}"),
        ({}, ("--heads", "5"), "5 heads do not divide"),
        # as without the option
        ({}, ("--heads", "0"), "32 wide, no multiple of 64, and nothing .* heads it has: say --heads"),
    ],
)  # fmt: skip
def test_a_memobert_that_the_page_cannot_run(paths, tmp_path, changes, more, message):
    memobert = changed(paths, "memobert", tmp_path, changes)
    assert_matches(attempt(paths, *more, memobert=memobert), message)


def assert_matches(said: str, pattern: str) -> None:
    assert re.search(pattern, said, re.DOTALL), said


def test_a_bert_with_another_activation(paths, tmp_path):
    (tmp_path / "model.safetensors").write_bytes((paths["bert"] / "model.safetensors").read_bytes())
    (tmp_path / "config.json").write_text('{"hidden_act": "relu"}')
    assert "relu" in attempt(paths, memobert=tmp_path)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"model_type": "hubert"}, "is hubert"),
        ({"add_adapter": True}, "with an adapter"),
        ({"conv_stride": [5, 2, 2, 2, 2, 2, 1]}, "every 160"),
        ({"num_hidden_layers": 3}, r"missing: wav2vec2\.encoder\.layers\.2\."),
        ({"feat_extract_norm": "layer"}, r"missing: .*conv_layers\.1\.layer_norm\.weight"),
    ],
)
def test_a_voice_that_is_another_than_its_config_or_the_page_wants(paths, tmp_path, config, message):
    assert_matches(attempt(paths, wav2vec2=changed_voice(paths, tmp_path, config)), message)


def test_a_voice_for_another_rate_and_one_that_wants_raw_sound(paths, tmp_path, caplog):
    folder = changed_voice(paths, tmp_path)
    (folder / "preprocessor_config.json").write_text('{"do_normalize": false, "sampling_rate": 16000}')
    convert_voice(read_checkpoint(folder))
    assert "sound as it is" in caplog.text
    (folder / "preprocessor_config.json").write_text('{"sampling_rate": 8000}')
    assert "wants 8000 Hz" in attempt(paths, wav2vec2=folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classifier.weight": torch.zeros(7, 42), "classifier.bias": torch.zeros(7)}, "has 7 classes"),
        ({"classifier.weight": None}, "lacks classifier.weight"),
        ({"features.norm0.weight": torch.zeros(24)}, "unexpected: features.norm0.weight"),
        ({"features.conv0.weight": torch.zeros(64, 3, 7, 7)}, r"\[64, 3, 7, 7\], not \[24, 1, 3, 3\]"),
    ],
)
def test_a_denseface_of_another_kind(paths, tmp_path, changes, message):
    assert_matches(attempt(paths, denseface=changed(paths, "denseface", tmp_path, changes)), message)


@pytest.mark.parametrize(
    ("option", "names", "hint"),
    [
        ("wav2vec2", ["feature_extractor.conv_layers.0.0.weight"], "fairseq"),
        ("wav2vec2", ["hubert.encoder.layer_norm.weight"], "another encoder"),
        ("denseface", ["body.3.body.0.weight", "classifier.weight"], "LightFace"),
        ("memobert", [f"blocks.{i}.weight" for i in range(9)], r"uniter, bert.*blocks\.0\.weight.*5 more"),
    ],
)
def test_a_layout_that_nobody_knows_is_named_with_what_is_known(paths, tmp_path, option, names, hint):
    torch.save({name: torch.zeros(2, 2) for name in names}, tmp_path / "other.pt")
    assert_matches(attempt(paths, **{option: tmp_path / "other.pt"}), hint)


def test_a_pickle_is_read_only_by_who_trusts_it(paths, tmp_path):
    weights = torch.load(paths["denseface"])
    torch.save({"model": weights, "options": Namespace(rate=0.1)}, tmp_path / "face.pt")
    assert_matches(attempt(paths, denseface=tmp_path / "face.pt"), "could run code.*--trust")
    assert read_checkpoint(tmp_path / "face.pt", trust=True).tensors.keys() == weights.keys()
    (tmp_path / "lost.pt").write_bytes(pickle.dumps(weights).replace(b"torch", b"torhc"))
    assert "even with --trust" in attempt(paths, "--trust", denseface=tmp_path / "lost.pt")


def test_files_that_are_no_checkpoints(paths, tmp_path):
    whole = (paths["wav2vec2"] / "model.safetensors").read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(whole[: len(whole) // 2])
    torch.save([torch.zeros(2)], tmp_path / "list.pt")
    torch.save({"epoch": 3}, tmp_path / "none.pt")
    (tmp_path / "cut.pt").write_bytes(paths["denseface"].read_bytes()[:3000])
    (tmp_path / "empty").mkdir()
    (tmp_path / "shards").mkdir()
    (tmp_path / "shards" / "model.safetensors.index.json").write_text(
        '{"weight_map": {"a": "part1.safetensors"}}'
    )
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "model.safetensors").write_bytes(whole)
    (tmp_path / "config" / "config.json").write_text("{")
    for name, message in (
        ("cut.safetensors", "no whole safetensors"),
        ("list.pt", "holds a list"),
        ("none.pt", "holds no tensors"),
        ("cut.pt", "cannot be read"),
        ("gone.pt", "is not there"),
        ("empty", "has none of model.safetensors"),
        ("shards", "lacks part1.safetensors"),
        ("config", "is no JSON"),
    ):
        assert_matches(attempt(paths, wav2vec2=tmp_path / name), message)


def test_a_vocabulary_that_does_not_go_with_the_words(paths, tmp_path):
    known = paths["vocabulary"].read_text().splitlines()
    (tmp_path / "long.txt").write_text("\n".join([*known, "more"]))
    (tmp_path / "other.txt").write_text("\n".join(word for word in known if word not in ("[MASK]", "sad")))
    assert "121 words, the word table 120" in attempt(paths, vocabulary=tmp_path / "long.txt")
    assert "lacks [MASK], sad" in attempt(paths, vocabulary=tmp_path / "other.txt")
    assert "is not there" in attempt(paths, vocabulary=tmp_path / "gone.txt")
    assert "--vocabulary is not given" in attempt(paths, vocabulary=None)


def test_parts_that_nobody_gives(paths, tmp_path):
    said = attempt(paths, wav2vec2=None, denseface=None)
    assert "--wav2vec2 is not given" in said and "--denseface is not given" in said
    assert "is no bundle" in attempt(paths, "--reuse", str(tmp_path))
    out = str(paths["vocabulary"].parent / "out")
    assert "would be overwritten" in attempt(paths, "--reuse", out)
