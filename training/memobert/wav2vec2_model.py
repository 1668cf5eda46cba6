"""A compact wav2vec 2.0 (Baevski et al., NeurIPS 2020): the paper's voice encoder at a size for a page."""

import torch
from torch import Tensor, nn
from transformers import Wav2Vec2Config, Wav2Vec2Model

SAMPLE_RATE_HZ = 16_000
POOL = 3
MAX_TOKENS = 64
# 192 encoder frames, hence 64 tokens of three: 3.845 s
WINDOW_SAMPLES = 400 + (MAX_TOKENS * POOL - 1) * 320


def compact_config(**changes) -> Wav2Vec2Config:
    """7 convolutions, convolutional positions, 4 transformer layers of 256: 3.9 M parameters.

    Why this size: its fp16 weights are 8 MB, and there are but a few hours of emotional speech to fill more
    layers with. Norms stand before each sub-layer (as in the large wav2vec 2.0), which trains from scratch
    at a higher rate than norms after it. The channels grow along the convolutions because the first layers
    see 40 times more steps than the last; layer norm instead of the group norm over time, so that a frame
    depends on its own 25 ms alone and features can be streamed.
    """
    settings = {
        "hidden_size": 256,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "intermediate_size": 1024,
        "conv_dim": (32, 64, 96, 128, 192, 256, 256),
        "feat_extract_norm": "layer",
        "conv_bias": False,
        "num_conv_pos_embeddings": 64,
        "num_conv_pos_embedding_groups": 16,
        "hidden_dropout": 0.1,
        "activation_dropout": 0.1,
        "attention_dropout": 0.1,
        "feat_proj_dropout": 0.1,
        "layerdrop": 0.0,
        "do_stable_layer_norm": True,
        "mask_time_prob": 0.06,
        "mask_time_length": 6,
        "mask_feature_prob": 0.05,
        "mask_feature_length": 16,
        "attn_implementation": "eager",
    }
    return Wav2Vec2Config(**{**settings, **changes})


# a tiny encoder, for tests
TOY = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "conv_dim": (8, 8, 8, 16, 16, 16, 16),
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
}


def pooled(steps: Tensor, count: int) -> Tensor:
    """[N,T,D] -> [N,T // count,D]: the mean of each `count` steps."""
    return (
        steps if count == 1 else nn.functional.avg_pool1d(steps.transpose(1, 2), count, count).transpose(1, 2)
    )


class VoiceEncoder(nn.Module):
    """wav2vec 2.0, its hidden states averaged by three, and its own estimate over the labels.

    With a `squeeze_factor` of three in its config the frames are averaged before the transformer instead
    (SEW: Wu et al., ICASSP 2022), which then has a third of the steps to see.

    Input `waveform` [N,T] float32: 16 kHz, zero mean and unit variance over what was heard.
    Returns `features` [N,F,D] (F = frames // 3) and `logits` [N,labels]; with 0 labels it has no estimate of
    its own, and returns `features` alone.
    """

    def __init__(self, config: Wav2Vec2Config, labels: int = 7) -> None:
        super().__init__()
        self.config, self.labels = config, labels
        self.wav2vec2 = Wav2Vec2Model(config)
        if not labels:
            return
        self.classifier = nn.Sequential(
            nn.Linear(config.hidden_size, config.hidden_size),
            nn.GELU(),
            nn.Dropout(0.2),
            nn.Linear(config.hidden_size, labels),
        )
        self.attention = nn.Linear(config.hidden_size, 1)

    @property
    def squeeze(self) -> int:
        """Frames that are one step of the transformer."""
        return getattr(self.config, "squeeze_factor", 1)

    def forward(self, waveform: Tensor) -> tuple[Tensor, Tensor] | Tensor:
        model = self.wav2vec2
        frames = model.feature_projection(model.feature_extractor(waveform).transpose(1, 2))[0]
        return self.pool(self.contextualise(frames))

    def contextualise(self, frames: Tensor) -> Tensor:
        """What the transformer makes of projected frames: [N,F,D] -> [N,F // squeeze,D]."""
        hidden = self.wav2vec2._mask_hidden_states(frames)
        return self.wav2vec2.encoder(pooled(hidden, self.squeeze)).last_hidden_state

    def pool(self, hidden: Tensor) -> tuple[Tensor, Tensor] | Tensor:
        features = pooled(hidden, POOL // self.squeeze)
        return (features, self.answer(features)) if self.labels else features

    def answer(self, features: Tensor, mask: Tensor | None = None) -> Tensor:
        """Logits [N,labels] of `features` [N,F,D]; those whose `mask` [N,F] is 0 are none."""
        scores = self.attention(features)
        if mask is not None:
            scores = scores.masked_fill(mask[..., None] == 0, -torch.inf)
        return self.classifier((torch.softmax(scores, 1) * features).sum(1))


class SpectralTargets(nn.Module):
    """What the convolutions learn first, frame by frame (25 ms, hop 20 ms): log-mel bands and pitch.

    Input [N,T]; returns [N,frames,`size`]: log-mel standardised over each clip, then the normalised
    autocorrelation at lags of 400 to 80 Hz, where voiced frames peak at their pitch.
    """

    def __init__(self, bands: int = 64, lags: int = 24) -> None:
        super().__init__()
        self.bands, self.size = bands, bands + lags
        top = 2595 * torch.log10(torch.tensor(1 + 8000 / 700))
        edges = 700 * (10 ** (torch.linspace(32.0, float(top), bands + 2) / 2595) - 1)
        frequency = torch.linspace(0, 8000, 257)
        rise = (frequency - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
        fall = (edges[2:, None] - frequency) / (edges[2:] - edges[1:-1])[:, None]
        self.register_buffer("filters", torch.minimum(rise, fall).clamp(min=0), persistent=False)
        self.register_buffer("window", torch.hann_window(400), persistent=False)
        places = torch.logspace(torch.log10(torch.tensor(40.0)), torch.log10(torch.tensor(200.0)), lags)
        self.register_buffer("lags", places.round().long(), persistent=False)

    @torch.no_grad()
    def forward(self, waveform: Tensor) -> Tensor:
        frames = waveform.unfold(1, 400, 320) * self.window
        power = torch.fft.rfft(frames, 1024).abs().square()
        mel = torch.log(power[..., ::2] @ self.filters.T + 1e-3)
        mel = (mel - mel.mean((1, 2), keepdim=True)) / (mel.std((1, 2), keepdim=True) + 1e-3)
        correlation = torch.fft.irfft(power)
        # a window's own correlation falls with the lag: divided out (Boersma 1993)
        own = torch.fft.irfft(torch.fft.rfft(self.window, 1024).abs().square())
        correlation = correlation / (correlation[..., :1] + 1e-3) / (own / own[0]).clamp(min=0.05)
        return torch.cat([mel, correlation[..., self.lags].clamp(-1, 1)], -1)
