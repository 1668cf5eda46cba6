"""Clips come back from a shard as they went in, and a shard that is broken says so."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from .face_crops import FACE_PX
from .labels import LABELS
from .shard_writing import ShardWriter, write_part
from .shards import VOICE_HZ, Clip, ShardError, Word, pack_clip, read_clips, sha256, unpack_clip
from .utterances import Faults, Unit
from .wav2vec2_model import SAMPLE_RATE_HZ


def clips(split: str = "train") -> list[Clip]:
    rng = np.random.default_rng(0)
    full = Clip(
        key=f"a-{split}-0",
        source="folder/a film.mp4",
        start_s=1.25,
        end_s=2.5,
        split=split,
        words=[Word("café", 0.0, 0.5), Word("noir", 0.5, 1.25)],
        faces=rng.integers(0, 256, (3, 64, 64)).astype(np.uint8),
        face_times_s=np.array([0.05, 0.15, 0.35], np.float32),
        missed_times_s=np.array([0.25], np.float32),
        waveform=rng.uniform(-1, 1, 20_000).astype(np.float32),
        label=LABELS[1],
        speaker="Zoë",
    )
    return [full, Clip(key=f"a-{split}-1", source="folder/a film.mp4", start_s=3, end_s=4, split=split)]


@pytest.fixture
def shards(tmp_path):
    """A shard of two clips for each of two splits."""
    writer = ShardWriter(tmp_path, {})
    for split in ("train", "valid"):
        unit = Unit("folder/a film.mp4", split, ())
        write_part(writer.parts, unit, "print", clips(split), Faults())
        writer.pack([unit])
    writer.close()
    return tmp_path


def change_index(folder, change) -> None:
    index = json.loads((folder / "shards.json").read_text())
    change(index)
    (folder / "shards.json").write_text(json.dumps(index))


def test_clips_come_back_as_they_went_in(shards):
    assert VOICE_HZ == SAMPLE_RATE_HZ
    found = list(read_clips(shards, "valid", verify=True))
    assert len(list(read_clips(shards))) == 4
    for got, want in zip(found, clips("valid"), strict=True):
        for name, value in vars(want).items():
            back = getattr(got, name)
            if name == "waveform":
                # 16 bit
                assert back.shape == value.shape and np.abs(back - value).max(initial=0) <= 1 / 32768
            elif isinstance(value, np.ndarray):
                assert back.dtype == value.dtype and back.shape == value.shape and (back == value).all()
            else:
                assert back == value


def test_an_hour_of_faces_is_no_bomb(monkeypatch):
    packed = pack_clip(clips()[0])
    # a limit that three faces are above, as 44,000 are above Pillow's own
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", FACE_PX**2)
    assert (unpack_clip(packed).faces == clips()[0].faces).all()
    about = json.loads(packed["json"])
    fewer = json.dumps({**about, "face_times_s": about["face_times_s"][:1]})
    with pytest.raises(ShardError, match=r"a-train-0 is no utterance .*64x192 pixels for 1 faces"):
        unpack_clip({**packed, "json": fewer})
    with pytest.raises(ShardError, match="a-train-0 is no utterance"):
        unpack_clip({**packed, "faces.png": b"no picture"})


def test_what_is_missing_is_named(shards, tmp_path):
    with pytest.raises(ShardError, match="no shard of test: there are train, valid"):
        next(read_clips(shards, "test"))
    (shards / "train-000000.tar").unlink()
    with pytest.raises(FileNotFoundError, match=r"train-000000\.tar is missing"):
        next(read_clips(shards))
    (shards / "shards.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"shards\.json is missing.*memobert\.prepare"):
        next(read_clips(shards))


def test_a_shard_that_was_cut_short_says_so(shards):
    path = shards / "train-000000.tar"
    whole = path.read_bytes()
    path.write_bytes(whole[:15_000])
    with pytest.raises(ShardError, match=r"was cut short \(15,000 of"):
        next(read_clips(shards, "train"))
    # an index that agrees with the cut does not hide it
    change_index(shards, lambda index: index["shards"][0].update(bytes=15_000, sha256=sha256(path)))
    with pytest.raises(ShardError, match="no tar archive that can be read"):
        list(read_clips(shards, "train", verify=True))
    path.write_bytes(whole[: whole.index(b"a-train-1")])
    change_index(shards, lambda index: index["shards"][0].update(bytes=path.stat().st_size))
    with pytest.raises(ShardError, match="holds 1 utterances, not 2"):
        list(read_clips(shards, "train"))


def test_a_changed_byte_is_seen(shards):
    path = shards / "train-000000.tar"
    content = bytearray(path.read_bytes())
    at = re.search(rb"fLaC", content).start()
    content[at] ^= 0xFF
    path.chmod(0o644)
    path.write_bytes(content)
    with pytest.raises(ShardError, match=r"not what was written \(sha256\)"):
        next(read_clips(shards, "train", verify=True))
    with pytest.raises(ShardError, match="a-train-0 is no utterance"):
        next(read_clips(shards, "train"))


def test_another_format_is_refused(shards):
    path = shards / "train-000000.tar"
    path.write_bytes(path.read_bytes().replace(b'"format": 1', b'"format": 7'))
    with pytest.raises(ShardError, match=r"train-000000\.tar: a-train-0 is of format 7, this code reads 1"):
        next(read_clips(shards, "train"))
    change_index(shards, lambda index: index.update(format=2))
    with pytest.raises(ShardError, match="format 2, this code reads 1: use the code that wrote it"):
        next(read_clips(shards))
    (shards / "shards.json").write_text("[]")
    with pytest.raises(ShardError, match="no index of shards"):
        next(read_clips(shards))
