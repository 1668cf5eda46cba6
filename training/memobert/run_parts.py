"""What a checkpoint tells of the runs whose weights it is, or is the mean of (`average_weights`)."""

import json
from collections.abc import Iterable, Iterator


def merged(parts: Iterator[tuple[float, dict]]) -> list[tuple[float, dict]]:
    """A run whose best and last weights are both in a mean is one run."""
    shares: dict[str, tuple[float, dict]] = {}
    for share, run in parts:
        key = json.dumps(run, sort_keys=True)
        shares[key] = shares.get(key, (0.0, run))[0] + share, run
    return list(shares.values())


def single_runs(run: dict, share: float = 1.0) -> Iterator[tuple[float, dict]]:
    """What `average_weights` took the mean of, and of means of means as well: their parts and runs."""
    if not run.get("of"):
        yield share, run
    for part, of in zip(run.get("parts", []), run.get("of", []), strict=True):
        yield from single_runs(of or {}, share * part)


def powers_of(run: dict | None, corpora: Iterable[str], default: float) -> dict[str, float]:
    """By corpus the power of labels' counts that they were drawn by (`--frequencies`, else `default`).

    Of a mean of runs the mean, by their parts. A run that held the model (`--hold-model`) gave heads alone,
    and counts as little as one that is not known; empty where no other is left.
    """
    told = [
        (share, dict(word.split("=") for word in of["arguments"].get("frequencies") or ()))
        for share, of in single_runs(run or {})
        if share and of.get("arguments") and not of["arguments"].get("hold_model")
    ]
    whole = sum(share for share, _ in told)
    return {
        corpus: sum(share * float(powers.get(corpus, default)) for share, powers in told) / whole
        for corpus in corpora
        if told
    }
