"""Flags: an incident as a reviewer meets it, with what was decided about it and by whom.

A flag is open until somebody accepts it (this did happen, and it matters) or dismisses it.
Every decision stays: a later one does not overwrite, it follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from server.review.durations import Spans, intersected, length
from server.review.wording import printed
from shared.flags import Kind, Severity

# What a note may hold: several paragraphs, and no way to fill the database.
MAX_NOTE_CHARS = 2_000


class Verdict(StrEnum):
    """Where a flag stands, and what a decision makes of it (``open``: taken back)."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"

    @property
    def label(self) -> str:
        """As pages write it."""
        return {"open": "Open", "accepted": "Accepted", "dismissed": "Dismissed"}[self]


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: the ``n``-th about a flag, from 1, by whom and when (µs since 1970)."""

    n: int
    verdict: Verdict
    note: str
    by_id: str
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at. ``start`` and ``end`` are microseconds of session time;
    ``end`` is ``None`` while it lasts. ``history`` holds every decision, oldest first.
    """

    id: str
    kind: Kind
    severity: Severity
    start: int
    end: int | None
    confidence: float
    detail: Mapping[str, Any] = field(default_factory=dict[str, Any])
    history: tuple[Decision, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Where it stands now."""
        return self.history[-1].verdict if self.history else Verdict.OPEN

    @property
    def version(self) -> int:
        """How many decisions there are: what a new one must say it builds upon."""
        return len(self.history)

    @property
    def decided(self) -> Decision | None:
        """The decision in force, if it is decided."""
        last = self.history[-1] if self.history else None
        return last if last is not None and last.verdict is not Verdict.OPEN else None

    def lasted(self, now: int) -> int:
        """Its length in microseconds; what still lasts is measured up to ``now``."""
        return max(0, (self.end if self.end is not None else now) - self.start)

    def counted(self, now: int, spans: Spans | None) -> int | None:
        """How much of its length lies in ``spans`` (all of it where there are none given), in
        microseconds; ``None`` for a flag that lies outside.
        """
        if spans is None:
            return self.lasted(now)
        end = self.start + self.lasted(now)
        if not any(
            self.start < over and (end > start or self.start == start) for start, over in spans
        ):
            return None
        return length(intersected([(self.start, end)], spans))


def reason(flag: Flag) -> str:
    """What the detector said, in its own words, or nothing."""
    said = flag.detail.get("reason")
    return said if isinstance(said, str) else ""


def particulars(flag: Flag) -> list[tuple[str, str]]:
    """The rest of a flag's detail as (name, value) to print; never nested, never long."""
    return [
        (name.replace("_", " "), printed(value))
        for name, value in sorted(flag.detail.items())
        if name != "reason" and value is not None and not isinstance(value, Mapping)
    ]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many flags there are, and how they stand."""

    open: int = 0
    accepted: int = 0
    dismissed: int = 0

    @property
    def all(self) -> int:
        """Every flag."""
        return self.open + self.accepted + self.dismissed

    @property
    def decided(self) -> int:
        """Those that somebody has judged."""
        return self.accepted + self.dismissed


def tally(flags: Iterable[Flag]) -> Tally:
    """Count flags by where they stand."""
    counts = dict.fromkeys(Verdict, 0)
    for flag in flags:
        counts[flag.verdict] += 1
    return Tally(
        open=counts[Verdict.OPEN],
        accepted=counts[Verdict.ACCEPTED],
        dismissed=counts[Verdict.DISMISSED],
    )
