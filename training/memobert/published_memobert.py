"""MEmoBERT as its graph answers: the mask has a last layer of its own, which is a seventh less to multiply.

In the last layer each place asks all others, and none is asked after it: of the others the answer at the
mask needs keys and values alone. All places (`hidden`) are for the pre-training heads; the page takes what
only they need out of the graph that it runs at each update (`src/runtime/lean-graph.ts`).
"""

import torch
from torch import Tensor, nn
from transformers.models.bert.modeling_bert import BertLayer

from .memobert_model import MemoBert, row_at
from .pretraining_heads import WordHead


class Published(nn.Module):
    """`mask_logits` [N,vocabulary], and `hidden` [N,L+V+A,H] for the heads.

    Where masked words have a head of their own, also what it says at the same place: `filled_words`
    [N,vocabulary], logits as well.
    """

    def __init__(self, model: MemoBert, words: WordHead | None = None) -> None:
        super().__init__()
        self.model, self.words = model, words

    def forward(self, input_ids, face_features, voice_features, attention_mask, mask_position):
        states, hiding = self.model.embed(input_ids, face_features, voice_features, attention_mask)
        *layers, last = self.model.encoder.layer
        for layer in layers:
            states = layer(states, hiding)
        row = one_row(last, row_at(states, mask_position), states, hiding)
        answers = self.model.head(row[:, 0]), last(states, hiding)
        return answers if self.words is None else (*answers, self.words(row[:, 0]))


def one_row(layer: BertLayer, row: Tensor, states: Tensor, hiding: Tensor) -> Tensor:
    """What `layer` makes of one place of each row, [N,1,H], that is `row` of its input `states` [N,S,H].

    `hiding` [N,1,1,S] is added to the scores.
    """
    attention = layer.attention.self

    def by_head(values: Tensor) -> Tensor:
        shape = (*values.shape[:2], attention.num_attention_heads, attention.attention_head_size)
        return values.view(shape).transpose(1, 2)

    query, key, value = attention.query(row), attention.key(states), attention.value(states)
    scores = by_head(query) @ by_head(key).transpose(2, 3) * attention.scaling + hiding
    heard = torch.softmax(scores, -1) @ by_head(value)
    merged = heard.transpose(1, 2).reshape(row.shape)
    return layer.feed_forward_chunk(layer.attention.output(merged, row))
