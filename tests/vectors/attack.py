"""What a vector is: one attack, in words, and the verdict that it must get."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Attack(NamedTuple):
    """One bundle that was tampered with in one way.

    `fails` are the checks that must fail, no other; `status` the verifier's exit status.
    What is expected is said here by hand, from the specification, never by a verifier.
    """

    name: str
    words: str
    fails: tuple[int, ...]
    make: Callable[[], bytes]
    unreadable: bool = False

    @property
    def status(self) -> int:
        if self.unreadable:
            return 2
        return 1 if self.fails else 0


Found = tuple[str, str, Callable[[], bytes]]


def attacks(fails: tuple[int, ...], *found: Found) -> list[Attack]:
    """Attacks by name, words and making, all of which must fail the same checks."""
    return [Attack(name, words, fails, make) for name, words, make in found]


def unreadable(*found: Found) -> list[Attack]:
    """Attacks that leave nothing to check."""
    return [Attack(name, words, (), make, unreadable=True) for name, words, make in found]
