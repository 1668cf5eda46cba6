from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from .speech_fixture import END, FIRST_TIME, FRAMES, MELS, START, WIDTH, WORDS, make

COMMITTED = Path(__file__).resolve().parents[2] / "tests/fixtures/speech"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return make()


def features(first: int, last: int, bright: bool) -> np.ndarray:
    """[1, 80, 3000] log-mel in Whisper's scale: between two frames one half of the bands is loud."""
    mel = np.full((1, MELS, 2 * FRAMES), -0.5, np.float32)
    bands = slice(MELS // 2, None) if bright else slice(0, MELS // 2)
    mel[:, bands, 2 * first : 2 * last] = 1.2
    return mel


def say(files: dict[str, bytes], mel: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Tokens after the first, greedily, cached as in the page; and where each step looked [steps, 1500]."""
    encoder = onnxruntime.InferenceSession(files["onnx/encoder_model.onnx"])
    decoder = onnxruntime.InferenceSession(files["onnx/decoder_model_merged.onnx"])
    (hidden,) = encoder.run(None, {"input_features": mel})
    names = [output.name for output in decoder.get_outputs()]
    cache = {
        name: np.zeros((1, 1, 0, WIDTH), np.float32) for name in (i.name for i in decoder.get_inputs()[2:-1])
    }
    tokens, looks = [START], []
    for step in range(12):
        feeds = {"input_ids": np.asarray([tokens[-1:]]), "encoder_hidden_states": hidden, **cache}
        out = dict(
            zip(names, decoder.run(None, feeds | {"use_cache_branch": np.asarray([step > 0])}), strict=True)
        )
        cache = {name.replace("present", "past_key_values"): out[name] for name in names if "present" in name}
        logits = out["logits"][0, -1]
        if len(tokens) > 2 and tokens[-1] >= FIRST_TIME > tokens[-2]:
            logits[:END] = -np.inf  # as transformers.js does: no word after the second time
        tokens.append(int(logits.argmax()))
        looks.append(out["cross_attentions.0"][0, 0, -1])
        if tokens[-1] == END:
            break
    return tokens[1:], np.stack(looks)


def test_committed_files_are_what_the_command_makes(files):
    committed = {
        p.relative_to(COMMITTED).as_posix(): p.read_bytes() for p in COMMITTED.rglob("*") if p.is_file()
    }
    assert committed == files
    assert sum(map(len, files.values())) < 300_000


@pytest.mark.parametrize(("bright", "mood"), [(True, "happy"), (False, "sad")])
def test_it_says_what_it_hears_and_when(files, bright, mood):
    tokens, looks = say(files, features(20, 120, bright))
    assert tokens[0] == FIRST_TIME + 20
    assert "".join(WORDS[token] for token in tokens[1:-2]) == f"ĠIĠamĠ{mood}."
    assert tokens[-2:] == [FIRST_TIME + 119, END]
    # the words' own steps look further and further into what is loud
    centres = looks.argmax(axis=-1)
    assert 20 <= centres[2] < centres[3] < centres[4] < 119
