"""What a tuned MEmoBERT makes of words alone: corpora of sentences, and label words that it never had."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .labels import GOEMOTIONS_LABELS, LABELS
from .loop import autocast
from .metrics import confusion_matrix, measure, per_class
from .samples import Prompt, Sample, lay_out
from .sources import ROOT, Source, tokenize
from .text_data import Sentence, load_fine_labels
from .tune import Tuning, label_logits


def prompt_of(module: Tuning, prompt: Prompt) -> Prompt | None:
    """None for a method that asks none."""
    return prompt if module.method == "prompt" else None


def measure_texts(
    module: Tuning,
    prompt: Prompt,
    source: Source,
    frequencies: dict[str, np.ndarray],
    device,
    precision: str,
    powers: dict[str, float] | None = None,
    unseen: np.ndarray | None = None,
) -> dict[str, dict]:
    """Text alone on each corpus' validation split, as frequent as it is there (`score_texts`).

    Of a dialogue `macro_f1_in_talk` as well: with what the same person had said before it in the window.
    """
    empty = source.valid.draw(0, np.random.default_rng(0), "T")

    def score(before: list[str]) -> dict[str, dict]:
        ids = [tokenize(source.tokenizer, of) for of in (before, [s.text for s in source.sentences])]
        samples = [
            Sample((*said, *words), empty.faces, empty.face_classes, empty.voice, of.label, of.corpus)
            for said, words, of in zip(*ids, source.sentences, strict=True)
        ]
        logits = label_logits(module, samples, source.tokenizer, prompt_of(module, prompt), device, precision)
        truth, corpora = (np.array([getattr(s, name) for s in samples]) for name in ("label", "source"))
        return score_texts(logits, truth, corpora, frequencies, powers, unseen)

    found = score([""] * len(source.sentences))
    talks = {s.corpus for s in source.sentences if s.before}
    for corpus, of in score([s.before for s in source.sentences]).items() if talks else ():
        if corpus in talks:
            found[corpus]["macro_f1_in_talk"] = of["macro_f1"]
    return found


def score_texts(
    logits: np.ndarray,
    truth: np.ndarray,
    corpora: np.ndarray,
    frequencies: dict[str, np.ndarray],
    powers: dict[str, float] | None = None,
    unseen: np.ndarray | None = None,
) -> dict[str, dict]:
    """Measures of `logits` [N,labels] by corpus, and `macro_f1_at_home` with the corpus' own frequencies.

    `macro_f1_unseen` is of the lines that `unseen` [N] names, if any; how many they are is told as `unseen`.

    `frequencies` [labels] sum to 1 and come from the training split. Tuning draws labels by a power of them,
    the root unless `powers` says another, so the rest of their logarithm is added (logit adjustment: Menon
    et al., ICLR 2021).
    """
    found = {}
    for corpus in dict.fromkeys(corpora):
        rows = corpora == corpus
        guess = logits[rows].argmax(1)
        found[corpus] = {
            **measure(truth[rows], guess, len(LABELS)),
            "classes": per_class(confusion_matrix(truth[rows], guess, len(LABELS)), LABELS),
        }
        if unseen is not None and (apart := unseen[rows]).any():
            found[corpus]["unseen"] = int(apart.sum())
            scores = measure(truth[rows][apart], guess[apart], len(LABELS))
            found[corpus]["macro_f1_unseen"] = scores["macro_f1"]
        if corpus in frequencies:
            left = 1 - (powers or {}).get(corpus, ROOT)
            at_home = (logits[rows] + left * np.log(frequencies[corpus])).argmax(1)
            found[corpus]["macro_f1_at_home"] = measure(truth[rows], at_home, len(LABELS))["macro_f1"]
    return found


def label_frequencies(sentences: list[Sentence]) -> dict[str, np.ndarray]:
    """[labels] by corpus, summing to 1; each is counted once more than it occurs."""
    counts: dict[str, np.ndarray] = {}
    for sentence in sentences:
        counts.setdefault(sentence.corpus, np.ones(len(LABELS)))[sentence.label] += 1
    return {corpus: of / of.sum() for corpus, of in counts.items()}


@torch.inference_mode()
def vocabulary_logits(
    module: Tuning,
    prompt: Prompt,
    texts: list[list[int]],
    words: Tensor,
    source: Source,
    device,
    precision: str,
) -> np.ndarray:
    """Logits at the prompt's mask [N,words] of any words of the vocabulary, for sentences alone."""
    empty = source.valid.draw(0, np.random.default_rng(0), "T")
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    logits = np.zeros((len(texts), len(words)), np.float32)
    model = module.model
    for first in range(0, len(order), 64):
        rows = order[first : first + 64]
        batch = lay_out(
            [Sample(tuple(texts[i]), empty.faces, empty.face_classes, empty.voice) for i in rows],
            source.tokenizer,
            prompt,
        ).to(device)
        table = model.embeddings.word_embeddings.weight
        with autocast(torch.device(device), precision):
            hidden = model.encode(*batch.encoded())
            state = model.transform(hidden[torch.arange(len(rows)), batch.mask_position])
            logits[rows] = (state @ table[words].T + model.bias[words]).float().cpu().numpy()
    return logits


def measure_unseen_words(
    module: Tuning, prompt: Prompt, source: Source, folder: Path, device, precision: str
) -> dict:
    """Zero-shot: GoEmotions' fine words that are one WordPiece, none of them a label of the training.

    For each, the area under the ROC curve of its own logit, after the mean over texts is taken off:
    0.5 is chance. `top1` and `top5`: how often one of a text's words is (among) the highest of these words.
    """
    texts, fine = load_fine_labels(folder, "dev")
    tokenizer = source.tokenizer
    single = [
        word
        for word in dict.fromkeys(GOEMOTIONS_LABELS)
        if word not in LABELS and len(ids := tokenizer(word, add_special_tokens=False).input_ids) == 1
        and ids[0] != tokenizer.unk_token_id
    ]  # fmt: skip
    rows = [i for i, labels in enumerate(fine) if any(word in labels for word in single)]
    if not rows:
        return {"words": {}, "texts": 0}
    ids = torch.tensor(tokenizer.convert_tokens_to_ids(single), device=device)
    tokens = tokenize(tokenizer, [texts[i] for i in rows])
    logits = vocabulary_logits(module, prompt, tokens, ids, source, device, precision)
    # a word's own frequency in the table says nothing of this text
    logits = logits - logits.mean(0)
    truth = np.array([[word in fine[i] for word in single] for i in rows])
    ranks = (-logits).argsort(1)
    hit = np.take_along_axis(truth, ranks, 1)
    return {
        "texts": len(rows),
        "words": {
            word: {"auc": area_under_curve(logits[:, k], truth[:, k]), "texts": int(truth[:, k].sum())}
            for k, word in enumerate(single)
            if truth[:, k].any() and not truth[:, k].all()
        },
        "top1": float(hit[:, 0].mean()),
        "top5": float(hit[:, :5].any(1).mean()),
        "chance_top1": float(truth.mean(1).mean()),
    }


def area_under_curve(scores: np.ndarray, truth: np.ndarray) -> float:
    """Of the ROC: the chance that a true one is scored above a false one."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(truth, scores))
