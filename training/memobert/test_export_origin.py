"""A bundle's encoders are those that its MEmoBERT was trained on; what is untrained is said."""

# ruff: noqa: F811
import json
import shutil

import pytest
import torch

from . import export
from .checkpoint_files import digest
from .extract import load_tokenizer
from .manifest import read_manifest
from .test_export import arguments, bundle, checkpoints  # noqa: F401
from .vocabulary import vocabulary_digest


def trained_on(checkpoints, folder, **encoders):
    """The checkpoints with a fusion in `folder` that was trained on these encoders, else on theirs."""
    digests = {kind: [digest(checkpoints[kind])] for kind in ("face", "voice", "light")}
    stored = torch.load(checkpoints["fusion"], weights_only=False)
    torch.save({**stored, "encoders": {**digests, **encoders}}, folder / "fusion.pt")
    return {**checkpoints, "fusion": folder / "fusion.pt"}


def test_a_bundle_of_other_encoders_than_its_fusion_was_trained_on_is_refused(
    bundle, checkpoints, toy, tmp_path, caplog
):
    words = ["--vocabulary", str(toy / "vocab.txt"), "--out", str(tmp_path / "out"), "--dry-run"]
    for kind in ("face", "voice"):
        given = trained_on(checkpoints, tmp_path, **{kind: ["another"], "light": []})
        told = rf"fusion\.pt was trained on another {kind} encoder: give that with --{kind}$"
        with pytest.raises(ValueError, match=told):
            export.main([*arguments(given, "face", "voice", "fusion"), *words])
    assert not (tmp_path / "out").exists()
    # the light encoder answers as its teacher does, whichever of them was trained on
    given = trained_on(checkpoints, tmp_path, face=[digest(checkpoints["light"])], light=[])
    export.main([*arguments(given, *given), *words])
    assert not any(told in caplog.text for told in ("untrained", "does not tell which"))

    # of a bundle the graph's file tells, or what it was converted from, or nothing does
    reuse = ["--reuse", str(bundle[0])]
    graph = bundle[1]["graphs"]["wav2vec2"]["fp32"]["sha256"]
    given = trained_on(checkpoints, tmp_path, voice=[graph])
    export.main([*arguments(given, "face", "light", "fusion"), *words, *reuse])
    assert "does not tell which" not in caplog.text
    given = trained_on(checkpoints, tmp_path)
    export.main([*arguments(given, "face", "light", "fusion"), *words, *reuse])
    assert "--reuse does not tell which voice encoder its wav2vec2 is" in caplog.text
    shutil.copytree(bundle[0], tmp_path / "converted")
    manifest = read_manifest(tmp_path / "converted/manifest.json")
    reuse = ["--reuse", str(tmp_path / "converted")]
    for sha256 in (digest(checkpoints["voice"]), "another"):
        manifest["training"]["voice"]["converted"] = {"sha256": sha256}
        (tmp_path / "converted/manifest.json").write_text(json.dumps(manifest))
        caplog.clear()
        if sha256 != "another":
            export.main([*arguments(given, "face", "light", "fusion"), *words, *reuse])
            continue
        with pytest.raises(ValueError, match="another voice encoder"):
            export.main([*arguments(given, "face", "light", "fusion"), *words, *reuse])
    assert "does not tell which" not in caplog.text


def test_a_bundle_of_another_vocabulary_than_its_fusion_learned_is_refused(
    bundle, checkpoints, toy, tmp_path
):
    """As long, in another order: of a checkpoint its digest tells, of a bundle its tokenizer."""
    pieces = (toy / "vocab.txt").read_text().splitlines()
    other = tmp_path / "other.txt"
    other.write_text("\n".join([*pieces[:8], *reversed(pieces[8:])]) + "\n")
    stored = torch.load(checkpoints["fusion"], weights_only=False)
    given = {**checkpoints, "fusion": tmp_path / "fusion.pt"}

    def exported(vocabulary, *words):
        words = [*words, "--out", str(tmp_path / "out"), "--dry-run"]
        export.main([*(["--vocabulary", str(vocabulary)] if vocabulary else []), *words])

    told = "MEmoBERT was trained with another vocabulary than that of {}: give the vocab.txt"
    for learned, wrong in ((toy / "vocab.txt", other), (other, toy / "vocab.txt")):
        tokenizer = load_tokenizer(learned)
        torch.save({**stored, "vocabulary_sha256": vocabulary_digest(tokenizer)}, given["fusion"])
        parts = arguments(given, "face", "voice", "fusion")
        exported(learned, *parts)
        with pytest.raises(ValueError, match=told.format("--vocabulary")):
            exported(wrong, *parts)
    reuse = ["--reuse", str(bundle[0])]
    with pytest.raises(ValueError, match=told.format("the bundle of --reuse")):
        exported(None, *arguments(given, "fusion"), *reuse)
    # one of a version that did not tell is taken as it is
    exported(other, *arguments(checkpoints, "fusion"), *reuse)
    exported(None, *arguments(checkpoints, "voice"), *reuse)
    with pytest.raises(ValueError, match=told.format("--vocabulary")):
        exported(other, *arguments(checkpoints, "voice"), *reuse)
    assert not (tmp_path / "out").exists()


def test_what_is_untrained_and_whose_licence_is_told_is_said(checkpoints, toy, tmp_path, caplog):
    words = ["--vocabulary", str(toy / "vocab.txt"), "--out", str(tmp_path)]
    export.main([*arguments(checkpoints, "face", "voice"), *words])
    untrained = [row.getMessage() for row in caplog.records if "is untrained" in row.getMessage()]
    assert untrained == ["memobert is untrained, and answers noise: give --fusion, or --reuse a bundle"]
    assert "give --licence and --data-source" in caplog.text
    caplog.clear()
    own = ["--licence", "mine", "--data-source", "Talks=mine"]
    export.main([*arguments(checkpoints, *checkpoints), *words, *own])
    assert not any(told in caplog.text for told in ("untrained", "--data-source"))
