"""The threads that look at the machine while a session records."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from recorder.clock import now_ns
from recorder.detect.incidents.boundaries import AllBoundaries, Boundaries, no_boundaries
from recorder.detect.observations import Incident
from recorder.lockdown.adapter import Machine, Unsupported
from recorder.lockdown.lane import Lane, Watched
from recorder.lockdown.lanes import quick_lanes, slow_lanes
from recorder.lockdown.processes import descends_from_us
from shared.policy import Policy

_log = structlog.get_logger(__name__)

# How often the threads look whether a lane is due: as often as the quickest of their lanes.
_QUICK_S = 0.25
_SLOW_S = 1.0


class MachineWatch:
    """Looks at the machine until stopped, and reports incidents.

    Windows, displays and the clipboard on one thread; what takes longer to read (programs,
    devices, signs) on another, so that it delays no look at the windows.
    """

    def __init__(
        self,
        policy: Policy,
        machine: Machine,
        on_incident: Callable[[Incident], None],
        new_id: Callable[[], str],
        *,
        is_ours: Callable[[int], bool] = descends_from_us,
        clock: Callable[[], int] = now_ns,
        boundaries: AllBoundaries = no_boundaries,
    ) -> None:
        """Watch ``machine`` by ``policy``.

        Args:
            policy: its rules for the kinds that are seen here, and how far its ``lockdown``
                goes with each part.
            machine: the readers; ``machine.this_machine()`` gives this one's.
            on_incident: called on either of the watch's threads.
            new_id: gives each incident its id; from either thread.
            is_ours: whether a process id is one of ours: this program and its children.
            clock: the evidence clock, nanoseconds.
            boundaries: where the exam begins, stops and goes on: incidents end there.
        """
        self._on_incident = on_incident
        self._clock = clock
        self._boundaries = boundaries
        self._stopping = threading.Event()
        quick = quick_lanes(policy, machine, is_ours, new_id)
        slow = slow_lanes(policy, machine, is_ours, new_id)
        self._lanes = (*quick, *slow)
        closing = (machine.windows, machine.desk, machine.displays, machine.clipboard)
        readers = [one for one in closing if not isinstance(one, Unsupported)]

        def close() -> None:
            for reader in readers:
                reader.close()

        self._threads = (
            self._thread("machine-watch", quick, _QUICK_S, close),
            self._thread("machine-watch-slow", slow, _SLOW_S, lambda: None),
        )

    def status(self) -> tuple[Watched, ...]:
        """How each kind's watcher is doing, windows and programs first; from any thread."""
        return tuple(lane.watched for lane in self._lanes)

    def start(self) -> None:
        """Begin to look."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_s: float = 2.0) -> bool:
        """Stop looking and end open incidents; false when a thread did not in time."""
        self._stopping.set()
        started = [thread for thread in self._threads if thread.ident is not None]
        for thread in started:
            thread.join(timeout_s)
        return not any(thread.is_alive() for thread in started)

    def _thread(
        self, name: str, lanes: tuple[Lane, ...], every_s: float, close: Callable[[], None]
    ) -> threading.Thread:
        def run() -> None:
            boundaries = Boundaries(self._boundaries)
            while not self._stopping.is_set():
                self._cut(lanes, boundaries)
                for lane in lanes:
                    self._report(lane.look(self._clock()))
                self._stopping.wait(every_s)
            self._cut(lanes, boundaries)
            for lane in lanes:
                self._report(lane.finish(self._clock()))
            close()

        return threading.Thread(target=run, name=name, daemon=True)

    def _cut(self, lanes: tuple[Lane, ...], boundaries: Boundaries) -> None:
        for at_ns in boundaries.passed():
            for lane in lanes:
                self._report(lane.cut(at_ns))

    def _report(self, incidents: list[Incident]) -> None:
        for incident in incidents:
            try:
                self._on_incident(incident)
            except Exception:  # noqa: BLE001  (the next look matters more)
                _log.exception("incident_not_taken", kind=incident.kind, id=incident.id)
