"""Where the exam begins, stops and goes on: an incident ends there, and what lasts begins anew.

So what a record says of an incident, its seconds and its words, is of the exam alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from recorder.detect.observations import Incident
from shared.flags import Group, Kind

# What tells of the machine, the camera or the recorder itself is no deed of the candidate's:
# it is written whenever it is found, and goes on over every boundary.
ALWAYS = frozenset(
    {
        Kind.VIRTUAL_MACHINE,
        Kind.REMOTE_SESSION,
        Kind.VIRTUAL_CAMERA,
        Kind.DEBUGGER,
        Kind.ALTERED_PROGRAM,
        *(kind for kind in Kind if kind.group is Group.RECORDER),
    }
)

# All boundaries so far, nanoseconds of the evidence clock; asked from any thread.
AllBoundaries = Callable[[], Sequence[int]]


def no_boundaries() -> Sequence[int]:
    """Where there is no exam."""
    return ()


def ended_by(incident: Incident, at_ns: int) -> Incident:
    """An incident that is over, as one that ended at a boundary at the latest."""
    end_ns = at_ns if incident.end_ns is None else min(incident.end_ns, at_ns)
    return replace(incident, end_ns=max(incident.start_ns, end_ns))


class Boundaries:
    """Gives each boundary once, to one thread that measures: before it measures on."""

    def __init__(self, all_of_them: AllBoundaries) -> None:
        self._all = all_of_them
        self._given = 0

    def passed(self) -> Sequence[int]:
        """Those that passed since the last call, in order."""
        new = self._all()[self._given :]
        self._given += len(new)
        return new
