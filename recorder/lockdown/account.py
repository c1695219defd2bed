"""An incident machine that also remembers what its incident was about."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from typing import Generic, TypeVar

from recorder.detect.incidents.machine import HOLD_NS, IncidentMachine, Reading
from recorder.detect.observations import Incident
from shared.flags import Kind
from shared.policy import Rule

# An incident names at most so many things: a record is bounded.
MOST_NAMED = 10

# A name or title in a detail is cut here: a page may put kilobytes into its title.
LONGEST_NAME = 200

T = TypeVar("T", bound=Hashable)


class Account(Generic[T]):
    """What is so now goes in; incidents that name all of it come out.

    Args:
        kind: what the things are signs of.
        rule: the policy's rule.
        new_id: gives each incident its id.
        words: the incident's reason, from its things (the first seen first) and seconds.
        detail: what else its detail holds, from its things.
        hold_ns: how long one look speaks for what follows it.
    """

    def __init__(
        self,
        kind: Kind,
        rule: Rule,
        new_id: Callable[[], str],
        words: Callable[[list[T], float], str],
        detail: Callable[[list[T]], dict[str, object]],
        hold_ns: int = HOLD_NS,
    ) -> None:
        def describe(_numbers: object, seconds: float) -> str:
            return words(list(self._seen), seconds)

        self._machine = IncidentMachine(kind, rule, new_id, describe, hold_ns=hold_ns)
        self._detail = detail
        self._seen: dict[T, None] = {}
        self._open = False
        self._happened: tuple[T, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether an incident was reported whose end was not."""
        return self._open

    def look(
        self, now_ns: int, things: Iterable[T], value: float | None = None
    ) -> list[Incident]:
        """Take one look: everything of it that is so now.

        Args:
            now_ns: when, on the evidence clock.
            things: nothing, where all is well.
            value: in the unit of the rule's threshold; without it, that something is so.
        """
        now = (*things, *self._happened)
        for thing in now:
            if len(self._seen) < MOST_NAMED:
                self._seen.setdefault(thing)
        reading = Reading((1.0 if now else 0.0) if value is None else value)
        reports = self._told(self._machine.step(now_ns, reading))
        if self._machine.goes_on:
            self._happened = ()
        if not self._open and not self._machine.active:
            self._seen.clear()
        return reports

    def happened(self, now_ns: int, things: Iterable[T]) -> list[Incident]:
        """Take a look at what happens in a moment and is over, as a copy is.

        It counts until it has lasted the rule's onset, whenever the looks come, or no moment
        would ever be an incident.
        """
        self._happened = tuple(things) or self._happened
        return self.look(now_ns, ())

    def unobserved(self, now_ns: int) -> list[Incident]:
        """Say that it could not be told just now."""
        return self._told(self._machine.step(now_ns, None))

    def finish(self, now_ns: int) -> list[Incident]:
        """End what is open: nothing more will be observed, or the exam begins or stops."""
        self._happened = ()
        return self._told(self._machine.finish(now_ns))

    def _told(self, reports: list[Incident]) -> list[Incident]:
        told: list[Incident] = []
        for report in reports:
            self._open = report.end_ns is None
            detail = {**report.detail, **self._detail(list(self._seen))}
            told.append(replace(report, detail=detail))
            if not self._open:  # what is so now belongs to the next incident
                newest = list(self._seen)[-1:] if self._machine.active else []
                self._seen = dict.fromkeys(newest)
        return told


def named(words: list[str]) -> str:
    """The first of them, and how many more there are."""
    more = f" and {len(words) - 1} more" if len(words) > 1 else ""
    return f"{words[0] if words else ''}{more}"
