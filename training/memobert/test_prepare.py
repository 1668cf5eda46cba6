"""Drawn videos become shards: what is in a clip, every fault, kills. `SkinDetector` finds the faces."""

import json
import logging
import shutil
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from . import prepare, toy_videos, video_clips, video_reading
from .shards import VOICE_HZ, ShardError, read_clips, sha256
from .toy_videos import SkinDetector, draw_face, hum, scene, talking, write_subtitle, write_video
from .utterances import Faults, find_units
from .video_reading import VideoError


@pytest.fixture
def detector(monkeypatch):
    made = SkinDetector()
    monkeypatch.setattr(prepare, "FaceDetector", lambda model: made)
    return made


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """One second of a talking face, to be copied."""
    return write_video(tmp_path_factory.mktemp("film") / "film.mkv", talking(1.0), hum(1.0))


def copy(film: Path, folder: Path, name: str, said: str = "hello there") -> Path:
    path = folder / f"{name}.mkv"
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(film, path)
    write_subtitle(path.with_suffix(".srt"), [(0.1, 0.9, said)])
    return path


def run(videos: Path, out: Path, *more: str) -> dict:
    return prepare.main(["--videos", str(videos), "--out", str(out), "--valid", "0", *more])


def clips_of(videos: Path, out: Path, *more: str) -> dict:
    """By the file's name without its suffix; the last of a file."""
    run(videos, out, *more)
    return {Path(clip.source).stem: clip for clip in read_clips(out, verify=True)}


def test_every_container_gives_faces_voice_and_words(detector, tmp_path):
    codecs = {
        "a.mp4": ("mpeg4", "aac"),
        "b.webm": ("libvpx", "libopus"),
        "c.mov": ("mpeg4", "aac"),
        "deep/er/d.AVI": ("mpeg4", "mp3"),
    }
    for name, used in codecs.items():
        path = write_video(tmp_path / "videos" / name, talking(1.0), hum(1.0), used)
        write_subtitle(path.with_suffix(".vtt"), [(0.2, 0.8, "<v Ann>good &amp; [door] <i>bad</i>")])
    clips = clips_of(tmp_path / "videos", tmp_path / "out")
    assert sorted(clips) == ["a", "b", "c", "d"]
    for clip in clips.values():
        assert [word.text for word in clip.words] == ["good", "&", "bad"] and clip.speaker == "Ann"
        assert (clip.words[0].start_s, clip.words[-1].end_s) == (0, pytest.approx(0.6, abs=1e-3))
        assert (clip.start_s, clip.end_s, clip.label, clip.split) == (0.2, 0.8, None, "train")
        assert clip.faces.shape == (6, 64, 64) and clip.faces.dtype == np.uint8
        assert np.allclose(clip.face_times_s, np.arange(6) / 10, atol=1e-3)
        assert clip.waveform.shape == (round(0.6 * VOICE_HZ),) and 0.05 < clip.waveform.std() < 0.4
    # the same face, whatever the codec: eyes darker than the cheeks below them, at FER+'s place
    middle = clips["a"].faces[3].astype(int)
    for clip in clips.values():
        assert np.abs(clip.faces[3].astype(int) - middle).mean() < 6
    eyes, cheeks = middle[24:27, 16:24].mean(), middle[34:38, 16:24].mean()
    assert eyes < cheeks - 20


def test_the_voice_is_at_its_place(detector, tmp_path):
    wave = np.concatenate([np.zeros(8000, np.float32), hum(0.5)])
    path = write_video(tmp_path / "videos/a.mkv", talking(1.0), wave)
    write_subtitle(path.with_suffix(".srt"), [(0.25, 1.0, "late")])
    clip = clips_of(tmp_path / "videos", tmp_path / "out")["a"]
    assert not clip.waveform[:4000].any()
    assert np.abs(clip.waveform - wave[4000:]).max() < 1e-4


MP2_FRAME = 1152
# the length of a part of `joined`: whole frames
PART = 14 * MP2_FRAME


def mp2(wave: np.ndarray, layout: str) -> bytes:
    """A wave at 16 kHz as MPEG audio; such files may be put end to end."""
    made = av.CodecContext.create("mp2", "w")
    made.sample_rate, made.layout, made.format = VOICE_HZ, layout, "s16"
    made.time_base = Fraction(1, VOICE_HZ)
    packets = []
    for first in range(0, len(wave), MP2_FRAME):
        samples = (wave[first : first + MP2_FRAME] * 32767).astype(np.int16)
        both = np.repeat(samples, 2 if layout == "stereo" else 1)[None]
        frame = av.AudioFrame.from_ndarray(both, format="s16", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = VOICE_HZ, first, made.time_base
        packets += made.encode(frame)
    return b"".join(bytes(packet) for packet in (*packets, *made.encode(None)))


@pytest.fixture
def joined(tmp_path) -> Path:
    """A folder with a recording whose sound is stereo for about a second, then mono."""
    path = tmp_path / "videos/a.mpg"
    path.parent.mkdir()
    low, high = (hum(PART / VOICE_HZ, pitch_hz) for pitch_hz in (140, 220))
    path.write_bytes(mp2(low, "stereo") + mp2(high, "mono"))
    path.with_suffix(".txt").write_text("hello")
    return path.parent


def test_a_sound_that_changes_its_layout_is_heard_to_its_end(detector, joined, tmp_path, caplog):
    wave = clips_of(joined, tmp_path / "out")["a"].waveform
    assert len(wave) == 2 * PART
    # their pitch, where it is loud and the seam is far
    for first, pitch_hz in ((0, 140), (PART, 220)):
        loud = np.abs(np.fft.rfft(wave[first + 2000 : first + 14000]))
        assert loud.argmax() * VOICE_HZ / 12000 == pytest.approx(pitch_hz, abs=2)
    assert "breaks off" not in caplog.text


def test_a_sound_that_cannot_be_resampled_is_used_up_to_there(
    detector, joined, tmp_path, monkeypatch, caplog
):
    first = video_reading.av.AudioResampler("s16", "mono", VOICE_HZ)
    monkeypatch.setattr(video_reading.av, "AudioResampler", lambda *_given: first)
    wave = clips_of(joined, tmp_path / "out")["a"].waveform
    assert len(wave) == PART
    assert "a.mpg: video that breaks off: what comes before was used" in caplog.text


def with_a_jump(path: Path, kind: str, by_s: float) -> None:
    """Writes a second of a talking face; the last packet of one track comes so much later."""
    with av.open(str(path), "w") as container:
        made = []
        for stream, frames in (
            (container.add_stream("mpeg4", rate=20), toy_videos._frames(talking(1.0))),
            (container.add_stream("pcm_s16le", rate=VOICE_HZ), toy_videos._sound(hum(1.0))),
        ):
            if stream.type == "video":
                stream.width, stream.height, stream.pix_fmt = *toy_videos.SIZE, "yuv420p"
            else:
                stream.layout = "mono"
            packets = [packet for frame in frames for packet in stream.encode(frame)] + stream.encode(None)
            if stream.type == kind:
                late = round(by_s / packets[-1].time_base)
                packets[-1].pts, packets[-1].dts = packets[-1].pts + late, packets[-1].dts + late
            made += packets
        container.mux(sorted(made, key=lambda packet: packet.dts * packet.time_base))


@pytest.mark.parametrize(("kind", "name"), [("video", "a.mkv"), ("audio", "a.mkv"), ("video", "a.mov")])
def test_a_time_stamp_that_jumps_ends_the_recording_before_it(detector, film, tmp_path, caplog, kind, name):
    copy(film, tmp_path / "videos", "good")
    with_a_jump(tmp_path / "videos" / name, kind, 2000.0)
    (tmp_path / "videos/a.txt").write_text("hello")
    with caplog.at_level(logging.WARNING):
        clips = clips_of(tmp_path / "videos", tmp_path / "out")
    assert sorted(clips) == ["a", "good"]
    assert clips["a"].end_s == pytest.approx(1.0, abs=0.06) and 8 <= len(clips["a"].faces) <= 10
    assert len(clips["a"].waveform) == pytest.approx(VOICE_HZ, abs=0.11 * VOICE_HZ)
    assert f"{name}: video that breaks off: what comes before was used" in caplog.text
    assert "good.mkv: video that breaks off" not in caplog.text


def test_a_video_for_which_memory_does_not_suffice_leaves_the_others(
    detector, film, tmp_path, monkeypatch, caplog
):
    for name in ("bad", "good"):
        copy(film, tmp_path / "videos", name)
    read_voice = video_clips.read_voice

    def read(path: Path, reading) -> np.ndarray | None:
        if path.stem == "bad":
            raise MemoryError
        return read_voice(path, reading)

    monkeypatch.setattr(video_clips, "read_voice", read)
    assert sorted(clips_of(tmp_path / "videos", tmp_path / "out")) == ["good"]
    assert "bad.mkv: video that cannot be decoded" in caplog.text


def test_names_are_no_addresses(detector, film, tmp_path, monkeypatch):
    """A colon makes FFmpeg look for a protocol, and a server."""
    monkeypatch.chdir(tmp_path)
    for name in ("12:30", "http:/127.0.0.1/a", "a%20b?c#d"):
        copy(film, Path(), name)
    clips = clips_of(Path(), tmp_path / "out")
    assert sorted(clips) == ["12:30", "a", "a%20b?c#d"]


def test_a_telephones_upright_video_is_turned(detector, tmp_path):
    pictures = [scene([(draw_face(120), (12, 36))], (144, 192))] * 10
    for name, lying, rotation in (
        ("upright", pictures, None),
        # stored lying on its side, to be turned anticlockwise
        ("turned", [np.rot90(picture, -1) for picture in pictures], 90),
    ):
        path = write_video(tmp_path / f"videos/{name}.mp4", lying, None, rotation=rotation)
        path.with_suffix(".txt").write_text("hello")
    clips = clips_of(tmp_path / "videos", tmp_path / "out")
    assert len(clips["turned"].faces) == 5
    assert np.abs(clips["turned"].faces.astype(int) - clips["upright"].faces.astype(int)).mean() < 8


def test_labels_speakers_splits_and_times_are_the_tables(detector, tmp_path):
    toy_videos.make(tmp_path / "videos")
    run(tmp_path / "videos", tmp_path / "out")
    train, valid = (list(read_clips(tmp_path / "out", split)) for split in ("train", "valid"))
    assert [(c.source, c.start_s, c.label, c.speaker) for c in train] == [
        ("ann.mkv", 0.1, "happy", "ann"),
        ("ann.mkv", 1.0, "happy", "ann"),
    ]
    assert [" ".join(word.text for word in clip.words) for clip in train] == ["what a lovely day", "so great"]
    (bob,) = valid
    assert (bob.label, bob.end_s) == ("angry", 1.5)
    # a transcript has no times: its words are spread over the whole, by their length
    assert [(word.text, round(word.start_s, 2)) for word in bob.words] == [
        ("i", 0),
        ("was", 0.21),
        ("furious", 0.64),
    ]


def test_a_row_without_time_and_label_tells_of_all_cues(detector, film, tmp_path):
    path = copy(film, tmp_path / "videos", "a")
    write_subtitle(path.with_suffix(".srt"), [(0, 0.5, "one"), (0.5, 1, "two")])
    (tmp_path / "videos/labels.csv").write_text("file,speaker,split\na,ann,test\n")
    run(tmp_path / "videos", tmp_path / "out")
    assert [(c.speaker, c.split, c.words[0].text) for c in read_clips(tmp_path / "out")] == [
        ("ann", "test", "one"),
        ("ann", "test", "two"),
    ]


def test_a_clip_of_an_emotion_that_is_no_label_is_kept_without(detector, film, tmp_path, caplog):
    for name in ("other", "unused"):
        copy(film, tmp_path / "videos", name).with_suffix(".srt").unlink()
    copy(film, tmp_path / "videos", "spoken")
    rows = ["file,label,speaker", "other,excited,ann", "unused,contempt,bob", "spoken,excited,cat"]
    (tmp_path / "videos/labels.csv").write_text("\n".join(rows))
    clips = clips_of(tmp_path / "videos", tmp_path / "out")
    told = {name: (clip.label, clip.speaker, clip.end_s - clip.start_s) for name, clip in clips.items()}
    assert told == {"other": (None, "ann", 1), "unused": (None, "bob", 1), "spoken": (None, "cat", 1)}
    assert [word.text for word in clips["spoken"].words] == ["hello", "there"]
    assert "left out" not in caplog.text and "excited: label that is none of" in caplog.text


def test_a_speaker_is_in_one_split(film, tmp_path):
    for name in ("a", "b", "c"):
        copy(film, tmp_path, name)
    table = tmp_path / "labels.csv"
    for split in ("test", "valid"):
        table.write_text(f"file,speaker,split\na,ann,{split}\nb,ann,\nc,bob,train\n")
        units = find_units(tmp_path, 0.0, Faults())
        assert [(unit.file, unit.split) for unit in units] == [
            ("a.mkv", split), ("b.mkv", split), ("c.mkv", "train"),
        ]  # fmt: skip
    table.write_text("file,speaker,split\na,ann,train\nc,bob,train\nb,ann,valid\n")
    with pytest.raises(ValueError, match=r"labels\.csv, line 2: ann is of train, and in .*, line 4 of valid"):
        find_units(tmp_path, 0.0, Faults())
    # a row of its own takes speaker or split of its file's
    table.write_text(
        "file,start,end,label,speaker,split\na,,,,ann,train\na,0.1,0.5,sad,,\nb,0.1,0.5,sad,ann,test\n"
    )
    with pytest.raises(ValueError, match="ann is of train"):
        find_units(tmp_path, 0.0, Faults())


def test_a_recording_in_two_files_is_taken_once(film, tmp_path):
    for number in range(30):
        path = copy(film, tmp_path, f"t{number}")
        shutil.copy(film, path.with_suffix(".webm"))
    faults = Faults()
    units = find_units(tmp_path, 0.5, faults)
    assert [unit.file for unit in units] == sorted(f"t{number}.mkv" for number in range(30))
    assert {unit.split for unit in units} == {"train", "valid"}
    told = "has its words in common with t0.mkv, which is taken: left out"
    assert faults.sorted()[told] == {"t0.webm": 1}
    # saved as another kind of file it stays where it was
    for path in tmp_path.glob("*.mkv"):
        path.unlink()
    again = find_units(tmp_path, 0.5, Faults())
    assert [unit.split for unit in again] == [unit.split for unit in units]


def test_a_split_that_is_not_given_is_the_speakers(detector, film, tmp_path):
    rows = ["file,speaker"]
    for number in range(12):
        copy(film, tmp_path / "videos", f"v{number}")
        rows.append(f"v{number},speaker {number // 2}")
    (tmp_path / "videos/labels.csv").write_text("\n".join(rows))
    counts = prepare.main(
        ["--videos", str(tmp_path / "videos"), "--out", str(tmp_path / "out"), "--valid", "0.5", "--dry-run"]
    )
    assert set(counts["splits"]) == {"train", "valid"} and all(n % 2 == 0 for n in counts["splits"].values())


def test_a_frame_without_a_face_is_marked_not_invented(detector, tmp_path):
    face = draw_face(100)
    pictures = [scene([(face, (40, 20))] if not 6 <= i < 12 else []) for i in range(20)]
    path = write_video(tmp_path / "videos/a.mkv", pictures, hum(1.0))
    path.with_suffix(".txt").write_text("hello")
    clip = clips_of(tmp_path / "videos", tmp_path / "out")["a"]
    assert np.allclose(clip.face_times_s, [0, 0.1, 0.2, 0.6, 0.7, 0.8, 0.9])
    assert np.allclose(clip.missed_times_s, [0.3, 0.4, 0.5])


def test_of_several_faces_the_largest_is_followed_steadily(detector, tmp_path):
    first, second = draw_face(80, mouth=0.0), draw_face(64, mouth=1.0)
    grown = draw_face(96, mouth=1.0)
    # the second grows larger than the first, which stays the one that is followed
    pictures = [scene([(first, (8, 40)), (second if i < 10 else grown, (94, 30))]) for i in range(20)]
    path = write_video(tmp_path / "videos/a.mkv", pictures, None)
    path.with_suffix(".txt").write_text("hello")
    clip = clips_of(tmp_path / "videos", tmp_path / "out")["a"]
    assert len(clip.faces) == 10
    assert np.abs(clip.faces[-1].astype(int) - clip.faces[0].astype(int)).mean() < 3


def test_every_fault_is_counted_with_its_file(detector, film, tmp_path, caplog):
    videos = tmp_path / "videos"
    copy(film, videos, "good")
    copy(film, videos, "broken").write_bytes(b"no video at all")
    cut = copy(film, videos, "cut")
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size // 2])
    write_video(copy(film, videos, "mute"), talking(0.5), None)
    write_video(copy(film, videos, "faceless"), [scene([])] * 20, hum(1.0))
    write_video(copy(film, videos, "nothing"), [scene([])] * 20, np.zeros(16000, np.float32))
    copy(film, videos, "binary").with_suffix(".srt").write_bytes(b"\xff\xfe\x00\x81")
    copy(film, videos, "garbled").with_suffix(".srt").write_text("this is no subtitle")
    copy(film, videos, "alone").with_suffix(".srt").unlink()
    write_subtitle(
        copy(film, videos, "cues").with_suffix(".srt"),
        [
            (0.0, 0.5, "one"),
            (0.4, 0.7, "two"),
            (0.7, 1.6, "three"),
            (5, 6, "four"),
            (0.1, 0.2, "x"),
            (0.2, 0.3, "[door]"),
        ],
    )
    (videos / "labels.csv").write_text("file,label,note\ngood,cheerfull,\nabsent.mkv,happy,\n")
    with caplog.at_level(logging.WARNING):
        clips = clips_of(videos, tmp_path / "out")
    assert sorted(clips) == ["cues", "cut", "faceless", "good", "mute"]
    for expected in (
        "broken.mkv: video that cannot be decoded",
        "cut.mkv: utterance past the video's end: cut",
        "mute.mkv: video without a sound",
        "mute.mkv: utterance past the video's end: cut",
        "faceless.mkv: video without a face",
        "nothing.mkv: utterance with neither a face nor a voice",
        "binary.mkv: .srt that cannot be read",
        "garbled.mkv: .srt that cannot be read",
        "alone.mkv: no subtitles, transcript or row",
        "cues.mkv: cue that overlaps the one before it (2 times)",
        "cues.mkv: cue in which nothing is said",
        "cues.mkv: utterance past the video's end: cut",
        "cues.mkv: utterance after the video's end: left out",
        "cues.mkv: utterance shorter than 0.3 s",
        "absent.mkv: labels.csv names a video that is not there",
        "cheerfull: label that is none of",
        "note: column of labels.csv that means nothing",
    ):
        assert expected in caplog.text, expected
    assert clips["good"].label is None
    assert len(clips["mute"].waveform) == 0 and len(clips["mute"].faces) == 4
    assert len(clips["faceless"].faces) == 0 and len(clips["faceless"].missed_times_s) == 8
    assert clips["cues"].words[0].text == "three" and clips["cues"].end_s == 1.0
    assert 0.3 < clips["cut"].end_s < 0.9


def test_names_in_capitals_are_read(tmp_path):
    for suffix, said in (
        (".SRT", "1\n00:00:00,000 --> 00:00:01,000\none"),
        (".VTT", "WEBVTT\n\n00:00.000 --> 00:01.000\none"),
    ):
        folder = tmp_path / suffix
        folder.mkdir()
        (folder / "TALK.MP4").touch()
        (folder / f"TALK{suffix}").write_text(said)
        (unit,) = find_units(folder, 0, Faults())
        assert [word.text for u in unit.utterances for word in u.words] == ["one"]


def test_a_table_of_labels_that_is_no_utf_8_is_named(tmp_path):
    (tmp_path / "talk.mp4").touch()
    (tmp_path / "labels.csv").write_bytes("file,speaker\ntalk.mp4,Zoë\n".encode("latin-1"))
    with pytest.raises(ValueError, match=r"labels\.csv is no UTF-8: save it anew, as UTF-8"):
        find_units(tmp_path, 0, Faults())


@pytest.mark.parametrize(
    ("suffix", "begin", "said"), [(".srt", "\n \n", "A --> B"), (".vtt", "WEBVTT\n\n", "A to B")]
)
def test_cues_are_read_as_they_are_meant_and_lost_ones_counted(tmp_path, suffix, begin, said):
    (tmp_path / "a.mkv").touch()
    cues = [
        "00:00:00.5 --> 00:00:01.25\none",
        "00:00:01.5 -->\nwithout an end",
        "--> 00:00:03.000\nwithout a beginning",
        f"00:00:03.5 --> 00:00:04.005\n{said}",
    ]
    text = begin + "\n\n".join(f"{number}\n{cue}" for number, cue in enumerate(cues, 1))
    (tmp_path / f"a{suffix}").write_text(text.replace(".", ",") if suffix == ".srt" else text)
    faults = Faults()
    (unit,) = find_units(tmp_path, 0, faults)
    assert [(u.start_s, u.end_s) for u in unit.utterances] == [(0.5, 1.25), (3.5, 4.005)]
    assert faults.lines() == [
        "a.mkv: cue without words, or without times that can be read: left out (2 times)"
    ]


@pytest.mark.parametrize("said", ["[", "(", "{\\", "&#10;", " "])
def test_a_cue_of_half_a_megabyte_is_read_at_once(tmp_path, said):
    """Read at each place to the end of the text it would take hours."""
    (tmp_path / "a.mkv").touch()
    cue = "1\n00:00:00,000 --> 00:00:01,000\nso [door (shut] it is (here)\n" + said * 500_000
    (tmp_path / "a.srt").write_text(cue + "x")
    (unit,) = find_units(tmp_path, 0, Faults())
    assert [word.text for word in unit.utterances[0].words][:3] == ["so", "it", "is"]


def test_nothing_left_says_why(detector, film, tmp_path, caplog):
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match=r"holds no video \(\.mp4.*--videos"):
        run(tmp_path / "empty", tmp_path / "out")
    copy(film, tmp_path / "broken", "a").write_bytes(b"")
    with caplog.at_level(logging.WARNING), pytest.raises(VideoError, match="reasons logged above"):
        run(tmp_path / "broken", tmp_path / "out")
    assert "a.mkv: video that cannot be decoded" in caplog.text
    # repaired, it is tried again
    copy(film, tmp_path / "broken", "a")
    assert run(tmp_path / "broken", tmp_path / "out")["utterances"] == 1
    copy(film, tmp_path / "wordless", "a").with_suffix(".srt").unlink()
    with pytest.raises(VideoError, match="subtitles"):
        run(tmp_path / "wordless", tmp_path / "out2", "--dry-run")
    assert not (tmp_path / "out2").exists()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("name,label\na,happy\n", "lacks the column file"),
        ("file,start\na,soon\n", r"line 2: start and end are seconds"),
        ("file,start,end\na,2,1\n", "line 2: it ends before it begins"),
        ("file,split\na,dev\n", "split dev is none of train, valid, test"),
        ("file,label\nb,happy\n", r"b may be b\.mkv or deep/b\.mkv: give its path"),
    ],
)
def test_a_table_that_cannot_be_meant_so_is_refused(detector, film, tmp_path, table, message):
    for name in ("a", "b", "deep/b"):
        copy(film, tmp_path / "videos", name)
    (tmp_path / "videos/labels.csv").write_text(table)
    with pytest.raises(ValueError, match=message):
        run(tmp_path / "videos", tmp_path / "out", "--dry-run")


def shards_in(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path) for path in folder.glob("*.tar")}


def test_a_killed_run_goes_on_and_writes_the_same_bytes(detector, film, tmp_path):
    videos = tmp_path / "videos"
    for name in "abcde":
        copy(film, videos, name, f"this is {name}")
    run(videos, tmp_path / "whole", "--shard", "2")
    wanted = shards_in(tmp_path / "whole")
    assert len(wanted) == 3

    class Killed(BaseException):
        pass

    each = detector.looks // 5
    looks = 0
    for after in (2.5, 1.5):
        detector.looks = 0

        def look(frame, region, until=after * each):
            if detector.looks >= until:
                raise Killed
            return SkinDetector.look(detector, frame, region)

        detector.look = look
        with pytest.raises(Killed):
            run(videos, tmp_path / "out", "--shard", "2")
        looks += detector.looks
        # whole shards alone, each in the index
        written = shards_in(tmp_path / "out")
        assert written and written.items() < wanted.items()
        listed = json.loads((tmp_path / "out/shards.json").read_text())["shards"]
        assert {shard["file"]: shard["sha256"] for shard in listed} == written
    del detector.look
    detector.looks = 0
    run(videos, tmp_path / "out", "--shard", "2")
    assert shards_in(tmp_path / "out") == wanted
    assert (tmp_path / "out/shards.json").read_text() == (tmp_path / "whole/shards.json").read_text()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted([*wanted, "shards.json"])
    # the two that were in work were begun again, the finished ones not
    assert looks + detector.looks == pytest.approx(6 * each, abs=2)
    detector.looks = 0
    run(videos, tmp_path / "out", "--shard", "2")
    assert detector.looks == 0


def test_of_a_killed_runs_leavings_only_its_own_are_taken_away(detector, film, tmp_path):
    videos, out = tmp_path / "videos", tmp_path / "out"
    copy(film, videos, "a")
    out.mkdir()
    own = ("train-000003.tar.part", "shards.json.part", "shards.json.4711.part")
    others = ("download.iso.part", "train-set.tar.part")
    for name in (*own, *others):
        (out / name).write_text("begun")
    run(videos, out)
    left = {path.name for path in out.iterdir()}
    assert left == {"train-000000.tar", "shards.json", *others}


def test_added_videos_go_into_further_shards_and_changed_ones_are_refused(detector, film, tmp_path):
    videos, out = tmp_path / "videos", tmp_path / "out"
    copy(film, videos, "b")
    run(videos, out)
    before = shards_in(out)
    copy(film, videos, "a")
    assert run(videos, out)["utterances"] == 2
    assert before.items() < shards_in(out).items()
    with pytest.raises(ShardError, match="written with shard 512, not 4: give that"):
        run(videos, out, "--shard", "4")
    copy(film, videos, "b", "other words")
    with pytest.raises(ShardError, match=r"b\.mkv, its words, its labels or its split .*another --out"):
        run(videos, out)


def test_a_clip_that_moves_into_another_split_is_refused(detector, film, tmp_path):
    videos, out = tmp_path / "videos", tmp_path / "out"
    for name in "ab":
        copy(film, videos, name)
    run(videos, out)
    before = shards_in(out)
    table = videos / "labels.csv"
    table.write_text("file,speaker,split\na,ann,test\n")
    with pytest.raises(ShardError, match=r"a\.mkv.* its split have changed since .*train-000000\.tar"):
        run(videos, out)
    assert shards_in(out) == before
    # put back it goes on; of a video that is gone the clips stay
    table.unlink()
    (videos / "b.mkv").unlink()
    assert run(videos, out)["utterances"] == 2


def test_a_dry_run_counts_what_would_be_written(detector, tmp_path):
    toy_videos.make(tmp_path / "videos")
    counts = run(tmp_path / "videos", tmp_path / "out", "--dry-run")
    assert not (tmp_path / "out").exists() and detector.looks == 0
    written = run(tmp_path / "videos", tmp_path / "out")
    assert {name: counts[name] for name in ("videos", "utterances", "shards", "splits", "labels")} == {
        name: written[name] for name in ("videos", "utterances", "shards", "splits", "labels")
    }
