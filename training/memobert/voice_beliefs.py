"""What a large speech encoder says of each training clip, by heads that never heard its speaker.

    python -m memobert.voice_beliefs --speech SPEECH --whisper model.bin --out runs/voice-beliefs

A label says that an actor was asked for anger, not how much of it one hears. Whisper's encoder (Radford et
al., 2022), held as it is, hears every clip. Heads on its layers learn from all training speakers but those of
a fold, and say what they make of that fold: `beliefs.npz`, by clip of the split. `train_wav2vec2 --beliefs`
learns that beside the label (distillation: Hinton et al., 2015). Neither Whisper nor the heads are shipped.
"""

import argparse
import logging

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers.models.whisper.modeling_whisper import WhisperEncoder

from .calibration import fit_temperature
from .command_help import CommandHelp
from .kept import keep_arrays, kept_arrays, sizes_of
from .labels import LABELS
from .locks import releases
from .loop import add_common_arguments, describe_run, one_cycle, start_alone
from .metrics import measure
from .speech_data import Clip, Speech, load_speech, sampling_weights
from .voice_features import spoken
from .wav2vec2_model import SAMPLE_RATE_HZ
from .whisper_encoder import add_whisper_arguments, heard_states, load_whisper_encoder

log = logging.getLogger(__name__)

BELIEFS = "beliefs.npz"
# of a clip; the page's window is not longer
LONGEST_S = 3


@torch.inference_mode()
def pooled(encoder: WhisperEncoder, speech: Speech, clips: list[Clip], device) -> np.ndarray:
    """[N,layers + 1,2 D] float16: mean and deviation over time of what each layer makes of a clip's end."""
    size, layers = encoder.config.d_model, encoder.config.encoder_layers
    found = np.zeros((len(clips), layers + 1, 2 * size), np.float16)
    waves = [spoken(speech.waveform(clip))[-LONGEST_S * SAMPLE_RATE_HZ :] for clip in clips]
    for row, states in heard_states(encoder, waves, None, device):
        for layer, of in enumerate(states):
            spread, mean = torch.std_mean(of, 0, correction=0)
            found[row, layer] = torch.cat([mean, spread]).cpu().numpy()
    return found


class Head(nn.Module):
    """[N,layers,2 D] of `pooled`, standardised -> logits [N,labels]: layers are weighed, two linear ones."""

    def __init__(self, layers: int, size: int, width: int = 192) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.zeros(layers))
        self.rest = nn.Sequential(
            nn.Dropout(0.3), nn.Linear(size, width), nn.GELU(), nn.Dropout(0.5), nn.Linear(width, len(LABELS))
        )

    def forward(self, heard: Tensor) -> Tensor:
        return self.rest(torch.einsum("l,nld->nd", self.weights.softmax(0), heard))


def by_speaker(heard: np.ndarray, clips: list[Clip]) -> np.ndarray:
    """float32 [N,layers,2 D] in units of its deviation, each speaker's own mean taken off.

    A teacher may know who speaks, and all that this person said: the student never does.
    """
    found = heard.astype(np.float32)
    speakers = np.array([clip.speaker for clip in clips])
    for speaker in np.unique(speakers):
        found[speakers == speaker] -= found[speakers == speaker].mean(0)
    return found / (found.std(0) + 1e-3)


def fitted(heard: Tensor, labels: Tensor, weights: np.ndarray, arguments, seed: int) -> Head:
    """A head that has seen `steps` batches of these clips, drawn by `weights` [N]."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    head = Head(*heard.shape[1:]).train()
    optimiser = torch.optim.AdamW(head.parameters(), arguments.rate, weight_decay=0.05)
    for step in range(arguments.steps):
        for group in optimiser.param_groups:
            group["lr"] = arguments.rate * one_cycle(step, arguments.steps, 0.1)
        rows = torch.from_numpy(rng.choice(len(labels), arguments.batch, p=weights))
        loss = F.cross_entropy(head(heard[rows]), labels[rows], label_smoothing=0.1)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()
    return head.eval()


def speaker_folds(clips: list[Clip], count: int) -> np.ndarray:
    """[N] fold of each clip: a corpus' speakers are dealt out in turn, each whole."""
    turn: dict[str, list[str]] = {}
    for clip in clips:
        people = turn.setdefault(clip.corpus, [])
        if clip.speaker not in people:
            people.append(clip.speaker)
    return np.array([turn[clip.corpus].index(clip.speaker) % count for clip in clips])


@releases
def main(argv: list[str] | None = None) -> dict[str, dict]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    add_whisper_arguments(parser)
    parser.add_argument(
        "--corpora", nargs="+", default=["ravdess", "tess", "nemo", "emodb"], help="that heads learn from"
    )
    parser.add_argument(
        "--folds", type=int, default=8, help="parts of the speakers, each heard by heads that never heard it"
    )
    parser.add_argument("--heads", type=int, default=3, help="of each fold: what they say is averaged")
    parser.add_argument("--steps", type=int, default=600, help="of a head's training")
    parser.add_argument("--batch", type=int, default=128, help="clips a step")
    parser.add_argument("--rate", type=float, default=1e-3, help="peak learning rate")
    arguments = parser.parse_args(argv)
    device = start_alone(arguments)
    speech = load_speech(arguments.speech, arguments.cache)
    train, valid = (
        [clip for clip in speech.split(part) if clip.corpus in arguments.corpora]
        for part in ("train", "valid")
    )
    if missing := set(arguments.corpora) - {clip.corpus for clip in train}:
        raise ValueError(f"--corpora: no training clip of {', '.join(sorted(missing))}")
    kept = arguments.out / "pooled.npz"
    weights = list(arguments.whisper.rglob("*")) or [arguments.whisper]
    made_of = {
        "speech": sizes_of(arguments.speech, arguments.corpora),
        # none is asked for where what it heard is kept
        "whisper": sum(path.stat().st_size for path in weights if path.is_file()) or None,
    }
    if kept.exists():
        heard = kept_arrays(kept, made_of, "--out")["heard"]
    else:
        heard = pooled(load_whisper_encoder(arguments.whisper).to(device), speech, [*train, *valid], device)
        keep_arrays(kept, made_of, heard=heard)
    given = torch.from_numpy(by_speaker(heard, [*train, *valid]))
    labels = torch.tensor([clip.label for clip in train])
    truth = np.array([clip.label for clip in valid])
    folds, weights = speaker_folds(train, arguments.folds), sampling_weights(train)
    said = np.zeros((len(train), len(LABELS)), np.float32)
    of_valid = np.zeros((len(valid), len(LABELS)), np.float32)
    for fold in np.unique(folds):
        seen = np.flatnonzero(folds != fold)
        if not len(seen):
            raise ValueError("--speech holds one training speaker: no head could be trained on others")
        for number in range(arguments.heads):
            seed = arguments.seed * 1000 + fold * 100 + number
            head = fitted(given[seen], labels[seen], weights[seen] / weights[seen].sum(), arguments, seed)
            with torch.inference_mode():
                said[folds == fold] += head(given[: len(train)][folds == fold]).numpy()
                of_valid += head(given[len(train) :]).numpy()
    said /= arguments.heads
    temperature = fit_temperature(said, labels.numpy(), weights)
    believed = torch.from_numpy(said / temperature).softmax(1).numpy()
    scores: dict[str, dict] = {}
    for corpus in arguments.corpora:
        of = np.array([clip.corpus == corpus for clip in train])
        scores[corpus] = measure(labels.numpy()[of], believed[of].argmax(1), len(LABELS))
        if (of := np.array([clip.corpus == corpus for clip in valid], bool)).any():
            scores[f"{corpus} valid"] = measure(truth[of], of_valid[of].argmax(1), len(LABELS))
    for name, of in scores.items():
        log.info("%s: WA %.3f, UAR %.3f of %d", name, of["wa"], of["uar"], of["count"])
    corpora = np.array([clip.corpus for clip in train])
    told = {corpus: believed[corpora == corpus].astype(np.float16) for corpus in arguments.corpora}
    keep_arrays(arguments.out / BELIEFS, None, **told)
    log.info("%s: temperature %.3f; %s", arguments.out / BELIEFS, temperature, describe_run(arguments))
    return scores


if __name__ == "__main__":
    main()
