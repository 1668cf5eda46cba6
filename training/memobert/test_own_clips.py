"""A person's own clips, some without a face, a voice or words: each learns and is measured by what it has."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from . import evaluate, pretrain, tune
from .fit import Draws
from .labels import LABELS
from .masking import WordStarts
from .memobert_model import TOY, MemoBert, small_config
from .pretraining_heads import TASKS, Pretraining, mask_for
from .samples import CASES, Sample, lay_out, save_samples
from .sources import load_source
from .toy_data import write_vocabulary
from .wav2vec2_model import TOY as VOICE_TOY
from .wav2vec2_model import VoiceEncoder, compact_config

COUNT = 42
# of each five clips; the fourth has words alone, the fifth is whole
LACKING = (("face",), ("voice",), ("text",), ("face", "voice"), ())


def clip(number: int, lacking: tuple[str, ...]) -> Sample:
    rng = np.random.default_rng(number)
    words, faces, voices = (
        0 if of in lacking else size for of, size in (("text", 2), ("face", 4), ("voice", 9))
    )
    return Sample(
        tuple(range(8 + number % 7, 8 + number % 7 + words)), rng.random((faces, 342)),
        rng.dirichlet(np.ones(8), faces).reshape(-1, 8), rng.random((voices, VOICE_TOY["hidden_size"])),
        number % len(LABELS), "clip",
    )  # fmt: skip


@pytest.fixture
def own(tmp_path):
    """Writes clips, the i-th without `lacking[i]`, in turn; the arguments of a command that reads them."""
    write_vocabulary(tmp_path / "vocab.txt")

    def make(lacking=LACKING) -> list[str]:
        for split in ("train", "valid"):
            clips = [clip(number, lacking[number % len(lacking)]) for number in range(COUNT)]
            save_samples(tmp_path / f"features/{split}-000000.npz", clips)
        return [
            "--vocabulary", str(tmp_path / "vocab.txt"), "--samples", str(tmp_path / "features"),
            "--device", "cpu", "--toy", "--batch", "4", "--every", "30", "--steps", "60",
        ]  # fmt: skip

    return make


def having(case: tuple[str, ...]) -> int:
    return sum(not set(case) & set(LACKING[number % len(LACKING)]) for number in range(COUNT))


def finite(path) -> bool:
    rows = [json.loads(line) for line in (path / "log.jsonl").read_text().splitlines()]
    stored = torch.load(path / "last.pt", weights_only=False)["training"]
    return all(np.isfinite(value) for row in rows for value in row.values()) and all(
        torch.isfinite(value).all() for value in stored.values()
    )


def test_a_case_is_drawn_from_clips_that_have_all_of_it(own):
    source = load_source(tune.make_parser().parse_args([*own(), "--out", "x"]))
    rng = np.random.default_rng(1)
    for name, case in CASES.items():
        drawn = [source.draw(rng, name) for _ in range(40)]
        assert all(sample.has(case) for sample in drawn)
        assert len({sample.label for sample in drawn}) > 1
    for task, modality in TASKS.items():
        assert all(source.draw_unlabelled(rng, task).has((modality,)) for _ in range(40))


def test_clips_that_lack_a_modality_train_and_are_measured_by_what_they_have(own, tmp_path):
    options = own()
    voice = VoiceEncoder(compact_config(**VOICE_TOY), len(LABELS))
    torch.save({"model": voice.state_dict(), "config": voice.config.to_dict()}, tmp_path / "voice.pt")
    tasks = pretrain.main([*options, "--out", str(tmp_path / "pretrained")])
    assert set(tasks) == set(TASKS) and finite(tmp_path / "pretrained")
    says = ["--voice-encoder", str(tmp_path / "voice.pt"), "--voice-says", "0.5", "--pretraining", "0.3"]
    init = ["--init", str(tmp_path / "pretrained/best.pt")]
    scores = tune.main([*options, *says, *init, "--out", str(tmp_path / "tuned")])["composed"]
    assert {name: of["count"] for name, of in scores.items()} == {
        name: having(case) for name, case in CASES.items()
    }
    assert finite(tmp_path / "tuned")
    found = evaluate.main(
        [
            *options[:6], "--model", str(tmp_path / "tuned/best.pt"), "--out", str(tmp_path / "results"),
            "--temperatures", str(tmp_path / "cases.json"),
        ]
    )  # fmt: skip
    assert {name: of["count"] for name, of in found["cases"].items()} == {
        name: having(case) for name, case in CASES.items()
    }
    page = (tmp_path / "results/memobert.md").read_text()
    assert f"T {having(('text',))}, V {having(('face',))}, A {having(('voice',))}" in page


def test_what_no_clip_has_is_left_out_and_told(own, tmp_path, caplog):
    options = own((("voice",),))
    tasks = pretrain.main([*options, "--out", str(tmp_path / "pretrained")])
    assert set(tasks) == {"wwmlm", "mvfr", "mvfc"} and "what mafr needs: left out" in caplog.text
    scores = tune.main([*options, "--pretraining", "0.3", "--out", str(tmp_path / "tuned")])
    assert set(scores["composed"]) == {"T", "V", "TV"} and finite(tmp_path / "tuned")
    assert "what A, TA, VA, TVA needs: left out" in caplog.text
    temperatures = tmp_path / "cases.json"
    evaluate.main(
        [
            *options[:6], "--model", str(tmp_path / "tuned/best.pt"), "--out", str(tmp_path / "results"),
            "--temperatures", str(temperatures),
        ]
    )  # fmt: skip
    # `export` asks for all seven
    assert (
        json.loads(temperatures.read_text()).items() >= {"A": 1.0, "TA": 1.0, "VA": 1.0, "TVA": 1.0}.items()
    )
    for more in (["--chances", "A=1"], ["--tasks", "mafr"]):
        with pytest.raises(ValueError, match="no training clip has what"):
            tune.main([*options, *more, "--out", str(tmp_path / "none")])
    with pytest.raises(ValueError, match="no training clip has what mafr needs"):
        pretrain.main([*options, "--tasks", "mafr", "--out", str(tmp_path / "none")])
    source = load_source(tune.make_parser().parse_args([*options, "--out", "x"]))
    with pytest.raises(ValueError, match="no labelled training clip has voice"):
        source.draw(np.random.default_rng(1), "A")
    with pytest.raises(ValueError, match="no training clip has voice"):
        source.draw_unlabelled(np.random.default_rng(1), "mafr")


def test_clips_that_all_say_the_same_are_measured_at_temperature_one(own, tmp_path):
    options = own(((),))
    alike = [replace(clip(number, ()), words=(8, 9)) for number in range(COUNT)]
    save_samples(tmp_path / "features/valid-000000.npz", alike)
    tune.main([*options[:-4], "--every", "2", "--steps", "2", "--out", str(tmp_path / "tuned")])
    found = evaluate.main(
        [*options[:6], "--model", str(tmp_path / "tuned/best.pt"), "--out", str(tmp_path / "results")]
    )["cases"]
    assert found["T"]["temperature"] == 1 and found["T"]["count"] == COUNT and "ece" not in found["T"]
    assert found["T"]["wa"] == pytest.approx(1 / len(LABELS))
    others = {name: case for name, case in found.items() if name != "T"}
    # what two steps taught tells too little of the others to scale by, which is another reason
    reasons = {None, evaluate.TOO_FEW, evaluate.AT_BOUND}
    assert len(others) == 6 and all("ece" in of and of.get("unscaled") in reasons for of in others.values())
    page = (tmp_path / "results/memobert.md").read_text()
    assert "Temperature 1 of T: its samples are all alike" in page
    assert f"| T | 14.3 | 14.3 | n/a | n/a | n/a | {100 * found['T']['ece_raw']:.1f} | 1.00 |" in page


def test_a_batch_of_unknown_words_teaches_nothing(own):
    source = load_source(tune.make_parser().parse_args([*own(), "--out", "x"]))
    tokenizer = source.tokenizer
    module = Pretraining(MemoBert(small_config(**TOY, vocab_size=len(tokenizer)), *source.sizes()))
    unknown = replace(source.own[0].only(()), words=(tokenizer.unk_token_id,))
    batch, draws = lay_out([unknown] * 3, tokenizer), Draws.of(1, 0, 0)
    masked = mask_for("wwmlm", batch, WordStarts(tokenizer), draws.generator, draws.rng)
    assert not masked.chosen.any()
    loss = module("wwmlm", masked)
    loss.backward()
    assert loss.item() == 0
    assert all(p.grad is None or not p.grad.any() for p in module.parameters())
