import copy
import shutil

import numpy as np
import pytest
import torch
from transformers import (
    AutoModelForSequenceClassification,
    BertConfig,
    MPNetConfig,
    MPNetModel,
    MPNetTokenizerFast,
)

from . import text_teacher


def test_a_teacher_of_words_is_any_encoder_of_the_layout_with_its_lower_layers_held(toy, tmp_path):
    shutil.copy(toy / "vocab.txt", tmp_path / "vocab.txt")
    tokenizer = MPNetTokenizerFast(vocab=str(tmp_path / "vocab.txt"), unk_token="[UNK]")
    tokenizer.save_pretrained(tmp_path / "mpnet")
    sizes = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
    before = MPNetModel(MPNetConfig(vocab_size=len(tokenizer), **sizes))
    before.save_pretrained(tmp_path / "mpnet")
    out = tmp_path / "teacher"
    options = ["--text", str(toy / "text"), "--vocabulary", str(toy / "vocab.txt"), "--device", "cpu"]
    options += [
        "--init",
        str(tmp_path / "mpnet"),
        "--freeze",
        "1",
        "--corpora",
        "meld",
        "--frequencies",
        "0.5",
    ]
    options += ["--batch", "8", "--rate", "5e-3", "--steps", "4", "--every", "4", "--out", str(out)]
    text_teacher.main(options)
    after = torch.load(out / "best.pt", weights_only=False)["model"]
    # only what learns is in it: the upper layer, with which a sentence's kept states go on
    assert not any("embeddings" in name for name in after)
    trained = {name for name in after if name.startswith("model.mpnet.encoder.layer.")}
    assert trained and all(name.startswith("model.mpnet.encoder.layer.0.") for name in trained)
    name = "attention.attn.q.weight"
    one, other = before.encoder.layer[1].state_dict(), before.encoder.layer[0].state_dict()
    assert torch.dist(after[f"model.mpnet.encoder.layer.0.{name}"], one[name]) < 0.5 * torch.dist(
        other[name], one[name]
    )
    assert not torch.equal(after[f"model.mpnet.encoder.layer.0.{name}"], one[name])
    assert (out / text_teacher.BELIEFS).exists()


@pytest.mark.parametrize("kind", ["bert", "mpnet"])
def test_held_layers_and_the_rest_say_what_the_whole_says(kind):
    torch.manual_seed(2)
    sizes = dict(vocab_size=50, hidden_size=32, num_hidden_layers=3, num_attention_heads=2, num_labels=7)
    configs = {"bert": BertConfig(**sizes), "mpnet": MPNetConfig(**sizes)}
    whole = AutoModelForSequenceClassification.from_config(configs[kind]).eval()
    upper = copy.deepcopy(whole)
    lower = text_teacher.hold_below(upper, 2)
    encoded = [np.array([5, 6, 7]), np.array([8, 9, 10, 11, 12, 13])]
    states = text_teacher.states_of(lower, encoded, "cpu")
    assert [of.shape for of in states] == [(3, 32), (6, 32)]
    assert len(upper.base_model.encoder.layer) == 1 and len(whole.base_model.encoder.layer) == 3
    wanted = text_teacher.logits_of(whole, encoded, "cpu")
    assert np.allclose(text_teacher.logits_of(upper, states, "cpu"), wanted, atol=2e-3)
    with pytest.raises(ValueError, match="--freeze 3: the encoder has 3 layers"):
        text_teacher.hold_below(copy.deepcopy(whole), 3)
