"""A device that goes away is an incident while it lasts, and a signed gap when it is back.

After a sleep many devices are gone for a moment and have to be opened anew: that is part of
the sleep, and an incident only where they do not come back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from recorder.capture.frames import StreamName
from recorder.capture.pump import LossListener
from recorder.clock import NsClock, Pair, now_ns
from recorder.detect.observations import Incident
from recorder.sleeps import SLEPT, WAKING_NS, Sleeps, divide
from shared.flags import Kind
from shared.policy import Policy
from shared.records import Gap

NS_PER_US = 1_000


class Relay:
    """Passes losses on to whoever listens. Before a recording nobody does: what is lost by then
    and not back is told to the one who comes."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._lock = threading.Lock()  # while it tells, too: no loss may follow its own end
        self._listener: LossListener | None = None
        self._open: dict[StreamName, tuple[int, str]] = {}

    def listen(self, listener: LossListener, since_ns: int) -> None:
        """Tell ``listener`` from now on, and what is missing already as lost at ``since_ns``,
        when its recording began (monotonic nanoseconds), or later.
        """
        with self._lock:
            self._listener = listener
            for stream, (start_ns, reason) in self._open.items():
                listener.on_lost(stream, max(start_ns, since_ns), reason)
            self._open.clear()

    def on_lost(self, stream: StreamName, start_ns: int, reason: str) -> None:
        """A stream went away."""
        with self._lock:
            if self._listener is None:
                self._open[stream] = start_ns, reason
            else:
                self._listener.on_lost(stream, start_ns, reason)

    def on_back(self, stream: StreamName, end_ns: int) -> None:
        """A stream came back."""
        with self._lock:
            if self._listener is None:
                self._open.pop(stream, None)
            else:
                self._listener.on_back(stream, end_ns)


@dataclass(frozen=True, slots=True)
class Loss:
    """A stream that is missing since ``start_ns``; ``id`` is its incident's.

    ``woke_ns`` is when the computer woke, where the device was lost in a sleep; ``told``
    whether the incident was reported.
    """

    id: str
    start_ns: int
    reason: str
    woke_ns: int | None = None
    told: bool = False

    @property
    def since_ns(self) -> int:
        """When the device could have been there and was not."""
        return self.start_ns if self.woke_ns is None else self.woke_ns


class LossRecorder:
    """Hears of lost devices (on any pump's thread) and records them."""

    def __init__(
        self,
        policy: Policy,
        submit: Callable[[Incident | Gap], None],
        new_id: Callable[[], str],
        interrupt: Callable[[StreamName], object] = lambda _: None,
        *,
        device: Callable[[StreamName], str] = lambda _: "",
        sleeps: Sleeps | None = None,
        clock: NsClock = now_ns,
    ) -> None:
        """Report by the policy's rule for ``device_lost``; the gap is recorded always.

        Args:
            policy: the rule's.
            submit: takes incidents and gaps, from any thread.
            new_id: gives each incident its id.
            interrupt: closes what is open of a lost stream.
            device: what a stream that is back is recorded with, by its name.
            sleeps: knows when the computer slept; without it no loss is explained so.
            clock: the evidence clock, nanoseconds.
        """
        self._rule = policy.rule(Kind.DEVICE_LOST)
        self._submit = submit
        self._new_id = new_id
        self._interrupt = interrupt
        self._device = device
        self._sleeps = sleeps or Sleeps(Pair(clock, None))
        self._clock = clock
        self._lock = threading.Lock()
        self._losses: dict[StreamName, Loss] = {}

    @property
    def missing(self) -> dict[StreamName, Loss]:
        """The streams that are missing now."""
        with self._lock:
            return dict(self._losses)

    def on_lost(self, stream: StreamName, start_ns: int, reason: str) -> None:
        """The stream has given nothing since ``start_ns``."""
        now_ns = self._clock()
        slept = self._sleeps.between(start_ns, now_ns)
        loss = Loss(self._new_id(), start_ns, reason, slept[-1].end_ns if slept else None)
        with self._lock:
            self._losses[stream] = loss
            self._interrupt(stream)
        self.look(now_ns)

    def look(self, now_ns: int) -> None:
        """Report what has not come back after a sleep; call it about every second."""
        with self._lock:  # while it reports, too: no beginning may follow its own end
            for stream, loss in list(self._losses.items()):
                if not loss.told and not _waking(loss, now_ns):
                    self._losses[stream] = replace(loss, told=True)
                    self._report(stream, loss, None)

    def on_back(self, stream: StreamName, end_ns: int) -> None:
        """The stream is back since ``end_ns``."""
        with self._lock:
            if (loss := self._losses.pop(stream, None)) is not None:
                self._end(stream, loss, end_ns, self._device(stream))

    def finish(self, now_ns: int) -> None:
        """The recording is over; what is missing stays missing until here."""
        with self._lock:
            for stream, loss in self._losses.items():
                self._end(stream, loss, now_ns)
            self._losses.clear()

    def _end(self, stream: StreamName, loss: Loss, end_ns: int, device: str = "") -> None:
        for part in divide(loss.start_ns, end_ns, self._sleeps.between(loss.start_ns, end_ns)):
            self._submit(
                Gap(
                    stream=stream,
                    start=part.start_ns // NS_PER_US,
                    end=part.end_ns // NS_PER_US,
                    reason=SLEPT if part.asleep else f"device lost: {loss.reason}",
                )
            )
        if loss.told or not _waking(loss, end_ns):
            self._report(stream, loss, end_ns, device)

    def _report(
        self, stream: StreamName, loss: Loss, end_ns: int | None, device: str = ""
    ) -> None:
        if not self._rule.enabled:
            return
        detail: dict[str, object] = {
            "stream": stream,
            "reason": f"The {stream} gave nothing: {loss.reason}",
        }
        if device:
            detail["device"] = device
        if end_ns is not None:
            since_ns = loss.since_ns
            asleep_ns = sum(s.slept_ns for s in self._sleeps.between(since_ns, end_ns))
            detail["seconds"] = round((end_ns - since_ns - asleep_ns) / 1e9, 3)
            if asleep_ns:
                detail["asleep_seconds"] = round(asleep_ns / 1e9, 3)
        self._submit(
            Incident(
                id=loss.id,
                kind=Kind.DEVICE_LOST,
                start_ns=loss.since_ns,
                end_ns=end_ns,
                severity=self._rule.severity,
                confidence=1.0,
                detail=detail,
            )
        )


def _waking(loss: Loss, now_ns: int) -> bool:
    """Whether the device may yet come back as devices do after a sleep."""
    return loss.woke_ns is not None and now_ns - loss.woke_ns <= WAKING_NS
