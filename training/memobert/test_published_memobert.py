"""The answer at the mask from one row of the last layer: the very answer of the whole."""

import torch

from .memobert_model import TOY, MemoBert, small_config
from .pretraining_heads import WordHead
from .published_memobert import Published


@torch.no_grad()
def test_one_row_of_the_last_layer_answers_as_all_rows():
    torch.manual_seed(4)
    for layers in (1, 3):
        shape = {**TOY, "num_hidden_layers": layers, "vocab_size": 90}
        model = MemoBert(small_config(**shape), face_size=9, voice_size=11).eval()
        for parameter in model.parameters():
            parameter.uniform_(-0.3, 0.3)
        ids, mask = torch.randint(0, 90, (2, 7), dtype=torch.int32), torch.ones(2, 12, dtype=torch.int32)
        mask[0, 5:7], mask[1, 7:10] = 0, 0
        given = (ids, torch.randn(2, 3, 9), torch.randn(2, 2, 11), mask)
        for places in ([2, 4], [0, 6]):
            place = torch.tensor(places, dtype=torch.int32)
            logits, hidden = Published(model)(*given, place)
            assert torch.allclose(logits, model(*given, place), atol=1e-5)
            assert torch.equal(hidden, model.encode(*given))
            # a head of its own begins as the prompt's, and is read at the same place
            words = WordHead(model)
            assert torch.allclose(Published(model, words)(*given, place)[2], logits, atol=1e-5)
            words.bias += 1
            assert torch.allclose(Published(model, words)(*given, place)[2], logits + 1, atol=1e-5)
