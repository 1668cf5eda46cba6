"""Options that give corpora a number each, `CORPUS=NUMBER ...`: how often labels and corpora are drawn."""


def read_powers(words: list[str], corpora: set[str]) -> dict[str, float]:
    """Of `goemotions=0.9` and the like. Raises ValueError for an unknown corpus or a power outside 0..1."""
    powers = read_of_corpora("--frequencies", words, corpora)
    if wrong := [name for name, power in powers.items() if not 0 <= power <= 1]:
        raise ValueError(f"--frequencies: the power of {', '.join(wrong)} is not between 0 and 1")
    return powers


def read_shares(words: list[str], corpora: set[str]) -> dict[str, float]:
    """Of `goemotions=2` and the like. Raises ValueError for an unknown corpus or a share not above 0."""
    shares = read_of_corpora("--shares", words, corpora)
    if wrong := [name for name, times in shares.items() if not 0 < times < float("inf")]:
        raise ValueError(f"--shares: that of {', '.join(wrong)} is not above 0")
    return shares


def read_of_corpora(option: str, words: list[str], corpora: set[str]) -> dict[str, float]:
    """Numbers by corpus, of `CORPUS=NUMBER`. Raises ValueError for an unknown corpus or what is no number."""
    try:
        numbers = {name: float(number) for name, _, number in (word.partition("=") for word in words)}
    except ValueError as error:
        raise ValueError(f"{option} {' '.join(words)}: write CORPUS=NUMBER, such as meld=0.5") from error
    if unknown := [name for name in numbers if name not in corpora]:
        raise ValueError(f"{option}: no corpus {', '.join(unknown)}; there are {', '.join(sorted(corpora))}")
    return numbers
