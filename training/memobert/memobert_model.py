"""MEmoBERT: one BERT encoder over words, faces and voice (Zhao et al., ICASSP 2022, section 2.2)."""

import torch
from torch import Tensor, nn
from transformers import BertConfig
from transformers.models.bert.modeling_bert import BertEncoder, BertPredictionHeadTransform

MAX_WORDS = 30
# [CLS] words "i am [MASK] ." [SEP]
MAX_TEXT = MAX_WORDS + 6
MAX_FACES = 36
MAX_VOICE = 64
TEXT, FACE, VOICE = 0, 1, 2


def small_config(**changes) -> BertConfig:
    """6 layers of 384, 12 heads: the shape of the encoder it starts from."""
    settings = {
        "vocab_size": 30522,
        "hidden_size": 384,
        "num_hidden_layers": 6,
        "num_attention_heads": 12,
        "intermediate_size": 1536,
        "max_position_embeddings": 64,
        "type_vocab_size": 3,
        "attn_implementation": "eager",
    }
    return BertConfig(**{**settings, **changes})


# a tiny shape, for tests
TOY = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}


class TextEmbeddings(nn.Module):
    """BERT's: word + position + type, then norm."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, input_ids: Tensor, kind: Tensor) -> Tensor:
        positions = self.position_embeddings.weight[: input_ids.shape[1]]
        return self.dropout(self.LayerNorm(self.word_embeddings(input_ids) + positions + kind))


class FrameEmbeddings(nn.Module):
    """Faces or voice: linear, norm, + position + type, norm (paper, section 2.2; UNITER).

    A masked frame comes as zeros, which no encoder answers. The authors add a learned vector to it; weights
    that have one (`mask_embedding` [features]) bring it along, and it takes the place of each frame of zeros.
    """

    def __init__(self, feature_size: int, positions: int, config: BertConfig) -> None:
        super().__init__()
        self.linear = nn.Linear(feature_size, config.hidden_size)
        self.linear_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.position_embeddings = nn.Embedding(positions, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        self.register_parameter("mask_embedding", None)

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *rest) -> None:
        masked = state_dict.get(f"{prefix}mask_embedding")
        if masked is not None and self.mask_embedding is None:
            self.mask_embedding = nn.Parameter(self.linear.weight.new_zeros(masked.shape))
        super()._load_from_state_dict(state_dict, prefix, *rest)

    def forward(self, features: Tensor, kind: Tensor) -> Tensor:
        if self.mask_embedding is not None:
            # by a sum: it means the same in the opset of packed graphs (`packed_table.MOVED`)
            masked = features.abs().sum(-1, keepdim=True) == 0
            features = torch.where(masked, self.mask_embedding, features)
        positions = self.position_embeddings.weight[: features.shape[1]]
        hidden = self.linear_norm(self.linear(features)) + positions + kind
        return self.dropout(self.LayerNorm(hidden))


def row_at(hidden: Tensor, mask_position: Tensor) -> Tensor:
    """One place of each row of states: [N,S,hidden] -> [N,1,hidden].

    By 32-bit numbers: of 64 bits, ONNX Runtime on WebGPU fetches the places to the CPU amid the graph.
    """
    count, length, width = hidden.shape
    begins = torch.arange(count, dtype=torch.int32, device=hidden.device) * length
    places = mask_position.to(torch.int32) + begins
    return hidden.reshape(-1, width).index_select(0, places)[:, None]


class MemoBert(nn.Module):
    """The whole model; inputs are those of the bundle's `memobert.onnx`.

    `input_ids` [N,L], `face_features` [N,V,342], `voice_features` [N,A,D],
    `attention_mask` [N,L+V+A], `mask_position` [N].
    Returns `mask_logits` [N,vocabulary] at `mask_position`. A token whose mask is 0 counts as left out;
    each modality counts its own positions from 0, so padding goes to its end.
    """

    def __init__(self, config: BertConfig, face_size: int = 342, voice_size: int = 256) -> None:
        super().__init__()
        self.config = config
        self.face_size, self.voice_size = face_size, voice_size
        self.embeddings = TextEmbeddings(config)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, config.hidden_size)
        self.img_embeddings = FrameEmbeddings(face_size, MAX_FACES, config)
        self.speech_embeddings = FrameEmbeddings(voice_size, MAX_VOICE, config)
        self.encoder = BertEncoder(config)
        self.transform = BertPredictionHeadTransform(config)
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))
        self.apply(self._initialise)

    @staticmethod
    def _initialise(module: nn.Module) -> None:
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, nn.Linear):
            nn.init.zeros_(module.bias)

    def encode(
        self, input_ids: Tensor, face_features: Tensor, voice_features: Tensor, attention_mask: Tensor
    ) -> Tensor:
        """Hidden states [N,L+V+A,hidden]; V and A may be 0."""
        return self.encoder(
            *self.embed(input_ids, face_features, voice_features, attention_mask)
        ).last_hidden_state

    def embed(
        self, input_ids: Tensor, face_features: Tensor, voice_features: Tensor, attention_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What the layers take: states [N,L+V+A,hidden], and what is added to scores [N,1,1,L+V+A]."""
        kind = self.token_type_embeddings.weight
        parts = [self.embeddings(input_ids, kind[TEXT])]
        if face_features.shape[1]:
            parts.append(self.img_embeddings(face_features, kind[FACE]))
        if voice_features.shape[1]:
            parts.append(self.speech_embeddings(voice_features, kind[VOICE]))
        hidden = torch.cat(parts, 1)
        # -1e4 rather than -inf: it fits fp16, and a softmax with it underflows to exactly 0
        hiding = (1.0 - attention_mask[:, None, None, :].to(hidden.dtype)) * -1e4
        return hidden, hiding

    def head(self, hidden: Tensor) -> Tensor:
        """Masked-language head, tied to the word table: [...,hidden] -> [...,vocabulary]."""
        return nn.functional.linear(self.transform(hidden), self.embeddings.word_embeddings.weight, self.bias)

    def forward(
        self,
        input_ids: Tensor,
        face_features: Tensor,
        voice_features: Tensor,
        attention_mask: Tensor,
        mask_position: Tensor,
    ) -> Tensor:
        return self.at(self.encode(input_ids, face_features, voice_features, attention_mask), mask_position)

    def at(self, hidden: Tensor, mask_position: Tensor) -> Tensor:
        """Logits of the vocabulary [N,vocabulary] at one place of each row of `encode`'s states."""
        return self.head(row_at(hidden, mask_position)[:, 0])
