"""The banks of composed samples: made by the encoders given, kept in a folder, told from those of others."""

import argparse
import logging
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from .checkpoint_files import digest, read_own
from .exported_models import load_models
from .feature_banks import Bank, face_bank, voice_bank
from .ferplus_data import load_ferplus, load_training_faces
from .kept import sizes_of
from .lightface_model import LightFace
from .locks import locked
from .loop import first_of_machine, pick_device
from .speech_data import CORPORA, VALID_SPEAKERS, Clip, load_speech, of_first_corpus, validation_clips

log = logging.getLogger(__name__)


def load_banks(arguments: argparse.Namespace) -> dict[str, Bank]:
    """Faces and voices of both splits, by the encoders given (untrained ones without); kept in `--banks`.

    With a light student half of the training tracks are its own, so that either can stand before the fusion.
    Raises ValueError for a bank in `--banks` that was made of something else than is given.
    """
    device = pick_device(arguments.device)
    folder = arguments.banks or arguments.out / "banks"
    found = {
        f"{name}-{split}": kept_bank(
            folder / f"{name}-{split}.npz", bank_origin(arguments, name, split), lambda s=split, m=make: m(s)
        )
        for name, make in {**face_makers(arguments, device), "voice": voice_maker(arguments, device)}.items()
        for split in ("train", "valid")
    }
    if "light-train" in found:
        found["face-train"] = found["face-train"].joined(found.pop("light-train"))
    return found


def bank_origin(arguments: argparse.Namespace, name: str, split: str) -> dict:
    """What the bank `name` (face, light, voice) of a split is made of; None for what is not given.

    Archives by their sizes: to read them through would take longer than to load the bank.
    """
    encoder: Path | None = getattr(arguments, f"{name}_encoder")
    origin: dict = {f"{name}-encoder": encoder and digest(encoder)}
    train = split == "train"
    if name != "voice":
        origin["faces"] = sizes_of(arguments.faces, [f"ferplus-{split}"])
        if not train:
            return origin
        left_out = sizes_of(arguments.faces, ["ferplus-valid"])
        return {**origin, "pictures left out": left_out, "tracks": arguments.tracks}
    if not train:
        measured = [corpus for corpus in VALID_SPEAKERS if corpus not in arguments.leave_out]
        sizes = (sizes_of(arguments.speech, [corpus]) for corpus in measured)
        # as `of_first_corpus` takes them
        return {**origin, "speech": next(filter(None, sizes), None)}
    heard = [corpus for corpus in CORPORA if corpus not in arguments.leave_out]
    return {
        **origin,
        "speech": sizes_of(arguments.speech, heard),
        "leave-out": sorted(arguments.leave_out),
        "voices": arguments.voices,
        "seed": arguments.seed if arguments.voices else None,
    }


def face_makers(arguments: argparse.Namespace, device) -> dict[str, Callable[[str], Bank]]:
    def maker(load: Callable[[], tuple], seed: int) -> Callable[[str], Bank]:
        def make(split: str) -> Bank:
            model, stored = load()
            mean, std = stored.get("mean", 129.45), stored.get("std", 64.87)
            model = model.to(device, memory_format=torch.channels_last)
            train = split == "train"
            if train:
                faces = load_training_faces(arguments.faces, arguments.cache)
            else:
                faces = load_ferplus(arguments.faces, split, arguments.cache)
            most, steps = (arguments.tracks, 8) if train else (0, 4)
            return face_bank(model, faces, mean, std, device, seed if train else 2, train, steps, most)

        return make

    def denseface() -> tuple:
        models = load_models(arguments.face_encoder, None, None)
        return models["denseface"], models["stored"]["face"]

    def light() -> tuple:
        stored = read_own(arguments.light_encoder)
        model = LightFace(**stored["light"])
        model.load_state_dict(stored["model"])
        return model, stored

    makers = {"face": maker(denseface, 1)}
    return {**makers, "light": maker(light, 3)} if arguments.light_encoder else makers


def voice_maker(arguments: argparse.Namespace, device) -> Callable[[str], Bank]:
    def make(split: str) -> Bank:
        models = load_models(None, arguments.voice_encoder, None)
        model = models["wav2vec2"].to(device)
        high_pass_hz = models["stored"]["voice"].get("high_pass_hz", 0.0)
        speech = load_speech(arguments.speech, arguments.cache)
        left_out = tuple(arguments.leave_out)
        if split == "valid":
            # the corpus that the voice's own figures are of
            clips = of_first_corpus(validation_clips(speech, left_out))
        elif split == "measured":
            clips = validation_clips(speech, left_out)
        else:
            clips = speech.split(split, left_out)
            clips = [clips[index] for index in chosen_clips(arguments, len(clips))]
        return voice_bank(model, speech, clips, device, 1, split == "train", high_pass_hz)

    return make


def measured_voices(arguments: argparse.Namespace) -> tuple[Bank, list[Clip]]:
    """All clips of validation speakers and their features, kept in `--banks` beside those to compose with.

    Raises ValueError where there is no such clip, or for a bank that was made of something else.
    """
    clips = validation_clips(load_speech(arguments.speech, arguments.cache), tuple(arguments.leave_out))
    folder = arguments.banks or arguments.out / "banks"
    measured = [corpus for corpus in VALID_SPEAKERS if corpus not in arguments.leave_out]
    encoder: Path | None = arguments.voice_encoder
    made_of = {"voice-encoder": encoder and digest(encoder), "speech": sizes_of(arguments.speech, measured)}
    make = voice_maker(arguments, pick_device(arguments.device))
    return kept_bank(folder / "voice-measured.npz", made_of, lambda: make("measured")), clips


def chosen_clips(arguments: argparse.Namespace, count: int) -> list[int]:
    """Which of `count` training clips are voices to compose with: all, or `--voices` of them."""
    if not arguments.voices:
        return list(range(count))
    return sorted(np.random.default_rng(arguments.seed).permutation(count)[: arguments.voices].tolist())


def kept_bank(path: Path, made_of: dict, make: Callable[[], Bank]) -> Bank:
    """Made by one process while others wait, of another command too; `Bank.load` says what it raises."""
    # not at a barrier: those give up after minutes, and a launcher ends the others if the first one fails
    while not path.exists() and not first_of_machine():
        time.sleep(0.1)
    if path.exists():
        return Bank.load(path, made_of)
    with locked(path.parent, f".{path.stem}.lock", wait=True):
        if path.exists():
            return Bank.load(path, made_of)
        bank = make()
        bank.save(path, made_of)
    log.info("%s: %d", path.stem, len(bank.labels))
    return bank
