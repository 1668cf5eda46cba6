"""Two processes never write into one folder at once; those that share one divide the work."""

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from . import (
    evaluate,
    export,
    extract,
    kept,
    locks,
    loop,
    paper_tables,
    prepare,
    pretrain,
    text_teacher,
    train_denseface,
    tune,
)
from .fit import Fit
from .interruptions import files_of
from .locks import FolderInUseError, hold, locked, release, releases
from .samples import CASES
from .test_extract import encoders, shards  # noqa: F401
from .toy_videos import SkinDetector, hum, talking, write_subtitle, write_video

fcntl = pytest.importorskip("fcntl")

HOLDER = """
import sys
from pathlib import Path
from memobert.locks import locked
with locked(Path(sys.argv[1]), wait=True):
    print("has it", flush=True)
    sys.stdin.read()
"""


@contextmanager
def process(code: str, *given: str):
    """A Python that runs `code`, by its pipes; killed in the end."""
    there = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "OMP_NUM_THREADS": "1"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code, *given], env=there, text=True, **pipes) as started:
        try:
            yield started
        finally:
            started.kill()


@contextmanager
def held_elsewhere(folder: Path, name: str = locks.LOCK):
    """As if process 4711 wrote into `folder`: another open file is to `flock` as another process."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("4711 elsewhere\n")
        file.flush()
        yield


def test_a_folder_that_is_written_is_refused_until_the_process_ends(tmp_path):
    out = tmp_path / "out"
    with process(HOLDER, str(out)) as other:
        assert other.stdout.readline() == "has it\n"
        with pytest.raises(FolderInUseError, match="wait until that has ended, end it, or give") as caught:
            hold(out)
        assert (caught.value.folder, caught.value.pid) == (out, other.pid)
        assert f"{out} is being written by process {other.pid}:" in str(caught.value)
        other.send_signal(signal.SIGKILL)
        other.wait()
    # a kill leaves the file, which means nothing
    assert (out / locks.LOCK).exists()
    with locked(out):
        with process(HOLDER, str(out)) as other:
            hold(tmp_path / "another")
            release(tmp_path.resolve() / "another" / locks.LOCK)
            assert other.poll() is None
        # in this process it is had already
        assert hold(out) is None
    assert not list(out.iterdir())


def test_who_waits_has_it_next(tmp_path):
    path = hold(tmp_path)
    with process(HOLDER, str(tmp_path)) as other:
        release(path)
        assert other.stdout.readline() == "has it\n"
        with pytest.raises(FolderInUseError):
            hold(tmp_path)


def test_a_file_that_was_taken_away_meanwhile_is_no_lock(tmp_path, monkeypatch):
    plain, asked = fcntl.flock, []

    def flock(opened: int, how: int) -> None:
        plain(opened, how)
        if not asked:
            # who had it before ends just now
            (tmp_path / locks.LOCK).unlink()
        asked.append(opened)

    monkeypatch.setattr(fcntl, "flock", flock)
    with locked(tmp_path), (tmp_path / locks.LOCK).open() as another, pytest.raises(BlockingIOError):
        plain(another, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert len(asked) == 2


def test_without_locks_the_log_says_so(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(locks, "fcntl", None)
    with locked(tmp_path):
        assert f"{tmp_path} cannot be locked here (this system has no flock)" in caplog.text
    kept.add_row(tmp_path / "a.jsonl", "{}")
    assert (tmp_path / "a.jsonl").read_text() == "{}\n"


def test_a_command_lets_go_when_it_raises(tmp_path):
    @releases
    def command() -> None:
        hold(tmp_path / "a")
        hold(tmp_path / "b")
        raise KeyError

    for _ in range(2):
        with pytest.raises(KeyError):
            command()
    assert not files_of(tmp_path) and not locks._held


@pytest.mark.parametrize("command", [pretrain, tune, evaluate, train_denseface])
def test_trainings_and_measurements_refuse(runs, tmp_path, command):
    given = {
        train_denseface: runs["face"],
        evaluate: ["--model", "no", "--vocabulary", "no"],
    }.get(command, runs["fusion"])
    with held_elsewhere(tmp_path), pytest.raises(FolderInUseError, match="process 4711 on elsewhere"):
        command.main([*given, "--out", str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == [locks.LOCK]


def test_prepare_refuses_and_its_dry_run_does_not(tmp_path, monkeypatch):
    monkeypatch.setattr(prepare, "FaceDetector", lambda model: SkinDetector())
    film = write_video(tmp_path / "videos/a.mkv", talking(0.5), hum(0.5))
    write_subtitle(film.with_suffix(".srt"), [(0, 0.5, "hello")])
    out = tmp_path / "out"
    given = ["--videos", str(film.parent), "--out", str(out)]
    half = out / "train-000000.tar.part"
    with held_elsewhere(out):
        half.write_bytes(b"of the other")
        with pytest.raises(FolderInUseError, match="process 4711"):
            prepare.main(given)
        assert prepare.main([*given, "--dry-run"])["utterances"] == 1
        assert half.exists()
    assert prepare.main(given)["utterances"] == 1
    assert len(files_of(out)) == 2


def test_extract_and_export_refuse(shards, encoders, tmp_path):  # noqa: F811
    given = {"shards": shards, "out": tmp_path / "out", **encoders}
    with held_elsewhere(tmp_path / "out"), pytest.raises(FolderInUseError):
        extract.main([part for name, value in given.items() for part in (f"--{name}", str(value))])
    made = tmp_path / "bundle/.part/manifest.json"
    made.parent.mkdir(parents=True)
    made.write_text("of the other")
    with held_elsewhere(tmp_path / "bundle"), pytest.raises(FolderInUseError):
        export.write_parts({}, export.argparse.Namespace(out=tmp_path / "bundle"))
    assert made.exists()


def test_of_several_ranks_the_first_locks(tmp_path, monkeypatch):
    arguments = loop.argparse.Namespace(threads=0, seed=1, out=tmp_path, device="cpu")
    with held_elsewhere(tmp_path):
        for name in ("RANK", "OMPI_COMM_WORLD_RANK"):
            with monkeypatch.context() as patched:
                patched.setenv(name, "1")
                loop.start(arguments)
                patched.setenv(name, "0")
                with pytest.raises(FolderInUseError):
                    loop.start(arguments)


def test_folds_are_locked_one_by_one(toy, tmp_path, monkeypatch):
    monkeypatch.setattr(Fit, "run", lambda *given: pytest.fail("trained"))
    given = ["--text", str(toy / "text"), "--vocabulary", str(toy / "vocab.txt"), "--corpora", "meld"]
    given += ["--device", "cpu", "--folds", "2", "--out", str(tmp_path)]
    with held_elsewhere(tmp_path / "fold-2"), pytest.raises(FolderInUseError):
        text_teacher.main([*given, "--only", "2"])
    # others may be at other folds; what brings them together is alone
    with held_elsewhere(tmp_path):
        with pytest.raises(pytest.fail.Exception, match="trained"):
            text_teacher.main([*given, "--only", "1"])
        with pytest.raises(FolderInUseError):
            text_teacher.main(given)


def test_a_row_waits_for_one_that_is_being_added(tmp_path, monkeypatch):
    path = tmp_path / "cells.jsonl"
    path.write_text('{"of": "the other", ')
    plain = fcntl.flock

    def flock(opened: int, how: int) -> None:
        # while this one waits the other comes to its end
        with path.open("a") as file:
            file.write('"more": 1}\n')
        plain(opened, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    kept.add_row(path, '{"own": 1}')
    assert kept.read_rows(path) == [{"of": "the other", "more": 1}, {"own": 1}]


CELLS = f"""
import sys
from memobert import paper_tables
from memobert.paper_tables import Laboratory

def train(self, cell):
    print(cell.prompt, flush=True)
    if sys.argv[2] == "first":
        sys.stdin.readline()
    return {{case: {{"uar": 0.5, "wa": 0.5}} for case in {list(CASES)}}}

paper_tables.load_source = lambda arguments: None
Laboratory.material, Laboratory._train = {{}}, train
given = ["--run", "prompts", "--vocabulary", "no", "--toy", "--device", "cpu", "--out", sys.argv[1]]
paper_tables.main([*given, "--seeds", "1"])
"""


def test_two_runs_divide_the_cells_of_a_table(tmp_path):
    with ExitStack() as both:
        first = both.enter_context(process(CELLS, str(tmp_path), "first"))
        at_first = first.stdout.readline()
        second = both.enter_context(process(CELLS, str(tmp_path), "second"))
        others = [second.stdout.readline() for _ in range(2)]
        # it has done all but one, and waits for that
        for line in second.stderr:
            if f"waits for process {first.pid}, which is at one of 1 cells left" in line:
                break
        else:
            pytest.fail("did not wait")
        told, failed = first.communicate("\n")
        assert first.returncode == 0 and not told, failed
        told, failed = second.communicate()
        assert second.returncode == 0 and not told, failed
    assert sorted([at_first.strip(), *map(str.strip, others)]) == sorted(paper_tables.PROMPTS)
    rows = [json.loads(line) for line in (tmp_path / "cells.jsonl").read_text().splitlines()]
    assert sorted(json.loads(row["key"])["prompt"] for row in rows) == sorted(paper_tables.PROMPTS)
    assert {path.name for path in tmp_path.iterdir()} == {"cells.jsonl", "prompts.md"}


def test_pretraining_that_another_cell_makes_is_waited_for(tmp_path, monkeypatch):
    arguments = paper_tables.make_parser().parse_args(
        ["--run", "methods", "--vocabulary", "no", "--toy", "--out", str(tmp_path), "--runs", str(tmp_path)]
    )
    monkeypatch.setattr(paper_tables, "checksum", lambda source: 0)
    monkeypatch.setattr(paper_tables, "replace", lambda source, **_changes: source)
    laboratory = paper_tables.Laboratory(arguments, source := type("Source", (), {})(), None)
    source.train = type("Train", (), {"part": lambda *given: None})()
    pretrained = laboratory.runs / f"pretrain-{'-'.join(paper_tables.TASKS)}-1"
    with held_elsewhere(pretrained), pytest.raises(FolderInUseError) as caught:
        laboratory.measured(paper_tables.Cell())
    # the cell itself is let go
    assert caught.value.folder == pretrained and not locks._held
