"""Something asked of the desktop that holds as long as the connection to the bus does.

A crash therefore ends it by itself. Who promised is looked up again now and then: a desktop's
part that crashed and was started anew has forgotten.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from recorder.faults import EnvironmentFault
from recorder.lockdown.adapter import Unsupported
from recorder.lockdown.dbus.bus import Bus, Refused
from recorder.lockdown.operation import Evasion, InForce, Performed, State

APP = "Invigil"
REASON = "An exam is being recorded"

# How often it is asked whether who promised still runs (seconds): a part of a desktop that
# crashed is back within seconds, and nothing falls asleep within a minute.
ASK_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class Way:
    """Somebody who can be asked: where, and with what words. ``what`` begins a sentence."""

    what: str
    service: str
    path: str
    interface: str
    signature: str
    values: tuple[Any, ...]
    system: bool = False


@dataclass(slots=True)
class _Promise:
    """What somebody promised, as long as ``owner`` is who has the name."""

    way: Way
    bus: Bus
    owner: str
    descriptors: tuple[int, ...]

    def stands(self) -> bool:
        try:
            return self.bus.owner(self.way.service) == self.owner
        except EnvironmentFault:
            return False

    def end(self) -> None:
        """Twice is allowed."""
        descriptors, self.descriptors = self.descriptors, ()
        for descriptor in descriptors:
            with suppress(OSError):
                os.close(descriptor)
        self.bus.close()


class Promises:
    """Asks everybody who is there, in one of some ways; one who promises is enough."""

    def __init__(
        self,
        name: str,
        ways: Sequence[Way],
        buses: Mapping[bool, str | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Ask on these buses: the addresses of the session's (false) and the system's."""
        self.name = name
        self._ways = ways
        self._buses = buses
        self._clock = clock
        self._promises: list[_Promise] = []
        self._asked_at = 0.0
        # What nobody promises any more, a sentence each, while nobody promises anything.
        self._missing: list[str] = []

    def before(self) -> State | None:
        """Nothing outlives the connections."""
        return None

    def perform(self) -> Performed:
        """Ask."""
        refusals: list[str] = []
        for way in self._ways:
            match self._ask(way):
                case _Promise() as promise:
                    self._promises.append(promise)
                case None:
                    pass
                case refusal:
                    refusals.append(f"{way.what} was not promised ({refusal}).")
        self._asked_at = self._clock()
        if self._promises:
            return InForce(tuple(refusals))
        return Unsupported(" ".join(refusals) or "no part of this desktop can be asked for it")

    def check(self) -> tuple[Evasion, ...]:
        """Whether one who promised has gone; who has the name next is asked again.

        Raises:
            EnvironmentFault: nobody promises any more; they are asked again and again.
        """
        if self._clock() - self._asked_at < ASK_EVERY_S:
            if self._missing:
                raise _not_promised(self._missing)
            return ()
        self._asked_at = self._clock()
        renewed: list[Evasion] = []
        missing: list[str] = []
        for at, promise in enumerate(self._promises):
            if promise.stands():
                continue
            promise.end()
            match self._ask(promise.way):
                case _Promise() as again:
                    self._promises[at] = again
                    renewed.append(Evasion(None, f"{promise.way.what} was no longer promised"))
                case refusal:
                    why = refusal or "nobody is there"
                    missing.append(f"{promise.way.what} is no longer promised ({why}).")
        self._missing = missing if len(missing) == len(self._promises) else []
        if self._missing:
            raise _not_promised(self._missing)
        return tuple(renewed)

    def revert(self) -> None:
        """Take it back."""
        self._missing = []
        while self._promises:
            self._promises.pop().end()

    def _ask(self, way: Way) -> _Promise | str | None:
        """The promise, the words it was refused with, or ``None`` where nobody is there."""
        address = self._buses[way.system]
        if address is None:
            return None
        try:
            bus = Bus(address)
        except EnvironmentFault:
            return None
        try:
            owner = bus.owner(way.service)
            if owner is not None:
                place = (way.service, way.path, way.interface, "Inhibit")
                answer = bus.call(*place, way.signature, *way.values)
                return _Promise(way, bus, owner, answer.descriptors)
        except (Refused, EnvironmentFault) as problem:
            bus.close()
            return str(problem)
        bus.close()
        return None


def _not_promised(sentences: Sequence[str]) -> EnvironmentFault:
    return EnvironmentFault(" ".join(sentences), "Set it in the desktop's settings yourself.")
