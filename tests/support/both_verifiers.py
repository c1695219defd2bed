"""Asks both verifiers, ours and the one written from the specification alone."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from second_verifier.checks import verify
from vectors.session import INSTITUTION, fingerprint

from shared.bundle import UnreadableBundle
from shared.verdict import Outcome
from shared.verify import verify_bundle

PINNED = fingerprint(INSTITUTION)


class Said(NamedTuple):
    """What a verifier says of a bundle: its exit status, and the checks that fail."""

    status: int
    fails: tuple[int, ...] = ()


def ours(path: Path, pinned: str | None = PINNED) -> Said:
    try:
        verdict = verify_bundle(path, pinned)
    except UnreadableBundle:
        return Said(2)
    fails = (int(r.check) for r in verdict.results if r.outcome is Outcome.FAILS)
    return Said(0 if verdict.holds else 1, tuple(fails))


def the_second(data: bytes, pinned: str | None = PINNED) -> Said:
    verdict = verify(data, pinned)
    return Said(verdict.status, () if verdict.status == 2 else tuple(verdict.failures))


def agreed(path: Path, data: bytes) -> Said:
    """What both say of the same bytes; `path` is where ours may read them."""
    path.write_bytes(data)
    said = ours(path)
    assert said == the_second(data)
    return said
