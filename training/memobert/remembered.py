"""What MEmoBERT itself said of sentences or of a case before it learned on, so that it goes on saying it.

Learning without forgetting (Li and Hoiem, ECCV 2016): what a teacher says of one corpus (`tune
--text-teacher`, `--lessons`) moves the answers to the others too (`training/SHIPPED.md`, "Lessons").
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from .option_values import check_part
from .samples import Sample, beside_label


class Remembered:
    """Gives samples that no teacher tells of a belief: `part` of what `answer` says, the rest the label's.

    `answer` gives logits [N,labels] of N samples. Raises ValueError where `part` is none.
    """

    def __init__(self, answer: Callable[[list[Sample]], np.ndarray], part: float) -> None:
        check_part("--remember", part)
        self.answer, self.part = answer, part

    def __call__(self, samples: list[Sample]) -> list[Sample]:
        untold = [row for row, sample in enumerate(samples) if sample.belief is None]
        found = list(samples)
        said = torch.from_numpy(self.answer([samples[row] for row in untold])).softmax(1).numpy()
        for row, of in zip(untold, said, strict=True):
            found[row] = replace(samples[row], belief=beside_label(of, samples[row].label, self.part))
        return found
