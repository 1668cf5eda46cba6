"""Broken speech archives: counted, or refused with the cause and the cure, before anything is trained."""

import io
import logging
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from .speech_data import load_speech

HEADER = "file,speaker,emotion,intensity,statement,duration_s"


def sound(samples: int, rate_hz: int = 16000, channels: int = 1, loud: float = 0.1) -> bytes:
    packed = io.BytesIO()
    wave = loud * np.random.default_rng(0).standard_normal((samples, channels))
    soundfile.write(packed, wave, rate_hz, format="WAV", subtype="FLOAT")
    return packed.getvalue()


def pack(folder: Path, files: dict[str, bytes], rows: list[str], header: str = HEADER) -> Path:
    archive = folder / "ravdess.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    (folder / "ravdess.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    return archive


def row(name: str, emotion: str = "happy") -> str:
    return f"{name},ravdess_01,{emotion},normal,,1"


def test_every_kind_of_broken_clip_is_counted(tmp_path, caplog):
    files = {
        "good.wav": sound(16000),
        "10ms.wav": sound(160),
        "silent.wav": sound(16000, loud=0),
        "nan.wav": sound(16000, loud=float("nan")),
        "cut.wav": sound(16000)[:30],
        "empty.wav": b"",
        "text.wav": b"not a sound",
    }
    pack(tmp_path, files, [*(row(name) for name in files), row("absent.wav")])
    with caplog.at_level(logging.WARNING):
        speech = load_speech(tmp_path)
    assert [clip.length for clip in speech.clips] == [16000]
    assert "7 clips could not be used" in caplog.text


def test_other_rates_and_stereo_become_16_khz_mono(tmp_path):
    files = {"8k.wav": sound(8000, 8000), "44k.wav": sound(44100, 44100, 2), "48k.wav": sound(48000, 48000)}
    pack(tmp_path, files, [row(name) for name in files])
    assert [clip.length for clip in load_speech(tmp_path).clips] == [16000] * 3


def test_an_unknown_emotion_is_named_but_a_left_out_one_is_not(tmp_path, caplog):
    rows = [row("a.wav"), row("a.wav", "hapy"), row("a.wav", "contempt"), row("a.wav", "bored")]
    pack(tmp_path, {"a.wav": sound(16000)}, rows)
    with caplog.at_level(logging.WARNING):
        assert len(load_speech(tmp_path).clips) == 1
    assert "'hapy': 1" in caplog.text and "contempt" not in caplog.text


def test_an_archive_without_its_table_says_so(tmp_path):
    pack(tmp_path, {"a.wav": sound(16000)}, [row("a.wav")])
    (tmp_path / "ravdess.csv").unlink()
    with pytest.raises(FileNotFoundError, match=r"ravdess\.csv is missing: put"):
        load_speech(tmp_path)


def test_a_table_without_its_columns_says_so(tmp_path):
    pack(tmp_path, {"a.wav": sound(16000)}, ["a.wav"], header="file")
    with pytest.raises(ValueError, match="lacks the columns emotion, speaker"):
        load_speech(tmp_path)


def test_an_archive_or_a_cache_that_is_none_says_so(tmp_path):
    archive = pack(tmp_path, {"a.wav": sound(16000)}, [row("a.wav")])
    load_speech(tmp_path, tmp_path / "cache")
    cached = tmp_path / "cache/speech.npz"
    assert list(cached.parent.iterdir()) == [cached]
    cached.write_bytes(cached.read_bytes()[:500])
    with pytest.raises(ValueError, match="delete it"):
        load_speech(tmp_path, tmp_path / "cache")
    archive.write_bytes(b"<html>not found</html>")
    with pytest.raises(ValueError, match=r"no zip archive.*fetch it again"):
        load_speech(tmp_path)


def test_a_cache_of_other_corpora_is_not_taken(tmp_path):
    pack(tmp_path, {"a.wav": sound(16000)}, [row("a.wav")])
    before = load_speech(tmp_path, tmp_path / "cache")
    again = load_speech(tmp_path, tmp_path / "cache")
    assert again.clips == before.clips and np.array_equal(again.samples, before.samples)
    pack(tmp_path, {"a.wav": sound(16000), "b.wav": sound(20000)}, [row("a.wav"), row("b.wav")])
    with pytest.raises(ValueError, match=r"speech\.npz was made with another speech.*another --cache"):
        load_speech(tmp_path, tmp_path / "cache")


def test_a_cache_of_another_form_is_named(tmp_path):
    pack(tmp_path, {"a.wav": sound(16000)}, [row("a.wav")])
    (tmp_path / "cache").mkdir()
    np.savez(tmp_path / "cache/speech.npz", other=np.zeros(3))
    with pytest.raises(ValueError, match="is no cache of speech: delete it"):
        load_speech(tmp_path, tmp_path / "cache")
