"""One thing that an exam's terms cannot mean."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One thing that is wrong: where, and in words what and what to do. ``field`` is the name
    that the policy form has for the place.
    """

    field: str
    words: str
