"""Augmentation of face crops, on whole batches: pose, light, blur, low resolution, occlusion."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def _uniform(generator: torch.Generator, count: int, low: float, high: float) -> Tensor:
    return torch.rand(count, generator=generator) * (high - low) + low


def warp(faces: Tensor, size: int, generator: torch.Generator, strength: float = 1.0) -> Tensor:
    """Flip, rotate (15 degrees), scale (15 %), shift (8 %), shear; [N,1,H,W] -> [N,1,size,size]."""
    count = len(faces)
    angle = _uniform(generator, count, -15, 15) * strength * math.pi / 180
    scale = 1 + _uniform(generator, count, -0.15, 0.15) * strength
    shear = _uniform(generator, count, -0.1, 0.1) * strength
    shift = (torch.rand(count, 2, generator=generator) - 0.5) * 0.32 * strength
    flip = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    matrix = torch.stack(
        [
            torch.stack([cos * flip, -sin + shear, shift[:, 0]], 1),
            torch.stack([sin * flip, cos, shift[:, 1]], 1),
        ],
        1,
    )
    grid = F.affine_grid(matrix, [count, 1, size, size], align_corners=False)
    return F.grid_sample(faces, grid, padding_mode="border", align_corners=False)


def degrade(faces: Tensor, generator: torch.Generator) -> Tensor:
    """Light on all; low resolution, noise and a covered rectangle on a part. Values are 0..255."""
    count, _, height, width = faces.shape
    gain = _uniform(generator, count, 0.6, 1.4).view(-1, 1, 1, 1)
    offset = _uniform(generator, count, -30, 30).view(-1, 1, 1, 1)
    gamma = torch.exp(_uniform(generator, count, -0.4, 0.4)).view(-1, 1, 1, 1)
    mean = faces.mean((2, 3), keepdim=True)
    faces = ((faces - mean) * gain + mean + offset).clamp(0, 255)
    faces = 255 * (faces / 255) ** gamma

    small = torch.rand(count, generator=generator) < 0.2
    if small.any():
        side = int(torch.randint(height // 4, height * 3 // 4, (1,), generator=generator))
        low = F.interpolate(faces[small], size=(side, side), mode="bilinear", antialias=True)
        faces[small] = F.interpolate(low, size=(height, width), mode="bilinear")

    noisy = torch.rand(count, generator=generator) < 0.2
    if noisy.any():
        noise = torch.randn(faces[noisy].shape, generator=generator)
        faces[noisy] = (faces[noisy] + 10 * noise).clamp(0, 255)

    covered = (torch.rand(count, generator=generator) < 0.3).nonzero().flatten().tolist()
    for index in covered:
        w, h, x, y, grey = torch.rand(5, generator=generator).tolist()
        w, h = int(width * (0.1 + 0.3 * w)), int(height * (0.1 + 0.3 * h))
        left, top = int(x * (width - w)), int(y * (height - h))
        faces[index, :, top : top + h, left : left + w] = 255 * grey
    return faces
