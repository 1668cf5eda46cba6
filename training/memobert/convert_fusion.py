"""A checkpoint of MEmoBERT, or of the BERT that one starts from, as one of `train_memobert`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from .checkpoint_files import Checkpoint, CheckpointError
from .conversion import Part, account, count_layers, guessed_heads, origin, refuse_classifier
from .foreign_layouts import KINDS, Layout, Row, find_layout, rename
from .memobert_model import MAX_FACES, MAX_TEXT, MAX_VOICE, MemoBert, small_config
from .pretraining_heads import PretrainingHeads

TYPES = "token_type_embeddings.weight"
WORDS = "embeddings.word_embeddings.weight"
# of a text table, which has 512 positions as a rule; as `small_config`
MOST_TEXT_POSITIONS = 64
# positions that the page needs, and those that are kept
POSITIONS = {
    "embeddings": (MAX_TEXT, MOST_TEXT_POSITIONS),
    "img_embeddings": (MAX_FACES, MAX_FACES),
    "speech_embeddings": (MAX_VOICE, MAX_VOICE),
}
INITIAL_STD = 0.02
HEADS = "heads."
WORD_HEAD = f"{HEADS}words."
UNITS = (".mean", ".std")


@dataclass
class Supply:
    """Where the tensors that a checkpoint lacks come from: a bundle's fusion, or `fresh` (their prefixes)."""

    reused: Mapping[str, Tensor] = field(default_factory=dict)
    fresh: tuple[str, ...] = ()
    seed: int = 1

    def fill(self, state: dict[str, Tensor], expected: Mapping[str, torch.Size], rows: list[Row]) -> None:
        """Adds to `state` and `rows` what is missing and can be had."""
        generator = torch.Generator().manual_seed(self.seed)
        for name, shape in expected.items():
            if name in state:
                continue
            if name.startswith(self.fresh):
                state[name] = _untrained(name, shape, generator)
                rows.append(Row(None, name, tuple(shape), "untrained, by --fresh"))
            elif name in self.reused and self.reused[name].shape == shape:
                state[name] = self.reused[name]
                rows.append(Row(None, name, tuple(shape), "from the bundle reused"))

    def width(self, state: Mapping[str, Tensor], name: str, otherwise: int) -> int:
        """Size of the features that the embedder `name` takes, of whoever has it."""
        table = state.get(name, None if name.startswith(self.fresh) else self.reused.get(name))
        return otherwise if table is None or table.ndim != 2 else table.shape[1]


def split_kinds(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A MemoBert's state with the rows of its type table by their own names, `KINDS`."""
    others = {name: value for name, value in state.items() if name != TYPES}
    return others | dict(zip(KINDS, state[TYPES], strict=True))


def convert_fusion(
    checkpoint: Checkpoint, supply: Supply, heads: int | None, face_size: int, voice_size: int
) -> Part:
    """MEmoBERT of any shape; the sizes of the features count where nobody has an embedder.

    Raises CheckpointError with every tensor that is missing, unexpected or of another shape.
    """
    layout = find_layout("fusion", checkpoint.tensors, checkpoint.path)
    own = checkpoint.stored if layout.own else {}
    refuse_classifier(own, checkpoint.path)
    trained = {HEADS + name: value for name, value in own.get("heads", {}).items()}
    state, rows, unexpected = rename(layout, checkpoint.tensors | trained)
    if WORDS not in state or state[WORDS].ndim != 2:
        raise CheckpointError(f"{checkpoint.path} has no word table: give a whole checkpoint.")
    rows = cut_positions(state, rows, checkpoint)
    shape = told_shape(state, layout, checkpoint, heads)
    sizes = (
        supply.width(state, "img_embeddings.linear.weight", face_size),
        supply.width(state, "speech_embeddings.linear.weight", voice_size),
    )
    with torch.device("meta"):
        expected = {
            k: v.shape for k, v in split_kinds(MemoBert(small_config(**shape), *sizes).state_dict()).items()
        }
    expected |= masks_of(state, supply, sizes)
    words = any(name.startswith(WORD_HEAD) for name in state)
    rows, filled = take_heads(state, rows, heads_of(shape, sizes, words))
    supply.fill(state, expected, rows)
    cure = (
        f"; or let `convert` take them from a bundle that is {shape['hidden_size']} wide with --reuse, or "
        "leave them untrained with --fresh PREFIX"
    )
    account(checkpoint, layout, state, expected, unexpected, cure)
    state[TYPES] = torch.stack([state.pop(kind) for kind in KINDS])
    asked = {key: own[key] for key in ("prompt", "labels", "vocabulary_sha256") if key in own}
    if not isinstance(asked.get("labels", []), list):
        # of an encoder, which says how many it tells apart
        del asked["labels"]
    stored = {"model": state, "config": shape, **filled, **asked, **origin(checkpoint, layout)}
    return Part(layout.name, stored, rows)


def masks_of(state: Mapping[str, Tensor], supply: Supply, sizes: tuple[int, int]) -> dict[str, torch.Size]:
    """Shapes of what stands for a masked frame, of the embedders that have it: each goes with its own."""
    found = {}
    for part, size in zip(("img_embeddings", "speech_embeddings"), sizes, strict=True):
        name = f"{part}.mask_embedding"
        own = f"{part}.linear.weight" in state
        if name in state if own else name in supply.reused and not name.startswith(supply.fresh):
            found[name] = torch.Size([size])
    return found


def heads_of(shape: dict, sizes: tuple[int, int], words: bool) -> dict[str, torch.Size]:
    """Shapes of `PretrainingHeads`' tensors, with those of masked `words` where they have a head beside
    MEmoBERT's, but for the units, which the authors' regressions do without."""
    with torch.device("meta"):
        model = MemoBert(small_config(**shape), *sizes)
        heads = PretrainingHeads(model)
        if words:
            heads.add_words(model)
    return {name: value.shape for name, value in heads.state_dict().items() if not name.endswith(UNITS)}


def take_heads(
    state: dict[str, Tensor], rows: list[Row], expected: Mapping[str, torch.Size]
) -> tuple[list[Row], dict]:
    """Moves the heads that fill in what is masked from `state` to a best.pt's `heads`.

    A checkpoint may do without: heads that are not all there, or of another shape, are left out.
    """
    found = {name.removeprefix(HEADS): state.pop(name) for name in list(state) if name.startswith(HEADS)}
    if {name: value.shape for name, value in found.items() if not name.endswith(UNITS)} == expected:
        for part in ("face_regression", "voice_regression"):
            bias = found[f"{part}.bias"]
            found = {f"{part}.mean": torch.zeros_like(bias), f"{part}.std": torch.ones_like(bias)} | found
        return rows, {"heads": found}
    note = "left out: the heads are not whole"
    return [replace(r, target=None, note=note) if (r.target or "").startswith(HEADS) else r for r in rows], {}


def told_shape(
    state: Mapping[str, Tensor], layout: Layout, checkpoint: Checkpoint, heads: int | None
) -> dict:
    """The changes of `small_config` that make the model, by config.json and the tensors.

    How many heads there are no tensor tells: by `heads`, the config, or `guessed_heads`. Raises
    CheckpointError where that is not known, or does not divide the width.
    """
    config = checkpoint.stored.get("config", {}) if layout.own else checkpoint.config
    if (activation := config.get("hidden_act", "gelu")) != "gelu":
        raise CheckpointError(
            f"{checkpoint.path} computes with {activation}, MEmoBERT with gelu: train with it."
        )
    vocabulary, hidden = state[WORDS].shape
    heads = heads or config.get("num_attention_heads")
    if not heads:
        # a best.pt of ours without a config is of a time when there was one shape
        heads = small_config().num_attention_heads if layout.own else guessed_heads(hidden, checkpoint.path)
    if hidden % heads:
        raise CheckpointError(
            f"{checkpoint.path} is {hidden} wide, which {heads} heads do not divide: say --heads."
        )
    feed_forward = state.get("encoder.layer.0.intermediate.dense.weight")
    positions = state.get("embeddings.position_embeddings.weight")
    return {
        "vocab_size": vocabulary,
        "hidden_size": hidden,
        "num_hidden_layers": count_layers(state, r"encoder\.layer\.(\d+)\..+"),
        "num_attention_heads": heads,
        "intermediate_size": 4 * hidden if feed_forward is None else feed_forward.shape[0],
        "max_position_embeddings": MOST_TEXT_POSITIONS if positions is None else positions.shape[0],
        "layer_norm_eps": config.get("layer_norm_eps", 1e-12),
    }


def cut_positions(state: dict[str, Tensor], rows: list[Row], checkpoint: Checkpoint) -> list[Row]:
    """Keeps as many positions as the page uses, and says so. Raises CheckpointError when there are fewer."""
    notes = {}
    for part, (least, most) in POSITIONS.items():
        name = f"{part}.position_embeddings.weight"
        if name not in state:
            continue
        if len(state[name]) < least:
            raise CheckpointError(
                f"{checkpoint.path} has {len(state[name])} positions in {name}, and the page gives up to "
                f"{least} tokens of that kind: train with as many."
            )
        if len(state[name]) > most:
            state[name], notes[name] = state[name][:most], f"its first {most}"
    return [replace(row, note=notes.get(row.target, row.note)) for row in rows]


def _untrained(name: str, shape: torch.Size, generator: torch.Generator) -> Tensor:
    if name.endswith(("norm.weight", "Norm.weight")):
        return torch.ones(shape)
    return (
        torch.zeros(shape) if name.endswith("bias") else torch.randn(shape, generator=generator) * INITIAL_STD
    )
