"""wav2vec 2.0 in two graphs: what each frame is, computed once as sound comes; what a window makes of them.

With layer norm in the convolutions (`compact_config`) a frame depends on its own 400 samples alone, so frames
of overlapping windows are the same numbers, as long as both windows are normalised alike.
"""

from torch import Tensor, nn

from .wav2vec2_model import VoiceEncoder

FRAMES, CONTEXT = "wav2vec2-features", "wav2vec2-context"


class VoiceFrames(nn.Module):
    """`waveform` [N,T] -> `frames` [N,F,D]: the convolutions and the projection, frame by frame (50 Hz).

    Raises ValueError for a norm over time: then a frame depends on the whole window.
    """

    def __init__(self, encoder: VoiceEncoder) -> None:
        super().__init__()
        if encoder.config.feat_extract_norm != "layer":
            raise ValueError(f"frames with {encoder.config.feat_extract_norm} norm depend on their window")
        self.encoder = encoder

    def forward(self, waveform: Tensor) -> Tensor:
        model = self.encoder.wav2vec2
        return model.feature_projection(model.feature_extractor(waveform).transpose(1, 2))[0]


class VoiceContext(nn.Module):
    """`frames` [N,F,D] -> what `VoiceEncoder` gives: pooling and the transformer."""

    def __init__(self, encoder: VoiceEncoder) -> None:
        super().__init__()
        self.encoder, self.labels = encoder, encoder.labels

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor] | Tensor:
        return self.encoder.pool(self.encoder.contextualise(frames))


def can_stream(encoder: VoiceEncoder) -> bool:
    """Whether its frames are the same in every window."""
    return encoder.config.feat_extract_norm == "layer"
