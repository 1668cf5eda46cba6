"""Whose checkpoint it is, by its names, and what each tensor is called here.

- `uniter`, MEmoBERT: the authors' code, AIM3-RUC/MEmoBert, code/uniter3m/model/{model,pretrain,emocls}.py,
  which goes back to UNITER's model/{model,pretrain}.py.
- `bert`, words and layers of MEmoBERT: Hugging Face's BertModel, BertForMaskedLM, BertForPreTraining.
- `densenet`, DenseFace: the authors' code/denseface/model/dense_net.py, which goes back to torchvision's.
- `wav2vec2`: Hugging Face's Wav2Vec2Model, -ForCTC, -ForSequenceClassification, -ForPreTraining.
- `memobert`, `denseface`, `voice`: this folder's own best.pt.

Three rows of the type table have a name of their own here, `KINDS`: the authors keep them in two tables.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from .checkpoint_files import CheckpointError

# rows of MemoBert's type table: text, face, voice
KINDS = tuple(f"token_type_embeddings.weight[{kind}]" for kind in range(3))

# what stands for a masked frame of faces (`img`) or voice (`speech`)
MASKED = r"\1_embeddings.mask_embedding"

Rules = tuple[tuple[str, str | None], ...]

# what both layouts have of BERT; None: known, and of no use here
BERT_RULES: Rules = (
    (r"embeddings\.((?:word|position)_embeddings\.weight|LayerNorm\.(?:weight|bias))", r"embeddings.\1"),
    (r"embeddings\.position_ids", None),
    (r"encoder\.(layer\.\d+\.(?:attention|intermediate|output)\..+)", r"encoder.\1"),
    (r"cls\.predictions\.transform\.((?:dense|LayerNorm)\.(?:weight|bias))", r"transform.\1"),
    (r"cls\.predictions\.(?:decoder\.)?bias", "bias"),
    (r"cls\.predictions\.decoder\.weight", "embeddings.word_embeddings.weight"),
    (r"(?:pooler|cls\.seq_relationship)\..+", None),
)
# heads of tasks that the paper does not have, and of fine-tuning
OTHER_HEADS = "emomelm_classifier|vfom_output|sfom_output|emo_classifier|itm_output|eitm_output|output"
UNITER_RULES: Rules = (
    *BERT_RULES,
    (r"embeddings\.token_type_embeddings\.weight", "types of text and face"),
    (r"speech_embeddings\.token_type_embeddings\.weight", "type of voice"),
    (r"(img|speech)_embeddings\.\1_linear\.(weight|bias)", r"\1_embeddings.linear.\2"),
    (r"(img|speech)_embeddings\.\1_layer_norm\.(weight|bias)", r"\1_embeddings.linear_norm.\2"),
    (
        r"((?:img|speech)_embeddings\.(?:position_embeddings\.weight|LayerNorm\.(?:weight|bias)))",
        r"\1",
    ),
    (r"(img|speech)_embeddings\.mask_embedding\.weight", MASKED),
    (r"feat_regress\.(net\.[02]\..+|bias)", r"heads.face_regression.\1"),
    (r"speech_feat_regress\.(net\.[02]\..+|bias)", r"heads.voice_regression.\1"),
    (r"feat_regress\.weight", "img_embeddings.linear.weight"),
    (r"speech_feat_regress\.weight", "speech_embeddings.linear.weight"),
    (r"region_classifier\.net\.([023]\..+)", r"heads.face_classifier.\1"),
    (rf"(?:{OTHER_HEADS})\..+", None),
)
DENSENET_RULES: Rules = (
    (r"features\.conv0\.weight", "body.0.weight"),
    # `norm.1` is how torchvision wrote it before names could not hold a dot
    (
        r"features\.denseblock(\d+)\.denselayer(\d+)\.(norm|conv)\.?([12])\.(.+)",
        r"block \1 layer \2.\3\4.\5",
    ),
    (r"features\.transition(\d+)\.norm\.(.+)", r"transition \1.0.\2"),
    (r"features\.transition(\d+)\.conv\.(.+)", r"transition \1.2.\2"),
    (r"features\.norm([1-9])\.(.+)", r"last.\2"),
    (r"classifier\.(weight|bias)", r"classifier.\1"),
)
WAV2VEC2_RULES: Rules = (
    (r"(encoder\.pos_conv_embed\.conv)\.weight_g", r"wav2vec2.\1.parametrizations.weight.original0"),
    (r"(encoder\.pos_conv_embed\.conv)\.weight_v", r"wav2vec2.\1.parametrizations.weight.original1"),
    (r"((?:feature_extractor|feature_projection|encoder)\..+|masked_spec_embed)", r"wav2vec2.\1"),
    (r"(?:lm_head|projector|classifier|quantizer|project_q|project_hid|dropout_features)\..+", None),
    (r"layer_weights", None),
)
OWN_RULES: Rules = ((r"(.+)", r"\1"),)


class LayoutError(CheckpointError):
    """No layout that is known has such names."""


@dataclass(frozen=True)
class Layout:
    """`prefix` may stand before each name; a checkpoint is of the layout when it has a name like `mark`."""

    name: str
    part: str
    mark: str
    rules: Rules
    prefix: str = ""

    @property
    def own(self) -> bool:
        """Whether it is this folder's: its names need no change, its file holds what else a best.pt does."""
        return self.rules is OWN_RULES


# in this order: a mark may be another's as well
LAYOUTS = (
    Layout("memobert", "fusion", r"transform\.dense\.weight", OWN_RULES),
    Layout(
        "uniter",
        "fusion",
        r"(?:img|speech)_embeddings\.(?:img|speech)_linear\.weight",
        UNITER_RULES,
        r"(?:uniter|bert)\.",
    ),
    Layout("bert", "fusion", r"embeddings\.word_embeddings\.weight", BERT_RULES, r"bert\."),
    Layout("denseface", "face", r"body\.0\.weight", OWN_RULES),
    Layout("densenet", "face", r"features\.conv0\.weight", DENSENET_RULES),
    Layout("voice", "voice", r"attention\.weight", OWN_RULES),
    Layout(
        "wav2vec2",
        "voice",
        r"feature_extractor\.conv_layers\.0\.conv\.weight",
        WAV2VEC2_RULES,
        r"wav2vec2\.",
    ),
)
# names of others that are often met
HINTS = {
    r"(?:w2v_encoder\.w2v_model\.|w2v_model\.)?feature_extractor\.conv_layers\.0\.0\.weight": "This is "
    "fairseq's own layout: convert it to Hugging Face's with the script that transformers brings.",
    r"(?:hubert|wavlm)\..+": "This is another encoder than wav2vec 2.0.",
    r"body\.0\.body\..+|body\.3\.body\..+": "This is LightFace: it comes with a bundle, by --reuse.",
}


def find_layout(part: str, tensors: Mapping[str, Tensor], path: object) -> Layout:
    """Of a `face`, `voice` or `fusion`. Raises LayoutError for names that no layout has."""
    for layout in LAYOUTS:
        if layout.part == part and any(
            re.fullmatch(f"(?:{layout.prefix})?{layout.mark}", name) for name in tensors
        ):
            return layout
    hints = [hint for pattern, hint in HINTS.items() if any(re.fullmatch(pattern, name) for name in tensors)]
    known = ", ".join(layout.name for layout in LAYOUTS if layout.part == part)
    raise LayoutError(
        f"{path} is no checkpoint of a {part} in a layout that is known here ({known}): its tensors are "
        f"{_some(list(tensors))}. {' '.join(hints) or 'Give another file, or rename them to one of these.'}"
    )


@dataclass(frozen=True)
class Row:
    """What becomes of a tensor: `target` None is left out; `source` None comes from elsewhere, see `note`."""

    source: str | None
    target: str | None
    shape: tuple[int, ...]
    note: str = ""


def rename(layout: Layout, tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], list[Row], list[str]]:
    """The tensors by their names here, a row for each, and the names that no rule knows.

    Raises CheckpointError when two that are one here differ, such as an untied word table.
    """
    state: dict[str, Tensor] = {}
    origin: dict[str, str] = {}
    rows, unexpected = [], []
    for name, value in tensors.items():
        targets = _targets(layout, name, value)
        if targets is None:
            unexpected.append(name)
            continue
        if not targets:
            rows.append(Row(name, None, tuple(value.shape), "left out: not used after training"))
        for target, part in targets.items():
            if target in state and not torch.equal(state[target], part):
                raise CheckpointError(
                    f"{name} differs from {origin[target]}, and they are one tensor here: train them tied."
                )
            rows.append(Row(name, target, tuple(part.shape)))
            state[target], origin[target] = part, name
    return state, rows, unexpected


def _targets(layout: Layout, name: str, value: Tensor) -> dict[str, Tensor] | None:
    """By target; empty for what is left out, None for a name that no rule knows."""
    # TensorFlow's names of a norm's parameters, which UNITER reads as well
    bare = re.sub(r"\.gamma$", ".weight", re.sub(r"\.beta$", ".bias", name))
    if layout.prefix:
        bare = re.sub(f"^{layout.prefix}", "", bare)
    if layout.name == "bert" and bare == "embeddings.token_type_embeddings.weight":
        # all modalities start from the type that the encoder knows
        return {kind: value[0] for kind in KINDS}
    if layout.name == "memobert" and bare == "token_type_embeddings.weight":
        return dict(zip(KINDS, value, strict=False))
    for pattern, target in layout.rules:
        if match := re.fullmatch(pattern, bare):
            if target == "types of text and face":
                return dict(zip(KINDS[:2], value, strict=False))
            if target == "type of voice":
                return {KINDS[2]: value[0]}
            if target == MASKED:
                # the first row is for frames that are not masked: the authors keep it at zero
                return {match.expand(MASKED): value[-1]}
            return {} if target is None else {match.expand(target): value}
    return None


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
