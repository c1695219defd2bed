"""The thread that watches the clocks: was one set, did the computer sleep?"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from recorder.clock import NsClock, now_ns
from recorder.detect.observations import Incident
from recorder.durations import spoken
from recorder.sleeps import Sleep, Sleeps
from recorder.status import Notice
from shared.flags import Kind
from shared.policy import Policy

_log = structlog.get_logger(__name__)

# A clock set to and fro in less is not noticed, and by nobody missed: nothing is stamped with
# it but records, and each of those is judged. Two looks a second cost nothing.
LOOK_EVERY_S = 0.5

_NS_PER_S = 1_000_000_000


class ClockWatch:
    """Looks at the clocks until stopped, and reports what happened to them."""

    def __init__(
        self,
        policy: Policy,
        sleeps: Sleeps,
        *,
        on_incident: Callable[[Incident], None],
        new_id: Callable[[], str],
        look_at_clock: Callable[[], None],
        look_at_losses: Callable[[int], None],
        tell: Callable[[Notice], None],
        clock: NsClock = now_ns,
    ) -> None:
        """Report each sleep by the policy's rule for ``gap``: nothing was recorded in it.

        Args:
            policy: the rule's.
            sleeps: notices sleeps.
            on_incident: takes incidents, on the watch's thread.
            new_id: gives each incident its id.
            look_at_clock: has wall and evidence clock compared (``EvidenceWriter``).
            look_at_losses: told the time; what has not come back after a sleep is reported
                (``LossRecorder.look``).
            tell: puts something before the candidate.
            clock: the evidence clock, nanoseconds.
        """
        self._rule = policy.rule(Kind.GAP)
        self._sleeps = sleeps
        self._on_incident = on_incident
        self._new_id = new_id
        self._look_at_clock = look_at_clock
        self._look_at_losses = look_at_losses
        self._tell = tell
        self._clock = clock
        self._told = len(sleeps.look())
        self._slept_ns = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clock-watch", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look a last time, and no more."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
            self.look()

    def describe(self) -> dict[str, float]:
        """For the heartbeat: how often the computer slept so far, and how long in all."""
        return {"sleeps": self._told, "slept_s": round(self._slept_ns / _NS_PER_S, 1)}

    def look(self) -> None:
        """Look at the clocks now."""
        self._look_at_clock()
        sleeps = self._sleeps.look()
        for sleep in sleeps[self._told :]:
            self._told += 1
            self._slept_ns += sleep.slept_ns
            self._report(sleep)
        self._look_at_losses(self._clock())

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_S):
            try:
                self.look()
            except Exception:  # noqa: BLE001  (the next look may be better)
                _log.exception("clocks_not_looked_at")

    def _report(self, sleep: Sleep) -> None:
        seconds = sleep.slept_ns / _NS_PER_S
        _log.warning("the_computer_slept", seconds=round(seconds, 1))
        self._tell(Notice(_advice(seconds), "Invigil", "info"))
        if not self._rule.enabled or seconds < self._rule.onset_s:
            return
        reason = f"The computer slept for {spoken(seconds)}; nothing was recorded meanwhile."
        self._on_incident(
            Incident(
                id=self._new_id(),
                kind=Kind.GAP,
                start_ns=sleep.start_ns,
                end_ns=sleep.end_ns,
                severity=self._rule.severity,
                confidence=1.0,
                detail={"reason": reason, "seconds": round(seconds, 3)},
            )
        )


def _advice(slept_s: float) -> str:
    return (
        f"The computer slept for {spoken(slept_s)}, and nothing was recorded meanwhile. The "
        "exam's time does not stop for that: please keep the lid open and the computer plugged "
        "in until you have handed in."
    )
