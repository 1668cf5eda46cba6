"""DenseFace: the DenseNet-BC face encoder of MEmoBERT (Zhao et al., ICASSP 2022, section 2.1)."""

import torch
from torch import Tensor, nn

FEATURE_SIZE = 342
FACE_CLASSES = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
)


class Bottleneck(nn.Module):
    """Norm-ReLU-1x1, norm-ReLU-3x3; its output is concatenated to its input."""

    def __init__(self, channels: int, growth: int, bottleneck: int, dropout: float) -> None:
        super().__init__()
        inner = growth * bottleneck
        self.norm1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU()
        self.conv1 = nn.Conv2d(channels, inner, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, growth, 3, padding=1, bias=False)
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        new = self.conv1(self.relu1(self.norm1(x)))
        new = self.dropout(self.conv2(torch.relu(self.norm2(new))))
        return torch.cat([x, new], 1)


class Transition(nn.Sequential):
    """Norm-ReLU-1x1 that halves the channels, then 2x2 average pooling."""

    def __init__(self, channels: int, compressed: int) -> None:
        super().__init__(
            nn.BatchNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, compressed, 1, bias=False),
            nn.AvgPool2d(2),
        )


class DenseFace(nn.Module):
    """DenseNet-BC: growth 12, blocks of 16/16/16, 3x3 stride-2 stem without a norm, compression 0.5.

    Input `faces` [N,1,H,W] float32, normalised grey; H and W are 64 in use (48 while training small).
    Returns `features` [N,342] (the pooled last block) and `logits` [N,8] in FER+ order.
    """

    def __init__(
        self,
        growth: int = 12,
        blocks: tuple[int, ...] = (16, 16, 16),
        compression: float = 0.5,
        bottleneck: int = 4,
        classes: int = len(FACE_CLASSES),
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        channels = growth * 2
        layers: list[nn.Module] = [nn.Conv2d(1, channels, 3, stride=2, padding=1, bias=False)]
        for index, depth in enumerate(blocks):
            for _ in range(depth):
                layers.append(Bottleneck(channels, growth, bottleneck, dropout))
                channels += growth
            if index < len(blocks) - 1:
                compressed = int(channels * compression)
                layers.append(Transition(channels, compressed))
                channels = compressed
        layers += [nn.BatchNorm2d(channels), nn.ReLU()]
        self.body = nn.Sequential(*layers)
        self.feature_size = channels
        self.classifier = nn.Linear(channels, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        features = self.body(faces).mean((2, 3))
        return features, self.classifier(features)
