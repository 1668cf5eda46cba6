from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from .moonshine_fixture import END, FIRST_WORD, RATE, START, WIDTH, WORDS, make

COMMITTED = Path(__file__).resolve().parents[2] / "tests/fixtures/moonshine"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return make()


def tone(seconds: float, bright: bool) -> np.ndarray:
    """[1, samples] between -1 and 1."""
    time = np.arange(int(seconds * RATE)) / RATE
    return 0.3 * np.sin(2 * np.pi * (4000 if bright else 200) * time, dtype=np.float32)[None]


def say(files: dict[str, bytes], sound: np.ndarray, most: int) -> tuple[str, bool]:
    """Words greedily, cached as in the page; and whether they ended before there were `most` tokens."""
    encoder = onnxruntime.InferenceSession(files["onnx/encoder_model.onnx"])
    decoder = onnxruntime.InferenceSession(files["onnx/decoder_model_merged.onnx"])
    (hidden,) = encoder.run(None, {"input_values": sound.astype(np.float32)})
    names = [output.name for output in decoder.get_outputs()]
    cache = {
        name: np.zeros((1, 1, 0, WIDTH), np.float32) for name in (i.name for i in decoder.get_inputs()[2:-1])
    }
    tokens = [START]
    while len(tokens) <= most:
        feeds = {"input_ids": np.asarray([tokens[-1:]]), "encoder_hidden_states": hidden, **cache}
        cached = np.asarray([len(tokens) > 1])
        out = dict(zip(names, decoder.run(None, feeds | {"use_cache_branch": cached}), strict=True))
        cache = {name.replace("present", "past_key_values"): out[name] for name in names if "present" in name}
        token = int(out["logits"][0, -1].argmax())
        if token == END:
            return text(tokens), True
        tokens.append(token)
    return text(tokens), False


def text(tokens: list[int]) -> str:
    return "".join(WORDS[token - FIRST_WORD] for token in tokens[1:]).replace("\u2581", " ").strip()


def test_committed_files_are_what_the_command_makes(files):
    committed = {
        p.relative_to(COMMITTED).as_posix(): p.read_bytes() for p in COMMITTED.rglob("*") if p.is_file()
    }
    assert committed == files
    assert sum(map(len, files.values())) < 30_000


@pytest.mark.parametrize(("bright", "mood"), [(True, "happy"), (False, "sad")])
def test_it_says_what_it_hears_and_ends(files, bright, mood):
    assert say(files, tone(1.5, bright), 9) == (f"I am {mood}.", True)


def test_of_less_than_a_second_it_goes_on_as_long_as_it_may(files):
    assert say(files, tone(0.9, bright=False), 6) == ("I am sad. I am", False)
    assert say(files, tone(0.5, bright=True), 11) == ("I am happy. I am happy. I am happy", False)


def test_silence_is_something_too(files):
    assert say(files, np.zeros((1, 2 * RATE)), 12) == ("I am sad.", True)
