"""wav2vec 2.0's frames as fewer and cheaper operations: norms and GELUs took two fifths of the time on wasm.

What a layer norm subtracts and multiplies can be done to the weights of the convolution before it: with their
mean over the output channels taken out, its outputs have no mean, and with its scale g in them, the variance
is the sum of y^2 / (C g^2). What is left is a factor and a sum for each step, and no channel changes place.
"""

import torch
from torch import Tensor, nn

from .wav2vec2_model import VoiceEncoder

# of the largest scale to the smallest: beyond, their squares would lose digits, stored as fp16
MOST_SPREAD = 16


class HalfNorm(nn.Module):
    """Half of the norm of `x` [N,C,T] over its channels, which have no mean.

    `x` is divided by the root of `epsilon` + the sum of `power` [1,C,1] x^2; then comes `bias` [C,1].
    """

    def __init__(self, scale: Tensor, bias: Tensor, epsilon: float) -> None:
        super().__init__()
        self.register_buffer("power", (4 / (len(scale) * scale.double() ** 2)).float()[None, :, None])
        self.register_buffer("epsilon", torch.tensor([4 * epsilon]))
        self.register_buffer("bias", bias.detach()[:, None] / 2)

    def forward(self, x: Tensor) -> Tensor:
        # a convolution to one channel adds up over channels where they lie
        power = nn.functional.conv1d(x * x, self.power, self.epsilon)
        return x * torch.reciprocal(torch.sqrt(power)) + self.bias


class GeluOfHalf(nn.Module):
    """GELU of 2 x within 3e-5, by a tanh: ONNX Runtime's erf takes three times as long as its tanh.

    x Phi(x) = x/2 (1 + tanh(a x + b x^3 + c x^5)), fitted to the least largest error over all x.
    """

    A, B, C = 0.797507857, 0.0370056690, -3.51520258e-4
    # of x^2: the fifth power would turn back beyond 10, and the tanh is 1 long before
    MOST_SQUARE = 30.0

    def forward(self, half: Tensor) -> Tensor:
        square = torch.clamp(half * half, 0, self.MOST_SQUARE / 4)
        inner = ((32 * self.C * square + 8 * self.B) * square + 2 * self.A) * half
        return half + half * torch.tanh(inner)


class NormedConvolution(nn.Module):
    """What stands for a convolution, its norm over channels and its GELU: [N,C,T] -> [N,D,U]."""

    def __init__(self, conv: nn.Conv1d, layer_norm: HalfNorm) -> None:
        super().__init__()
        self.conv, self.layer_norm, self.activation = conv, layer_norm, GeluOfHalf()

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.layer_norm(self.conv(x)))


def fold_frames(encoder: VoiceEncoder) -> int:
    """Folds, in place, the layers of the convolutions; returns how many.

    A layer stays as it is with a norm over time, with another activation than GELU, or with scales that are
    not all positive or too far apart.
    """
    if encoder.config.feat_extract_activation != "gelu":
        return 0
    layers, count = encoder.wav2vec2.feature_extractor.conv_layers, 0
    for index, layer in enumerate(layers):
        folded = _folded(layer)
        if folded is not None:
            layers[index], count = folded, count + 1
    return count


@torch.no_grad()
def _folded(layer: nn.Module) -> NormedConvolution | None:
    norm, before = getattr(layer, "layer_norm", None), layer.conv
    if not isinstance(norm, nn.LayerNorm):
        return None
    scale = norm.weight.double()
    if not (scale.min() > 0 and scale.max() < MOST_SPREAD * scale.min()):
        return None
    sizes = (before.in_channels, before.out_channels, before.kernel_size, before.stride)
    conv = nn.Conv1d(*sizes, bias=before.bias is not None).to(before.weight.device)
    for new, old in ((conv.weight, before.weight), (conv.bias, before.bias)):
        if old is not None:
            centred = old.double() - old.double().mean(0)
            new.copy_(scale.view(-1, *[1] * (old.ndim - 1)) * centred)
    return NormedConvolution(conv, HalfNorm(norm.weight, norm.bias, norm.eps).to(before.weight.device))


def unfold_frames(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """A state whose layers `fold_frames` folded, as one of layers with norms that give the same frames."""
    state = dict(state)
    for name in [name for name in state if name.endswith(".layer_norm.power")]:
        layer = name.removesuffix(".layer_norm.power")
        power, bias = state.pop(name).flatten(), state[f"{layer}.layer_norm.bias"].flatten()
        state.pop(f"{layer}.layer_norm.epsilon", None)
        scale = 2 / torch.sqrt(len(power) * power.double())
        state[f"{layer}.layer_norm.weight"] = scale.float()
        state[f"{layer}.layer_norm.bias"] = 2 * bias
        for part in ("weight", "bias"):
            if (folded := state.get(f"{layer}.conv.{part}")) is not None:
                divided = folded.double() / scale.view(-1, *[1] * (folded.ndim - 1))
                state[f"{layer}.conv.{part}"] = divided.float()
    return state
