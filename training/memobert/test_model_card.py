import json
import shutil
from pathlib import Path

import pytest

from .card_encoders import missed, sexes, speakers, streamed, too_sure, worse
from .card_fusion import case_classes, readings
from .encoder_splits import UNSEEN
from .model_card import TEMPLATE, glance, main, make_card, runs

SCORES = {"wa": 0.5, "uar": 0.4, "wa_interval": [0.4, 0.6], "uar_interval": [0.3, 0.5], "majority_wa": 0.2}
SCORES |= {"chance_uar": 0.125, "count": 10, "macro_f1": 0.4}
SCORES |= {"classes": {"happiness": {"recall": 0.9, "precision": 0.8, "f1": 0.85, "support": 7}}}
CALIBRATION = {"ece": 0.01, "ece_by_chance": 0.02, "ece_by_chance_95": 0.041}
FOUND = {
    "splits": {"FER+ valid": {"all": {"after": SCORES}}},
    "calibration": {"after": {"raw": {"ece": 0.09}, "scaled": CALIBRATION}},
}
MANIFEST = {
    "version": "7",
    "dataSources": [{"name": "A corpus", "licence": "MIT"}],
    "face": {"graphs": {"webgpu": "denseface", "wasm": "denseface-light"}},
    "graphs": {
        "denseface": {"fp32": {"path": "d.onnx", "bytes": 1_700_000, "weights": "fp16"}},
        "denseface-light": {"fp32": {"path": "l.onnx", "bytes": 1_900_000, "weights": "fp16"}},
    },
    "training": {
        "face": {"run": {"seed": 3, "commit": "abcdef0123456789", "arguments": {"epochs": 4}}},
    },
}
FUSION = {
    "cases": {"TVA": {**SCORES, **CALIBRATION, "ece": 0.031, "temperature": 1.25}},
    "light": {"TVA": {**SCORES, "uar": 0.377, "ece_shipped": 0.052}},
    "texts": {"meld": {**SCORES, "macro_f1": 0.443}, "isear": {**SCORES, "lines": 14}},
    "tasks": {"mvfr": {"loss": 0.7, "explained": 0.3}},
    "unseen": {"texts": 12, "words": {"joy": {"auc": 0.9}, "pride": {"auc": 0.8}, "remorse": {"auc": 0.4}}},
}


def test_every_figure_comes_from_what_was_measured():
    card = make_card(MANIFEST, {"denseface": FOUND}, FUSION, {}, [], TEMPLATE.read_text())
    assert "{{" not in card
    assert "| TVA | 50.0 % | 40.0 % | 37.7 % | 3.1 % | 2.0 % | 4.1 % | 5.2 % | 1.25 | 10 |" in card
    assert "have 2.0 %, and one of twenty more than 4.1 %" in card
    for told in ("44.3 %", "| SpanMVFR | loss 0.700, explained 0.300 |", "ROC curve 0.700"):
        assert told in card
    for told in ("50.0 % [40.0, 60.0]", "90.0 %", "9.0 % as trained", "`d.onnx`", "1.9 MB", "epochs 4"):
        assert told in card
    assert "| `l.onnx` | fp32 | fp16 | wasm |" in card
    assert "| isear | 40.0 % | 40.0 % | 50.0 % | 20.0 % | 10 of 14 |" in card
    # a word that says the same as a label flatters the others, and those below chance are failures
    assert "nouns of labels (joy), with 0.900; the other 2, which say something else, have 0.600" in card
    assert card.index("## Known failures") < card.index("curve below 0.5): remorse 0.400.")
    # what was not measured says so
    assert "Not measured." in card


VOICES = {
    **SCORES, **CALIBRATION, "ece": 0.049, "temperature": 0.951, "count": 941, "speakers": 27,
    "ece_as_they_are": 0.053, "ece_by_chance_as_they_are": 0.0398,
    "corpora": {
        name: {**SCORES, **CALIBRATION, "speakers": 2, "confidence": 0.58, "ece": ece}
        for name, ece in (("emovo", 0.144), ("emodb", 0.04))
    },
}  # fmt: skip


def test_a_voice_alone_is_told_by_all_who_validate():
    composed = {**SCORES, **CALIBRATION, "ece": 0.038, "temperature": 0.9}
    found = {**FUSION, "cases": {"A": composed}, "voices": VOICES}
    card = make_card(MANIFEST, {"denseface": FOUND}, found, {}, [], TEMPLATE.read_text())
    assert "| Italian | 10 | 2 | 50.0 % | 40.0 % | 58.0 % | 14.4 % | 2.0 % |" in card
    assert (
        "ECE 4.9 % (by chance 2.0 %) with corpora counted alike, 5.3 % (by chance 4.0 %) with clips" in card
    )
    assert "Of all 941 clips" in card and "A has their temperature, 0.95" in card
    # a corpus beyond chance stands under the aims, one within it does not, nor do composed samples
    named = "MEmoBERT, A, Italian: calibration error"
    assert named in card and "A, German" not in card and "A, composed" not in card
    assert "MEmoBERT, A: calibration error" not in card
    found["voices"] = {**VOICES, "ece": 0.061}
    found["cases"] = {"A": {**composed, "ece": 0.08}}
    rows = glance({"denseface": FOUND}, found)
    assert "MEmoBERT, A: calibration error | 6.1 %; by chance 2.0 %" in rows
    assert "MEmoBERT, A, composed samples: calibration error | 8.0 %; by chance 2.0 %" in rows
    assert "no more than the case A" in make_card(MANIFEST, {}, FUSION, {}, [], TEMPLATE.read_text())


def test_what_was_aimed_for_stands_beside_what_was_reached():
    voice = {
        **FOUND,
        "splits": {"validation speakers": {name: {"after": SCORES} for name in ("all", "English")}},
    }
    voice["splits"]["left out whole: it"] = {name: {"after": SCORES} for name in ("all", "Italian")}
    voice["calibration"] = {"after": {"raw": {"ece": 0.09}, "scaled": {**CALIBRATION, "ece": 0.059}}}
    cases = {"T": SCORES, "V": {**SCORES, "ece": 0.02}, "TVA": {**SCORES, "uar": 0.9, "ece": 0.051}}
    fusion = {**FUSION, "cases": cases}
    table = glance({"denseface": FOUND, "wav2vec2": voice}, fusion).splitlines()
    assert table[2:] == [
        "| DenseFace, FER+ valid: accuracy | 50.0 % [40.0, 60.0] | 87 % |",
        "| wav2vec 2.0, validation speakers, English: UAR | 40.0 % [30.0, 50.0] | 65 % |",
        "| wav2vec 2.0, left out whole: it: UAR | 40.0 % [30.0, 50.0] | twice chance, 28.6 % |",
        "| all three, composed samples: UAR | 90.0 % | 5 points over the best alone, 40.0 % |",
        "| words alone, meld: macro F1 | 44.3 % | 45 % |",
        "| wav2vec2: calibration error | 5.9 %; by chance 2.0 % | under 5.0 % |",
        "| MEmoBERT, TVA: calibration error | 5.1 % | under 5.0 % |",
        "| MEmoBERT, TVA, light face encoder: calibration error | 5.2 % | under 5.0 % |",
    ]
    # the page has the temperatures of the other face encoder; without a face both are the same
    light = {case: {**SCORES, **CALIBRATION, "ece": 0.03, "ece_shipped": 0.053} for case in ("V", "A")}
    rows = glance({}, {**fusion, "light": light}).splitlines()[2:]
    assert (
        rows[-1]
        == "| MEmoBERT, V, light face encoder: calibration error | 5.3 %; by chance 2.0 % | under 5.0 % |"
    )
    assert not any("MEmoBERT, A" in row for row in rows)
    # nothing measured: no row, and no error
    assert len(glance({}, {}).splitlines()) == 2


def test_what_calibration_hides_in_a_corpus_stands_at_a_glance():
    low = {**CALIBRATION, "ece": 0.09, "ece_by_chance": 0.05, "ece_by_chance_95": 0.1}
    high = {**low, "ece": 0.241, "confidence": 0.613, "accuracy": 0.372}
    of = {"raw": {"ece": 0.1}, "scaled": {**CALIBRATION, "ece": 0.04}}
    of |= {
        "corpora": {"nemo": {"scaled": high}, "emodb": {"scaled": low}},
        "left_out": {"it": {"scaled": high}},
    }
    voice = {**FOUND, "calibration": {"after": of}}
    found = {"wav2vec2": voice}
    rows = [row for row in glance(found, {}).splitlines() if "calibration error" in row]
    assert rows == [
        "| wav2vec2, Polish: calibration error | 24.1 %; by chance 5.0 % | under 5.0 % |",
        "| wav2vec2, left out: it: calibration error | 24.1 %; by chance 5.0 % | under 5.0 % |",
    ]
    assert too_sure(found) == "it: 61.3 % on average, right 37.2 %"
    assert too_sure({}) == "not measured"


def test_an_interval_over_clips_is_told_with_how_far_people_are_apart():
    def of(uar: float, count: int = 60) -> dict:
        return {"after": {**SCORES, "uar": uar, "count": count}}

    people = {
        "ravdess_17": of(0.631),
        "ravdess_18": of(0.786),
        "nemo_MP0": of(0.45),
        "emogator_1": of(0.9, 10),
    }
    splits = {
        "validation speakers": {"English, women": of(0.732), "English, men": of(0.601), "Polish": of(0.4)}
    }
    found = {"wav2vec2": {"speakers": people, "splits": splits}}
    assert speakers(found) == "English: 2 with 63.1 % to 78.6 %; Polish: 1 with 45.0 %"
    assert sexes(found) == "English: women 73.2 %, men 60.1 %"
    assert speakers({}) == sexes({}) == "not measured"


def test_what_training_files_hold_as_well_is_told_apart():
    unseen = {**SCORES, "wa": 0.45, "uar": 0.35, "count": 8}
    face = {**FOUND, "splits": {"FER+ valid": {"all": {"after": SCORES}, UNSEEN: {"after": unseen}}}}
    texts = {"meld": {**SCORES, "macro_f1_unseen": 0.38, "unseen": 7}, "isear": SCORES}
    card = make_card(
        MANIFEST, {"denseface-light": face}, {**FUSION, "texts": texts}, {}, [], TEMPLATE.read_text()
    )
    assert "| LightFace, FER+ valid: WA | 45.0 % | 50.0 % | 8 of 10 |" in card
    assert "| LightFace, FER+ valid: UAR | 35.0 % | 40.0 % | 8 of 10 |" in card
    assert "| words alone, meld: macro F1 | 38.0 % | 40.0 % | 7 of 10 |" in card
    assert "words alone, isear: macro F1" not in card
    # the table of classes is of all
    assert "Per class, FER+ valid:" in card
    assert "was not measured" in make_card(
        MANIFEST, {"denseface": FOUND}, FUSION, {}, [], TEMPLATE.read_text()
    )


def test_each_label_is_told_in_each_case():
    none = {"recall": None, "precision": 0.25, "f1": None, "support": 0}
    of = {"T": {"classes": {"sad": none}}, "TVA": {"classes": {"sad": {**none, "recall": 0.5, "f1": 0.3}}}}
    told = case_classes({"cases": of})
    assert "Recall per class:\n\n| class | T | TVA |\n| --- | --- | --- |\n| sad | n/a | 50.0 % |\n" in told
    assert "Precision per class:" in told and "| sad | 25.0 % | 25.0 % |" in told
    assert "F1 per class:" in told and "| sad | n/a | 30.0 % |" in told
    assert "| happiness | 90.0 % |" in make_card(MANIFEST, {}, FUSION, {}, [], TEMPLATE.read_text())
    assert case_classes({}) == "Per class: not measured."


def test_labels_that_an_unheard_corpus_hides_are_a_known_failure():
    recalls = {"sad": 0.5, "surprised": 0.048, "disgusted": 0.0, "scared": None}
    others = {"precision": 0.2, "f1": 0.1, "support": 84}
    classes = {name: {"recall": recall, **others} for name, recall in recalls.items()}
    scores = {"all": {"after": {**SCORES, "classes": classes}}}
    told = missed({"wav2vec2": {"splits": {"validation speakers": scores, "left out whole: it": scores}}})
    assert told == "left out whole: it: disgusted 0.0 % of 84, surprised 4.8 % of 84 (chance 12.5 %)"
    found = {"wav2vec2": {**FOUND, "splits": {"left out whole: it": scores}}}
    card = make_card(MANIFEST, {}, {}, {}, [], "{{missed}}")
    assert card == "none that was measured"
    card = make_card(MANIFEST, found, {}, {}, [], TEMPLATE.read_text().split("## Known failures")[1])
    assert told in card


def test_the_voice_in_two_graphs_is_measured_by_the_files_that_are_shipped():
    file = {"sha256": "abcdef0123456789", "deviation": {"probability": 0.013, "feature": 0.033}}
    manifest = {"graphs": {"wav2vec2-context": {"fp32": {"sha256": "0" * 16}, "int8": file}}}
    path = {"encoder": {"uar": 0.656, "sameAnswer": 0.9}}
    voices = {"graphs": ["wav2vec2-context int8 (c.onnx, sha256 abcdef012345)"], "clips": 240}
    voices |= {"raw": {"encoder": {"uar": 0.667}}, "rates": {"44100": {"path": path}}}
    told = streamed(manifest, voices)
    assert "within 0.013 (probability) and 0.033 (feature)" in told
    assert "240 clips" in told and "UAR 65.6 % from 44.1 kHz (the same answer for 90.0 %)" in told
    assert "trainer's windows: 66.7 %" in told
    # of other weights, or of none, nothing is told
    for others in ({}, {**voices, "graphs": ["wav2vec2-context int8 (c.onnx, sha256 bbbbbb012345)"]}):
        assert streamed(manifest, others).endswith("the page's own path was not measured.")


def test_the_shipped_card_is_what_its_command_writes_and_tells_each_graph(tmp_path):
    root = Path(__file__).parents[2]
    shipped, results = root / "public/models/small", root / "training/results"
    for name in ("manifest.json", "training.json"):
        shutil.copy(shipped / name, tmp_path)
    words = ["--bundle", str(tmp_path), "--encoders", str(results / "encoders/encoders.json")]
    words += ["--fusion", str(results / "memobert/memobert.json")]
    for name in ("voices", "clips"):
        words += [f"--{name}", str(results / f"browser-path-{name}.json")]
    card = main(words)
    assert card == (shipped / "README.md").read_text()
    headings = [line for line in card.splitlines() if line.startswith("## ")]
    for graph in json.loads((shipped / "manifest.json").read_text())["graphs"]:
        assert any(f"(`{graph}.onnx`)" in heading for heading in headings), graph


def test_what_got_worse_is_a_known_failure():
    def scores(low: float, high: float) -> dict:
        difference = {"uar": (low + high) / 2, "uar_interval": [low, high]}
        return {"all": {"after": SCORES, "before": SCORES, "difference": difference}}

    conditions = {"clean": scores(-0.04, 0.01), "dark": scores(0.01, 0.02), "covered": scores(-0.07, -0.002)}
    found = {"denseface": {"robustness": {"conditions": conditions}}, "wav2vec2": {}}
    assert worse(found) == "`denseface`, covered: 40.0 % UAR, -3.6 [-7.0, -0.2] points"
    assert worse({"denseface": FOUND}) == "none that was measured"


def test_the_mean_of_runs_names_each_of_them_once():
    one = {"seed": 1, "commit": "abcdef0123456789", "arguments": {"steps": 5, "blank": 0}}
    other = {"seed": 2, "arguments": {"steps": 7}}
    mean = {"seed": 0, "parts": [0.5, 0.5], "of": [one, {"parts": [0.2, 0.8], "of": [one, other]}]}
    table = runs({"training": {"voice": {"run": mean, "temperature": 1.5}, "face": {"run": one}}})
    assert "| voice, 60% of its weights | 1 | `abcdef012345` | 1.500 | steps 5 |" in table
    assert "| voice, 40% of its weights | 2 | n/a | 1.500 | steps 7 |" in table
    assert "| face | 1 | `abcdef012345` | n/a | steps 5 |" in table
    many = {"parts": [0.004, 0.99, 0.006], "of": [one, other, {"seed": 3}]}
    table = runs({"training": {"fusion": {"run": many}}}).splitlines()[2:]
    assert table[0].startswith("| fusion, 99% of its weights | 2 |")
    assert table[1].startswith("| fusion, 2 runs of less than 1% each | 3 1 |") and len(table) == 2
    # what a run was is not known: it is said, not left out
    assert "50% of its weights | n/a" in runs(
        {"training": {"a": {"run": {"parts": [0.5, 0.5], "of": [one, None]}}}}
    )


def test_a_part_that_is_not_there_is_an_error():
    with pytest.raises(KeyError, match="unknown"):
        make_card(MANIFEST, {}, {}, {}, [], "{{unknown}}")


def test_neutral_readings_tell_what_the_page_answered():
    def answered(word: str, mean: float, changes: int = 0, withheld: int = 0) -> dict:
        return {"word": word, "mean": mean, "changes": changes, "withheld": withheld, "estimates": 7}

    clips = [
        {"withWords": answered("neutral", 0.991), "withoutWords": answered("neutral", 0.5, changes=1)},
        {"withWords": answered("neutral", 0.633), "withoutWords": answered("happy", 0.4, withheld=4)},
    ]
    told = readings(clips)
    assert told.startswith("2 neutral readings")
    assert "With their words: neutral in 2 (0.63 to 0.99); estimates withheld: 0 of 14;" in told
    assert "Without: neutral in 1 (0.50), happy in 1 (0.40); estimates withheld: 4 of 14;" in told
    assert told.endswith("changes of the word within a clip: 1.")
    assert readings(clips) in make_card(MANIFEST, {}, FUSION, {}, clips, TEMPLATE.read_text())
    assert readings([]) == "Neutral readings in the page were not measured."
