"""The export, on untrained toy checkpoints: what a bundle states, what it reuses, that its graphs agree."""

import hashlib
import json
import shutil

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from transformers import BertTokenizerFast

from . import export
from .denseface_model import DenseFace
from .export import CONTEXT, FRAMES, chosen_variants
from .exported_models import PARTS, fold_norms, fold_temperature
from .interruptions import DISK_FULL, KILLED, each, files_of
from .lightface_model import LightFace
from .locks import LOCK
from .manifest import Bundle, describe, prompt_of, read_manifest
from .memobert_model import MemoBert, small_config
from .pretraining_heads import PretrainingHeads
from .sources import DEFAULT_PROMPT
from .wav2vec2_model import TOY, VoiceEncoder, compact_config

RUN = {"arguments": {"rate": 0.1}, "seed": 3, "commit": "abc"}
LIGHT = {"widths": (8, 16, 16), "features": 27}


def stir(model: torch.nn.Module) -> torch.nn.Module:
    """Norms as after training, so that folding them wrongly shows."""
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 2)
            module.bias.data.normal_()
    return model.eval()


@pytest.fixture(scope="module")
def checkpoints(toy, tmp_path_factory):
    """best.pt by part, the light one and the voice with a run, the others as old ones are."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("checkpoints")
    normal = {"mean": 120.0, "std": 60.0}
    face, light = stir(DenseFace(blocks=(1, 1, 1))), stir(LightFace(**LIGHT))
    config = compact_config(**TOY)
    shape = {key: TOY[key] for key in ("hidden_size", "num_attention_heads", "intermediate_size")}
    shape |= {"num_hidden_layers": 1, "vocab_size": len((toy / "vocab.txt").read_text().splitlines())}
    fusion = MemoBert(small_config(**shape), face.feature_size, config.hidden_size)
    stored = {
        "face": {"model": face.state_dict(), **normal, "shape": {"blocks": (1, 1, 1)}, "epoch": 2},
        "light": {"model": light.state_dict(), **normal, "light": LIGHT, "run": RUN, "valid": {"wa": 0.5}},
        "voice": {
            "model": VoiceEncoder(config, 7).state_dict(),
            "config": config.to_dict(),
            "run": RUN,
            "high_pass_hz": 20.0,
        },
        "fusion": {"model": fusion.state_dict(), "config": shape},
    }
    for part, content in stored.items():
        torch.save(content, folder / f"{part}.pt")
    return {part: folder / f"{part}.pt" for part in stored}


def arguments(checkpoints, *parts) -> list[str]:
    return [word for part in parts for word in (f"--{part}", str(checkpoints[part]))]


@pytest.fixture(scope="module")
def bundle(checkpoints, toy, tmp_path_factory):
    out = tmp_path_factory.mktemp("bundle")
    words = ["--vocabulary", str(toy / "vocab.txt"), "--out", str(out)]
    return out, export.main([*arguments(checkpoints, *checkpoints), *words])


def run(path, inputs: dict) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(path)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, inputs), strict=True))


def golden_inputs(case: dict) -> dict[str, np.ndarray]:
    return {
        name: np.array(tensor["data"], tensor["type"]).reshape(tensor["dims"])
        for name, tensor in case["inputs"].items()
    }


def test_every_graph_has_golden_vectors_and_meets_them(bundle):
    folder, manifest = bundle
    golden = json.loads((folder / "golden.json").read_text())
    assert golden.keys() == manifest["graphs"].keys() == PARTS.keys() | {FRAMES, CONTEXT}
    for graph, case in golden.items():
        answers = run(folder / manifest["graphs"][graph]["fp32"]["path"], golden_inputs(case))
        for name, want in case["outputs"].items():
            assert list(answers[name].shape) == want["dims"]
            got = answers[name].flatten()[: len(want["data"])]
            assert np.abs(got - want["data"]).max() < 1e-4 * max(1, np.abs(got).max()), (graph, name)


def test_the_manifest_says_where_everything_comes_from(bundle):
    folder, manifest = bundle
    assert manifest["face"]["graphs"] == {"webgpu": "denseface", "wasm": "denseface-light"}
    assert (manifest["face"]["mean"], manifest["face"]["featureSize"]) == (120.0, 27)
    assert manifest["training"]["light"]["run"] == manifest["training"]["voice"]["run"] == RUN
    assert manifest["training"]["light"]["valid"] == {"wa": 0.5}
    assert manifest["training"]["face"] == {"run": None, "epoch": 2, "valid": None, "temperature": None}
    for graph, files in manifest["graphs"].items():
        both = graph in ("wav2vec2", CONTEXT, "memobert")
        assert files.keys() == ({"fp32", "int8"} if both else {"fp32"})
        assert files["fp32"].keys() == {"path", "bytes", "sha256", "weights"}
        for file in files.values():
            data = (folder / file["path"]).read_bytes()
            assert hashlib.sha256(data).hexdigest() == file["sha256"]
    assert manifest["graphs"]["wav2vec2"]["int8"]["backends"] == ["wasm"]


def test_graphs_hold_no_norm_after_a_convolution_and_one_node_per_gelu_and_layer_norm(bundle):
    folder, _ = bundle
    kinds = {graph: [n.op_type for n in onnx.load(folder / f"{graph}.onnx").graph.node] for graph in PARTS}
    assert "BatchNormalization" not in kinds["denseface-light"]
    # a block's first norm and the transitions' are a maximum, the last one is a norm
    assert kinds["denseface"].count("BatchNormalization") == 1
    assert kinds["denseface"].count("Max") == 3 + 2
    for graph in ("wav2vec2", "memobert"):
        assert "Erf" not in kinds[graph] and "Gelu" in kinds[graph] and "ReduceMean" not in kinds[graph]


def test_no_input_of_memobert_is_made_64_bits_wide(bundle):
    """On WebGPU such a tensor is fetched from the GPU, and the graph waits for it."""
    graph = onnx.load(bundle[0] / "memobert.onnx").graph
    inputs = {entry.name for entry in graph.input}
    casts = [node for node in graph.node if node.op_type == "Cast"]
    wide = [node.input[0] for node in casts if node.attribute[0].i == onnx.TensorProto.INT64]
    assert inputs and not inputs.intersection(wide)


def test_a_head_of_masked_words_is_an_output_beside_the_prompts(bundle, checkpoints, toy, tmp_path):
    folder, _ = bundle
    stored = torch.load(checkpoints["fusion"], weights_only=False)
    model = MemoBert(small_config(**stored["config"]), face_size=27, voice_size=TOY["hidden_size"])
    model.load_state_dict(stored["model"])
    heads = PretrainingHeads(model)
    heads.add_words(model)
    torch.nn.init.normal_(heads.words.bias)
    torch.nn.init.normal_(heads.words.transform.dense.weight)
    torch.save({**stored, "heads": heads.state_dict()}, tmp_path / "fusion.pt")
    words = ["--vocabulary", str(toy / "vocab.txt"), "--out", str(tmp_path / "out")]
    given = {**checkpoints, "fusion": tmp_path / "fusion.pt"}
    export.main([*arguments(given, *given), *words])
    golden = json.loads((tmp_path / "out/golden.json").read_text())["memobert"]
    # of a vocabulary as often as asked for: no more than a prefix is fetched by every visitor
    filled = golden["outputs"]["filled_words"]
    assert filled["dims"] == golden["outputs"]["mask_logits"]["dims"]
    assert len(filled["data"]) == min(256, np.prod(filled["dims"]))
    inputs = golden_inputs(golden)
    before, after = (run(where / "memobert.onnx", inputs) for where in (folder, tmp_path / "out"))
    assert before.keys() == {"mask_logits", "hidden"} == after.keys() - {"filled_words"}
    assert np.array_equal(before["mask_logits"], after["mask_logits"])
    assert np.abs(after["filled_words"] - after["mask_logits"]).max() > 0.5
    got = after["filled_words"].flatten()[: len(filled["data"])]
    assert np.abs(got - filled["data"]).max() < 1e-3 * max(1, np.abs(got).max())


def test_temperatures_divide_the_logits(bundle, checkpoints, toy, tmp_path):
    folder, _ = bundle
    temperatures = {"denseface": 2.0, "denseface-light": 0.5, "wav2vec2": 1.25}
    (tmp_path / "temperatures.json").write_text(json.dumps(temperatures))
    words = ["--vocabulary", str(toy / "vocab.txt"), "--calibration", str(tmp_path / "temperatures.json")]
    out = tmp_path / "bundle"
    manifest = export.main([*arguments(checkpoints, *checkpoints), *words, "--out", str(out)])
    golden = json.loads((out / "golden.json").read_text())
    for graph, temperature in temperatures.items():
        assert manifest["training"][PARTS[graph]]["temperature"] == temperature
        inputs = golden_inputs(golden[graph])
        plain, calibrated = (run(where / f"{graph}.onnx", inputs) for where in (folder, out))
        # rounding to fp16 comes after
        assert np.abs(calibrated["logits"] * temperature - plain["logits"]).max() < 5e-3
        assert (calibrated["logits"].argmax(1) == plain["logits"].argmax(1)).all()
        assert np.array_equal(calibrated["features"], plain["features"])
    (tmp_path / "temperatures.json").write_text('{"face": 2.0}')
    with pytest.raises(ValueError, match="face"):
        export.read_temperatures(tmp_path / "temperatures.json")
    for wrong in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="positive"):
            fold_temperature(DenseFace(blocks=(1, 1, 1)), wrong)


def test_what_is_reused_stays_to_the_byte(bundle, checkpoints, tmp_path):
    folder, before = bundle
    words = ["--reuse", str(folder), "--out", str(tmp_path), "--variants", "wav2vec2=fp32"]
    own = ["--licence", "mine alone", "--data-source", "Talks, 2025 = CC0", "--data-source", "calls=mine"]
    after = export.main([*arguments(checkpoints, "voice"), *words, *own])
    assert after["licence"] == "mine alone"
    assert after["dataSources"] == [
        {"name": "Talks, 2025", "licence": "CC0"},
        {"name": "calls", "licence": "mine"},
    ]
    goldens = [json.loads((where / "golden.json").read_text()) for where in (folder, tmp_path)]
    assert after["graphs"].keys() == before["graphs"].keys()
    for graph in before["graphs"].keys() - {"wav2vec2", FRAMES, CONTEXT}:
        assert after["graphs"][graph] == before["graphs"][graph]
        assert (tmp_path / f"{graph}.onnx").read_bytes() == (folder / f"{graph}.onnx").read_bytes()
        assert goldens[0][graph] == goldens[1][graph]
        assert after["training"][PARTS[graph]] == before["training"][PARTS[graph]]
    assert after["graphs"]["wav2vec2"]["fp32"]["weights"] == "fp32"
    assert before["voice"]["highPassHz"] == 20
    for part in ("text", "face", "voice"):
        assert after[part] == before[part]
    (folder / "copy").mkdir()
    for name in ("manifest.json", "golden.json"):
        (folder / "copy" / name).write_bytes((folder / name).read_bytes())
    (folder / "copy" / "denseface.onnx").write_bytes(b"another")
    with pytest.raises(ValueError, match="not the file"):
        export.Bundle(folder / "copy").take("denseface", tmp_path)


def test_how_it_was_trained_is_told_in_a_file_that_no_page_needs(bundle, tmp_path, caplog):
    folder, manifest = bundle
    told = json.loads((folder / "manifest.json").read_text())
    assert told["training"] == describe(folder / "training.json", folder)
    assert json.loads((folder / "training.json").read_text()) == manifest["training"]
    assert read_manifest(folder / "manifest.json") == Bundle(folder).manifest == manifest
    # a server needs what the page fetches
    for name in ("manifest.json", "golden.json"):
        shutil.copy(folder / name, tmp_path / name)
    assert Bundle(tmp_path).manifest == {**manifest, "training": {}}
    assert "training.json is not beside" in caplog.text
    (tmp_path / "training.json").write_text("{}")
    with pytest.raises(ValueError, match=r"training\.json is not the file that its manifest names"):
        Bundle(tmp_path)
    # as before it had a file of its own, or without anything
    for before in (manifest, {name: of for name, of in manifest.items() if name != "training"}):
        (tmp_path / "manifest.json").write_text(json.dumps(before))
        assert Bundle(tmp_path).manifest == before


@pytest.mark.parametrize("path", ["../x.onnx", "/abs", "..\\x.onnx", "a/../../x.onnx", "https://a/b"])
@pytest.mark.parametrize(
    "place", [("graphs", "denseface", "fp32"), ("golden",), ("text", "tokenizer"), ("training",)]
)
def test_a_manifest_that_leads_out_of_its_bundle_is_refused(bundle, checkpoints, tmp_path, path, place):
    folder = tmp_path / "in" / "foreign"
    shutil.copytree(bundle[0], folder)
    if path == "/abs":
        path = str(tmp_path / "abs.onnx")
    manifest = json.loads((folder / "manifest.json").read_text())
    entry = manifest
    for key in place:
        entry = entry[key]
    # what is named is there, and what the manifest says
    outside = folder / path
    if outside.parent.is_dir():
        shutil.copy(folder / entry["path"], outside)
    entry["path"] = path
    (folder / "manifest.json").write_text(json.dumps(manifest))
    before = sorted(tmp_path.rglob("*"))
    out = tmp_path / "deep/out"
    given = ["--reuse", str(folder), "--out", str(out), "--variants", "wav2vec2=fp32"]
    with pytest.raises(ValueError, match="may lie outside of the bundle"):
        export.main([*arguments(checkpoints, "voice"), *given])
    assert [path for path in sorted(tmp_path.rglob("*")) if out.parent not in (path, *path.parents)] == before
    assert sorted((tmp_path / "deep").iterdir()) == [out]


@pytest.mark.parametrize("error", [KILLED, DISK_FULL], ids=["killed", "full"])
def test_a_bundle_that_is_made_anew_is_the_old_one_the_new_one_or_none(bundle, checkpoints, tmp_path, error):
    out = tmp_path / "out"
    given = ["--reuse", str(bundle[0]), "--out", str(out), "--variants", "wav2vec2=fp32"]
    before = files_of(bundle[0])

    def command() -> None:
        export.main([*arguments(checkpoints, "voice"), *given])

    def ready() -> None:
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(bundle[0], out)

    ready()
    command()
    wanted = files_of(out)
    for _ in each(command, out, error, 8, ready):
        if (out / "manifest.json").exists():
            # a kill leaves what was begun, and the lock's file, which means nothing then
            found = {name: of for name, of in files_of(out).items() if not name.startswith((".part/", LOCK))}
            assert found in (before, wanted)
    command()
    assert files_of(out).keys() == wanted.keys()


def test_a_tokenizer_that_is_not_the_manifests_is_refused(bundle, checkpoints, tmp_path):
    folder = tmp_path / "foreign"
    shutil.copytree(bundle[0], folder)
    (folder / "tokenizer.json").write_text((folder / "tokenizer.json").read_text() + " ")
    given = ["--reuse", str(folder), "--out", str(tmp_path / "out"), "--variants", "wav2vec2=fp32"]
    with pytest.raises(ValueError, match=r"tokenizer\.json is not the file that its manifest names"):
        export.main([*arguments(checkpoints, "voice"), *given])
    # one of another name is taken by the name that the manifest says
    manifest = json.loads((folder / "manifest.json").read_text())
    shutil.copy(bundle[0] / "tokenizer.json", folder / "words.json")
    manifest["text"]["tokenizer"]["path"] = "words.json"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    after = export.main([*arguments(checkpoints, "voice"), *given])
    assert after["text"] == bundle[1]["text"]


def test_the_prompt_is_the_one_that_was_tuned(bundle, checkpoints, tmp_path):
    folder, manifest = bundle
    assert manifest["prompt"] == "I am [MASK]."
    stored = torch.load(checkpoints["fusion"], weights_only=False)
    torch.save({**stored, "method": "prompt", "prompt": "so what [MASK] ."}, tmp_path / "tuned.pt")
    given = ["--fusion", str(tmp_path / "tuned.pt"), "--reuse", str(folder), "--out", str(tmp_path / "out")]
    assert export.main(given)["prompt"] == "So what [MASK]."
    tokenizer = BertTokenizerFast.from_pretrained(tmp_path / "out")
    asked = tokenizer("so what [MASK] .", add_special_tokens=False).input_ids
    golden = json.loads((tmp_path / "out/golden.json").read_text())["memobert"]["inputs"]["input_ids"]
    begin = golden["data"].index(tokenizer.mask_token_id) - asked.index(tokenizer.mask_token_id)
    assert golden["data"][begin : begin + len(asked)] == asked
    # of what does not tell, that of the bundle reused; the usual one is written as it always was
    assert prompt_of({}, Bundle(tmp_path / "out")) == "So what [MASK]."
    assert prompt_of({"prompt": DEFAULT_PROMPT}, Bundle(tmp_path / "out")) == "I am [MASK]."
    assert prompt_of({}, None) == "I am [MASK]."


def test_a_classifier_has_no_place_in_a_bundle(checkpoints, toy, tmp_path):
    stored = torch.load(checkpoints["fusion"], weights_only=False)
    torch.save({**stored, "method": "finetune"}, tmp_path / "tuned.pt")
    given = ["--fusion", str(tmp_path / "tuned.pt"), "--vocabulary", str(toy / "vocab.txt")]
    with pytest.raises(ValueError, match=r"tuned\.pt answers by a classifier .* give one .* --method prompt"):
        export.main([*given, "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_files_by_precision_name_their_backend_and_deviation(checkpoints, toy, tmp_path):
    words = ["--vocabulary", str(toy / "vocab.txt"), "--out", str(tmp_path)]
    chosen = ["--variants", "denseface-light=fp32-int8,fp16", "wav2vec2=fp32-half,int8"]
    graphs = export.main([*arguments(checkpoints, *checkpoints), *words, *chosen])["graphs"]
    light, voice = graphs["denseface-light"], graphs["wav2vec2"]
    assert (light["fp16"]["path"], light["fp16"]["backends"]) == ("denseface-light.fp16.onnx", ["webgpu"])
    assert (voice["int8"]["path"], voice["int8"]["backends"]) == ("wav2vec2.int8.onnx", ["wasm"])
    assert "backends" not in light["fp32"] and light["fp32"]["weights"] == "int8"
    for file in (light["fp32"], light["fp16"], voice["int8"]):
        assert 0 < file["deviation"]["feature"] < 0.1
    assert "deviation" not in voice["fp32"]


@pytest.mark.parametrize(
    "word", ["wav2vec=fp32", "wav2vec2=fp64", "wav2vec2=fp32,fp32-half", "wav2vec2=int8", "wav2vec2"]
)
def test_a_choice_of_files_that_cannot_be_is_refused(word):
    with pytest.raises(ValueError, match="wav2vec"):
        chosen_variants([word])


def test_parts_that_do_not_fit_are_refused(checkpoints, toy, tmp_path):
    words = ["--vocabulary", str(toy / "vocab.txt"), "--out", str(tmp_path / "out")]
    stored = torch.load(checkpoints["light"], weights_only=False)
    other = {**stored, "mean": 100.0}
    torch.save(other, tmp_path / "light.pt")
    with pytest.raises(ValueError, match="mean"):
        export.main(
            [
                *arguments(checkpoints, "face", "voice", "fusion"),
                "--light",
                str(tmp_path / "light.pt"),
                *words,
            ]
        )
    wider = LightFace(widths=(8, 16, 16), features=30)
    torch.save(
        {**stored, "model": wider.state_dict(), "light": {**LIGHT, "features": 30}}, tmp_path / "light.pt"
    )
    with pytest.raises(ValueError, match="30 features"):
        export.main(
            [
                *arguments(checkpoints, "face", "voice", "fusion"),
                "--light",
                str(tmp_path / "light.pt"),
                *words,
            ]
        )
    with pytest.raises(ValueError, match="--vocabulary"):
        export.main([*arguments(checkpoints, *checkpoints), "--out", str(tmp_path / "out")])


def test_folding_the_light_norms_changes_nothing():
    torch.manual_seed(1)
    model, faces = stir(LightFace(**LIGHT)), torch.randn(2, 1, 64, 64)
    with torch.no_grad():
        before = model(faces)
        after = fold_norms(model)(faces)
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in model.modules())
    for first, second in zip(before, after, strict=True):
        assert torch.allclose(first, second, atol=1e-4)


@pytest.mark.parametrize("negative", [False, True])
def test_floors_change_nothing_and_a_norm_with_a_negative_scale_stays(negative):
    torch.manual_seed(1)
    model, faces = stir(DenseFace(blocks=(2, 1, 1))), torch.randn(2, 1, 64, 64)
    if negative:
        model.body[1].norm1.weight.data[3] = -1
    with torch.no_grad():
        before = model(faces)
        after = fold_norms(model)(faces)
    left = sum(isinstance(module, torch.nn.BatchNorm2d) for module in model.modules())
    assert left == 1 + negative
    for first, second in zip(before, after, strict=True):
        # weights are rounded to fp16 as they are folded
        assert (first - second).abs().max() < 2e-3 * max(1, first.abs().max())


def test_a_source_without_a_licence_is_refused():
    with pytest.raises(ValueError, match=r"--data-source 'Talks='.*NAME=LICENCE"):
        export.data_sources(["Talks="])
