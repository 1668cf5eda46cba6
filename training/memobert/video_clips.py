"""One video's utterances as clips: the followed face ten times a second, the voice, the words with times."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np

from .face_crops import crop_face
from .face_finding import FaceFollower
from .shards import FACE_HZ, VOICE_HZ, Clip, Word
from .utterances import Faults, Unit, Utterance, spread, words_within
from .video_reading import Reading, VideoError, pictures_at, probe, read_voice

# speech_data leaves out shorter ones as well
SHORTEST_S = 0.3
# of 32,768: quieter is digital silence
SILENCE = 3
NO_SOUND = "video without a sound: faces and words alone"
NO_FACE = "video without a face: voice and words alone"
CUT_SHORT = "video that breaks off: what comes before was used"
AFTER_END = "utterance after the video's end: left out"
PAST_END = "utterance past the video's end: cut there"
TOO_SHORT = f"utterance shorter than {SHORTEST_S} s: left out"
EMPTY = "utterance with neither a face nor a voice: left out"


@dataclass
class Tracks:
    """A video decoded: `voice` [T] int16; `faces` by the tenth of a second, None where none was seen."""

    end_s: float
    voice: np.ndarray | None
    faces: dict[int, np.ndarray | None] = field(default_factory=dict)


def read_clips_of(folder: Path, unit: Unit, detector, faults: Faults, threads: int = 0) -> Iterator[Clip]:
    """Clips of a unit, in its order; what cannot be one is counted and left out.

    `detector` is a `FaceDetector`, or has its `look`. Raises VideoError when the video cannot be used at all.
    """
    tracks = read_tracks(folder, unit, detector, faults, threads)
    transcript = spread(unit.transcript, 0, tracks.end_s) if unit.transcript else []
    for number, utterance in enumerate(unit.utterances):
        begin = utterance.start_s
        end = tracks.end_s if utterance.end_s is None else min(utterance.end_s, tracks.end_s)
        if begin >= tracks.end_s:
            faults.add(AFTER_END, unit.file)
            continue
        if utterance.end_s is not None and utterance.end_s > tracks.end_s + 1 / FACE_HZ:
            faults.add(PAST_END, unit.file)
        if end - begin < SHORTEST_S:
            faults.add(TOO_SHORT, unit.file)
            continue
        clip = _clip(unit, number, utterance, (begin, end), tracks, transcript)
        if len(clip.faces) or len(clip.waveform):
            yield clip
        else:
            faults.add(EMPTY, unit.file)


def read_tracks(folder: Path, unit: Unit, detector, faults: Faults, threads: int = 0) -> Tracks:
    """Decodes what the utterances span. Raises VideoError when there is neither a picture nor a sound."""
    path = folder / unit.file
    contents = probe(path)
    sound, picture = Reading(), Reading()
    voice = read_voice(path, sound) if contents.has_sound else None
    tracks = Tracks(0.0, voice)
    follower = FaceFollower(detector)
    try:
        for time_s, frame in pictures_at(path, times_within(unit.utterances), picture, threads):
            face = follower.follow(frame, time_s)
            tracks.faces[round(time_s * FACE_HZ)] = crop_face(frame, face) if face else None
    except VideoError:
        if voice is None:
            raise
        picture.cut_short = True
    if voice is None:
        if picture.end_s == 0:
            raise VideoError(f"{path} holds neither a picture nor a sound")
        faults.add(NO_SOUND, unit.file)
    if not any(face is not None for face in tracks.faces.values()):
        faults.add(NO_FACE, unit.file)
    if sound.cut_short or picture.cut_short:
        faults.add(CUT_SHORT, unit.file)
    tracks.end_s = max(sound.end_s, picture.end_s)
    return tracks


def times_within(utterances: tuple[Utterance, ...]) -> Iterator[float]:
    """Tenths of seconds that lie in an utterance, each once; without end if one has none."""
    spans = sorted((u.start_s, float("inf") if u.end_s is None else u.end_s) for u in utterances)
    reached = 0
    for begin, end in spans:
        first = max(reached, int(np.ceil(begin * FACE_HZ - 1e-6)))
        for number in count(first):
            if number / FACE_HZ >= end - 1e-6:
                break
            reached = number + 1
            yield number / FACE_HZ


def _clip(
    unit: Unit,
    number: int,
    utterance: Utterance,
    span_s: tuple[float, float],
    tracks: Tracks,
    transcript: list[Word],
) -> Clip:
    begin, end = span_s
    said = words_within(transcript, begin, end) if utterance.words is None else utterance.words
    words = [
        Word(word.text, max(word.start_s - begin, 0), min(word.end_s, end) - begin)
        for word in said
        if word.start_s < end
    ]
    spanned = times_within((Utterance(begin, end),))
    looked_at = [n for n in (round(time * FACE_HZ) for time in spanned) if n in tracks.faces]
    seen = [n for n in looked_at if tracks.faces[n] is not None]
    clip = {
        "face_times_s": np.array(seen, np.float32) / FACE_HZ - np.float32(begin),
        "missed_times_s": np.array([n for n in looked_at if tracks.faces[n] is None], np.float32) / FACE_HZ
        - np.float32(begin),
    }
    if seen:
        clip["faces"] = np.stack([tracks.faces[n] for n in seen])
    if tracks.voice is not None:
        part = tracks.voice[round(begin * VOICE_HZ) : round(end * VOICE_HZ)]
        if len(part) and np.abs(part.astype(np.int32)).max() > SILENCE:
            clip["waveform"] = part.astype(np.float32) / 32768
    return Clip(
        key=f"{unit.key}-{number:05d}",
        source=unit.file,
        start_s=round(begin, 3),
        end_s=round(end, 3),
        split=unit.split,
        words=words,
        label=utterance.label,
        speaker=utterance.speaker,
        **clip,
    )
