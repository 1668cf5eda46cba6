"""DenseFace's norms before a convolution as one maximum: norms, ReLUs and copies were a third of its time.

With positive scales k, relu(k x + b) = k max(x, -b/k) + b, and what multiplies and adds goes into the 1x1
convolution behind it. Channels are read once and written once, instead of twice each.
"""

import torch
from torch import Tensor, nn

from .denseface_model import Bottleneck, DenseFace, Transition
from .onnx_graph import HALF_FROM


class Floor(nn.Module):
    """The larger of input [N,C,H,W] and `least` [C,1,1]."""

    def __init__(self, least: Tensor) -> None:
        super().__init__()
        self.register_buffer("least", least)

    def forward(self, x: Tensor) -> Tensor:
        return torch.maximum(x, self.least)


def fold_floors(model: nn.Module) -> int:
    """Folds, in place, the first norms of DenseFace's bottlenecks and of its transitions; returns how many.

    A norm with a scale that is not positive stays.
    """
    count = 0
    for module in model.body if isinstance(model, DenseFace) else ():
        if isinstance(module, Bottleneck):
            folded = _floor(module.norm1, module.conv1)
            if folded:
                (module.norm1, module.conv1), module.relu1 = folded, nn.Identity()
        elif isinstance(module, Transition):
            folded = _floor(module[0], module[2])
            if folded:
                (module[0], module[2]), module[1] = folded, nn.Identity()
        else:
            continue
        count += folded is not None
    return count


@torch.no_grad()
def _floor(norm: nn.Module, convolution: nn.Conv2d) -> tuple[Floor, nn.Conv2d] | None:
    """What stands for norm, ReLU and convolution; None where it cannot."""
    if not isinstance(norm, nn.BatchNorm2d):
        return None
    # in doubles: a small scale makes a large quotient
    scale = norm.weight.double() / torch.sqrt(norm.running_var.double() + norm.eps)
    if not (scale > 0).all():
        return None
    least = _stored(norm.running_mean.double() - norm.bias.double() / scale)
    weight = _stored(convolution.weight.double() * scale[None, :, None, None])
    # what the stored weights make of the stored floor, so that reading back gives the same answers
    bias = 0 if convolution.bias is None else convolution.bias.double()
    folded = nn.Conv2d(convolution.in_channels, convolution.out_channels, 1, bias=True)
    folded.weight.copy_(weight)
    folded.bias.copy_(bias - weight[:, :, 0, 0].double() @ least.double())
    return Floor(least[:, None, None]), folded


def _stored(values: Tensor) -> Tensor:
    """The numbers that the export stores: fp16 where there are many."""
    return (values.half() if values.numel() >= HALF_FROM else values).float()
