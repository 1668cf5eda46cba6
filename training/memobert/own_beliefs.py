"""What MEmoBERT itself says of the corpora's sentences before it learns on: what it knows is to stay.

Learning without forgetting (Li and Hoiem, ECCV 2016). What a teacher says of one corpus (`tune
--text-teacher`, `--lessons`) moves the answers to the others too, and their labels do not bring them back.
"""

from collections.abc import Callable

import numpy as np
import torch

from .samples import Sample
from .sources import Source


def own_beliefs(
    source: Source, answer: Callable[[list[Sample]], np.ndarray], part: float
) -> dict[int, np.ndarray]:
    """[labels] by row of the training sentences of which no teacher says anything.

    `part` of it is what `answer` gives, logits [N,labels] of sentences alone, the rest the label's. Raises
    ValueError where that is no part, or there are no corpora.
    """
    if not 0 <= part <= 1:
        raise ValueError(f"--remember {part} is not between 0 and 1")
    if source.train is None:
        raise ValueError(
            "--remember is of corpora's sentences: give --text, --faces and --speech, or leave it out"
        )
    rows = [row for row in range(len(source.train.texts)) if row not in source.beliefs]
    absent = source.train.draw(0, np.random.default_rng(0), "T")
    samples = [
        Sample(tuple(source.train.texts[row]), absent.faces, absent.face_classes, absent.voice)
        for row in rows
    ]
    said = torch.from_numpy(answer(samples)).softmax(1).numpy()
    labels = np.eye(said.shape[1], dtype=np.float32)[source.train.text_labels[rows]]
    return dict(zip(rows, part * said + (1 - part) * labels, strict=True))
