"""Runs the frozen encoders over shards: what MEmoBERT is trained on, as `samples.Sample`s.

    python -m memobert.extract --shards SHARDS --face-encoder runs/denseface64/best.pt \
        --voice-encoder runs/voice/best.pt --out FEATURES

An encoder may be a bundle's graph as well (`../public/models/small/denseface.onnx`), or one that others
trained (`foreign_layouts.py`). Each shard becomes a file of the same name; one that is there already is not
done again. An utterance of more than 8 s or 30 WordPieces becomes several samples (`clip_windows.py`).
"""

import argparse
import json
import logging
import math
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm
from transformers import BertTokenizerFast

from .clip_windows import LONGEST_S, PAUSE_S, latest_words, windows_of
from .command_help import CommandHelp
from .denseface_model import FACE_CLASSES
from .encoder_loading import BATCH, FACE_SIZE_PX, Encoder, load_encoder
from .kept import check_made, write_whole
from .labels import LABELS
from .locks import hold, releases
from .loop import add_dry_run, pick_device, refuse_several
from .memobert_model import MAX_FACES, MAX_VOICE, MAX_WORDS
from .metrics import log_softmax
from .preprocessing_fixtures import BUNDLE
from .samples import Sample, load_samples, save_samples
from .shards import FACE_HZ, VOICE_HZ, Clip, labels_of, read_index, read_shard
from .speech_data import SHORTEST_S
from .train_denseface import to_input
from .vocabulary import bundle_tokenizer, tell_unfit, vocabulary_digest
from .voice_features import FRAME_SAMPLES, heard_window, spoken
from .wav2vec2_model import POOL, WINDOW_SAMPLES

log = logging.getLogger(__name__)

SETTINGS = "features.json"
# clips whose features are computed together, and how much of them at most before it is done
TOGETHER = 16
TOGETHER_S = TOGETHER * LONGEST_S


def latest_faces(clip: Clip) -> np.ndarray:
    """[V,64,64] uint8: those of the utterance's last 3.6 s, as the page's evidence keeps them."""
    recent = clip.face_times_s > clip.end_s - clip.start_s - MAX_FACES / FACE_HZ - 1e-3
    return clip.faces[recent][-MAX_FACES:]


def voice_window(wave: np.ndarray, high_pass_hz: float = 0.0) -> tuple[np.ndarray, int] | None:
    """The window that the page would encode, and its first token that holds voice; None for silence.

    As `feature_banks.voice_bank` lays a clip out.
    """
    if len(wave) < SHORTEST_S * VOICE_HZ or not np.abs(wave).max() >= 1e-4:
        return None
    heard = min(len(spoken(wave)), WINDOW_SAMPLES)
    first = math.ceil((WINDOW_SAMPLES - heard) / (FRAME_SAMPLES * POOL))
    return heard_window(wave, high_pass_hz), min(MAX_VOICE - 1, first)


class Extractor:
    """Clips -> samples, by a face's and a voice's encoder and BERT's tokenizer."""

    def __init__(self, face: Encoder, voice: Encoder, tokenizer, labels: Sequence[str] = LABELS) -> None:
        self.face, self.voice, self.tokenizer = face, voice, tokenizer
        self.labels = {name: index for index, name in enumerate(labels)}
        # what absent faces and voices have no token of
        black, silence = (1, 1, FACE_SIZE_PX, FACE_SIZE_PX), (1, WINDOW_SAMPLES)
        self.face_size = face.encode(np.zeros(black, np.float32))[0].shape[1]
        self.voice_size = voice.encode(np.zeros(silence, np.float32))[0].shape[2]
        # clips of which only the end is used
        self.cut_away = 0

    def windows(self, clip: Clip) -> list[Clip]:
        """`clip`, or its parts where it is too long for one sample (`windows_of`)."""
        words = [word.text for word in clip.words]
        ids = self.tokenizer(words, add_special_tokens=False).input_ids if words else []
        found, too_long = windows_of(clip, [len(of) for of in ids])
        self.cut_away += too_long
        return found

    def samples(self, clips: list[Clip]) -> list[Sample]:
        faces = self._faces([latest_faces(clip) for clip in clips])
        voices = self._voices([clip.waveform for clip in clips])
        texts = [" ".join(word.text for word in latest_words(clip.words)) for clip in clips]
        words = self.tokenizer(texts, add_special_tokens=False).input_ids
        return [
            Sample(
                words=tuple(ids),
                faces=features,
                face_classes=classes,
                voice=voice,
                label=-1 if clip.label is None else self.labels[clip.label],
                source=clip.key,
            )
            for clip, ids, (features, classes), voice in zip(clips, words, faces, voices, strict=True)
        ]

    def _faces(self, crops: list[np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
        features = np.zeros((0, self.face_size), np.float16)
        classes = np.zeros((0, len(FACE_CLASSES)), np.float16)
        flat = torch.from_numpy(np.concatenate(crops)).unsqueeze(1)
        if len(flat):
            found = [
                self.face.encode(to_input(part, FACE_SIZE_PX, self.face.mean, self.face.std).numpy())
                for part in flat.split(BATCH["face"])
            ]
            features = np.concatenate([f for f, _ in found]).astype(np.float16)
            classes = np.exp(log_softmax(np.concatenate([c for _, c in found]))).astype(np.float16)
        ends = np.cumsum([len(part) for part in crops])[:-1]
        return list(zip(np.split(features, ends), np.split(classes, ends), strict=True))

    def _voices(self, waves: list[np.ndarray]) -> list[np.ndarray]:
        result = [np.zeros((0, self.voice_size), np.float16) for _ in waves]
        windows = {
            i: window
            for i, wave in enumerate(waves)
            if (window := voice_window(wave, self.voice.high_pass_hz))
        }
        rows = list(windows)
        for begin in range(0, len(rows), BATCH["voice"]):
            part = rows[begin : begin + BATCH["voice"]]
            features = self.voice.encode(np.stack([windows[i][0] for i in part]))[0]
            for i, found in zip(part, features, strict=True):
                result[i] = found[windows[i][1] : MAX_VOICE].astype(np.float16)
        return result


def load_features(folder: Path, split: str | None = None) -> list[Sample]:
    """Samples of a split, or of all, in the shards' order.

    Raises FileNotFoundError when there are none, or not yet those of all shards.
    """
    check_whole(folder)
    paths = sorted(Path(folder).glob(f"{split or '*'}-*.npz"))
    if not paths:
        raise FileNotFoundError(f"{folder} holds no features of {split or 'any split'}: run extract first")
    return [sample for path in paths for sample in load_samples(path)]


def features_labels(folder: Path) -> tuple[str, ...]:
    """The labels of a folder's samples, in their order; the seven where it does not tell."""
    return tuple(read_settings(folder).get("labels", LABELS))


def read_settings(folder: Path) -> dict:
    """What made the features of a folder; nothing where it does not tell.

    Raises ValueError for a file that was cut short.
    """
    path = Path(folder) / SETTINGS
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except ValueError as error:
        # as versions left it that wrote in place
        raise ValueError(f"{path} was cut short: extract anew, into another --out") from error


def check_settings(folder: Path, settings: dict, files: list[str]) -> None:
    """Writes them beside the features, with the `files` that there will be.

    Raises ValueError when others made those that are there.
    """
    settings = check_alike(folder, settings)
    written = json.dumps({**settings, "files": files}, indent=1).encode()
    write_whole(folder / SETTINGS, lambda file: file.write(written))


def check_alike(folder: Path, settings: dict) -> dict:
    """The `settings` as a folder keeps them: an older one that did not tell its vocabulary never will.

    Raises ValueError when others made the features that are there.
    """
    before = read_settings(folder)
    if before:
        # there were no others when it did not tell
        before = {"labels": list(LABELS), **before}
        settings = {
            name: of for name, of in settings.items() if name in before or name != "vocabulary_sha256"
        }
        check_made(folder, before, settings, "--out")
    return settings


def check_whole(folder: Path) -> None:
    """Raises FileNotFoundError while a shard's features are missing: `extract` was stopped, or goes on."""
    files = read_settings(folder).get("files", [])
    if missing := [name for name in files if not (Path(folder) / name).is_file()]:
        raise FileNotFoundError(
            f"{folder} lacks {', '.join(missing[:3])}: {len(missing)} of {len(files)} shards are not "
            "extracted; run the same extract again, which goes on where it was"
        )


@releases
def main(argv: list[str] | None = None) -> dict:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    parser.add_argument("--shards", type=Path, required=True, help="folder that `prepare` wrote")
    parser.add_argument(
        "--face-encoder", type=Path, required=True, help="best.pt, the authors', or a bundle's denseface.onnx"
    )
    parser.add_argument(
        "--voice-encoder",
        type=Path,
        required=True,
        help="best.pt, Hugging Face's folder, or a bundle's wav2vec2.onnx",
    )
    parser.add_argument(
        "--vocabulary", type=Path, default=None, help="BERT's vocab.txt; the bundle's by default"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the features")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, mps")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="of the encoders")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 leaves the default")
    add_dry_run(parser, "check all, encode the first clips of a shard")
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    refuse_several()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    device = pick_device(arguments.device)
    index = read_index(arguments.shards)
    shards, labels = index["shards"], labels_of(index)
    face, voice = (
        load_encoder(path, kind, device, arguments.precision, arguments.threads, features_alone=True)
        for path, kind in ((arguments.face_encoder, "face"), (arguments.voice_encoder, "voice"))
    )
    tokenizer = load_tokenizer(arguments.vocabulary, labels)
    settings = {"face_sha256": face.sha256, "voice_sha256": voice.sha256, "pieces": len(tokenizer)}
    settings |= {"vocabulary_sha256": vocabulary_digest(tokenizer), "longest_s": LONGEST_S}
    settings |= {"pause_s": PAUSE_S, "labels": list(labels)}
    extractor = Extractor(face, voice, tokenizer, labels)
    if arguments.dry_run:
        return dry_run(arguments, shards, settings, extractor)
    hold(arguments.out)
    files = [features_file(shard) for shard in shards]
    check_settings(arguments.out, settings, files)

    counts = {"utterances": 0, "samples": 0, "labelled": 0, "faces": 0, "voice_tokens": 0}
    with tqdm(total=sum(shard["utterances"] for shard in shards), unit="clip") as bar:
        for shard in shards:
            path = arguments.out / features_file(shard)
            made_of = {shard["file"]: shard["sha256"]}
            if path.exists():
                samples = load_samples(path, made_of)
                bar.update(shard["utterances"])
            else:
                samples = extract_shard(arguments.shards, shard, extractor, bar)
                save_samples(path, samples, made_of)
            counts["utterances"] += shard["utterances"]
            counts["samples"] += len(samples)
            counts["labelled"] += sum(sample.label >= 0 for sample in samples)
            counts["faces"] += sum(len(sample.faces) for sample in samples)
            counts["voice_tokens"] += sum(len(sample.voice) for sample in samples)
    # what kills left
    for name in (SETTINGS, *files):
        for partial in arguments.out.glob(f"{name}.*.part"):
            partial.unlink(missing_ok=True)
    if extractor.cut_away:
        log.warning(
            "%d clips have more than %g s or %d WordPieces, and no words at which they could be divided: of "
            "each only the end is used. Give their subtitles to `prepare`, or shorter rows in labels.csv",
            extractor.cut_away,
            LONGEST_S,
            MAX_WORDS,
        )
    log.info("%s %s", arguments.out, json.dumps(counts))
    return counts


def dry_run(arguments: argparse.Namespace, shards: list[dict], settings: dict, extractor: Extractor) -> dict:
    """What is left to extract, once the first clips have been; writes nothing. Raises as `main` does."""
    check_alike(arguments.out, settings)
    left = [shard for shard in shards if not (arguments.out / features_file(shard)).exists()]
    for shard in left[:1]:
        clips = islice(read_shard(arguments.shards, shard), TOGETHER)
        extractor.samples([part for clip in clips for part in extractor.windows(clip)][:TOGETHER])
    counts = {"shards": len(left), "utterances": sum(shard["utterances"] for shard in left)}
    log.info("would write %s", json.dumps(counts))
    return counts


def features_file(shard: dict) -> str:
    return Path(shard["file"]).with_suffix(".npz").name


def extract_shard(folder: Path, shard: dict, extractor: Extractor, bar: tqdm) -> list[Sample]:
    samples: list[Sample] = []
    waiting: list[Clip] = []
    for clip in read_shard(folder, shard):
        for part in extractor.windows(clip):
            waiting.append(part)
            if len(waiting) == TOGETHER or sum(of.end_s - of.start_s for of in waiting) > TOGETHER_S:
                samples += extractor.samples(waiting)
                waiting = []
        bar.update()
    return samples + (extractor.samples(waiting) if waiting else [])


def load_tokenizer(vocabulary: Path | None, labels: Sequence[str] = LABELS) -> BertTokenizerFast:
    """From BERT's vocab.txt, or the published bundle's own. Raises FileNotFoundError when it is missing."""
    path = vocabulary or BUNDLE / "tokenizer.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: give BERT's vocab.txt with --vocabulary")
    if vocabulary:
        tokenizer = BertTokenizerFast(vocab=str(path), do_lower_case=True)
    else:
        tokenizer = bundle_tokenizer(path.read_text(encoding="utf-8"))
    tell_unfit(tokenizer, path, labels)
    return tokenizer


if __name__ == "__main__":
    main()
