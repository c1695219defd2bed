"""A device that goes away is an incident while it lasts, and a signed gap when it is back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from recorder.capture.frames import StreamName
from recorder.capture.pump import LossListener
from recorder.detect.observations import Incident
from shared.flags import Kind
from shared.policy import Policy
from shared.records import Gap

NS_PER_US = 1_000


class Relay:
    """Passes losses on to whoever listens; before a recording, nobody does."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self.listener: LossListener | None = None

    def on_lost(self, stream: StreamName, start_ns: int, reason: str) -> None:
        """A stream went away."""
        if self.listener is not None:
            self.listener.on_lost(stream, start_ns, reason)

    def on_back(self, stream: StreamName, end_ns: int) -> None:
        """A stream came back."""
        if self.listener is not None:
            self.listener.on_back(stream, end_ns)


@dataclass(frozen=True, slots=True)
class Loss:
    """A stream that is missing since ``start_ns``; ``id`` is its incident's."""

    id: str
    start_ns: int
    reason: str


class LossRecorder:
    """Hears of lost devices (on any pump's thread) and records them."""

    def __init__(
        self,
        policy: Policy,
        submit: Callable[[Incident | Gap], None],
        new_id: Callable[[], str],
        interrupt: Callable[[StreamName], object] = lambda _: None,
    ) -> None:
        """Report by the policy's rule for ``device_lost``; the gap is recorded always.

        Args:
            policy: the rule's.
            submit: takes incidents and gaps, from any thread.
            new_id: gives each incident its id.
            interrupt: closes what is open of a lost stream.
        """
        self._rule = policy.rule(Kind.DEVICE_LOST)
        self._submit = submit
        self._new_id = new_id
        self._interrupt = interrupt
        self._lock = threading.Lock()
        self._losses: dict[StreamName, Loss] = {}

    @property
    def missing(self) -> dict[StreamName, Loss]:
        """The streams that are missing now."""
        with self._lock:
            return dict(self._losses)

    def on_lost(self, stream: StreamName, start_ns: int, reason: str) -> None:
        """The stream has given nothing since ``start_ns``."""
        loss = Loss(self._new_id(), start_ns, reason)
        with self._lock:
            self._losses[stream] = loss
        self._interrupt(stream)
        self._report(stream, loss, None)

    def on_back(self, stream: StreamName, end_ns: int) -> None:
        """The stream is back since ``end_ns``."""
        with self._lock:
            loss = self._losses.pop(stream, None)
        if loss is not None:
            self._end(stream, loss, end_ns)

    def finish(self, now_ns: int) -> None:
        """The recording is over; what is missing stays missing until here."""
        with self._lock:
            losses, self._losses = self._losses, {}
        for stream, loss in losses.items():
            self._end(stream, loss, now_ns)

    def _end(self, stream: StreamName, loss: Loss, end_ns: int) -> None:
        self._submit(
            Gap(
                stream=stream,
                start=loss.start_ns // NS_PER_US,
                end=end_ns // NS_PER_US,
                reason=f"device lost: {loss.reason}",
            )
        )
        self._report(stream, loss, end_ns)

    def _report(self, stream: StreamName, loss: Loss, end_ns: int | None) -> None:
        if not self._rule.enabled:
            return
        detail: dict[str, object] = {
            "stream": stream,
            "reason": f"The {stream} gave nothing: {loss.reason}",
        }
        if end_ns is not None:
            detail["seconds"] = round((end_ns - loss.start_ns) / 1e9, 3)
        self._submit(
            Incident(
                id=loss.id,
                kind=Kind.DEVICE_LOST,
                start_ns=loss.start_ns,
                end_ns=end_ns,
                severity=self._rule.severity,
                confidence=1.0,
                detail=detail,
            )
        )
