"""Writes the tiny Moonshine that the page's own speech recognition is tested with, beside the tiny Whisper.

    python -m memobert.moonshine_fixture --out ../tests/fixtures/moonshine

It has Moonshine's layout (Jeffries et al., 2024; files and names as transformers.js reads them: samples in,
without a mask, and no times out) and no learnt weight: what it says is a rule. It says
"I am happy." where the sound is bright and "I am sad." where it is dull. Of sound shorter than a second it
says so again and again, as the real one tends to, so that a test can count how many tokens it was let say.
"""

import numpy as np
import onnx

from .speech_fixture import described, main, with_weights

WIDTH = 4
# samples to a frame: the strides of Moonshine's three convolutions
HOP = 64 * 3 * 2
RATE = 16_000
WORDS = ("\u2581I", "\u2581am", "\u2581happy", "\u2581sad", ".")
UNKNOWN, START, END = range(3)
FIRST_WORD = 3
SELF, AM, HAPPY, SAD, STOP = range(FIRST_WORD, FIRST_WORD + len(WORDS))
VOCABULARY = FIRST_WORD + len(WORDS)

# what is said next, by the last token
SUBJECT, VERB, MOOD, DOT, OVER = range(5)
AFTER = {START: SUBJECT, SELF: VERB, AM: MOOD, HAPPY: DOT, SAD: DOT, STOP: OVER}
SURE = 30.0
# how far the sound moves from one sample to the next, as a share of how loud it is; of speech about 0.4
BRIGHT = 0.5

ENCODER = """
<ir_version: 8, opset_import: ["": 17]>
encoder (float[batch_size, num_samples] input_values)
  => (float[batch_size, encoder_sequence_length, 4] last_hidden_state)
{
  wave = Unsqueeze (input_values, channel_axis)
  bands = Conv <kernel_shape: ints = [2]> (wave, filters)
  loud = Abs (bands)
  frames = AveragePool <kernel_shape: ints = [384], strides: ints = [384]> (loud)
  last_hidden_state = Transpose <perm: ints = [0, 2, 1]> (frames)
}
"""

# how loud each frame is and how far it moves -> how bright the whole is; how many frames -> whether it ends
DECODER = """
<ir_version: 8, opset_import: ["": 17]>
decoder (
  int64[batch_size, decoder_sequence_length] input_ids,
  float[batch_size, encoder_sequence_length, 4] encoder_hidden_states,
  float[batch_size, 1, past, 4] past_0_decoder_key, float[batch_size, 1, past, 4] past_0_decoder_value,
  float[batch_size, 1, heard, 4] past_0_encoder_key, float[batch_size, 1, heard, 4] past_0_encoder_value,
  bool[1] use_cache_branch
) => (
  float[batch_size, decoder_sequence_length, vocabulary] logits,
  float[batch_size, 1, all, 4] present_0_decoder_key, float[batch_size, 1, all, 4] present_0_decoder_value,
  float[batch_size, 1, encoder_sequence_length, 4] present_0_encoder_key,
  float[batch_size, 1, encoder_sequence_length, 4] present_0_encoder_value
)
{
  level, movement, unused_0, unused_1 = Split <axis: int = 2> (encoder_hidden_states)
  mean_level = ReduceMean <axes: ints = [1]> (level)
  mean_movement = ReduceMean <axes: ints = [1]> (movement)
  some_level = Add (mean_level, least)
  brightness = Div (mean_movement, some_level)
  excess = Sub (brightness, bright)
  steep = Mul (excess, steepness)
  gladness = Sigmoid (steep)
  sadness = Sub (one, gladness)
  shape = Shape (encoder_hidden_states)
  frames = Gather (shape, frame_axis)
  is_short = Less (frames, second)
  again = Cast <to: int = 1> (is_short)
  no_more = Sub (one, again)

  rule = Gather (next_rule, input_ids)
  certain = MatMul (rule, answers)
  at_mood = MatMul (rule, mood_rule)
  glad = Mul (at_mood, gladness)
  sad = Mul (at_mood, sadness)
  glad_logits = MatMul (glad, glad_answer)
  sad_logits = MatMul (sad, sad_answer)
  at_over = MatMul (rule, over_rule)
  anew = Mul (at_over, again)
  over = Mul (at_over, no_more)
  anew_logits = MatMul (anew, anew_answer)
  over_logits = MatMul (over, over_answer)
  logits = Sum (certain, glad_logits, sad_logits, anew_logits, over_logits)

  state = MatMul (rule, to_state)
  states = Unsqueeze (state, channel_axis)
  present_0_decoder_key = Concat <axis: int = 2> (past_0_decoder_key, states)
  present_0_decoder_value = Concat <axis: int = 2> (past_0_decoder_value, states)
  present_0_encoder_key = Unsqueeze (encoder_hidden_states, channel_axis)
  present_0_encoder_value = Unsqueeze (encoder_hidden_states, channel_axis)
}
"""


def encoder() -> onnx.ModelProto:
    filters = np.zeros((WIDTH, 1, 2), np.float32)
    filters[0, 0] = 0, 1
    filters[1, 0] = -1, 1
    return with_weights(ENCODER, {"filters": filters, "channel_axis": np.asarray([1])})


def decoder() -> onnx.ModelProto:
    rules = np.eye(OVER + 1, dtype=np.float32)
    next_rule = np.tile(rules[SUBJECT], (VOCABULARY, 1))
    for token, rule in AFTER.items():
        next_rule[token] = rules[rule]
    answers = np.zeros((len(rules), VOCABULARY), np.float32)
    answers[SUBJECT, SELF] = answers[VERB, AM] = answers[DOT, STOP] = SURE
    answer = SURE * np.eye(VOCABULARY, dtype=np.float32)[None]
    weights = {
        "next_rule": next_rule,
        "answers": answers,
        "mood_rule": rules[:, MOOD, None],
        "over_rule": rules[:, OVER, None],
        "glad_answer": answer[:, HAPPY],
        "sad_answer": answer[:, SAD],
        "anew_answer": answer[:, SELF],
        "over_answer": answer[:, END],
        "to_state": np.zeros((len(rules), WIDTH)),
        "least": np.asarray(1e-6),
        "bright": np.asarray(BRIGHT),
        "steepness": np.asarray(40.0),
        "one": np.asarray(1.0),
    }
    counts = {"channel_axis": [1], "frame_axis": 1, "second": RATE // HOP}
    return with_weights(
        DECODER,
        {name: np.ascontiguousarray(array, np.float32) for name, array in weights.items()}
        | {name: np.asarray(value, np.int64) for name, value in counts.items()},
    )


def tokenizer() -> dict:
    special = {"<unk>": UNKNOWN, "<s>": START, "</s>": END}
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    space = {"String": " "}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": index, "content": content, "special": True, **flags} for content, index in special.items()
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Prepend", "prepend": "\u2581"},
                {"type": "Replace", "pattern": space, "content": "\u2581"},
            ],
        },
        "pre_tokenizer": None,
        "post_processor": None,
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
                {"type": "ByteFallback"},
                {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0},
            ],
        },
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": "<unk>",
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": True,
            "byte_fallback": True,
            "vocab": special | {word: FIRST_WORD + index for index, word in enumerate(WORDS)},
            "merges": [],
        },
    }


def settings() -> dict[str, dict]:
    special = {
        "eos_token_id": END,
        "bos_token_id": START,
        "pad_token_id": END,
        "decoder_start_token_id": START,
    }
    sides = {
        f"{side}_{what}": 1
        for side in ("encoder", "decoder")
        for what in ("num_hidden_layers", "num_attention_heads", "num_key_value_heads")
    }
    return {
        "config.json": {
            "model_type": "moonshine",
            "architectures": ["MoonshineForConditionalGeneration"],
            "is_encoder_decoder": True,
            "hidden_size": WIDTH,
            "max_position_embeddings": 194,
            "vocab_size": VOCABULARY,
            **sides,
            **special,
        },
        "generation_config.json": {"max_length": 194, **special},
        "preprocessor_config.json": {
            "feature_extractor_type": "MoonshineFeatureExtractor",
            "processor_class": "MoonshineProcessor",
            "do_normalize": False,
            "feature_size": 1,
            "padding_side": "right",
            "padding_value": 0.0,
            "return_attention_mask": False,
            "sampling_rate": RATE,
        },
        "tokenizer.json": tokenizer(),
        "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 194},
    }


def make() -> dict[str, bytes]:
    """Every file by its path."""
    return described("moonshine", "none", settings(), encoder(), decoder())


if __name__ == "__main__":
    main(make, __doc__)
