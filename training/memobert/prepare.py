"""Turns a folder of videos into training shards: faces at 10 fps, 16 kHz voice, words with times.

    python -m memobert.prepare --videos FOLDER --out SHARDS --workers 4

Beside a video lies its subtitle (.vtt, .srt) or transcript (.txt) of the same stem; `labels.csv` in FOLDER
may name labels, speakers and splits. Each cue, or row with a time or a label, becomes one sample. What is
finished is not done again; videos that were added go into further shards; the bytes depend on neither workers
nor kills.
"""

import argparse
import json
import logging
from collections import Counter
from pathlib import Path

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from .command_help import CommandHelp
from .face_finding import DETECTOR, FaceDetector
from .labels import LABELS, chosen_labels
from .locks import hold, releases
from .loop import add_dry_run, refuse_several
from .prepare_workers import Job, finish
from .shard_writing import UNUSABLE, ShardWriter, plan_shards
from .utterances import TABLE, Faults, Unit, find_units
from .video_clips import AFTER_END, NO_SOUND
from .video_reading import UnreadableError, VideoError, probe

log = logging.getLogger(__name__)


def dry_run(arguments: argparse.Namespace, units: list[Unit], faults: Faults) -> dict:
    """What would be written, as far as containers and subtitles tell; decodes and writes nothing."""
    usable, seconds = [], 0.0
    splits, labels, labelled = Counter(), Counter(), Counter()
    for unit in tqdm(units, unit="video"):
        try:
            contents = probe(arguments.videos / unit.file)
        except UnreadableError as error:
            faults.add_unreadable(unit.file, error)
            continue
        except VideoError:
            faults.add(UNUSABLE, unit.file)
            continue
        if not contents.has_sound:
            faults.add(NO_SOUND, unit.file)
        # where the container does not say, subtitles are believed
        whole = contents.duration_s or float("inf")
        kept = [utterance for utterance in unit.utterances if utterance.start_s < whole]
        if len(kept) < len(unit.utterances):
            faults.add(AFTER_END, unit.file, len(unit.utterances) - len(kept))
        if not kept:
            continue
        usable.append(unit)
        ends = [whole if u.end_s is None else min(whole, u.end_s) for u in kept]
        seconds += sum(end - u.start_s for end, u in zip(ends, kept, strict=True) if end != float("inf"))
        splits[unit.split] += len(kept)
        labels.update(u.label or "none" for u in kept)
        labelled[unit.split] += sum(u.label is not None for u in kept)
    return {
        "videos": len({unit.file for unit in usable}),
        "utterances": sum(splits.values()),
        "hours": round(seconds / 3600, 3),
        "shards": len(plan_shards(usable, arguments.shard)),
        "splits": dict(sorted(splits.items())),
        "labels": dict(sorted(labels.items())),
        "labelled": dict(sorted(labelled.items())),
    }


def lacks(counts: dict) -> list[str]:
    """What training would end for, of a folder that is not for `test` alone."""
    splits, labelled = ({of for of, n in counts[name].items() if n} for name in ("splits", "labelled"))
    if not splits - {"test"}:
        return []
    found = []
    for split, more in (("train", "smaller"), ("valid", "larger")):
        if split not in splits:
            found.append(
                f"nobody is of {split}: pretrain and tune will end, unless another folder has some. "
                f"Name {split} in the column split of {TABLE} or give a {more} --valid, and another --out"
            )
        elif labelled - {"test"} and split not in labelled:
            found.append(
                f"no clip of {split} has a label: tune will need corpora beside these, or another folder. "
                f"Label some in {TABLE}, or move labelled people into {split}, and give another --out"
            )
    return found


def fingerprints(videos: Path, units: list[Unit], faults: Faults) -> dict[str, str]:
    """By key; without those of videos that cannot be read now."""
    found = {}
    for unit in units:
        try:
            found[unit.key] = unit.fingerprint(videos)
        except OSError as error:
            faults.add_unreadable(unit.file, error)
    return found


def write(arguments: argparse.Namespace, units: list[Unit], faults: Faults) -> dict:
    """Writes what is not yet finished; returns the counts of all shards in the folder.

    Raises FolderInUseError while another process prepares into it, and what `ShardWriter` raises.
    """
    detector = FaceDetector(arguments.face_detector)
    settings = {"valid": arguments.valid, "shard": arguments.shard, "detector_sha256": detector.sha256}
    settings |= {"labels": list(arguments.labels)}
    hold(arguments.out)
    writer = ShardWriter(arguments.out, settings)
    writer.check_splits(units)
    prints = fingerprints(arguments.videos, units, faults)
    units = [unit for unit in units if unit.key in prints]
    left = [unit for unit in units if not writer.is_finished(unit, prints[unit.key])]
    shards = plan_shards(left, arguments.shard)
    unread: set[str] = set()
    ready = {unit.key for unit in left if writer.has_part(unit, prints[unit.key])}
    # a decoder's own threads pay only while there is one decoder
    threads = 1 if arguments.workers > 1 else 0
    jobs = [
        Job(arguments.videos, writer.parts, unit, prints[unit.key], threads)
        for shard in shards
        for unit in shard
        if unit.key not in ready
    ]
    if len(jobs) < len(units):
        log.info("%d of %d videos are finished already", len(units) - len(jobs), len(units))
    done = finish(jobs, min(arguments.workers, len(jobs)), arguments.face_detector, detector)
    with logging_redirect_tqdm(), tqdm(total=len(units), initial=len(units) - len(jobs), unit="video") as bar:
        for shard in shards:
            while not all(unit.key in ready for unit in shard):
                found = next(done)
                ready.add(found.unit.key)
                if found.unreadable:
                    faults.add_unreadable(found.unit.file, found.unreadable)
                    unread.add(found.unit.key)
                bar.update()
            # the others of its shard do not wait for it
            if read := [unit for unit in shard if unit.key not in unread]:
                writer.pack(read)
    writer.close()
    detector.close()
    faults.merge(writer.faults())
    return writer.counts()


@releases
def main(argv: list[str] | None = None) -> dict:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=CommandHelp)
    parser.add_argument("--videos", type=Path, required=True, help="folder of videos, with their subtitles")
    parser.add_argument("--out", type=Path, required=True, help="folder of the shards")
    parser.add_argument("--workers", type=int, default=1, help="processes that decode")
    parser.add_argument(
        "--valid", type=float, default=0.1, help="part of the speakers, or files, to validate on"
    )
    parser.add_argument(
        "--labels",
        nargs="+",
        default=list(LABELS),
        metavar="WORD",
        help="what labels.csv may name, in the order of every distribution; words of the vocabulary",
    )
    parser.add_argument("--shard", type=int, default=512, help="utterances in a shard, about")
    parser.add_argument("--face-detector", type=Path, default=DETECTOR, help="BlazeFace's .tflite")
    add_dry_run(parser, "count what would be written")
    arguments = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    refuse_several()

    faults = Faults()
    arguments.labels = chosen_labels(arguments.labels)
    units = find_units(arguments.videos, arguments.valid, faults, arguments.labels)
    counts = (dry_run if arguments.dry_run else write)(arguments, units, faults)
    for line in faults.lines():
        log.warning("%s", line)
    for line in lacks(counts):
        log.warning("%s", line)
    log.info("%s %s", "would write" if arguments.dry_run else arguments.out, json.dumps(counts))
    if not counts["utterances"]:
        raise VideoError(
            f"nothing in {arguments.videos} could be used, for the reasons logged above: a video needs a "
            f"face or a voice, and subtitles (.vtt, .srt), a transcript (.txt) or a row in {TABLE}"
        )
    return counts


if __name__ == "__main__":
    main()
