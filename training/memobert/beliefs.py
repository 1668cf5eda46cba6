"""What training data is learned as where others tell more than its label: teachers, and people's votes."""

import argparse
from pathlib import Path

import numpy as np

from .feature_banks import Bank
from .ferplus_data import label_votes, load_training_faces, majority
from .kept_banks import chosen_clips
from .option_values import check_part
from .samples import beside_label
from .speech_data import load_speech
from .text_data import Sentence
from .text_teacher import load_beliefs


def taught(paths: list[Path], sentences: list[Sentence], part: float) -> dict[int, np.ndarray]:
    """[labels] by row: `part` of what its last teacher says, the rest the label's. Raises ValueError."""
    check_part("--teach", part)
    beliefs = {row: of for path in paths for row, of in load_beliefs(path, sentences).items()}
    return {row: beside_label(of, sentences[row].label, part) for row, of in beliefs.items()}


def heard_as(arguments: argparse.Namespace) -> dict[int, np.ndarray]:
    """[labels] by row of the training voices: a belief by `--believed`, else the label. Raises ValueError."""
    check_part("--believed", arguments.believed)
    clips = load_speech(arguments.speech, arguments.cache).split("train", tuple(arguments.leave_out))
    beliefs = load_beliefs(arguments.voice_beliefs, clips, "voice_beliefs")
    return {
        row: beside_label(beliefs[clip], clips[clip].label, arguments.believed)
        for row, clip in enumerate(chosen_clips(arguments, len(clips)))
        if clip in beliefs
    }


def seen_as(arguments: argparse.Namespace, bank: Bank) -> dict[int, np.ndarray]:
    """[labels] by row of `bank` of training: votes by `--face-votes`, else the label. Raises ValueError."""
    check_part("--face-votes", arguments.face_votes)
    faces, _ = majority(load_training_faces(arguments.faces, arguments.cache))
    votes = label_votes(faces.subset(bank.pictures))
    return {
        row: beside_label(of, int(bank.labels[row]), arguments.face_votes) for row, of in enumerate(votes)
    }
