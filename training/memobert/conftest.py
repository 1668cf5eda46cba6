import pickle
from pathlib import Path

import pytest
import torch
from filelock import FileLock
from transformers import WhisperConfig, WhisperModel

from . import toy_data
from .loop import Checkpoints


@pytest.fixture(autouse=True, scope="module")
def one_thread(request: pytest.FixtureRequest):
    """Toy shapes gain nothing by a second; waiting for one that is not let run costs more than they."""
    before = torch.get_num_threads()
    if request.node.get_closest_marker("base") is None:
        torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("toy")
    toy_data.make(folder)
    return folder


@pytest.fixture(scope="session")
def runs(toy: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> dict:
    """`toy_runs`, made by the first process that asks: tests look at them and write elsewhere."""
    from . import toy_runs  # which imports all there is

    own = tmp_path_factory.getbasetemp()
    out = (own if worker_id == "master" else own.parent) / "runs"
    kept = out / "made.pickle"
    with FileLock(f"{out}.lock"):
        if kept.exists():
            return pickle.loads(kept.read_bytes())
        # made before its module's `one_thread`, and to be repeated exactly within it
        before = torch.get_num_threads()
        torch.set_num_threads(1)
        made = toy_runs.make(toy, out)
        torch.set_num_threads(before)
        kept.write_bytes(pickle.dumps(made))
        return made


@pytest.fixture
def goes_on_exactly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Asks whether a command, ended at its first checkpoint and begun again, ends as that of `straight`."""

    def check(main, options: list[str], straight: Path) -> None:
        save = Checkpoints.save

        def interrupted(self, *state):
            save(self, *state)
            raise KeyboardInterrupt

        given = [*options, "--out", str(tmp_path)]
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(Checkpoints, "save", interrupted)
            main(given)
        main(given)
        wanted, resumed = (
            torch.load(folder / "last.pt", weights_only=False)["training"] for folder in (straight, tmp_path)
        )
        for name, value in wanted.items():
            assert torch.equal(value, resumed[name]), name

    return check


@pytest.fixture
def whisper(tmp_path):
    """The encoder of a tiny Whisper that lies at `tmp_path / "whisper"`."""
    torch.manual_seed(4)
    config = WhisperConfig(
        d_model=64, encoder_layers=2, encoder_attention_heads=1, encoder_ffn_dim=96,
        decoder_layers=1, decoder_attention_heads=1, decoder_ffn_dim=32, vocab_size=60, pad_token_id=0,
        bos_token_id=1, eos_token_id=2, decoder_start_token_id=1,
    )  # fmt: skip
    model = WhisperModel(config).eval()
    model.save_pretrained(tmp_path / "whisper")
    return model.encoder
