"""The uploader: the thread that delivers a session while it is recorded and after.

It may be slow, paused or stopped at any moment without harm: what is not signed for stays
in the outbox.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from uuid import uuid4

import structlog

from recorder.clock import now_s
from recorder.detect.observations import Incident
from recorder.evidence.writer import WriterGone
from recorder.status import Delivery
from recorder.sync.courier import Channel, Courier
from recorder.sync.delivery import delivery_of
from recorder.sync.outage import OutageWatch
from recorder.sync.outbox import Outbox
from recorder.sync.pacing import Pacing
from shared.policy import Rule

# How often an outage is looked at while there is nothing to send, in seconds; well below
# the shortest onset that a policy would name.
LOOK_S = 1.0

# What is said while a bug of our own keeps delivery from going on.
STUMBLED = "A fault of this program holds delivery up; it goes on trying."

_log = structlog.get_logger()


class Uploader:
    """Delivers one outbox on a thread of its own."""

    def __init__(
        self,
        outbox: Outbox,
        channel: Channel,
        *,
        network_lost: Rule,
        on_incident: Callable[[Incident], object] = lambda _: None,
        pacing: Pacing | None = None,
        dice: random.Random | None = None,
        monotonic: Callable[[], float] = now_s,
        new_id: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        """Prepare; nothing is sent before ``start``.

        Args:
            outbox: what to deliver.
            channel: the way to the server.
            network_lost: the policy's rule for outages.
            on_incident: called on the uploader's thread with each report of an outage;
                must not block (``EvidenceWriter.submit``).
            pacing: the times of delivery.
            dice: where jitter comes from.
            monotonic: seconds, the clock that evidence is stamped with.
            new_id: makes ids of incidents, 32 hex digits.
        """
        self._outbox = outbox
        self._courier = Courier(
            outbox, channel, pacing or Pacing(), dice or random.SystemRandom(), monotonic
        )
        self._watch: OutageWatch | None = OutageWatch(network_lost, new_id)
        self._on_incident = on_incident
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._paused = False
        self._urgent = False
        self._stopping = False
        self._ended = False
        self._woken = False
        self._thread = threading.Thread(target=self._run, name="uploader", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def wake(self) -> None:
        """Something new is in the outbox. Safe from any thread, returns at once."""
        self._set(woken=True)

    def pause(self) -> None:
        """Send nothing new from now on; a request in flight is brought to its end."""
        self._set(paused=True)

    def resume(self) -> None:
        """Deliver again."""
        self._set(paused=False)

    def stop(self, timeout: float) -> bool:
        """End the thread; whether it ended within ``timeout`` seconds.

        A request in flight is left to itself after that: the thread ends with it, or with
        the program, and the outbox is as it was.
        """
        self._set(stopping=True)
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def drain(self, until: float) -> bool:
        """Deliver all there is without lingering; wait for it.

        Args:
            until: seconds of the evidence clock when waiting ends; delivering does not.

        Returns:
            Whether a signed receipt covers everything.
        """
        self._set(urgent=True)
        with self._changed:
            while not self._outbox.tally.delivered and not self._ended:
                if (left := until - self._monotonic()) <= 0:
                    break
                self._changed.wait(min(left, LOOK_S))
        return self._outbox.tally.delivered

    def delivery(self) -> Delivery:
        """A snapshot, at no cost."""
        courier = self._courier
        note = "Delivery is paused." if self._paused else courier.note
        return delivery_of(
            self._outbox.tally,
            online=courier.link.online,
            note=note,
            refused=courier.refused,
        )

    @property
    def stuck(self) -> bool:
        """Whether the server is there, yet what is left will not be taken for now."""
        return self._courier.stuck

    def stop_watching(self) -> None:
        """Report an outage that lasts as over, and none from now on: the session closes."""
        with self._changed:
            watch, self._watch = self._watch, None
            for incident in watch.finish(self._monotonic()) if watch else ():
                self._on_incident(incident)

    def _set(
        self,
        *,
        woken: bool = True,
        paused: bool | None = None,
        urgent: bool | None = None,
        stopping: bool | None = None,
    ) -> None:
        with self._changed:
            self._woken |= woken
            self._paused = self._paused if paused is None else paused
            self._urgent = self._urgent if urgent is None else urgent
            self._stopping = self._stopping if stopping is None else stopping
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._rest(self._step())
        except WriterGone:
            # The store was closed before us: what is left is delivered another time.
            _log.info("delivery ends with the store")
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _step(self) -> float:
        """Deliver one thing; when to come back, in monotonic seconds."""
        if self._paused:
            return self._monotonic() + LOOK_S
        with self._changed:
            self._woken = False
        try:
            again = self._courier.step(urgent=self._urgent)
            self._look(self._monotonic())
        except WriterGone:
            raise
        except Exception:  # noqa: BLE001 (a bug must not end delivery: it may pass)
            _log.exception("a step of delivery failed")
            return self._courier.trouble(STUMBLED)
        return again

    def _look(self, now: float) -> None:
        with self._changed:
            watch, link = self._watch, self._courier.link
            # Reported under the lock, so that no onset can follow its own end.
            for incident in watch.look(link.down_since, now, link.note) if watch else ():
                self._on_incident(incident)

    def _rest(self, until: float) -> None:
        with self._changed:
            # Whoever drains looks at the counts after every step.
            self._changed.notify_all()
            wait = min(until - self._monotonic(), LOOK_S)
            if wait > 0 and not self._woken and not self._stopping:
                self._changed.wait(wait)
