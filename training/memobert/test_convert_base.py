"""The paper's shape, by random weights: 12 layers of 768, wav2vec2-base, DenseFace, 30522 words.

Some 70 s of one core and 5.2 GB; `pytest -m "not base"` leaves it out.
"""

import resource
import subprocess
import sys

import pytest
import torch
from transformers import BertForMaskedLM, Wav2Vec2ForCTC

from .exported_models import round_to_half
from .test_convert import expect_close, fusion_batch, halves, run, uniter_logits
from .wav2vec2_model import POOL

pytestmark = pytest.mark.base
MOST_GIGABYTES = 6


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """Folders of checkpoints and bundle; made in processes of their own, whose memory is measured."""
    folder = tmp_path_factory.mktemp("base")
    made, bundle = folder / "checkpoints", folder / "bundle"
    python = [sys.executable, "-m"]
    subprocess.run([*python, "memobert.random_checkpoints", "--shape", "base", "--out", made], check=True)
    files = {"memobert": "memobert.pt", "denseface": "denseface.pt", "vocabulary": "vocab.txt"}
    files["wav2vec2"] = "wav2vec2"
    given = [f"--{option}={made / name}" for option, name in files.items()]
    subprocess.run([*python, "memobert.convert", *given, f"--out={bundle}"], check=True)
    return made, bundle


@torch.no_grad()
def test_the_papers_shape_becomes_a_bundle_that_answers_alike(converted):
    made, bundle = converted
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MOST_GIGABYTES * 2**20
    sizes = {graph: (bundle / f"{graph}.onnx").stat().st_size for graph in ("memobert", "wav2vec2")}
    # fp16: two bytes for each of 110 and 94 million weights
    assert 215e6 < sizes["memobert"] < 225e6 and 185e6 < sizes["wav2vec2"] < 195e6

    # with the very weights that are stored: rounding adds up over twelve layers
    voice = Wav2Vec2ForCTC.from_pretrained(made / "wav2vec2").wav2vec2.eval()
    torch.nn.utils.parametrize.remove_parametrizations(voice.encoder.pos_conv_embed.conv, "weight")
    round_to_half(voice)
    waveform = torch.randn(1, 16_000)
    hidden = voice(waveform).last_hidden_state
    count = hidden.shape[1] // POOL
    pooled = hidden[:, : count * POOL].reshape(1, count, POOL, -1).mean(2)
    expect_close(run(bundle, "wav2vec2", waveform=waveform)["features"], pooled)

    bert = BertForMaskedLM.from_pretrained(made / "bert", attn_implementation="eager").eval()
    state = halves(torch.load(made / "memobert.pt"))
    inputs = fusion_batch(342, 768, 30522)
    expect_close(
        run(bundle, "memobert", **inputs)["mask_logits"], uniter_logits(state, round_to_half(bert), inputs)
    )
