"""One kind of incident as it is looked for: how often, and how that goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, Literal, Protocol, TypeVar

import structlog

from recorder.detect.incidents.boundaries import ALWAYS, ended_by
from recorder.detect.incidents.machine import NS
from recorder.detect.observations import Incident
from recorder.faults import EnvironmentFault
from shared.flags import Kind

_log = structlog.get_logger(__name__)

# A look stands for what follows it, up to here: when the next comes later, as after a sleep
# of the computer, the time between was not observed. Eight looks at the windows; a busy
# machine misses two.
HELD_NS = 2 * NS

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Watched:
    """How one watcher is doing, for the heartbeat and the system check.

    ``state``: ``watching``; ``off`` (not in the policy); ``unsupported`` (this machine
    cannot tell, ``reason`` says why); ``unobserved`` (it could, and just now does not).
    ``unobserved_s`` is how long it could not, in all.
    """

    kind: Kind
    state: Literal["watching", "off", "unsupported", "unobserved"]
    reason: str = ""
    unobserved_s: float = 0.0


class Watcher(Protocol):
    """What every watcher has besides its look, which takes what it looks at."""

    def unobserved(self, now_ns: int) -> list[Incident]:
        """Say that it could not be told just now."""
        ...

    def finish(self, now_ns: int) -> list[Incident]:
        """End what is open: nothing more will be observed."""
        ...


def held_ns(every_s: float) -> int:
    """How long a look that comes every so many seconds stands for what follows it."""
    return max(HELD_NS, round(1.5 * every_s * NS))


class Lane:
    """One watcher with what it looks at, and the account of how that goes."""

    def __init__(
        self,
        watched: Watched,
        watcher: Watcher,
        look: Callable[[int], list[Incident]],
        every_s: float,
    ) -> None:
        """Look for one kind.

        Args:
            watched: how it begins; ``off`` and ``unsupported`` remain so, and what is said
                beside ``watching`` (a part that cannot be seen) is said again.
            watcher: for what is said when a look fails.
            look: reads the machine at a time and asks the watcher.
            every_s: how often; called more often, it waits.
        """
        self.watched = watched
        self._watcher = watcher
        self._look = look
        self._every_ns = round(every_s * NS)
        self._held_ns = held_ns(every_s)
        self._last_ns: int | None = None
        self._note = watched.reason

    def look(self, now_ns: int) -> list[Incident]:
        """Take a look, if it is time for one."""
        if self.watched.state in ("off", "unsupported") or not self._is_due(now_ns):
            return []
        self._count_blind(now_ns)
        try:
            incidents = self._look(now_ns)
        except EnvironmentFault as fault:
            return self._blind(now_ns, fault.what)
        except Exception as bug:  # noqa: BLE001  (a watcher's bug is unobserved time)
            if self.watched.state != "unobserved":
                _log.exception("watcher_failed", kind=self.watched.kind)
            return self._blind(now_ns, f"the watcher failed: {bug!r}")
        self.watched = replace(self.watched, state="watching", reason=self._note)
        return incidents

    def cut(self, at_ns: int) -> list[Incident]:
        """The exam began, stopped or went on: end there what is open of the candidate's
        deeds. What lasts begins anew with the next look.
        """
        if self.watched.kind in ALWAYS:
            return []
        return [ended_by(one, at_ns) for one in self._watcher.finish(at_ns)]

    def finish(self, now_ns: int) -> list[Incident]:
        """End what is open."""
        self._count_blind(now_ns)
        return self._watcher.finish(now_ns)

    def _is_due(self, now_ns: int) -> bool:
        # A tenth early is on time: threads do not wake to the millisecond.
        return self._last_ns is None or now_ns - self._last_ns >= 0.9 * self._every_ns

    def _count_blind(self, now_ns: int) -> None:
        """A look that failed, or that came long ago, saw nothing of the time up to now."""
        passed_ns = 0 if self._last_ns is None else now_ns - self._last_ns
        if self.watched.state == "unobserved" or passed_ns > self._held_ns:
            total = self.watched.unobserved_s + passed_ns / NS
            self.watched = replace(self.watched, unobserved_s=total)
        self._last_ns = now_ns

    def _blind(self, now_ns: int, reason: str) -> list[Incident]:
        self.watched = replace(self.watched, state="unobserved", reason=reason)
        return self._watcher.unobserved(now_ns)


class Recent(Generic[T]):
    """One reading for several lanes: read again when it is as old as ``every_s``."""

    def __init__(self, read: Callable[[], T], every_s: float) -> None:
        self._read = read
        self._every_ns = round(0.9 * every_s * NS)
        self._at_ns: int | None = None
        self._found: T | Exception | None = None

    def at(self, now_ns: int) -> T:
        """The reading; raises what the reading of this time met."""
        if self._at_ns is None or now_ns - self._at_ns >= self._every_ns:
            self._at_ns = now_ns
            try:
                self._found = self._read()
            except Exception as problem:  # noqa: BLE001  (each lane is told of it)
                self._found = problem
        if isinstance(self._found, Exception):
            raise self._found
        return self._found  # type: ignore[return-value]
