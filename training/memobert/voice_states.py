"""What a large speech encoder makes of each moment of a training clip, for a small one to learn.

    python -m memobert.voice_states --speech SPEECH --whisper model.bin --out runs/voice-states

Layers of Whisper's encoder (Radford et al., 2022), held as it is, for every 60 ms of each clip's voice; each
speaker's own mean taken off, in units of a channel's deviation. `train_wav2vec2 --states` learns to tell them
from its tokens, beside the labels (as DistilHuBERT: Chang et al., ICASSP 2022). Whisper is not shipped.
"""

import argparse
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from .command_help import CommandHelp
from .kept import write_whole
from .locks import releases
from .loop import add_common_arguments, start_alone
from .speech_data import Clip, Speech, load_speech
from .voice_features import voiced_samples
from .wav2vec2_model import POOL, pooled
from .whisper_encoder import add_whisper_arguments, heard_states, load_whisper_encoder

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class States:
    """`values` [moments in all, S] float16, clip after clip; `ends` [clips]. A moment is 60 ms of voice."""

    values: np.ndarray
    ends: np.ndarray

    @staticmethod
    @torch.inference_mode()
    def compute(encoder: WhisperEncoder, speech: Speech, clips: list[Clip], layers: list[int], device):
        """The chosen `layers` side by side; 0 is what enters the first. Raises ValueError for a wrong one."""
        if not layers or not all(0 <= of <= encoder.config.encoder_layers for of in layers):
            raise ValueError(f"--layers: the encoder has 0 to {encoder.config.encoder_layers}, not {layers}")
        waves = [voiced_samples(speech.waveform(clip)) for clip in clips]
        found: list[np.ndarray] = [np.empty(0)] * len(clips)
        for row, states in heard_states(encoder, waves, max(layers), device):
            chosen = torch.cat([states[of] for of in layers], 1)
            # shorter than a moment is one all the same
            moments = pooled(chosen[None], POOL)[0] if len(chosen) >= POOL else chosen.mean(0, keepdim=True)
            found[row] = moments.cpu().numpy().astype(np.float16)
        ends = np.cumsum([len(of) for of in found])
        return States(by_speaker(np.concatenate(found), ends, clips), ends)

    def save(self, folder: Path) -> None:
        # those of one run are never read with another's
        (folder / "ends.npy").unlink(missing_ok=True)
        for name, of in (("states", self.values), ("ends", self.ends)):
            write_whole(folder / f"{name}.npy", lambda file, of=of: np.save(file, of))

    @staticmethod
    def load(folder: Path, clips: list[Clip]) -> "States":
        """Raises ValueError if they are of other clips."""
        made = States(np.load(folder / "states.npy"), np.load(folder / "ends.npy"))
        if len(made.ends) != len(clips):
            raise ValueError(
                f"{folder} is of {len(made.ends)} clips, and {len(clips)} are there: run voice_states again"
            )
        return made

    def at(self, row: int, places: np.ndarray) -> np.ndarray:
        """[N,S] float32 at `places` [N] from 0, where the clip's voice begins, to 1, where it ends."""
        first, end = (int(self.ends[row - 1]) if row else 0), int(self.ends[row])
        exact = np.clip(places * (end - first) - 0.5, 0, end - first - 1)
        below = exact.astype(np.int64)
        above = np.minimum(below + 1, end - first - 1)
        part = (exact - below)[:, None].astype(np.float32)
        of = self.values[first:end].astype(np.float32)
        return of[below] * (1 - part) + of[above] * part


def by_speaker(values: np.ndarray, ends: np.ndarray, clips: list[Clip]) -> np.ndarray:
    """[moments,S] in units of its channels' deviations, each speaker's own mean taken off.

    The encoder may know who speaks, and all that this person said: the student never does.
    """
    speakers = np.repeat([clip.speaker for clip in clips], np.diff(ends, prepend=0))
    for speaker in np.unique(speakers):
        of = np.flatnonzero(speakers == speaker)
        values[of] -= values[of].mean(0, dtype=np.float32).astype(np.float16)
    # in parts: all of it as float32 would be gigabytes more
    parts = np.array_split(values, 64)
    total = sum(np.square(part, dtype=np.float32).sum(0) for part in parts)
    for part in parts:
        part /= (np.sqrt(total / len(values)) + 1e-3).astype(np.float16)
    return values


@releases
def main(argv: list[str] | None = None) -> States:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    add_whisper_arguments(parser)
    parser.add_argument(
        "--layers",
        type=int,
        nargs="+",
        default=[2, 4],
        help="of Whisper's encoder; 0 is what enters the first",
    )
    parser.add_argument("--leave-out", nargs="*", default=["emovo"], help="corpora kept out whole")
    arguments = parser.parse_args(argv)
    device = start_alone(arguments)
    speech = load_speech(arguments.speech, arguments.cache)
    clips = speech.split("train", tuple(arguments.leave_out))
    encoder = load_whisper_encoder(arguments.whisper).to(device)
    made = States.compute(encoder, speech, clips, arguments.layers, device)
    made.save(arguments.out)
    log.info("%s: %d moments of %d clips", arguments.out, len(made.values), len(clips))
    return made


if __name__ == "__main__":
    main()
