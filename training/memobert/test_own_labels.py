"""Labels of one's own: from `labels.csv` to a bundle's manifest, by the words that a researcher chose."""

import json
import shutil

import numpy as np
import pytest
import torch

from . import convert, evaluate, export, extract, prepare, pretrain, tune
from .checkpoint_files import digest
from .denseface_model import DenseFace
from .extract import SETTINGS, check_settings, read_settings
from .labels import LABELS, chosen_labels, label_names
from .samples import CASES, Prompt, Sample, load_samples, save_samples
from .shard_writing import ShardWriter, write_part
from .shards import Clip, ShardError, Word, labels_of, read_clips, read_index
from .sources import load_source
from .toy_data import write_vocabulary
from .toy_videos import SkinDetector, hum, talking, write_subtitle, write_video
from .utterances import TABLE, Faults, Unit
from .wav2vec2_model import TOY, VoiceEncoder, compact_config

OWN = ("happy", "bored", "excited")
COUNT = 42
SHAPE = {"blocks": (1, 1, 1)}
FEATURES = DenseFace(**SHAPE).feature_size


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["happy"], "names 1: give 2 to 128"),
        (["a"] * 129, "names 129: give 2 to 128"),
        (["happy", "so-so"], "'so-so' is not one word of letters"),
        (["happy", "not good"], "'not good' is not one word of letters"),
        (["happy", "Bored", "bored"], "names bored more than once"),
    ],
)
def test_labels_that_the_page_would_refuse_are_refused(words, told):
    with pytest.raises(ValueError, match=told):
        chosen_labels(words)


def test_a_label_is_called_by_its_own_name_or_a_corpus_one():
    assert chosen_labels(["Happy", "기쁨", "élan"]) == ("happy", "기쁨", "élan")
    names = label_names(("happy", "excited", "anger"))
    assert names["joy"] == names["happiness"] == "happy" and names["excited"] == "excited"
    # a word of one's own goes before what it means elsewhere
    assert names["anger"] == "anger" and "angry" not in names and "fear" not in names
    assert label_names(LABELS)["fearful"] == "scared"


def test_prepare_takes_the_labels_that_it_is_told(monkeypatch, tmp_path, caplog):
    monkeypatch.setattr(prepare, "FaceDetector", lambda model: SkinDetector())
    videos, out = tmp_path / "videos", tmp_path / "out"
    film = write_video(tmp_path / "film.mkv", talking(1.0), hum(1.0))
    for name in "abcd":
        videos.mkdir(exist_ok=True)
        shutil.copy(film, videos / f"{name}.mkv")
        write_subtitle(videos / f"{name}.srt", [(0.1, 0.9, "hello there")])
    rows = ("a.mkv,0,0.8,joy", "b.mkv,0,0.8,Excited", "c.mkv,0,0.8,angry", "d.mkv,0,0.8,bored")
    (videos / TABLE).write_text("\n".join(["file,start,end,label", *rows]))
    options = ["--videos", str(videos), "--out", str(out), "--valid", "0"]
    wanted = {"bored": 1, "excited": 1, "happy": 1, "none": 1}
    planned = prepare.main([*options, "--labels", "happy", "bored", "EXCITED", "--dry-run"])
    assert planned["labels"] == wanted
    assert prepare.main([*options, "--labels", *OWN])["labels"] == wanted
    assert "angry: label that is none of happy, bored, excited: its clips are kept without" in caplog.text
    assert [clip.label for clip in read_clips(out)] == ["happy", "excited", None, "bored"]
    assert labels_of(read_index(out)) == OWN
    # shards of two sets of labels are no set, nor are those of two orders
    for others in ([], ["--labels", "bored", "happy", "excited"]):
        with pytest.raises(ShardError, match="was written with labels"):
            prepare.main([*options, *others])
    with pytest.raises(ValueError, match="give 2 to 128"):
        prepare.main([*options, "--labels", "happy"])


def test_shards_of_before_labels_were_told_have_the_seven(tmp_path):
    writer = ShardWriter(tmp_path, {"labels": list(LABELS)})
    writer.close()
    del writer.index["settings"]["labels"]
    (tmp_path / "shards.json").write_text(json.dumps(writer.index))
    assert labels_of(read_index(tmp_path)) == LABELS
    ShardWriter(tmp_path, {"labels": list(LABELS)}).close()
    with pytest.raises(ShardError, match="was written with labels"):
        ShardWriter(tmp_path, {"labels": list(OWN)})


@pytest.fixture(scope="module")
def encoders(tmp_path_factory):
    """Untrained toy checkpoints, and a vocabulary that has the words of OWN."""
    folder = tmp_path_factory.mktemp("encoders")
    torch.manual_seed(0)
    face = {"model": DenseFace(**SHAPE).state_dict(), "mean": 120.0, "std": 60.0, "shape": SHAPE}
    voice = VoiceEncoder(compact_config(**TOY), len(LABELS))
    torch.save(face, folder / "face.pt")
    torch.save({"model": voice.state_dict(), "config": voice.config.to_dict()}, folder / "voice.pt")
    write_vocabulary(folder / "vocab.txt")
    pieces = (folder / "vocab.txt").read_text().splitlines()
    pieces[-2:] = ("bored", "excited")
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n")
    return folder


def test_extract_keeps_labels_in_the_order_of_the_shards(encoders, tmp_path):
    said = (*OWN, None)
    clips = [
        Clip(
            key=f"a-{number}", source="a.mp4", start_s=0.0, end_s=1.0, split="train",
            words=[Word("so", 0, 1)], waveform=hum(1.0, 100 + 20 * number), label=label,
        )
        for number, label in enumerate(said)
    ]  # fmt: skip
    writer, unit = ShardWriter(tmp_path / "shards", {"labels": list(OWN)}), Unit("a.mp4", "train", ())
    write_part(writer.parts, unit, "print", clips, Faults())
    writer.pack([unit])
    writer.close()
    out = tmp_path / "out"
    extract.main(
        [
            "--shards", str(tmp_path / "shards"), "--face-encoder", str(encoders / "face.pt"),
            "--voice-encoder", str(encoders / "voice.pt"), "--vocabulary", str(encoders / "vocab.txt"),
            "--out", str(out),
        ]
    )  # fmt: skip
    assert [sample.label for sample in load_samples(out / "train-000000.npz")] == [0, 1, 2, -1]
    settings = read_settings(out)
    assert extract.features_labels(out) == OWN
    # of before labels were told: the seven, and no others
    told = {key: settings[key] for key in settings.keys() - {"labels"}}
    (out / SETTINGS).write_text(json.dumps(told))
    assert extract.features_labels(out) == LABELS
    now = {key: settings[key] for key in settings.keys() - {"files"}}
    check_settings(out, {**now, "labels": list(LABELS)}, [])
    with pytest.raises(ValueError, match="was made with another labels"):
        check_settings(out, now, [])


@pytest.fixture
def own(encoders, tmp_path):
    """Writes a folder of clips with the `labels`; the arguments of a command that reads it."""

    def make(name: str = "features", labels=OWN) -> list[str]:
        for split in ("train", "valid"):
            rng = np.random.default_rng(len(split))
            clips = [
                Sample(
                    (8 + number % len(labels), 9), rng.random((4, FEATURES)), rng.dirichlet(np.ones(8), 4),
                    rng.random((9, TOY["hidden_size"])), number % len(labels), f"clip {number}",
                )
                for number in range(COUNT)
            ]  # fmt: skip
            save_samples(tmp_path / name / f"{split}-000000.npz", clips)
        pieces = len((encoders / "vocab.txt").read_text().splitlines())
        made = {f"{kind}_sha256": digest(encoders / f"{kind}.pt") for kind in ("face", "voice")}
        made |= {"pieces": pieces, "labels": list(labels)}
        (tmp_path / name / SETTINGS).write_text(json.dumps(made))
        return [
            "--vocabulary", str(encoders / "vocab.txt"), "--samples", str(tmp_path / name), "--device", "cpu",
        ]  # fmt: skip

    return make


TOY_RUN = ["--toy", "--batch", "4", "--every", "20", "--steps", "20"]


def test_a_model_is_tuned_measured_and_shipped_by_labels_of_ones_own(own, encoders, tmp_path, caplog):
    options = own()
    scores = tune.main([*options, *TOY_RUN, "--mix-voices", "0.4", "--out", str(tmp_path / "tuned")])
    assert set(scores["composed"]) == set(CASES)
    best = tmp_path / "tuned/best.pt"
    assert torch.load(best, weights_only=False)["labels"] == list(OWN)
    results = ["--model", str(best), "--out", str(tmp_path / "results")]
    found = evaluate.main([*options, *results, "--temperatures", str(tmp_path / "cases.json")])
    assert found["labels"] == list(OWN) and list(found["cases"]["TVA"]["classes"]) == list(OWN)
    assert "Labels: happy, bored, excited." in (tmp_path / "results/memobert.md").read_text()
    assert "which it was not tuned for" not in caplog.text
    parts = [
        "--face",
        str(encoders / "face.pt"),
        "--voice",
        str(encoders / "voice.pt"),
        "--fusion",
        str(best),
    ]
    vocabulary = ["--vocabulary", str(encoders / "vocab.txt")]
    cases = ["--case-temperatures", str(tmp_path / "cases.json")]
    bundle = tmp_path / "bundle"
    manifest = export.main([*parts, *vocabulary, *cases, "--out", str(bundle)])
    assert manifest["labels"] == [{"id": word, "word": word} for word in OWN]

    # what is published goes on: measured as it was tuned, its labels kept where a part is exchanged
    again = ["--model", str(bundle / "memobert.onnx"), "--out", str(tmp_path / "again")]
    assert evaluate.main([*options, *again])["labels"] == list(OWN)
    assert "which it was not tuned for" not in caplog.text
    voice = ["--voice", str(encoders / "voice.pt"), "--reuse", str(bundle)]
    assert export.main([*voice, "--out", str(tmp_path / "voice")])["labels"] == manifest["labels"]
    named = export.main([*voice, "--labels", "sad", "Bored", "--out", str(tmp_path / "named")])
    assert [label["word"] for label in named["labels"]] == ["sad", "bored"]
    assert "the temperatures are those of the bundle reused, for happy, bored, excited" in caplog.text
    with pytest.raises(ValueError, match="not one word of the vocabulary: gloomy"):
        export.main([*voice, "--labels", "sad", "gloomy", "--out", str(tmp_path / "named")])


def test_other_words_than_it_was_tuned_for_measure_a_prompt_and_no_classifier(own, tmp_path, caplog):
    seven, options = own("seven", LABELS), own()
    for method in tune.METHODS:
        out = ["--method", method, "--out", str(tmp_path / method)]
        tune.main([*seven, *TOY_RUN, "--pretraining", "0", *out])
    results = ["--out", str(tmp_path / "results")]
    prompted = ["--model", str(tmp_path / "prompt/best.pt"), *results]
    assert list(evaluate.main([*options, *prompted])["cases"]["T"]["classes"]) == list(OWN)
    assert "these clips have happy, bored, excited: it is measured by these words" in caplog.text
    with pytest.raises(ValueError, match="its classifier knows no other"):
        evaluate.main([*options, "--model", str(tmp_path / "finetune/best.pt"), *results])


def test_what_was_published_goes_on_with_labels_of_ones_own(own, encoders, tmp_path, caplog):
    seven, options = own("seven", LABELS), own()
    tune.main([*seven, *TOY_RUN, "--pretraining", "0", "--out", str(tmp_path / "tuned")])
    parts = [f"--{kind}={encoders / kind}.pt" for kind in ("face", "voice")]
    fusion = ["--fusion", str(tmp_path / "tuned/best.pt"), "--vocabulary", str(encoders / "vocab.txt")]
    manifest = export.main([*parts, *fusion, "--out", str(tmp_path / "bundle")])
    assert [label["word"] for label in manifest["labels"]] == list(LABELS)
    few = ["--batch", "4", "--every", "2", "--steps", "2", "--pretraining", "0"]
    for number, init in enumerate(("bundle/memobert.onnx", "tuned/best.pt")):
        out = tmp_path / f"own{number}"
        tune.main([*options, *few, "--init", str(tmp_path / init), "--out", str(out)])
        assert torch.load(out / "best.pt", weights_only=False)["labels"] == list(OWN)
        with pytest.raises(ValueError, match="is of a run with another --samples"):
            tune.main([*seven, *few, "--init", str(tmp_path / init), "--out", str(out)])
    shutil.copy(tmp_path / "features/valid-000000.npz", tmp_path / "features/test-000000.npz")
    model = ["--model", str(tmp_path / "own0/best.pt"), "--out", str(tmp_path / "results")]
    found = evaluate.main([*options, *model, "--split", "test"])
    assert found["labels"] == list(OWN) and "which it was not tuned for" not in caplog.text
    # the bundle's, by its manifest; a converted one was tuned for nothing that is known
    published = ["--model", str(tmp_path / "bundle/memobert.onnx"), "--out", str(tmp_path / "results")]
    evaluate.main([*options, *published])
    assert "memobert.onnx's manifest names neutral, happy" in caplog.text
    caplog.clear()
    manifest["training"]["fusion"]["converted"] = {"file": "theirs.pt"}
    (tmp_path / "bundle/manifest.json").write_text(json.dumps(manifest))
    evaluate.main([*options, *published])
    assert "which it was not tuned for" not in caplog.text


def test_pretraining_asks_for_no_labels_in_common(own, tmp_path):
    options, others = own(), own("others", LABELS)
    both = [*options, "--samples", options[3], others[3]]
    tasks = pretrain.main([*both, *TOY_RUN, "--tasks", "wwmlm", "mvfr", "--out", str(tmp_path / "out")])
    assert set(tasks) == {"wwmlm", "mvfr"}


def test_two_labels_that_are_one_word_are_refused(encoders):
    tokenizer = extract.load_tokenizer(encoders / "vocab.txt", OWN)
    with pytest.raises(ValueError, match="one word of the vocabulary: happy, happÿ; choose"):
        Prompt(tokenizer, "i am [MASK] .", ("bored", "happy", "happÿ"))


def test_labels_that_do_not_go_together_are_refused(own, encoders, tmp_path):
    options, others = own(), own("others", ("bored", "happy", "excited"))

    def source(*more: str):
        return load_source(tune.make_parser().parse_args([*options, "--out", "x", *more]))

    assert source().labels == OWN
    with pytest.raises(ValueError, match="others has bored, happy, excited: prepare and extract all"):
        source("--samples", options[3], others[3])
    with pytest.raises(FileNotFoundError, match="typo holds no features"):
        source("--samples", options[3], str(tmp_path / "typo"))
    corpora = [word for name in ("text", "faces", "speech") for word in (f"--{name}", str(tmp_path))]
    with pytest.raises(ValueError, match="these clips happy, bored, excited: leave --text, --faces"):
        source(*corpora)
    says = ["--voice-encoder", str(encoders / "voice.pt"), "--voice-says", "0.5"]
    with pytest.raises(ValueError, match="--voice-says is about the labels neutral"):
        tune.Stepper(tune.make_parser().parse_args([*options, *says, "--out", "x"]), source(), None, "cpu")


def test_a_checkpoint_of_others_is_labelled_by_words_of_its_vocabulary(tmp_path):
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "i", "am", ".", "bored"]))
    # as text is read: in lower case, without accents
    assert convert.vocabulary_errors(vocabulary, None, 9, ("bored", "böred")) == []
    (told,) = convert.vocabulary_errors(vocabulary, None, 9, OWN)
    assert "lacks happy, excited" in told and "--labels" in told
