"""Prompt-tunes MEmoBERT on all seven cases of present modalities, over composed samples.

    python -m memobert.train_memobert --text FOLDER --faces FOLDER --speech FOLDER --vocabulary VOCAB.txt \
        --face-encoder runs/denseface/best.pt --voice-encoder runs/wav2vec2/best.pt --out runs/memobert

Beside the prompt's loss, a part of each batch masks words of its text and predicts them, so that the
head keeps the whole vocabulary. `--init` is a folder with a BERT-shaped encoder (model.safetensors).
"""

import argparse
import copy
import logging
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import BertTokenizerFast

from .composed_data import CASE_NAMES, CASES, Bank, Composer, face_bank, voice_bank
from .export import load_models
from .ferplus_data import load_ferplus
from .labels import LABELS
from .lightface_model import LightFace
from .loop import (
    AveragedWeights,
    Checkpoints,
    add_common_arguments,
    autocast,
    describe_run,
    one_cycle,
    pack,
    start,
    unpack,
)
from .memobert_import import load_memobert
from .memobert_model import MemoBert, small_config
from .metrics import measure
from .speech_data import load_speech
from .text_data import Sentence, load_sentences

log = logging.getLogger(__name__)


def face_banks(arguments: argparse.Namespace, device) -> dict[str, Bank]:
    """Tracks of both splits, by the trained DenseFace and by its student; kept in the run's folder.

    With a student, half of the training tracks are its own, so that either can stand before the fusion.
    """

    def builder(model, stored: dict, seed: int):
        mean, std = stored.get("mean", 129.45), stored.get("std", 64.87)
        model = model.to(device, memory_format=torch.channels_last)

        def build(split: str) -> Bank:
            faces = load_ferplus(arguments.faces, split, arguments.cache)
            train = split == "train"
            most, steps = (arguments.tracks, 8) if train else (0, 4)
            return face_bank(model, faces, mean, std, device, seed if train else 2, train, steps, most)

        return build

    models = load_models(arguments.face_encoder, None, None)
    makers = {"face": builder(models["denseface"], models["stored"]["face"], 1)}
    if arguments.light_encoder:
        stored = torch.load(arguments.light_encoder, map_location="cpu", weights_only=False)
        light = LightFace(**stored["light"])
        light.load_state_dict(stored["model"])
        makers["light"] = builder(light, stored, 3)
    banks = {
        f"{name}-{split}": kept_bank(arguments, f"{name}-{split}", make)
        for name, make in makers.items()
        for split in ("train", "valid")
    }
    if "light-train" in banks:
        both = (banks["face-train"], banks.pop("light-train"))
        features = [*both[0].features, *both[1].features]
        banks["face-train"] = Bank(features, np.concatenate([bank.labels for bank in both]))
    return banks


def voice_banks(arguments: argparse.Namespace, device) -> dict[str, Bank]:
    """Voice tokens of both splits, by the trained wav2vec 2.0; kept in the run's folder."""

    def build(split: str) -> Bank:
        model = load_models(None, arguments.voice_encoder, None)["wav2vec2"].to(device)
        speech = load_speech(arguments.speech, arguments.cache)
        clips = speech.split(split, tuple(arguments.leave_out))
        if split == "valid":
            # the corpus that the voice's own figures are of: speech, all labels
            clips = [clip for clip in clips if clip.corpus == "ravdess"]
        elif arguments.voices:
            chosen = np.random.default_rng(arguments.seed).permutation(len(clips))[: arguments.voices]
            clips = [clips[index] for index in sorted(chosen)]
        return voice_bank(model, speech, clips, device, 1, split == "train")

    return {f"voice-{split}": kept_bank(arguments, f"voice-{split}", build) for split in ("train", "valid")}


def kept_bank(arguments: argparse.Namespace, name: str, build) -> Bank:
    path = arguments.out / "banks" / f"{name}.npz"
    if path.exists():
        return Bank.load(path)
    bank = build(name.split("-")[1])
    bank.save(path)
    log.info("%s: %d", name, len(bank.labels))
    return bank


def label_logits(model: MemoBert, batch, words: Tensor) -> Tensor:
    """The head's logits at the mask, of the label words alone [N,7]."""
    hidden = model.encode(*batch.inputs()[:4])
    at_mask = hidden[torch.arange(len(hidden)), batch.mask_position]
    hidden = model.transform(at_mask)
    return hidden @ model.embeddings.word_embeddings.weight[words].T + model.bias[words]


def masked_words_loss(model: MemoBert, batch, tokenizer, generator: torch.Generator) -> Tensor:
    """15 % of the words masked (80 % [MASK], 10 % random, 10 % kept), predicted over the vocabulary."""
    device = batch.input_ids.device
    ids = batch.input_ids.cpu().clone()
    special = torch.isin(
        ids, torch.tensor([tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.pad_token_id])
    )
    place = torch.arange(ids.shape[1])[None]
    # the prompt (two words before the mask and all after) stays as it is
    own = ~special & (place < batch.mask_position.cpu()[:, None] - 2) & (place > 0)
    chosen = own & (torch.rand(ids.shape, generator=generator) < 0.15)
    if not chosen.any():
        return torch.zeros((), device=device)
    kind = torch.rand(ids.shape, generator=generator)
    truth = ids[chosen]
    ids[chosen & (kind < 0.8)] = tokenizer.mask_token_id
    random = torch.randint(1000, model.config.vocab_size, ids.shape, generator=generator)
    ids = torch.where(chosen & (kind > 0.9), random, ids)
    hidden = model.encode(ids.to(device), batch.face_features, batch.voice_features, batch.attention_mask)
    return F.cross_entropy(model.head(hidden[:, : ids.shape[1]][chosen.to(device)]).float(), truth.to(device))


@torch.inference_mode()
def evaluate(model, composer: Composer, samples, labels, words, device, precision="bf16") -> dict[str, dict]:
    """WA and UAR of each case over the same composed samples."""
    model.eval()
    results = {}
    for name, case in zip(CASE_NAMES, CASES, strict=True):
        guesses = []
        for first in range(0, len(samples), 64):
            batch = composer.layout(samples[first : first + 64], labels[first : first + 64], case).to(device)
            with autocast(torch.device(device), precision):
                guesses.append(label_logits(model, batch, words).argmax(1).cpu().numpy())
        results[name] = measure(labels, np.concatenate(guesses), len(LABELS))
    return results


@torch.inference_mode()
def evaluate_alone(model, composer: Composer, banks: dict[str, np.ndarray], words, device) -> dict[str, dict]:
    """Each modality alone on its own validation split as it is, not composed."""
    model.eval()
    results = {}
    for name, labels in banks.items():
        guesses = []
        rows = [dict.fromkeys(("text", "face", "voice"), i) for i in range(len(labels))]
        if name == "text":
            rows.sort(key=lambda row: len(composer.texts[row["text"]]))
            labels = labels[[row["text"] for row in rows]]
        for first in range(0, len(rows), 64):
            batch = composer.layout(rows[first : first + 64], labels[first : first + 64], (name,)).to(device)
            with autocast(torch.device(device), "bf16"):
                guesses.append(label_logits(model, batch, words).argmax(1).cpu().numpy())
        results[name] = measure(labels, np.concatenate(guesses), len(LABELS))
    return results


def tokenize(tokenizer, sentences: list[Sentence]) -> list[list[int]]:
    return tokenizer([s.text for s in sentences], add_special_tokens=False).input_ids


def main(argv: list[str] | None = None) -> dict:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    add_common_arguments(parser)
    for name in ("text", "faces", "speech", "vocabulary"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--face-encoder", type=Path, default=None)
    parser.add_argument("--voice-encoder", type=Path, default=None)
    parser.add_argument("--light-encoder", type=Path, default=None, help="best.pt of the student")
    parser.add_argument("--init", type=Path, default=None, help="BERT's folder, or a bundle's memobert.onnx")
    parser.add_argument("--fresh", nargs="*", default=(), help="prefixes not taken from a bundle's graph")
    parser.add_argument("--cache", type=Path, default=None)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--every", type=int, default=250)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--masked-words", type=float, default=0.3, help="weight of the masked-word loss")
    parser.add_argument("--tracks", type=int, default=1500, help="face tracks of a label at most")
    parser.add_argument("--voices", type=int, default=0, help="training clips at most; 0: all")
    parser.add_argument("--stray-voices", type=float, default=0.3, help="part of any label, beside others")
    parser.add_argument("--composed", type=int, default=1400, help="composed validation samples")
    parser.add_argument("--leave-out", nargs="*", default=["emovo"])
    parser.add_argument("--toy", action="store_true", help="a tiny transformer, for tests")
    arguments = parser.parse_args(argv)
    device = start(arguments)

    tokenizer = BertTokenizerFast(vocab=str(arguments.vocabulary), do_lower_case=True)
    banks = {**face_banks(arguments, device), **voice_banks(arguments, device)}
    sentences = {split: load_sentences(arguments.text, split) for split in ("train", "dev")}
    composers = {
        split: Composer(
            tokenizer,
            tokenize(tokenizer, sentences[text]),
            [s.label for s in sentences[text]],
            banks[f"face-{split}"],
            banks[f"voice-{split}"],
        )
        for split, text in (("train", "train"), ("valid", "dev"))
    }
    words = torch.tensor(tokenizer.convert_tokens_to_ids(list(LABELS)), device=device)
    changes = TOY if arguments.toy else {}
    changes = {**changes, "vocab_size": len(tokenizer)}
    sizes = (banks["face-train"].features[0].shape[1], banks["voice-train"].features[0].shape[1])
    model, twin = (MemoBert(small_config(**changes), *sizes).to(device) for _ in range(2))
    if arguments.init and arguments.init.suffix == ".onnx":
        published = load_memobert(arguments.init, **changes).state_dict()
        kept = {k: v for k, v in published.items() if not k.startswith(tuple(arguments.fresh))}
        model.load_state_dict({**model.state_dict(), **kept})
    elif arguments.init:
        model.load_text_encoder(arguments.init)

    rng = np.random.default_rng(99)
    labels = np.arange(arguments.composed) % len(LABELS)
    samples = [composers["valid"].draw(int(label), rng) for label in labels]
    goemotions = np.array([i for i, s in enumerate(sentences["dev"]) if s.corpus == "goemotions"])
    log.info("%d sentences of GoEmotions dev", len(goemotions))

    optimiser = torch.optim.AdamW(model.parameters(), lr=arguments.rate, weight_decay=0.01)
    average = AveragedWeights(model, 0.995)
    checkpoints = Checkpoints(arguments.out)
    rng = np.random.default_rng(arguments.seed)
    generator = torch.Generator().manual_seed(arguments.seed)
    parts = dict(training=model, optimiser=optimiser, generator=rng, masking=generator)
    last = checkpoints.load_last()
    first = unpack(last, average, **parts) if last else 0

    # single modalities and the whole more often than pairs: they are the harder and the more frequent cases
    chances = np.array([1.6, 1.2, 1.2, 1, 1, 1, 1.6])
    chances /= chances.sum()
    rounds = max(1, arguments.steps // arguments.every)
    scores: dict = {}
    for epoch in range(first, rounds):
        model.train()
        totals = np.zeros(2)
        for index in range(arguments.every):
            step = epoch * arguments.every + index
            for group in optimiser.param_groups:
                group["lr"] = arguments.rate * one_cycle(step, arguments.steps, 0.1)
            case = CASES[rng.choice(len(CASES), p=chances)]
            drawn = rng.integers(len(LABELS), size=arguments.batch)
            rows = [composers["train"].draw(int(label), rng) for label in drawn]
            if len(case) > 1 and "voice" in case and arguments.stray_voices:
                # the encoder knows its training voices better than other people's: trust them less
                stray = rng.random(len(rows)) < arguments.stray_voices
                for row in np.flatnonzero(stray):
                    rows[row]["voice"] = int(rng.integers(len(banks["voice-train"].labels)))
            batch = composers["train"].layout(rows, drawn, case, rng).to(device)
            with autocast(device, arguments.precision):
                logits = label_logits(model, batch, words)
                loss = F.cross_entropy(logits.float(), batch.labels, label_smoothing=0.05)
                masked = torch.zeros((), device=device)
                if arguments.masked_words and "text" in case and index % 4 == 0:
                    masked = masked_words_loss(model, batch, tokenizer, generator)
            optimiser.zero_grad(set_to_none=True)
            (loss + arguments.masked_words * masked).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            average.update(model)
            totals += (loss.item(), masked.item())
        twin.load_state_dict(average.state)
        cases = evaluate(twin, composers["valid"], samples, labels, words, device)
        scores = {"composed": cases}
        mean = float(np.mean([case["uar"] for case in cases.values()]))
        if epoch == rounds - 1:
            alone = {
                "face": banks["face-valid"].labels,
                "voice": banks["voice-valid"].labels,
                "text": np.array([s.label for s in sentences["dev"]]),
            }
            scores["alone"] = evaluate_alone(twin, composers["valid"], alone, words, device)
            if "light-valid" in banks:
                with_light = copy.copy(composers["valid"])
                # the same faces in the same order, as the student sees them
                with_light.faces = banks["light-valid"]
                scores["light"] = evaluate(twin, with_light, samples, labels, words, device)
        best = {
            "model": average.state,
            "config": changes,
            "valid": scores,
            "run": describe_run(arguments),
        }
        row = {"loss": totals[0] / arguments.every, "masked": totals[1] / arguments.every * 4}
        row |= {name: round(case["uar"], 4) for name, case in cases.items()}
        row |= {f"{name} alone": case for name, case in scores.get("alone", {}).items()}
        row |= {f"{name} light": round(case["uar"], 4) for name, case in scores.get("light", {}).items()}
        checkpoints.save(epoch + 1, mean, pack(average, **parts), best, row)
    return scores


TOY = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}


if __name__ == "__main__":
    main()
