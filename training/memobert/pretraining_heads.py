"""MEmoBERT's four pre-training tasks (paper, section 2.3): what is masked, which head answers, the loss."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers.models.bert.modeling_bert import BertPredictionHeadTransform

from .denseface_model import FACE_CLASSES
from .masking import Masked, WordStarts, mask_faces, mask_voice
from .memobert_model import MemoBert
from .samples import Batch, Sample

# task -> the modality that it masks
TASKS = {"wwmlm": "text", "mafr": "voice", "mvfr": "face", "mvfc": "face"}
TITLES = {"wwmlm": "WWMLM", "mafr": "SpanMAFR", "mvfr": "SpanMVFR", "mvfc": "SpanMVFC-KL"}


@dataclass(frozen=True)
class FeatureScale:
    """Mean and standard deviation [D] of each feature: regression is measured in these units."""

    mean: Tensor
    std: Tensor

    @staticmethod
    def of(rows: list[np.ndarray], size: int) -> "FeatureScale":
        """From feature rows [n,D]; the identity when there are none."""
        if not any(len(part) for part in rows):
            return FeatureScale(torch.zeros(size), torch.ones(size))
        flat = np.concatenate([part for part in rows if len(part)]).astype(np.float32)
        return FeatureScale(torch.from_numpy(flat.mean(0)), torch.from_numpy(flat.std(0)).clamp(min=1e-3))


class Regression(nn.Module):
    """Linear, GELU, norm, then the embedder's own matrix transposed (UNITER, model/pretrain.py).

    Answers in standardised units, which `restored` brings back to the encoder's.
    """

    def __init__(self, embedder: nn.Linear, eps: float) -> None:
        super().__init__()
        hidden, size = embedder.weight.shape
        self.net = nn.Sequential(nn.Linear(hidden, hidden), nn.GELU(), nn.LayerNorm(hidden, eps=eps))
        # tied, and so not a parameter of its own
        self.embedder = [embedder]
        self.bias = nn.Parameter(torch.zeros(size))
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("std", torch.ones(size))

    def set_scale(self, scale: FeatureScale) -> None:
        self.mean.copy_(scale.mean)
        self.std.copy_(scale.std)

    def standardised(self, features: Tensor) -> Tensor:
        return (features - self.mean) / self.std

    def forward(self, hidden: Tensor) -> Tensor:
        return F.linear(self.net(hidden), self.embedder[0].weight.T, self.bias)

    def restored(self, hidden: Tensor) -> Tensor:
        return self(hidden).float() * self.std + self.mean


class WordHead(nn.Module):
    """A head of masked words beside MemoBert's own, from which it begins; tied to the same word table.

    Tuning teaches MemoBert's own to answer label words, and often it does so wherever a word is masked.
    """

    def __init__(self, model: MemoBert) -> None:
        super().__init__()
        self.transform = BertPredictionHeadTransform(model.config)
        self.transform.load_state_dict(model.transform.state_dict())
        self.bias = nn.Parameter(model.bias.detach().clone())
        # tied, and so not a parameter of its own
        self.table = [model.embeddings.word_embeddings]

    def forward(self, hidden: Tensor) -> Tensor:
        """[...,H] -> logits of the vocabulary [...,vocabulary]."""
        return F.linear(self.transform(hidden), self.table[0].weight, self.bias)


class PretrainingHeads(nn.Module):
    """What fills in a masked face (its features and its classes) and a masked moment of voice.

    The head of masked words is MemoBert's own, unless there is one beside it (`add_words`).
    """

    def __init__(self, model: MemoBert) -> None:
        super().__init__()
        self.words: WordHead | None = None
        config = model.config
        hidden, eps = config.hidden_size, config.layer_norm_eps
        self.face_regression = Regression(model.img_embeddings.linear, eps)
        self.voice_regression = Regression(model.speech_embeddings.linear, eps)
        self.face_classifier = nn.Sequential(
            nn.Linear(hidden, hidden),
            nn.GELU(),
            nn.LayerNorm(hidden, eps=eps),
            nn.Linear(hidden, len(FACE_CLASSES)),
        )
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    def add_words(self, model: MemoBert) -> None:
        self.words = WordHead(model)

    def load(self, state: dict[str, Tensor], model: MemoBert) -> None:
        """`load_state_dict` that adds a head of words where `state` has one."""
        if any(name.startswith("words.") for name in state) and self.words is None:
            self.add_words(model)
        self.load_state_dict(state)

    def set_scales(self, samples: list[Sample]) -> None:
        """Units of the regressions, from what the encoders gave for these samples."""
        for head, rows in (
            (self.face_regression, [s.faces for s in samples]),
            (self.voice_regression, [s.voice for s in samples]),
        ):
            head.set_scale(FeatureScale.of(rows, len(head.bias)))

    def forward(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """`hidden` [N,H] -> masked face features [N,342], face class logits [N,8], voice features [N,D]."""
        return (
            self.face_regression.restored(hidden),
            self.face_classifier(hidden).float(),
            self.voice_regression.restored(hidden),
        )


class Pretraining(nn.Module):
    """MemoBert with its heads. `forward` is the loss of one task, so that a wrapper of DDP sees all of it."""

    def __init__(self, model: MemoBert) -> None:
        super().__init__()
        self.model = model
        self.heads = PretrainingHeads(model)

    def answers(self, task: str, masked: Masked) -> tuple[Tensor, Tensor]:
        """What is said of the masked places and what is true there, in the units of the task's loss."""
        batch = masked.batch
        hidden = self.model.encode(*batch.encoded())
        words, faces = batch.input_ids.shape[1], batch.face_features.shape[1]
        begin = {"text": 0, "face": words, "voice": words + faces}[TASKS[task]]
        found = hidden[:, begin : begin + masked.chosen.shape[1]][masked.chosen]
        if task == "wwmlm":
            return (self.heads.words or self.model.head)(found).float(), masked.truth
        if task == "mvfc":
            return self.heads.face_classifier(found).float(), masked.classes
        head = self.heads.voice_regression if task == "mafr" else self.heads.face_regression
        return head(found).float(), head.standardised(masked.truth)

    @staticmethod
    def loss_of(task: str, answer: Tensor, truth: Tensor) -> Tensor:
        """Cross-entropy of words; KL divergence of face classes; L2 of features, of which 1 is the mean's."""
        if not len(truth):
            # words may all be unknown: of nothing masked the mean is no number, and nothing is learned
            return answer.sum() * 0
        if task == "wwmlm":
            return F.cross_entropy(answer, truth)
        if task == "mvfc":
            return F.kl_div(F.log_softmax(answer, 1), truth.float(), reduction="batchmean")
        return F.mse_loss(answer, truth)

    def forward(self, task: str, masked: Masked) -> Tensor:
        return self.loss_of(task, *self.answers(task, masked))


def mask_for(
    task: str,
    batch: Batch,
    words: WordStarts,
    generator: torch.Generator,
    rng: np.random.Generator,
    frames: str = "zeros",
) -> Masked:
    """Hides what `task` will ask for, faces and voice by a rule of `FRAME_MASKING`; all on the CPU, before
    the batch goes to the device."""
    if task == "wwmlm":
        return words.mask(batch, generator)
    return mask_voice(batch, rng, frames) if task == "mafr" else mask_faces(batch, rng, frames)
