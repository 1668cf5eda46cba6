"""What several commands ask of the values of their options: `NAME=NUMBER ...`, parts of a whole."""

from collections.abc import Collection


def read_powers(words: list[str], corpora: set[str]) -> dict[str, float]:
    """Of `goemotions=0.9` and the like. Raises ValueError for an unknown corpus or a power outside 0..1."""
    powers = named_numbers("--frequencies", words, sorted(corpora), "corpus")
    if wrong := [name for name, power in powers.items() if not 0 <= power <= 1]:
        raise ValueError(f"--frequencies: the power of {', '.join(wrong)} is not between 0 and 1")
    return powers


def read_shares(words: list[str], corpora: set[str]) -> dict[str, float]:
    """Of `goemotions=2` and the like. Raises ValueError for an unknown corpus or a share not above 0."""
    shares = named_numbers("--shares", words, sorted(corpora), "corpus")
    if wrong := [name for name, times in shares.items() if not 0 < times < float("inf")]:
        raise ValueError(f"--shares: that of {', '.join(wrong)} is not above 0")
    return shares


def named_numbers(option: str, words: list[str], known: Collection[str], kind: str) -> dict[str, float]:
    """Of `NAME=NUMBER`, by name; `kind` is what the names are of, as a corpus.

    Raises ValueError for an unknown name or what is no number.
    """
    try:
        numbers = {name: float(number) for name, _, number in (word.partition("=") for word in words)}
    except ValueError as error:
        raise ValueError(f"{option} {' '.join(words)}: write {kind.upper()}=NUMBER") from error
    if unknown := [name for name in numbers if name not in known]:
        raise ValueError(f"{option}: {', '.join(unknown)} is no {kind}; there are {', '.join(known)}")
    return numbers


def check_part(option: str, part: float) -> None:
    """Raises ValueError for what is no part of a whole."""
    if not 0 <= part <= 1:
        raise ValueError(f"{option} {part} is not between 0 and 1")
