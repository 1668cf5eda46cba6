"""LightFace: a student of DenseFace for visitors without WebGPU, in the same 342-d feature space."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from .denseface_model import FACE_CLASSES, FEATURE_SIZE


def _conv(inputs: int, outputs: int, size: int = 3, stride: int = 1) -> list[nn.Module]:
    return [
        nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False),
        nn.BatchNorm2d(outputs),
    ]


class Residual(nn.Module):
    """Two 3x3 convolutions beside the identity (He et al., CVPR 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(*_conv(channels, channels), nn.ReLU(), *_conv(channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.body(x))


class LightFace(nn.Module):
    """A small residual network: dense 3x3 convolutions suit SIMD, and every norm folds into one.

    Input and outputs are DenseFace's: `faces` [N,1,H,W] -> `features` [N,342], `logits` [N,8]. Features are
    pooled after a ReLU, as there. A seventh of DenseFace's multiplications at 64x64 (`multiplications`).
    """

    def __init__(
        self,
        widths: tuple[int, ...] = (24, 48, 96, 160),
        features: int = FEATURE_SIZE,
        classes: int = len(FACE_CLASSES),
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [*_conv(1, widths[0], stride=2), nn.ReLU()]
        for before, width in pairwise(widths):
            layers += [*_conv(before, width, stride=2), nn.ReLU(), Residual(width)]
        layers += [*_conv(widths[-1], features, 1), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.feature_size = features
        self.classifier = nn.Linear(features, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        features = self.body(faces).mean((2, 3))
        return features, self.classifier(features)


@torch.no_grad()
def multiplications(model: nn.Module, size: int = 64) -> int:
    """Multiply-adds of one face of `size` x `size` in the model's convolutions and linear layers."""
    total = 0

    def count(module: nn.Module, _inputs, output: Tensor) -> None:
        nonlocal total
        per_output = module.weight[0].numel()
        total += output.numel() * per_output

    hooks = [
        module.register_forward_hook(count)
        for module in model.modules()
        if isinstance(module, nn.Conv2d | nn.Linear)
    ]
    training = model.training
    model.eval()(torch.zeros(1, 1, size, size))
    model.train(training)
    for hook in hooks:
        hook.remove()
    return total
