"""What the guides say of the commands: each is there, has the options named, and would begin with them."""

import argparse
import re
import runpy
import shlex
from functools import cache
from pathlib import Path

import pytest

# a command may be imported by another before it is run here
pytestmark = pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
PACKAGE = Path(__file__).parent
ROOT = PACKAGE.parents[1]
COMMANDS = sorted(
    path.stem
    for path in PACKAGE.glob("*.py")
    if not path.stem.startswith("test_") and '__name__ == "__main__"' in path.read_text(encoding="utf-8")
)
GUIDES = sorted(
    path
    for of in ("*.md", "bench/*.md", "docs/**/*.md", "training/*.md", "training/*/*.md")
    for path in ROOT.glob(of)
)
README = ROOT / "training/README.md"
# `accelerate`'s own, and those of scripts for Node
OTHERS = {"--gradient_accumulation_steps", "--num_processes", "--multi_gpu", "--cpu", "--json"}


class Parsing(Exception):  # noqa: N818
    """Raised where a command would have begun."""


@cache
def parser_of(command: str) -> argparse.ArgumentParser:
    """What the command parses its arguments with, when it is run."""

    def stop(parser, *_args, **_kwargs):
        raise Parsing(parser)

    with pytest.MonkeyPatch.context() as patched, pytest.raises(Parsing) as caught:
        patched.setattr(argparse.ArgumentParser, "parse_args", stop)
        runpy.run_module(f"memobert.{command}", run_name="__main__")
    return caught.value.args[0]


def options_of(command: str) -> set[str]:
    return set(parser_of(command)._option_string_actions)


def inline(text: str) -> list[str]:
    """What stands between single backticks, on one line or two."""
    return [" ".join(code.split()) for code in re.findall(r"(?<!`)`([^`]+)`(?!`)", text)]


def blocks(text: str) -> list[str]:
    """The command lines of a guide's code blocks, or a docstring's, whole and without their comments."""
    joined = re.sub(r"\\\n\s*", "", text)
    return [
        line.partition("  #")[0].strip()
        for line in re.findall(r"^\s*(?:python|accelerate launch) -m memobert\..*$", joined, re.MULTILINE)
    ]


def sources() -> str:
    """What the README says that SOURCES stands for."""
    return next(
        code for code in inline(README.read_text(encoding="utf-8")) if code.startswith("--text TEXT --f")
    )


def told() -> list[str]:
    """Each whole command line that somebody may copy, without `python -m memobert.`."""
    lines = []
    for path in (*GUIDES, *(PACKAGE / f"{command}.py" for command in COMMANDS)):
        text = path.read_text(encoding="utf-8")
        lines += blocks(text if path.suffix == ".md" else text.partition('"""')[2].partition('"""')[0])
    lines = [line.partition("-m memobert.")[2] for line in lines]
    table = README.read_text(encoding="utf-8").partition("| step | command")[2].partition("\n\n")[0]
    steps = [next(code for code in inline(row.split(" | ")[-1])) for row in table.splitlines()[2:]]
    # in brackets is what may be left out
    lines = [re.sub(r"[][]", "", line).replace("SOURCES", sources()) for line in (*lines, *steps)]
    return [line for line in lines if not line.endswith("…")]


@pytest.mark.parametrize("line", dict.fromkeys(told()))
def test_a_command_line_of_the_guides_would_begin(line, capsys):
    command, *words = shlex.split(line)
    assert command in COMMANDS
    try:
        parser_of(command).parse_args(words)
    except SystemExit:
        pytest.fail(capsys.readouterr().err)


def test_an_option_that_the_guide_names_is_one_of_the_command_that_it_names():
    for code in inline(README.read_text(encoding="utf-8")):
        command, *words = code.split()
        if command in COMMANDS:
            wrong = {word for word in words if word.startswith("--")} - options_of(command)
            assert not wrong, code


def test_an_option_that_the_guide_names_is_one_of_some_command():
    known = OTHERS.union(*(options_of(command) for command in COMMANDS))
    text = README.read_text(encoding="utf-8")
    named = {word for code in inline(text) for word in re.findall(r"(?<![\w-])--[a-z][\w-]*", code)}
    assert len(named) > 60 and not named - known


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_each_option_is_and_what_it_is_without(command):
    parser = parser_of(command)
    assert parser.format_help()
    for action in parser._actions:
        told = parser._get_formatter()._expand_help(action) if action.help else ""
        assert told, f"{action.option_strings} is not explained"
        default = action.default
        if isinstance(default, int | float | str | list) and default not in ([], argparse.SUPPRESS):
            assert default is False or str(default) in told, f"{action.option_strings}: {told}"
