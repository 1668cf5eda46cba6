"""Augmentation of face crops, on whole batches: pose, light, blur, low resolution, JPEG, noise, occlusion.

Meant to cover what a webcam does to a face: far away, dark, tilted, partly covered, compressed.
"""

import io
import math

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor


def _uniform(generator: torch.Generator, count: int, low: float, high: float) -> Tensor:
    return torch.rand(count, generator=generator) * (high - low) + low


def warp(faces: Tensor, size: int, generator: torch.Generator, strength: float = 1.0) -> Tensor:
    """Flip, rotate (15 degrees, a fifth 30), scale (15 %), shift (8 %), shear; -> [N,1,size,size]."""
    count = len(faces)
    most = torch.where(torch.rand(count, generator=generator) < 0.2, 30.0, 15.0)
    angle = _uniform(generator, count, -1, 1) * most * strength * math.pi / 180
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

    for chosen in _some(count, 0.25, generator):
        side = int(torch.randint(height // 5, height * 3 // 4, (1,), generator=generator))
        faces[chosen] = lower_resolution(faces[chosen], side)
    for chosen in _some(count, 0.15, generator):
        faces[chosen] = blur(faces[chosen], float(_uniform(generator, 1, 0.5, 2.0)))
    for chosen in _some(count, 0.15, generator):
        faces[chosen] = jpeg(faces[chosen], int(torch.randint(15, 70, (1,), generator=generator)))

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


def _some(count: int, chance: float, generator: torch.Generator) -> list[Tensor]:
    """Rows drawn with `chance`, in two groups, so that not all of a batch get the same strength."""
    rows = (torch.rand(count, generator=generator) < chance).nonzero().flatten()
    return [part for part in rows.chunk(2) if len(part)]


def lower_resolution(faces: Tensor, side: int) -> Tensor:
    """[N,1,H,W] as if the face had covered `side` pixels of the camera's picture."""
    low = F.interpolate(faces, size=(side, side), mode="bilinear", antialias=True)
    return F.interpolate(low, size=faces.shape[-2:], mode="bilinear")


def blur(faces: Tensor, sigma: float) -> Tensor:
    """Gaussian blur of [N,1,H,W]; `sigma` in pixels."""
    reach = max(1, math.ceil(2.5 * sigma))
    kernel = torch.exp(-torch.arange(-reach, reach + 1, dtype=torch.float32).square() / (2 * sigma**2))
    kernel = (kernel / kernel.sum()).to(faces.device)
    padded = F.pad(faces, (reach,) * 4, mode="replicate")
    return F.conv2d(F.conv2d(padded, kernel.view(1, 1, 1, -1)), kernel.view(1, 1, -1, 1))


def jpeg(faces: Tensor, quality: int) -> Tensor:
    """[N,1,H,W] grey 0..255 through JPEG at `quality` (1 to 95)."""
    result = torch.empty_like(faces)
    for index, face in enumerate(faces):
        packed = io.BytesIO()
        Image.fromarray(face[0].round().clamp(0, 255).byte().numpy()).save(packed, "JPEG", quality=quality)
        result[index, 0] = torch.from_numpy(np.asarray(Image.open(packed), np.float32).copy())
    return result
