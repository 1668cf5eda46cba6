import numpy as np
import pytest
import torch
from transformers import BertTokenizerFast

from .fusion_report import filled_in
from .labels import LABELS
from .masking import WordStarts, choose_spans, hide_frames, mask_faces, mask_voice
from .memobert_model import TOY, MemoBert, small_config
from .pretrain import measure_tasks
from .pretraining_heads import TASKS, Pretraining, mask_for
from .samples import CASES, Prompt, Sample, lay_out, load_samples, save_samples
from .toy_data import write_vocabulary


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    path = tmp_path_factory.mktemp("vocabulary") / "vocab.txt"
    write_vocabulary(path)
    return BertTokenizerFast(vocab=str(path), do_lower_case=True)


def sample(tokenizer, text="what a lovely day", faces=5, voice=9, label=1, seed=0) -> Sample:
    rng = np.random.default_rng(seed)
    classes = rng.dirichlet(np.ones(8), faces).astype(np.float16)
    return Sample(
        tuple(tokenizer(text, add_special_tokens=False).input_ids),
        rng.random((faces, 342)).astype(np.float16),
        classes,
        rng.standard_normal((voice, 256)).astype(np.float16),
        label,
        "test",
    )


def test_cases_are_named_as_in_the_paper():
    letters = {"text": "T", "face": "V", "voice": "A"}
    for name, case in CASES.items():
        assert sorted(name) == sorted(letters[modality] for modality in case)


def test_samples_come_back_as_they_were_kept(tokenizer, tmp_path):
    samples = [
        sample(tokenizer),
        sample(tokenizer, "the day", 0, 3, -1, 1),
        sample(tokenizer, "", 2, 0, 3, 2),
    ]
    save_samples(tmp_path / "a.npz", samples)
    for before, after in zip(samples, load_samples(tmp_path / "a.npz"), strict=True):
        assert before.words == after.words and (before.label, before.source) == (after.label, after.source)
        for name in ("faces", "face_classes", "voice"):
            assert np.array_equal(getattr(before, name), getattr(after, name))
    np.savez(tmp_path / "b.npz", words=np.zeros(3))
    with pytest.raises(ValueError, match="make it again with `extract`"):
        load_samples(tmp_path / "b.npz")
    save_samples(tmp_path / "c.npz", [])
    assert load_samples(tmp_path / "c.npz") == []


def test_a_batch_of_each_case_has_only_its_modalities(tokenizer):
    prompt = Prompt(tokenizer, "i am [MASK] .", LABELS)
    model = MemoBert(small_config(**TOY, vocab_size=len(tokenizer))).eval()
    long = sample(tokenizer, "day " * 40, 50, 90)
    for name, case in CASES.items():
        batch = lay_out([s.only(case) for s in (sample(tokenizer), long)], tokenizer, prompt)
        assert (batch.input_ids[torch.arange(2), batch.mask_position] == tokenizer.mask_token_id).all()
        assert batch.input_ids.shape[1] == (36 if "T" in name else 6)
        assert batch.face_features.shape[1] == (36 if "V" in name else 0)
        assert batch.voice_features.shape[1] == (64 if "A" in name else 0)
        with torch.no_grad():
            assert model(*batch.encoded(), batch.mask_position).shape == (2, len(tokenizer))


def test_prompts_and_labels_that_cannot_work_are_named(tokenizer):
    with pytest.raises(ValueError, match="exactly one"):
        Prompt(tokenizer, "i am happy", LABELS)
    with pytest.raises(ValueError, match="exactly one"):
        Prompt(tokenizer, "[MASK] am [MASK]", LABELS)
    with pytest.raises(ValueError, match="lovely day"):
        Prompt(tokenizer, "i am [MASK] .", ["happy", "lovely day"])


def test_whole_words_are_masked_and_told(tokenizer):
    starts = WordStarts(tokenizer)
    # "zebra" is in letters: one word of five pieces
    texts = ["what a zebra day", "the day was so lovely", ""]
    batch = lay_out([sample(tokenizer, text, seed=i) for i, text in enumerate(texts)], tokenizer)
    generator = torch.Generator().manual_seed(0)
    masks, randoms, total = 0, 0, 0
    for _ in range(300):
        masked = starts.mask(batch, generator)
        assert torch.equal(batch.input_ids[masked.chosen], masked.truth)
        assert not masked.chosen[2].any() and masked.chosen[:2].any(1).all()
        pieces = masked.chosen[0, 3:8]
        assert pieces.all() or not pieces.any()
        shown = masked.batch.input_ids[masked.chosen]
        masks += int((shown == tokenizer.mask_token_id).sum())
        randoms += int(((shown != tokenizer.mask_token_id) & (shown != masked.truth)).sum())
        total += len(shown)
        kept = ~masked.chosen
        assert torch.equal(masked.batch.input_ids[kept], batch.input_ids[kept])
    assert 0.74 < masks / total < 0.86 and 0.05 < randoms / total < 0.15


def test_spans_hide_about_fifteen_percent_in_runs():
    rng = np.random.default_rng(0)
    lengths = np.array([0, 1, 2, 20, 36, 64])
    chosen = np.stack([choose_spans(lengths, 64, rng).numpy() for _ in range(200)])
    parts = chosen.sum(2).mean(0) / np.maximum(1, lengths)
    assert chosen[:, 0].sum() == 0 and (chosen.sum(2)[:, 1:] >= 1).all()
    assert all(0.1 < part < 0.2 for part in parts[3:])
    for row, length in enumerate(lengths):
        assert not chosen[:, row, length:].any()
    # a lone hidden frame would be given away by its neighbours
    padded = np.pad(chosen[:, 5], ((0, 0), (1, 1)))
    assert not (padded[:, 1:-1] & ~padded[:, :-2] & ~padded[:, 2:]).any()


def test_of_few_frames_no_more_is_hidden_than_the_part_rounded_up():
    rng = np.random.default_rng(0)
    lengths = np.arange(1, 11)
    chosen = np.stack([choose_spans(lengths, 10, rng).numpy() for _ in range(100)])
    # from ten frames on a span is three
    assert (chosen.sum(2) == [1] * 9 + [3]).all()
    # and any of them is asked for
    assert all(chosen[:, row, :length].any(0).all() for row, length in enumerate(lengths))


def test_what_a_task_reached_tells_how_much_was_masked(tokenizer):
    module = Pretraining(MemoBert(small_config(**TOY, vocab_size=len(tokenizer))))
    samples = [sample(tokenizer, "the day", faces, 20, seed=faces) for faces in (4, 4, 20, 0, 80)]
    given = samples, WordStarts(tokenizer), tokenizer, TASKS, "cpu"
    found = measure_tasks(module, *given)
    # runs of three; two that meet are fewer frames, as of the last 36 of 80
    assert 5 / 64 <= found["mvfr"]["masked"] == found["mvfc"]["masked"] <= 11 / 64
    assert found["mafr"]["masked"] == 3 / 20 and found["wwmlm"]["masked"] >= 1 / 2
    told = filled_in({"loss": 0.5, "masked": 0.25})
    assert told == "loss 0.500, 25 % masked" and filled_in({"loss": 0.5}) == "loss 0.500"


def test_only_the_masked_modality_changes(tokenizer):
    batch = lay_out([sample(tokenizer), sample(tokenizer, "the day", 12, 20, seed=1)], tokenizer)
    rng = np.random.default_rng(0)
    faces, voice = mask_faces(batch, rng), mask_voice(batch, rng)
    assert (faces.batch.face_features[faces.chosen] == 0).all()
    assert torch.equal(faces.batch.voice_features, batch.voice_features)
    assert torch.equal(faces.batch.face_features[~faces.chosen], batch.face_features[~faces.chosen])
    assert faces.truth.shape == (int(faces.chosen.sum()), 342) and faces.classes.shape[1] == 8
    assert torch.allclose(faces.classes.sum(1), torch.ones(len(faces.classes)), atol=0.01)
    assert torch.equal(voice.truth, batch.voice_features[voice.chosen]) and (voice.truth != 0).any()
    # padding is never asked for
    assert not faces.chosen[0, 5:].any() and not voice.chosen[0, 9:].any()


def test_frames_are_hidden_as_in_the_authors_code(tokenizer):
    rng = np.random.default_rng(0)
    lengths = np.array([0, 1, 2, 14, 15, 36])
    features = torch.arange(1, 37, dtype=torch.float32)[None, :, None].repeat(6, 1, 2)
    features[torch.arange(36)[None] >= torch.from_numpy(lengths)[:, None]] = 0
    kinds = {"zeros": 0, "others": 0, "one": 0}
    for _ in range(1000):
        hidden, chosen = hide_frames(features, lengths, rng, "authors", authors_part=0.2)
        assert torch.equal(hidden[~chosen], features[~chosen])
        counts = chosen.sum(1).tolist()
        # fewer than fifteen faces: a single one, and not the first where there is another
        assert counts[:4] == [0, 1, 1, 1] and chosen[1, 0] and chosen[2, 1] and not chosen[3, 0]
        for row in (4, 5):
            shown, true = hidden[row, chosen[row], 0], features[row, chosen[row], 0]
            # begun anywhere but at the last four
            assert not chosen[row, lengths[row] - 2 :].any() or counts[row] == 1
            if counts[row] == 1:
                assert shown.item() == 0 and not chosen[row, 0]
                kinds["one"] += 1
            elif (shown == 0).all():
                kinds["zeros"] += 1
            else:
                assert set(shown.tolist()) <= set(range(1, lengths[row] + 1))
                kinds["others"] += 1
            assert counts[row] == 1 or (counts[row] <= 0.2 * lengths[row] and len(true) >= 3)
    assert 0.76 < kinds["zeros"] / 2000 < 0.84
    assert all(0.07 < kinds[kind] / 2000 < 0.13 for kind in ("others", "one"))


def test_the_authors_part_of_voice_is_smaller(tokenizer):
    batch = lay_out([sample(tokenizer, "the day", 36, 64, seed=seed) for seed in range(3)], tokenizer)
    rng = np.random.default_rng(0)
    most = {"faces": 0, "voice": 0}
    for _ in range(100):
        faces, voice = mask_faces(batch, rng, "authors"), mask_voice(batch, rng, "authors")
        most["faces"] = max(most["faces"], int(faces.chosen.sum(1).max()))
        most["voice"] = max(most["voice"], int(voice.chosen.sum(1).max()))
        assert torch.equal(faces.truth, batch.face_features[faces.chosen])
        assert torch.equal(voice.truth, batch.voice_features[voice.chosen])
    # two spans of 36 faces (20 %), three of 64 tokens (15 %)
    assert most == {"faces": 6, "voice": 9}


def test_every_task_can_be_learnt_by_heart(tokenizer):
    torch.manual_seed(0)
    model = MemoBert(small_config(**TOY, vocab_size=len(tokenizer), hidden_dropout_prob=0.0))
    module, words = Pretraining(model), WordStarts(tokenizer)
    samples = [sample(tokenizer, seed=seed) for seed in range(4)]
    module.heads.set_scales(samples)
    for task in TASKS:
        draws = torch.Generator().manual_seed(1), np.random.default_rng(1)
        masked = mask_for(task, lay_out(samples, tokenizer), words, *draws)
        optimiser = torch.optim.Adam(module.parameters(), 3e-3)
        first = module(task, masked).item()
        for _ in range(100):
            optimiser.zero_grad()
            loss = module(task, masked)
            loss.backward()
            optimiser.step()
        assert loss.item() < 0.75 * first, task


def test_heads_answer_in_the_encoders_own_units(tokenizer):
    model = MemoBert(small_config(**TOY, vocab_size=len(tokenizer)))
    heads = Pretraining(model).heads
    samples = [sample(tokenizer, seed=seed) for seed in range(8)]
    heads.set_scales(samples)
    faces, classes, voice = heads(torch.zeros(3, TOY["hidden_size"]))
    mean = np.concatenate([s.faces for s in samples]).astype(np.float32).mean(0)
    assert faces.shape == (3, 342) and classes.shape == (3, 8) and voice.shape == (3, 256)
    # an untrained head says about the mean
    assert np.abs(faces.detach().numpy() - mean).mean() < 0.1
