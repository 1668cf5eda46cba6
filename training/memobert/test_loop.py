"""What training commands share: rounds, and generators that go on where they were."""

import argparse
import hashlib
import json

import pytest
import torch
from accelerate.state import AcceleratorState

from . import loop
from .fit import Fit, make_accelerator
from .interruptions import DISK_FULL, KILLED, each
from .loop import (
    AveragedWeights,
    describe_run,
    pack,
    random_state,
    rounds_left,
    rounds_of,
    set_random_state,
    unpack,
)


def test_rounds_take_every_step_once():
    assert rounds_of(6, 3) == [range(3), range(3, 6)]
    assert rounds_of(5, 3) == [range(3), range(3, 5)]
    assert rounds_of(2, 3) == [range(2)]
    for wrong in ((0, 3), (3, 0)):
        with pytest.raises(ValueError, match="both begin at 1"):
            rounds_of(*wrong)


def test_a_run_goes_on_behind_the_steps_that_it_has():
    assert rounds_left(None, 5, 3) == [(0, range(3)), (1, range(3, 5))]
    assert rounds_left({"epoch": 1, "steps": 3}, 5, 3) == [(1, range(3, 5))]
    assert rounds_left({"epoch": 2, "steps": 5}, 5, 3) == []
    # of another length: no step is left out or taken twice, and numbers go on
    assert rounds_left({"epoch": 2, "steps": 10}, 20, 10) == [(2, range(10, 20))]
    assert rounds_left({"epoch": 1, "steps": 4}, 7, 2) == [(1, range(4, 6)), (2, range(6, 7))]
    # of a version that kept no steps
    assert rounds_left({"epoch": 1}, 5, 3) == [(1, range(3, 5))]
    for steps, every in ((20, 4), (5, 5)):
        with pytest.raises(
            ValueError, match=f"holds 10 steps.*--steps {steps} --every {every}.*another --out"
        ):
            rounds_left({"epoch": 2, "steps": 10}, steps, every)


@pytest.fixture
def own_state():
    """Accelerate has one state a process: other tests' may be of another precision."""
    AcceleratorState._reset_state(reset_partial_state=True)
    yield
    AcceleratorState._reset_state(reset_partial_state=True)


def test_gradients_of_several_steps_are_refused(monkeypatch, own_state):
    arguments = argparse.Namespace(device="auto", precision="fp32", threads=0)
    # as `accelerate launch --gradient_accumulation_steps 2` says it
    monkeypatch.setenv("ACCELERATE_GRADIENT_ACCUMULATION_STEPS", "2")
    with pytest.raises(ValueError, match=r"gradient_accumulation_steps 2 .*larger --batch"):
        make_accelerator(arguments)
    monkeypatch.setenv("ACCELERATE_GRADIENT_ACCUMULATION_STEPS", "1")
    assert make_accelerator(arguments).gradient_accumulation_steps == 1


def test_bf16_is_left_out_on_gpus_that_emulate_it(monkeypatch):
    # V100, T4, A100, H100
    capabilities = {"cuda:0": (7, 0), "cuda:1": (7, 5), "cuda:2": (8, 0), "cuda:3": (9, 0)}
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda of: capabilities[str(of)])
    assert [loop.bf16_gains(name) for name in capabilities] == [False, False, True, True]
    # AMD's compute in it, and count otherwise
    monkeypatch.setattr(torch.version, "hip", "6.4")
    assert loop.bf16_gains("cuda:0")


def test_the_gpu_that_is_named_is_accelerates(monkeypatch, own_state):
    taken = []
    monkeypatch.setattr(torch.cuda, "set_device", taken.append)
    for name in ("cpu", "auto", "cuda:1"):
        make_accelerator(argparse.Namespace(device=name, precision="fp32", threads=0))
    assert taken == [torch.device("cuda:1")]


def test_a_log_has_every_checkpoint_once_wherever_a_run_ended(tmp_path):
    """Each of three rounds is ended at every write of a file, and by a full disk, and done again."""
    arguments = argparse.Namespace(rate=0.1, out=tmp_path)

    def go_on() -> None:
        checkpoints = loop.Checkpoints(tmp_path, arguments)
        last = checkpoints.load_last() or {"epoch": 0}
        for epoch in range(last["epoch"], 3):
            state = {"training": {"w": torch.full((3,), float(epoch))}}
            checkpoints.save(epoch + 1, -epoch % 2, state, {"model": state}, {"loss": epoch / 4})

    def ready() -> None:
        for path in tmp_path.iterdir():
            path.unlink()

    for error in (KILLED, DISK_FULL):
        for at in each(go_on, tmp_path, error, 50, ready):
            # a full disk is not left fuller
            assert error is KILLED or not list(tmp_path.glob("*.part"))
            go_on()
            go_on()
            assert sorted(path.name for path in tmp_path.iterdir()) == ["best.pt", "last.pt", "log.jsonl"]
            rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
            assert [(row["epoch"], row["loss"]) for row in rows] == [(1, 0), (2, 0.25), (3, 0.5)], at
            best, last = (
                torch.load(tmp_path / f"{name}.pt", weights_only=False) for name in ("best", "last")
            )
            assert (best["epoch"], last["epoch"]) == (2, 3)


@pytest.mark.parametrize("part", [0.0, 0.5])
def test_half_a_checkpoint_is_refused_with_a_cure(tmp_path, part):
    checkpoints = loop.Checkpoints(tmp_path, argparse.Namespace(out=tmp_path))
    checkpoints.save(1, 0.0, {"training": {"w": torch.zeros(999)}}, {}, {})
    last = tmp_path / "last.pt"
    last.write_bytes(last.read_bytes()[: int(part * last.stat().st_size)])
    with pytest.raises(ValueError, match=r"last\.pt was cut short, or is no checkpoint .*: put a copy back"):
        checkpoints.load_last()


def test_a_gpus_generators_go_on_where_they_were(monkeypatch):
    states = [torch.tensor([1], dtype=torch.uint8), torch.tensor([2], dtype=torch.uint8)]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(states))
    monkeypatch.setattr(torch.cuda, "get_rng_state_all", lambda: [state.clone() for state in states])
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda state, device: states[device].copy_(state))
    kept = random_state()
    for state in states:
        state += 5
    set_random_state(kept)
    assert [state.item() for state in states] == [1, 2]
    # a checkpoint of a machine without one leaves them as they are
    del kept["cuda"]
    states[1] += 5
    set_random_state(kept)
    assert [state.item() for state in states] == [1, 7]


def test_an_average_goes_on_where_its_module_is():
    """Kept states are read to the CPU; `meta` stands for a GPU."""
    here = torch.nn.Linear(3, 1)
    kept = pack(AveragedWeights(here, 0.9), training=here)
    module = torch.nn.Linear(3, 1, device="meta")
    average = AveragedWeights(module, 0.9)
    assert unpack({**kept, "epoch": 2}, average, training=module) == 2
    average.update(module)
    fit = Fit(module, None, None, None)
    fit.average = AveragedWeights(module, 0.9)
    optimiser = torch.optim.SGD(module.parameters())
    fit._resume({**kept, "optimiser": optimiser.state_dict(), "updates": 3}, optimiser)
    fit.average.update(module)
    assert fit.average.updates == 4


def test_an_average_that_was_kept_is_taken_whole():
    module = torch.nn.BatchNorm1d(2)
    average = AveragedWeights(module, 0.9)
    kept = {key: torch.full_like(value, 5) for key, value in average.state.items()}
    average.load(kept, 7)
    assert average.updates == 7 and all((value == 5).all() for value in average.state.values())
    average.update(module)
    # what is kept is not changed with it
    assert all((value == 5).all() for value in kept.values())


def test_a_run_tells_the_files_that_it_came_from(tmp_path, monkeypatch):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "best.pt").write_text(folder)
    (tmp_path / "bert").mkdir()
    (tmp_path / "bert/model.safetensors").write_text("bert")

    def run_of(init: str, **more) -> dict:
        given = {"init": tmp_path / init, "out": tmp_path, "rate": 0.1, "seed": 3, **more}
        return describe_run(argparse.Namespace(**given))

    one, two, bert = run_of("one/best.pt"), run_of("two/best.pt"), run_of("bert")
    assert one != two and {**one, "files": 0} == {**two, "files": 0} and one["arguments"] == {"rate": 0.1}
    told = {"file": "best.pt", "sha256": hashlib.sha256(b"one").hexdigest()}
    # folders of data, and where files lie, are a machine's business
    assert one["files"] == {"init": [told]} and str(tmp_path) not in str(one)
    assert bert["files"]["init"] == [{"file": "bert", "sha256": hashlib.sha256(b"bert").hexdigest()}]
    assert run_of("one/best.pt", text_teacher=[tmp_path / "one/best.pt"])["files"]["text_teacher"] == [told]
    # another file of that name
    (tmp_path / "one/best.pt").write_text("other")
    assert run_of("one/best.pt") != one
    for changes, dirty in (("", False), (" M loop.py", True), (None, None)):
        monkeypatch.setattr(loop, "_git", lambda words, changes=changes: changes)
        assert run_of("two/best.pt")["dirty"] is dirty
