"""Which encoders made the features that MEmoBERT is given: those of two do not go together.

Their numbers do not tell it, and their sizes are alike as a rule. So `extract` keeps the encoders' sha256
beside the features, and `pretrain` and `tune` keep them in best.pt (`encoders`: `face`, `light`, `voice`).
"""

import argparse
import logging
from pathlib import Path

from transformers import BertTokenizerFast

from .checkpoint_files import digest
from .extract import read_settings
from .vocabulary import vocabulary_digest

log = logging.getLogger(__name__)

KINDS = ("face", "voice")
GRAPHS = {"face": "denseface", "voice": "wav2vec2"}


def made_by(arguments: argparse.Namespace, tokenizer: BertTokenizerFast) -> dict[str, list[str]]:
    """sha256 of the encoders behind all samples that the arguments name; none where nothing tells.

    Folders of `--samples` must be of the encoders given, of each other's without, and of the `tokenizer`'s
    vocabulary. Faces may be the light encoder's, where that is given: it answers as its teacher.
    Raises ValueError for folders that are not.
    """
    given = {
        kind: digest(path) for kind in (*KINDS, "light") if (path := getattr(arguments, f"{kind}_encoder"))
    }
    pieces, vocabulary = len(tokenizer), vocabulary_digest(tokenizer)
    found = {kind: [given[kind]] if kind in given else [] for kind in (*KINDS, "light")}
    for folder in arguments.samples:
        made = read_settings(folder)
        if not made:
            log.warning("%s does not tell which encoders made it, and is taken as it is", folder)
            continue
        if made["pieces"] != pieces:
            raise ValueError(
                f"{folder} was made with a vocabulary of {made['pieces']} WordPieces, --vocabulary has "
                f"{pieces}: give the same, or extract anew"
            )
        if made.get("vocabulary_sha256", vocabulary) != vocabulary:
            raise ValueError(
                f"{folder} was made with another vocabulary than --vocabulary, though both have {pieces} "
                "WordPieces: give the same, or extract anew with it"
            )
        for kind in KINDS:
            sha256 = made[f"{kind}_sha256"]
            alike = [*found[kind], *(found["light"] if kind == "face" else [])]
            if alike and sha256 not in alike:
                whose = f"--{kind}-encoder" if kind in given else "the other folders of --samples"
                raise ValueError(
                    f"{folder} was made with another {kind} encoder than {whose}: give the same, or extract "
                    "anew with it"
                )
            if not alike:
                found[kind].append(sha256)
    return found


def check_trained_on(
    path: Path,
    trained: dict | None,
    given: dict[str, list[str]],
    cure: str = "--{kind}-encoder, or --samples that it made",
) -> None:
    """Raises ValueError where `given` (as of `made_by`) are others than a checkpoint was `trained` on.

    What one of the two does not tell is not compared. A light face encoder need not have been trained on.
    `cure` says by which options the right ones are given.
    """
    if trained is None:
        log.warning("%s does not tell which encoders it was trained on, and is taken as it is", path)
        return
    for kind in KINDS:
        known = [*trained[kind], *(trained["light"] + given["light"] if kind == "face" else [])]
        if trained[kind] and not set(given[kind]) <= set(known):
            raise ValueError(
                f"{path} was trained on another {kind} encoder: give that with {cure.format(kind=kind)}"
            )


def check_exported(path: Path, trained: dict | None, paths: dict[str, Path | None], reused: dict) -> None:
    """Raises ValueError where a bundle would have other encoders than its fusion at `path` was `trained` on.

    `paths` are the checkpoints by part (`face`, `light`, `voice`), `reused` the manifest of the bundle that
    the others come from, or empty. Of a part reused the log says so where its manifest does not tell.
    """
    given = {kind: [digest(of)] if (of := paths[kind]) else [] for kind in (*KINDS, "light")}
    if trained and set(given["light"]) & set(trained["face"]):
        # it answers as its teacher
        given["face"] = given["light"]
    for kind, graph in GRAPHS.items():
        if given[kind] or graph not in reused.get("graphs", {}) or not (trained or {}).get(kind):
            continue
        made_of = (reused.get("training", {}).get(kind) or {}).get("converted", {}).get("sha256")
        # `extract` reads a bundle's graph as well
        if {made_of, reused["graphs"][graph].get("fp32", {}).get("sha256")} & set(trained[kind]):
            continue
        if made_of:
            given[kind] = [made_of]
            continue
        log.warning(
            "--reuse does not tell which %s encoder its %s is. %s was trained on one of sha256 %s, and what "
            "it answers to another's features is noise: give it with --%s",
            *(kind, graph, path, ", ".join(trained[kind]), kind),
        )
    check_trained_on(path, trained, given, "--{kind}")
