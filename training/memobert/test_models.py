import numpy as np
import torch

from . import denseface_folding, loop
from .denseface_model import FEATURE_SIZE, DenseFace
from .exported_models import fold_norms, load_models
from .loop import AveragedWeights, autocast, one_cycle
from .memobert_model import TOY, MemoBert, small_config
from .metrics import measure
from .wav2vec2_model import MAX_TOKENS, WINDOW_SAMPLES, SpectralTargets, VoiceEncoder, compact_config


def test_denseface_has_the_papers_shape():
    model = DenseFace().eval()
    features, logits = model(torch.randn(2, 1, 64, 64))
    assert features.shape == (2, FEATURE_SIZE) and logits.shape == (2, 8)
    # 16 + 16 + 16 bottlenecks, DenseNet-BC
    assert sum(1 for m in model.modules() if type(m).__name__ == "Bottleneck") == 48


def test_folding_norms_changes_nothing(monkeypatch):
    # but for what the file's halves round
    monkeypatch.setattr(denseface_folding, "HALF_FROM", float("inf"))
    torch.manual_seed(0)
    model = DenseFace(blocks=(2, 2, 2))
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 2)
            module.bias.data.normal_()
    model.eval()
    faces = torch.randn(2, 1, 64, 64)
    with torch.no_grad():
        before = model(faces)
        after = fold_norms(model)(faces)
    assert torch.allclose(before[0], after[0], atol=1e-4) and torch.allclose(before[1], after[1], atol=1e-4)


def test_a_window_gives_64_voice_tokens():
    model = load_models(None, None, None)["wav2vec2"]
    with torch.no_grad():
        features, logits = model(torch.randn(1, WINDOW_SAMPLES))
    assert features.shape == (1, MAX_TOKENS, 256) and logits.shape == (1, 7)
    assert SpectralTargets()(torch.randn(1, WINDOW_SAMPLES)).shape == (1, 192, 88)


def test_voice_encoder_is_a_few_million_parameters():
    count = sum(p.numel() for p in VoiceEncoder(compact_config()).parameters())
    assert 3e6 < count < 10e6


def memo() -> MemoBert:
    torch.manual_seed(0)
    return MemoBert(small_config(**TOY, vocab_size=100)).eval()


@torch.no_grad()
def test_masked_out_equals_left_out():
    model = memo()
    ids = torch.randint(5, 100, (1, 8))
    faces, voice = torch.randn(1, 3, 342), torch.randn(1, 4, 256)
    place = torch.tensor([5])
    full = torch.ones(1, 15, dtype=torch.int32)

    no_voice = full.clone()
    no_voice[:, 11:] = 0
    left_out = model(ids, faces, voice[:, :0], full[:, :11], place)
    assert torch.allclose(model(ids, faces, voice, no_voice, place), left_out, atol=1e-5)

    padded_ids = torch.cat([ids, torch.zeros(1, 2, dtype=ids.dtype)], 1)
    padded_mask = torch.cat([full[:, :8], torch.zeros(1, 2, dtype=torch.int32), full[:, 8:]], 1)
    whole = model(ids, faces, voice, full, place)
    assert torch.allclose(model(padded_ids, faces, voice, padded_mask, place), whole, atol=1e-5)
    assert not torch.allclose(whole, left_out, atol=1e-4)


def test_measures():
    truth, guess = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    scores = measure(truth, guess, 3)
    assert scores["wa"] == 0.75
    assert abs(scores["uar"] - (2 / 3 + 1) / 2) < 1e-9
    assert scores["majority_wa"] == 0.75 and scores["chance_uar"] == 0.5


def test_schedule_and_average():
    assert one_cycle(0, 100) < 0.1 and one_cycle(15, 100) == 1 and one_cycle(100, 100) < 1e-6
    module = torch.nn.Linear(1, 1)
    average = AveragedWeights(module, 0.9)
    with torch.no_grad():
        module.weight.fill_(5)
    for _ in range(200):
        average.update(module)
    assert abs(average.state["weight"].item() - 5) < 1e-3


def test_bf16_is_left_out_where_a_cpu_computes_it_number_by_number(monkeypatch):
    product = torch.ones(2, 2) @ torch.ones(2, 2)
    for gains, wanted in ((False, torch.float32), (True, torch.bfloat16)):
        monkeypatch.setattr(loop, "bf16_gains", lambda _device, gains=gains: gains)
        with autocast(torch.device("cpu"), "bf16"):
            assert (product @ product).dtype == wanted
        with autocast(torch.device("cpu"), "fp32"):
            assert (product @ product).dtype == torch.float32


def test_muon_takes_the_same_steps_in_fp32(monkeypatch):
    torch.manual_seed(0)
    gradient, made = torch.randn(6, 9), []
    for gains in (True, False):
        monkeypatch.setattr(loop, "bf16_gains", lambda _device, gains=gains: gains)
        weight = torch.nn.Parameter(torch.zeros(6, 9))
        optimiser = loop.make_muon([weight], 0.1)
        weight.grad = gradient.clone()
        optimiser.step()
        made.append(weight.detach().clone())
    halved, full = made
    assert not torch.equal(halved, full) and torch.allclose(halved, full, atol=0.02 * float(full.abs().max()))
