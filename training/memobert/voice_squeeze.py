"""A voice encoder whose transformer sees three frames as one step, made from one that sees each.

In the page the transformer sees the whole window again at each update, and is most of what a voice costs: a
third of the steps is a third of that (SEW: Wu et al., ICASSP 2022). `train_wav2vec2 --squeeze 3` trains on.
"""

import torch
from torch import Tensor
from transformers import Wav2Vec2Config

from .wav2vec2_model import POOL, VoiceEncoder

CONVOLUTION = "wav2vec2.encoder.pos_conv_embed.conv"
MAGNITUDE, DIRECTION = (f"{CONVOLUTION}.parametrizations.weight.original{part}" for part in range(2))


def squeezed(encoder: VoiceEncoder, factor: int = POOL) -> VoiceEncoder:
    """The same weights, `factor` frames a step; itself if it is so already.

    Taps of the position convolution that fall on one step are added up: of a sound that stays the same it
    says what it said. Raises ValueError for a factor that does not divide a token's three frames.
    """
    if encoder.squeeze == factor:
        return encoder
    if encoder.squeeze != 1 or POOL % factor:
        raise ValueError(f"a squeeze of {encoder.squeeze} cannot become {factor}: give one of 1, and 3")
    state = encoder.state_dict()
    weight = folded(encoder.wav2vec2.encoder.pos_conv_embed.conv.weight.detach(), factor)
    changes = {"squeeze_factor": factor, "num_conv_pos_embeddings": weight.shape[2]}
    config = Wav2Vec2Config.from_dict({**encoder.config.to_dict(), **changes})
    made = VoiceEncoder(config, encoder.labels).to(weight.device)
    # the weight norm's magnitudes are the weight's own
    state[MAGNITUDE], state[DIRECTION] = weight.norm(dim=(0, 1), keepdim=True), weight
    made.load_state_dict(state)
    return made


def folded(weight: Tensor, factor: int) -> Tensor:
    """[out,in,taps] at a frame a tap -> at `factor` frames a tap, the middle one's around the middle."""
    taps = weight.shape[2]
    # transformers pads by half of the taps, and an even kernel has one more before than behind
    steps = torch.div(torch.arange(taps) - taps // 2 + factor // 2, factor, rounding_mode="floor")
    before, behind = -int(steps[0]), int(steps[-1])
    count = 2 * before if behind < before else 2 * before + 1
    made = torch.zeros(*weight.shape[:2], count, dtype=weight.dtype, device=weight.device)
    return made.index_add_(2, (steps + before).to(weight.device), weight)
