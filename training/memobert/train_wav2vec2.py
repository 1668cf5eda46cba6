"""Trains the compact wav2vec 2.0 on emotional speech, speakers apart, its convolutions frozen.

    python -m memobert.train_wav2vec2 --speech FOLDER --init runs/wav2vec2-ssl/best.pt --out runs/wav2vec2

The convolutions come from `warm_up_wav2vec2`, the transformer from `pretrain_wav2vec2` (or, for
comparison, from chance: give the warm-up's best.pt).
"""

import argparse
import copy
import logging
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from transformers import Wav2Vec2Config

from .checkpoint_files import read_own
from .command_help import CommandHelp
from .labels import LABELS
from .locks import releases
from .loop import (
    AveragedWeights,
    Checkpoints,
    add_common_arguments,
    add_training_dry_run,
    autocast,
    describe_run,
    make_muon,
    one_cycle,
    pack,
    rounds_left,
    start_alone,
    unpack,
)
from .metrics import measure
from .speech_data import (
    VALID_SPEAKERS,
    Clip,
    Speech,
    load_speech,
    of_first_corpus,
    sampling_weights,
    validation_clips,
)
from .text_teacher import load_beliefs
from .voice_augmentation import mixed
from .voice_features import (
    add_feature_arguments,
    contextualise,
    heard_window,
    kept_features,
    silent_features,
)
from .voice_squeeze import squeezed
from .voice_states import States
from .voice_teacher import EMBEDDING_SIZE, VoiceTeacher
from .wav2vec2_model import VoiceEncoder

log = logging.getLogger(__name__)

# of 20 ms; the last is the page's whole window
WINDOWS_FRAMES = (110, 150, 192)


@torch.inference_mode()
def predict(
    model: VoiceEncoder, speech: Speech, clips: list[Clip], device, high_pass_hz: float = 0.0, batch: int = 32
) -> np.ndarray:
    """Logits [N,7] as in the page: what its speech gate keeps, at the window's end, zeros before it."""
    model.eval()
    parts = []
    for first in range(0, len(clips), batch):
        waves = [heard_window(speech.waveform(clip), high_pass_hz) for clip in clips[first : first + batch]]
        parts.append(model(torch.from_numpy(np.stack(waves)).to(device))[1].float().cpu().numpy())
    return np.concatenate(parts)


def evaluate(
    model: VoiceEncoder, speech: Speech, clips: list[Clip], device, high_pass_hz: float = 0.0
) -> dict[str, float]:
    """WA, UAR and their like, and the cross-entropy `loss`, which a small split tells more steadily."""
    truth = np.array([clip.label for clip in clips])
    logits = predict(model, speech, clips, device, high_pass_hz)
    loss = F.cross_entropy(torch.from_numpy(logits), torch.from_numpy(truth))
    return {**measure(truth, logits.argmax(1), len(LABELS)), "loss": float(loss)}


class Distillation(nn.Module):
    """What teachers say of a crop, as a loss: the mean of their distributions, and what they make of moments.

    `bands` [N,T,64], `frozen` [N,F,512] (the convolutions' features), the encoder's `tokens` [N,F // 3,D] and
    `logits` [N,7] of the same crop. Teachers see the mixed crop too (function matching: Beyer et al., CVPR
    2022). `paths` are best.pt of `voice_teacher`, which hears the bands, or of this command, which hears the
    frozen features. Without bands (windows as the page lays them out) only the latter teach. Tokens learn
    the first listener's embedding through a layer of their own, and to be the first encoder's tokens.
    """

    def __init__(self, paths: list[Path], feature_size: int) -> None:
        super().__init__()
        self.listeners, self.encoders = nn.ModuleList(), nn.ModuleList()
        for path in paths:
            stored = read_own(path)
            if "widths" in stored:
                teacher = VoiceTeacher(stored["widths"])
                self.listeners.append(teacher)
            else:
                teacher = VoiceEncoder(Wav2Vec2Config.from_dict(stored["config"]), len(LABELS))
                self.encoders.append(teacher)
            teacher.load_state_dict(stored["model"])
        self.listeners.requires_grad_(False)
        self.encoders.requires_grad_(False)
        self.head = nn.Linear(feature_size, EMBEDDING_SIZE)

    def forward(
        self, bands: torch.Tensor | None, frozen: torch.Tensor, tokens: torch.Tensor, logits: torch.Tensor
    ) -> torch.Tensor:
        self.listeners.eval()
        self.encoders.eval()
        with torch.no_grad():
            heard = [] if bands is None else [teacher(bands) for teacher in self.listeners]
            encoded = [encoder.pool(contextualise(encoder, frozen)) for encoder in self.encoders]
            said = [F.softmax(logits.float(), 1) for _, logits in (*heard, *encoded)]
            wanted = torch.stack(said).mean(0)
        loss = F.kl_div(F.log_softmax(logits.float(), 1), wanted, reduction="batchmean")
        if heard:
            loss = loss + self.apart(heard[0][0], tokens)
        if encoded and encoded[0][0].shape == tokens.shape:
            loss = loss + unlike(tokens, encoded[0][0])
        return loss

    def apart(self, frames: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        """How far the tokens are from telling a teacher's `frames` [N,T/4,192]."""
        with torch.no_grad():
            wanted = F.interpolate(frames.float().transpose(1, 2), size=tokens.shape[1], mode="linear")
            # standardised by channel: its scale is the teacher's own business
            spread, mean = torch.std_mean(wanted, (0, 2), keepdim=True)
            wanted = (wanted - mean) / spread.clamp(min=0.05)
        return (self.head(tokens).float().transpose(1, 2) - wanted).square().mean()


def unlike(tokens: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """The squared difference of two encoders' tokens [N,T,D], in the units of the second's channels."""
    wanted = wanted.float()
    spread = wanted.std((0, 1), keepdim=True).clamp(min=0.05)
    return ((tokens.float() - wanted) / spread).square().mean()


class Imitation(nn.Module):
    """How far tokens [N,T,D] are from telling a larger encoder's states [N,T,S] (`voice_states`), as a loss.

    DistilHuBERT (Chang et al., ICASSP 2022, section 3) has it as L1 and the sigmoid of the cosine; here, the
    states being standardised, it is the squared error. `voiced` [N,T,1]: how far a token has a state at all.
    """

    def __init__(self, feature_size: int, state_size: int) -> None:
        super().__init__()
        self.head = nn.Linear(feature_size, state_size)

    def forward(self, tokens: torch.Tensor, states: torch.Tensor, voiced: torch.Tensor) -> torch.Tensor:
        # a mixed crop's halves may end apart: where one has none, what is left is not to be told
        there = (voiced > 0.99).float()
        unlike = (self.head(tokens).float() - states).square().mean(2, keepdim=True)
        return (unlike * there).sum() / there.sum().clamp(min=1)


def believed(clips: list[Clip], path: Path | None, part: float) -> torch.Tensor:
    """[N,7] to learn: the label, and `part` of what `voice_beliefs` says where it does. Raises ValueError."""
    if not 0 <= part <= 1:
        raise ValueError(f"--believed {part} is not between 0 and 1")
    wanted = F.one_hot(torch.tensor([clip.label for clip in clips]), len(LABELS)).float()
    for row, belief in (load_beliefs(path, clips, "voice_beliefs") if path else {}).items():
        wanted[row] = part * torch.from_numpy(belief) + (1 - part) * wanted[row]
    return wanted


def optimisers(model: nn.Module, heads: list[nn.Module], rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the transformer's matrices, AdamW for all else: from scratch it needs fewer steps.

    `heads`: what is trained beside the model, for its sake alone.
    """
    # in the module's order: a set would give each process, and so each resumed run, another one
    matrices = [p for p in model.wav2vec2.encoder.layers.parameters() if p.ndim == 2]
    chosen = set(matrices)
    rest = [p for p in model.parameters() if p.requires_grad and p not in chosen]
    rest += [p for head in heads for p in head.parameters()]
    return [
        make_muon(matrices, rate),
        torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.98), weight_decay=0.02),
    ]


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    add_common_arguments(parser)
    add_training_dry_run(parser)
    parser.add_argument("--speech", type=Path, required=True, help="folder of the corpora's archives")
    parser.add_argument("--init", type=Path, required=True, help="best.pt of the warm-up or the pre-training")
    parser.add_argument(
        "--fresh", nargs="*", default=(), help="prefixes that are not taken from --init, for comparison"
    )
    parser.add_argument("--cache", type=Path, default=None, help="folder for decoded samples")
    parser.add_argument("--seconds", type=float, default=1.6, help="of voice in a crop")
    parser.add_argument("--steps", type=int, default=2400, help="of training, in all")
    parser.add_argument("--every", type=int, default=200, help="steps between measurements")
    parser.add_argument("--batch", type=int, default=48, help="crops a step")
    parser.add_argument("--rate", type=float, default=1e-3, help="peak learning rate")
    parser.add_argument(
        "--mixup",
        type=float,
        default=0.3,
        help="clips are mixed by twos, by parts from Beta(this, this); 0: none",
    )
    parser.add_argument(
        "--teacher", type=Path, nargs="+", default=[], help="best.pt of voice_teacher, and of this command"
    )
    parser.add_argument("--taught", type=float, default=1.0, help="weight of what the teachers say")
    parser.add_argument("--beliefs", type=Path, default=None, help="beliefs.npz of voice_beliefs")
    parser.add_argument("--believed", type=float, default=0.5, help="weight of these beside the labels'")
    parser.add_argument("--states", type=Path, default=None, help="folder of voice_states")
    parser.add_argument("--imitated", type=float, default=1.0, help="weight of telling these")
    parser.add_argument(
        "--squeeze", type=int, default=1, help="frames that are one step of the transformer: 3 for the page"
    )
    parser.add_argument("--crops-only", action="store_true", help="no windows as the page lays them out")
    parser.add_argument("--no-augmentation", action="store_true", help="clips as they are, for comparison")
    add_feature_arguments(parser)
    return parser


@releases
def main(argv: list[str] | None = None) -> dict[str, float]:
    arguments = make_parser().parse_args(argv)
    device = start_alone(arguments)

    speech = load_speech(arguments.speech, arguments.cache)
    train = speech.split("train", tuple(arguments.leave_out))
    valid = validation_clips(speech, tuple(arguments.leave_out))
    choosing = of_first_corpus(valid)[0].corpus
    weights = sampling_weights(train)
    stored = read_own(arguments.init)
    config = Wav2Vec2Config.from_dict(stored["config"])
    model = VoiceEncoder(config, len(LABELS)).to(device)
    fresh = {k: v for k, v in model.state_dict().items() if k.startswith(tuple(arguments.fresh))}
    if arguments.fresh and not fresh:
        raise ValueError(f"--fresh {' '.join(arguments.fresh)}: the encoder has nothing of that name")
    model.load_state_dict({**stored["model"], **fresh})
    if arguments.squeeze != 1:
        model = squeezed(model, arguments.squeeze)
    config = model.config
    twin = copy.deepcopy(model)
    log.info(
        "%d training clips, %d validation clips, %.2f M parameters, on %s",
        len(train),
        len(valid),
        sum(p.numel() for p in model.parameters()) / 1e6,
        device,
    )
    rng = np.random.default_rng(arguments.seed)
    frozen = kept_features(arguments, "train", speech, model, device)
    targets = believed(train, arguments.beliefs, arguments.believed)
    labels, heard = frozen.labels, [0] if arguments.no_augmentation else list(range(arguments.variants))
    silence = silent_features(model, device)
    distillation = imitation = states = None
    heads: dict[str, nn.Module] = {}
    if arguments.teacher:
        distillation = Distillation(arguments.teacher, config.hidden_size).to(device)
        heads["head"] = distillation.head
    if arguments.states:
        states = States.load(arguments.states, train)
        imitation = Imitation(config.hidden_size, states.values.shape[1]).to(device)
        heads["imitation"] = imitation
    model.wav2vec2.feature_extractor.requires_grad_(False)

    muon, adamw = optimisers(model, list(heads.values()), arguments.rate)
    average = AveragedWeights(model, 0.995)
    checkpoints = Checkpoints(arguments.out, arguments)
    parts = dict(training=model, muon=muon, adamw=adamw, generator=rng, **heads)
    last = checkpoints.load_last()
    rounds = rounds_left(last, arguments.steps, arguments.every)
    if last:
        unpack(last, average, **parts)
    frames = int(arguments.seconds * 50)
    scores: dict[str, float] = {}
    for epoch, steps in rounds:
        model.train()
        total, hits, told = 0.0, 0, []
        for index, step in enumerate(steps):
            for group in (*muon.param_groups, *adamw.param_groups):
                group["lr"] = arguments.rate * one_cycle(step, arguments.steps, 0.1)
            rows = rng.choice(len(train), arguments.batch, p=weights)
            wanted = targets[rows]
            bands = of_states = None
            if index % 2 and not arguments.crops_only:
                # as the page hears it, with the silence of zeros and of rooms: nothing that listeners know
                length = int(rng.choice(WINDOWS_FRAMES))
                given = (frozen.windows(rows, length, silence, rng, [*heard, -1 % len(frozen.ends)]), wanted)
                features, wanted = (t.to(device) for t in mixed(arguments.mixup, rng, *given))
            else:
                given = (wanted, *frozen.batch(rows, frames, rng, heard, states))
                wanted, features, bands, *of_states = (
                    t.to(device) for t in mixed(arguments.mixup, rng, *given)
                )
            with autocast(device, arguments.precision):
                tokens, logits = model.pool(contextualise(model, features))
                taught = 0.0
                if distillation and (bands is not None or distillation.encoders):
                    taught = arguments.taught * distillation(bands, features, tokens, logits)
                if imitation and of_states:
                    unlike_states = imitation(tokens, *of_states)
                    taught = taught + arguments.imitated * unlike_states
                    told.append(unlike_states.item())
            loss = F.cross_entropy(logits.float(), wanted, label_smoothing=0.05) + taught
            muon.zero_grad(set_to_none=True)
            adamw.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            muon.step()
            adamw.step()
            average.update(model)
            total += loss.item()
            hits += int((logits.argmax(1).cpu() == labels[rows]).sum())
        twin.load_state_dict(average.state)
        scores = measure_corpora(twin, speech, valid, device, arguments.high_pass)
        best = {
            "model": average.state,
            "config": config.to_dict(),
            "high_pass_hz": arguments.high_pass,
            "valid": scores[choosing],
            "run": describe_run(arguments),
        }
        row = {
            **scores[choosing],
            **{f"{corpus} uar": of["uar"] for corpus, of in scores.items()},
            "train_loss": total / len(steps),
            "train_wa": hits / len(steps) / arguments.batch,
            # in units of a channel's variance; mixed crops have less of it than 1
            **({"states unlike": float(np.mean(told))} if told else {}),
        }
        checkpoints.save(
            epoch + 1, -scores[choosing]["loss"], {**pack(average, **parts), "steps": steps.stop}, best, row
        )
    if not scores:
        # begun again after its end: what is measured below are its weights, not those it began with
        twin.load_state_dict(average.state)
        scores = measure_corpora(twin, speech, valid, device, arguments.high_pass)
    if arguments.leave_out and (others := [c for c in speech.clips if c.corpus in arguments.leave_out]):
        log.info("left out whole: %s", evaluate(twin, speech, others, device, arguments.high_pass))
    return scores[choosing]


def measure_corpora(
    model: VoiceEncoder, speech: Speech, valid: list[Clip], device, high_pass_hz: float = 0.0
) -> dict[str, dict]:
    """The held-out speakers, corpus by corpus."""
    found = {}
    for corpus in VALID_SPEAKERS:
        clips = [clip for clip in valid if clip.corpus == corpus]
        if clips:
            found[corpus] = evaluate(model, speech, clips, device, high_pass_hz)
    return found


if __name__ == "__main__":
    main()
