"""Writes the tiny speech model that the page's own speech recognition is tested with.

    python -m memobert.speech_fixture --out ../tests/fixtures/speech

It has Whisper's layout (Radford et al., 2022; files and names as in an export by Optimum with
cross-attentions, which is what transformers.js reads) and no learnt weight: what it says is a rule. It says
"I am happy." where the loud frames sound bright and "I am sad." where they sound dull, from the first to the
last of them, so that a test can tell from the words and their times that the sound came through.
"""

import argparse
import hashlib
import json
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper, parser

log = logging.getLogger(__name__)

MELS = 80
FRAMES = 1500
WIDTH = 4
WORDS = ("\u0120I", "\u0120am", "\u0120happy", "\u0120sad", ".")
END, START, NO_TIMES = (len(WORDS) + index for index in range(3))
FIRST_TIME = NO_TIMES + 1
VOCABULARY = FIRST_TIME + FRAMES + 1

# what is said next, by the last token; where the decoder looks meanwhile, as a share of what is loud
FIRST, SUBJECT, VERB, MOOD, STOP, LAST, OVER = range(7)
SHARES = (0.0, 0.0, 0.02, 0.33, 0.66, 0.95, 1.0)
AFTER = {START: FIRST, 0: VERB, 1: MOOD, 2: STOP, 3: STOP, 4: LAST, END: OVER}
# logits: no other token comes near the first; the second wins where words are forbidden (after the last time)
SURE, ELSE = 30.0, 10.0
NEVER = -1000.0
# how much louder the upper half of the bands is than the lower, in Whisper's scale of log-mel
BRIGHT = -0.25

ENCODER = """
<ir_version: 8, opset_import: ["": 17]>
encoder (float[batch, 80, 3000] input_features) => (float[batch, 1500, 4] last_hidden_state)
{
  bands = Conv <kernel_shape: ints = [2], strides: ints = [2]> (input_features, filters)
  frames = Transpose <perm: ints = [0, 2, 1]> (bands)
  last_hidden_state = Add (frames, positions)
}
"""

# level, brightness and position of each frame -> where the loud ones begin and end, and how bright they are
DECODER = """
<ir_version: 8, opset_import: ["": 17]>
decoder (
  int64[batch, tokens] input_ids, float[batch, 1500, 4] encoder_hidden_states,
  float[batch, 1, past, 4] past_0_decoder_key, float[batch, 1, past, 4] past_0_decoder_value,
  float[batch, 1, heard, 4] past_0_encoder_key, float[batch, 1, heard, 4] past_0_encoder_value,
  bool[1] use_cache_branch
) => (
  float[batch, tokens, vocabulary] logits,
  float[batch, 1, all, 4] present_0_decoder_key, float[batch, 1, all, 4] present_0_decoder_value,
  float[batch, 1, 1500, 4] present_0_encoder_key, float[batch, 1, 1500, 4] present_0_encoder_value,
  float[batch, 1, tokens, 1500] attentions_0
)
{
  level, brightness, position, unused = Split <axis: int = 2> (encoder_hidden_states)
  quiet = ReduceMin <axes: ints = [1]> (level)
  peak = ReduceMax <axes: ints = [1]> (level)
  range = Add (quiet, peak)
  threshold = Mul (range, half)
  is_loud = Greater (level, threshold)
  loud = Cast <to: int = 1> (is_loud)
  loud_position = Mul (loud, position)
  end = ReduceMax <axes: ints = [1]> (loud_position)
  first_position = Where (is_loud, position, beyond)
  start = ReduceMin <axes: ints = [1]> (first_position)
  loud_brightness = Mul (loud, brightness)
  brightness_sum = ReduceSum (loud_brightness, frame_axis)
  loud_sum = ReduceSum (loud, frame_axis)
  mean = Div (brightness_sum, loud_sum)
  excess = Sub (mean, bright)
  steep = Mul (excess, steepness)
  gladness = Sigmoid (steep)
  sadness = Sub (one, gladness)

  rule = Gather (next_rule, input_ids)
  certain = MatMul (rule, answers)
  at_mood = MatMul (rule, mood_rule)
  glad = Mul (at_mood, gladness)
  sad = Mul (at_mood, sadness)
  glad_logits = MatMul (glad, glad_answer)
  sad_logits = MatMul (sad, sad_answer)
  at_first = MatMul (rule, first_rule)
  from_start = Sub (times, start)
  off_start = Abs (from_start)
  near_start = Sub (sure_times, off_start)
  start_logits = Mul (at_first, near_start)
  at_last = MatMul (rule, last_rule)
  from_end = Sub (times, end)
  off_end = Abs (from_end)
  near_end = Sub (sure_times, off_end)
  end_logits = Mul (at_last, near_end)
  logits = Sum (certain, glad_logits, sad_logits, start_logits, end_logits)

  share = MatMul (rule, shares)
  length = Sub (end, start)
  along = Mul (share, length)
  centre = Add (along, start)
  frame = Transpose <perm: ints = [0, 2, 1]> (position)
  from_centre = Sub (frame, centre)
  distance = Abs (from_centre)
  scores = Mul (distance, narrowness)
  attention = Softmax <axis: int = 2> (scores)
  attentions_0 = Unsqueeze (attention, head_axis)

  state = MatMul (rule, to_state)
  states = Unsqueeze (state, head_axis)
  present_0_decoder_key = Concat <axis: int = 2> (past_0_decoder_key, states)
  present_0_decoder_value = Concat <axis: int = 2> (past_0_decoder_value, states)
  present_0_encoder_key = Unsqueeze (encoder_hidden_states, head_axis)
  present_0_encoder_value = Unsqueeze (encoder_hidden_states, head_axis)
}
"""


def with_weights(text: str, weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    model = parser.parse_model(text)
    # the text form has no dots in names; the layout has
    layout = {
        f"{side}_0_{part}_{kind}": f"{full}.0.{part}.{kind}"
        for side, full in (("past", "past_key_values"), ("present", "present"))
        for part in ("decoder", "encoder")
        for kind in ("key", "value")
    } | {"attentions_0": "cross_attentions.0"}
    for value in (*model.graph.input, *model.graph.output):
        value.name = layout.get(value.name, value.name)
    for node in model.graph.node:
        node.input[:] = [layout.get(name, name) for name in node.input]
        node.output[:] = [layout.get(name, name) for name in node.output]
    for name, array in weights.items():
        model.graph.initializer.append(numpy_helper.from_array(array, name))
    onnx.checker.check_model(model, full_check=True)
    return model


def encoder() -> onnx.ModelProto:
    filters = np.zeros((WIDTH, MELS, 2), np.float32)
    filters[0] = 1 / (2 * MELS)
    filters[1, : MELS // 2] = -1 / MELS
    filters[1, MELS // 2 :] = 1 / MELS
    positions = np.zeros((1, FRAMES, WIDTH), np.float32)
    positions[0, :, 2] = np.arange(FRAMES)
    return with_weights(ENCODER, {"filters": filters, "positions": positions})


def decoder() -> onnx.ModelProto:
    rules = np.eye(len(SHARES), dtype=np.float32)
    next_rule = np.tile(rules[SUBJECT], (VOCABULARY, 1))
    for token, rule in AFTER.items():
        next_rule[token] = rules[rule]
    answers = np.zeros((len(rules), VOCABULARY), np.float32)
    answers[SUBJECT, 0] = answers[VERB, 1] = answers[STOP, 4] = answers[OVER, END] = SURE
    answers[SUBJECT, END] = ELSE
    answer = SURE * np.eye(VOCABULARY, dtype=np.float32)[None]
    is_time = np.arange(VOCABULARY) >= FIRST_TIME
    times = np.where(is_time, np.arange(VOCABULARY) - FIRST_TIME, 0)
    scalars = {
        "half": 0.5,
        "beyond": float(FRAMES),
        "bright": BRIGHT,
        "steepness": 40.0,
        "one": 1.0,
        "narrowness": -0.02,
    }
    weights = {
        "next_rule": next_rule,
        "answers": answers,
        "mood_rule": rules[:, MOOD, None],
        "first_rule": rules[:, FIRST, None],
        "last_rule": rules[:, LAST, None],
        "glad_answer": answer[:, 2],
        "sad_answer": answer[:, 3],
        "times": times[None, None],
        "sure_times": np.where(is_time, SURE, NEVER)[None, None],
        "shares": np.asarray(SHARES)[:, None],
        "to_state": np.zeros((len(rules), WIDTH)),
        **{name: np.asarray(value) for name, value in scalars.items()},
    }
    axes = {"frame_axis": np.asarray([1]), "head_axis": np.asarray([1])}
    return with_weights(
        DECODER,
        {name: np.ascontiguousarray(array, np.float32) for name, array in weights.items()}
        | {name: array.astype(np.int64) for name, array in axes.items()},
    )


def tokenizer() -> dict:
    special = {"<|endoftext|>": END, "<|startoftranscript|>": START, "<|notimestamps|>": NO_TIMES}
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": index, "content": content, "special": True, **flags} for content, index in special.items()
        ],
        "normalizer": None,
        "pre_tokenizer": byte_level,
        "post_processor": None,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": False,
            "vocab": {word: index for index, word in enumerate(WORDS)} | special,
            "merges": [],
        },
    }


def settings() -> dict[str, dict]:
    special = {"eos_token_id": END, "bos_token_id": END, "pad_token_id": END, "decoder_start_token_id": START}
    return {
        "config.json": {
            "model_type": "whisper",
            "architectures": ["WhisperForConditionalGeneration"],
            "is_encoder_decoder": True,
            "d_model": WIDTH,
            "encoder_layers": 1,
            "encoder_attention_heads": 1,
            "decoder_layers": 1,
            "decoder_attention_heads": 1,
            "num_mel_bins": MELS,
            "max_source_positions": FRAMES,
            "max_target_positions": 448,
            "median_filter_width": 7,
            "vocab_size": VOCABULARY,
            **special,
        },
        "generation_config.json": {
            "alignment_heads": [[0, 0]],
            "is_multilingual": False,
            "max_initial_timestamp_index": FRAMES,
            "max_length": 448,
            "no_timestamps_token_id": NO_TIMES,
            "return_timestamps": False,
            **special,
        },
        "preprocessor_config.json": {
            "feature_extractor_type": "WhisperFeatureExtractor",
            "processor_class": "WhisperProcessor",
            "chunk_length": 30,
            "feature_size": MELS,
            "hop_length": 160,
            "n_fft": 400,
            "n_samples": 480_000,
            "nb_max_frames": 2 * FRAMES,
            "padding_side": "right",
            "padding_value": 0.0,
            "return_attention_mask": False,
            "sampling_rate": 16_000,
        },
        "tokenizer.json": tokenizer(),
        "tokenizer_config.json": {"tokenizer_class": "WhisperTokenizer", "model_max_length": 448},
    }


def make() -> dict[str, bytes]:
    """Every file by its path."""
    return described("whisper", "word", settings(), encoder(), decoder())


def described(
    architecture: str,
    timestamps: str,
    settings: dict[str, dict],
    encoder: onnx.ModelProto,
    decoder: onnx.ModelProto,
) -> dict[str, bytes]:
    """Every file of a toy by its path; `speech.json` names the others, as in any speech model's folder."""
    files = {name: to_json(setting) for name, setting in settings.items()}
    files["onnx/encoder_model.onnx"] = encoder.SerializeToString()
    files["onnx/decoder_model_merged.onnx"] = decoder.SerializeToString()
    named = [
        {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for path, data in sorted(files.items())
    ]
    files["speech.json"] = to_json(
        {
            "format": 1,
            "name": f"toy-{architecture}",
            "version": "1",
            "licence": "Apache-2.0",
            "architecture": architecture,
            "languages": ["en"],
            "timestamps": timestamps,
            "files": named,
        }
    )
    return files


def to_json(value: dict) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()


def main(make: Callable[[], dict[str, bytes]], description: str) -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    arguments = argparse.ArgumentParser(description=description.partition("\n")[0])
    arguments.add_argument("--out", type=Path, required=True, help="folder of the files")
    out = arguments.parse_args().out
    for path, data in make().items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(data)
        log.info("%s: %d bytes", out / path, len(data))


if __name__ == "__main__":
    main(make, __doc__)
