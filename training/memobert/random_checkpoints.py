"""Checkpoints of random weights in the layouts of others, to try `convert` without anybody's weights.

    python -m memobert.random_checkpoints --shape base --out FOLDER

`base` is the paper's shape. FOLDER gets memobert.pt and denseface.pt in the layout of the authors' code,
wav2vec2/ and bert/ in Hugging Face's, and vocab.txt.
"""

import argparse
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import BertConfig, BertForMaskedLM, Wav2Vec2Config, Wav2Vec2ForCTC

from .command_help import CommandHelp
from .denseface_model import DenseFace
from .labels import LABELS

BASE = {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072}
TOY = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
TOY_VOICE = {
    "conv_dim": (8, 8, 8, 16, 16, 16, 16),
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
}
# transformers of both, wav2vec 2.0's convolutions (its own where nothing is said), DenseFace, words
SHAPES = {
    "toy": (TOY, TOY_VOICE, {"blocks": (2, 1, 2)}, 120),
    "mid": (BASE | {"num_hidden_layers": 2}, {}, {}, 30522),
    "base": (BASE, {}, {}, 30522),
}
# as in the authors' checkpoints: more than the page uses
POSITIONS = {"img": 64, "speech": 128}
PROMPT = ("i", "am", ".", "what", "a", "lovely", "day", "hello", "good", "##s")


def stir(module: nn.Module, generator: torch.Generator) -> nn.Module:
    """Random norms and biases too, so that one that is lost or swapped shows."""
    with torch.no_grad():
        for name, value in [*module.named_parameters(), *module.named_buffers()]:
            if name.endswith("running_var"):
                value.uniform_(0.5, 2, generator=generator)
            elif value.ndim == 1 and value.dtype.is_floating_point:
                middle = 1.0 if name.endswith("weight") else 0.0
                value.copy_(middle + 0.1 * torch.randn(value.shape, generator=generator))
    return module.eval()


def vocabulary(size: int) -> list[str]:
    """BERT's special tokens, the prompt's and the labels' words, then words that nobody says."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *PROMPT, *LABELS]
    return words + [f"word{index}" for index in range(size - len(words))]


def bert(shape: dict, words: int, generator: torch.Generator) -> BertForMaskedLM:
    model = BertForMaskedLM(BertConfig(**shape, vocab_size=words))
    return stir(model, generator)


def uniter_state(
    model: BertForMaskedLM, face: int, voice: int, generator: torch.Generator
) -> dict[str, Tensor]:
    """UniterForPretraining around the layers of `model`, as the authors save it."""
    hidden = model.config.hidden_size

    def random(*shape: int) -> Tensor:
        return 0.1 * torch.randn(shape, generator=generator)

    def norm(name: str) -> dict[str, Tensor]:
        return {f"{name}.weight": 1 + random(hidden), f"{name}.bias": random(hidden)}

    state = {}
    for name, value in model.state_dict().items():
        state[name.replace("bert.", "uniter.", 1) if name.startswith("bert.") else name] = value
    del state["cls.predictions.decoder.bias"]
    for kind, size in (("img", face), ("speech", voice)):
        part = f"uniter.{kind}_embeddings"
        state |= {
            f"{part}.{kind}_linear.weight": random(hidden, size),
            f"{part}.{kind}_linear.bias": random(hidden),
            **norm(f"{part}.{kind}_layer_norm"),
            f"{part}.position_embeddings.weight": random(POSITIONS[kind], hidden),
            f"{part}.mask_embedding.weight": random(2, size),
            **norm(f"{part}.LayerNorm"),
        }
    state["uniter.speech_embeddings.token_type_embeddings.weight"] = random(1, hidden)
    state |= {
        "uniter.pooler.dense.weight": random(hidden, hidden),
        "uniter.pooler.dense.bias": random(hidden),
    }
    for head, kind, size in (("feat_regress", "img", face), ("speech_feat_regress", "speech", voice)):
        tied = state[f"uniter.{kind}_embeddings.{kind}_linear.weight"]
        state |= {f"{head}.weight": tied, f"{head}.bias": random(size)}
    for head in ("feat_regress", "speech_feat_regress", "region_classifier"):
        state |= {f"{head}.net.0.weight": random(hidden, hidden), f"{head}.net.0.bias": random(hidden)}
        state |= norm(f"{head}.net.2")
    state |= {"region_classifier.net.3.weight": random(8, hidden), "region_classifier.net.3.bias": random(8)}
    return state | {"itm_output.weight": random(2, hidden), "itm_output.bias": random(2)}


def densenet_state(model: DenseFace) -> dict[str, Tensor]:
    """DenseFace's weights by the names of the authors' DenseNet."""
    names, block, layer = {"0": "features.conv0"}, 1, 1
    for place, module in model.body.named_children():
        if hasattr(module, "conv1"):
            names[place] = f"features.denseblock{block}.denselayer{layer}"
            layer += 1
        elif isinstance(module, nn.Sequential):
            names |= {
                f"{place}.0": f"features.transition{block}.norm",
                f"{place}.2": f"features.transition{block}.conv",
            }
            block, layer = block + 1, 1
        elif isinstance(module, nn.BatchNorm2d):
            names[place] = f"features.norm{block}"
    state = {}
    for name, value in model.state_dict().items():
        rest = name.removeprefix("body.")
        start = next((s for s in sorted(names, key=len, reverse=True) if rest.startswith(f"{s}.")), None)
        known = name.startswith("body.") and start is not None
        state[names[start] + rest.removeprefix(start) if known else name] = value
    return state


def make(folder: Path, shape: str, seed: int = 1) -> dict[str, Path]:
    """Writes the checkpoints; their paths by the options of `convert`, and `bert`."""
    transformer, front, face, words = SHAPES[shape]
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {
        "memobert": folder / "memobert.pt",
        "wav2vec2": folder / "wav2vec2",
        "denseface": folder / "denseface.pt",
        "vocabulary": folder / "vocab.txt",
        "bert": folder / "bert",
    }
    paths["vocabulary"].write_text("\n".join(vocabulary(words)) + "\n")
    denseface = stir(DenseFace(**face), generator)
    torch.save(densenet_state(denseface), paths["denseface"])
    voice = stir(Wav2Vec2ForCTC(Wav2Vec2Config(**transformer, **front)), generator)
    voice.save_pretrained(paths["wav2vec2"])
    model = bert(transformer, words, generator)
    model.save_pretrained(paths["bert"])
    state = uniter_state(model, denseface.feature_size, transformer["hidden_size"], generator)
    torch.save(state, paths["memobert"])
    return paths


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    parser.add_argument("--shape", choices=SHAPES, default="base", help="of all parts")
    parser.add_argument("--seed", type=int, default=1, help="of the weights")
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoints")
    arguments = parser.parse_args(argv)
    make(arguments.out, arguments.shape, arguments.seed)


if __name__ == "__main__":
    main()
