"""Features of one encoder do not go with those of another, nor with a model that learned of another."""

import json

import numpy as np
import pytest
import torch

from . import evaluate, pretrain, tune
from .checkpoint_files import digest
from .extract import SETTINGS, check_settings, load_tokenizer, read_settings
from .samples import Sample, save_samples
from .sources import load_source
from .toy_data import write_vocabulary
from .vocabulary import vocabulary_digest

MADE_BY = {"face_sha256": "face", "voice_sha256": "voice"}


@pytest.fixture
def vocabulary(tmp_path):
    path = tmp_path / "vocab.txt"
    write_vocabulary(path)
    return path


@pytest.fixture
def features(tmp_path, vocabulary):
    """Writes a folder of clips as `extract` does, made by the encoders named."""
    pieces = len(vocabulary.read_text().splitlines())

    def make(name: str, **changes):
        rng = np.random.default_rng(0)
        for split in ("train", "valid"):
            clips = [
                Sample(
                    (8 + i % 7,),
                    rng.random((4, 20)),
                    rng.dirichlet(np.ones(8), 4),
                    rng.random((9, 16)),
                    i % 7,
                )
                for i in range(14)
            ]
            save_samples(tmp_path / name / f"{split}-000000.npz", clips)
        made = {**MADE_BY, "pieces": pieces, **changes}
        (tmp_path / name / SETTINGS).write_text(json.dumps(made))
        return str(tmp_path / name)

    return make


def arguments(vocabulary, *more):
    return ["--vocabulary", str(vocabulary), "--device", "cpu", *more]


def source(vocabulary, *more):
    return load_source(tune.make_parser().parse_args(arguments(vocabulary, "--out", "x", *more)))


def test_folders_of_two_encoders_are_not_mixed(features, vocabulary):
    one = features("one")
    assert source(vocabulary, "--samples", one, features("alike")).encoders == {
        "face": ["face"],
        "voice": ["voice"],
        "light": [],
    }
    for kind in ("face", "voice"):
        other = features(f"other-{kind}", **{f"{kind}_sha256": "another"})
        with pytest.raises(
            ValueError, match=f"other-{kind} was made with another {kind} encoder than the other"
        ):
            source(vocabulary, "--samples", one, other)
    with pytest.raises(ValueError, match="vocabulary of 3 WordPieces"):
        source(vocabulary, "--samples", features("short", pieces=3))


def test_a_vocabulary_as_long_in_another_order_is_another(features, vocabulary, tmp_path):
    tokenizer = load_tokenizer(vocabulary)
    own = features("own", vocabulary_sha256=vocabulary_digest(tokenizer))
    source(vocabulary, "--samples", own)
    pieces = vocabulary.read_text().splitlines()
    other = tmp_path / "other.txt"
    other.write_text("\n".join([*pieces[:8], *reversed(pieces[8:])]) + "\n")
    with pytest.raises(ValueError, match=rf"another vocabulary .* both have {len(pieces)} WordPieces"):
        source(other, "--samples", own)
    # of a folder that does not tell, the length is all that can be compared
    source(other, "--samples", features("old"))
    # nor is such a folder told another: it may be of any
    folder = tmp_path / "old"
    kept = read_settings(folder)
    now = {**kept, "vocabulary_sha256": "now"}
    check_settings(folder, now, [])
    assert read_settings(folder) == {**kept, "files": []}
    with pytest.raises(ValueError, match="another vocabulary_sha256: give the same, or another --out"):
        check_settings(tmp_path / "own", now, [])


def test_a_model_is_used_with_the_vocabulary_that_it_learned(features, vocabulary, tmp_path):
    pieces = vocabulary.read_text().splitlines()
    other = tmp_path / "other.txt"
    other.write_text("\n".join([*pieces[:8], *reversed(pieces[8:])]) + "\n")
    steps = ["--toy", "--batch", "2", "--steps", "1", "--every", "1", "--samples", features("any")]
    of = {"pretrained": pretrain, "tuned": tune}
    for name, command in of.items():
        command.main(arguments(vocabulary, *steps, "--out", str(tmp_path / name)))
    best = {name: tmp_path / name / "best.pt" for name in of}
    told = r"best\.pt was trained with another vocabulary than that of --vocabulary: give the vocab\.txt"
    again = [*steps, "--dry-run", "--out", str(tmp_path / "again"), "--init"]
    for path in best.values():
        with pytest.raises(ValueError, match=told):
            tune.main(arguments(other, *again, str(path)))
    tune.main(arguments(vocabulary, *again, str(best["pretrained"])))
    # of its shape alone nothing of the words is taken
    tune.main(arguments(other, *again, str(best["tuned"]), "--fresh", ""))
    model = ["--samples", features("any"), "--out", str(tmp_path / "results"), "--model"]
    with pytest.raises(ValueError, match=told):
        evaluate.main(arguments(other, *model, str(best["tuned"])))
    # one of a version that did not tell is taken as it is
    stored = torch.load(best["tuned"], weights_only=False)
    del stored["vocabulary_sha256"]
    torch.save(stored, tmp_path / "old.pt")
    assert evaluate.main(arguments(other, *model, str(tmp_path / "old.pt")))["cases"]
    tune.main(arguments(other, *again, str(tmp_path / "old.pt")))


def test_folders_are_of_the_encoders_given(features, vocabulary, tmp_path):
    for name in ("face.pt", "light.pt", "voice.pt"):
        (tmp_path / name).write_bytes(name.encode())
    face, light, voice = (tmp_path / f"{kind}.pt" for kind in ("face", "light", "voice"))
    with pytest.raises(ValueError, match="another face encoder than --face-encoder"):
        source(vocabulary, "--samples", features("one"), "--face-encoder", str(face))
    with pytest.raises(ValueError, match="another voice encoder than --voice-encoder"):
        source(vocabulary, "--samples", features("one"), "--voice-encoder", str(voice))
    # the light encoder answers as its teacher does
    of_light = features("light", face_sha256=digest(light))
    given = ["--samples", of_light, "--face-encoder", str(face), "--light-encoder", str(light)]
    assert source(vocabulary, *given).encoders["face"] == [digest(face)]


def test_a_model_is_measured_on_what_it_was_trained_on(features, vocabulary, tmp_path):
    steps = ["--toy", "--batch", "2", "--steps", "1", "--every", "1", "--pretraining", "0"]
    tune.main(arguments(vocabulary, "--samples", features("one"), *steps, "--out", str(tmp_path / "tuned")))
    model = ["--model", str(tmp_path / "tuned/best.pt"), "--out", str(tmp_path / "results")]
    assert evaluate.main(arguments(vocabulary, "--samples", features("alike"), *model))["cases"]
    with pytest.raises(ValueError, match=r"best\.pt was trained on another voice encoder"):
        evaluate.main(arguments(vocabulary, "--samples", features("new", voice_sha256="another"), *model))
