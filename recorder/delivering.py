"""The session's two ways to the server: evidence by the uploader, words by the live link."""

from __future__ import annotations

from dataclasses import dataclass

from recorder.clock import now_ns
from recorder.evidence.founding import Founding
from recorder.evidence.writer import EvidenceWriter
from recorder.reporter import Reporter
from recorder.session import Session
from recorder.status import Delivery
from recorder.sync.client import ServerClient
from recorder.sync.live import LiveLink
from recorder.sync.outbox import Outbox
from recorder.sync.pacing import Pacing
from recorder.sync.timed import Heard, TimedChannel
from recorder.sync.uploader import Uploader
from shared.policy import Rule

# A request in flight gets this long to come to its end when the program leaves.
STOP_BOUND_S = 5.0

# Commands should come through soon after an outage; one small request bothers no server.
LIVE_PACING = Pacing(cap_s=10.0)


@dataclass(frozen=True, slots=True)
class Terms:
    """How delivery behaves: the policy's rule for outages, the spread after one (s)."""

    network_lost: Rule
    spread_s: float


class DeliveryLine:
    """Delivers while the session records and after, until it is told to stop."""

    def __init__(
        self,
        client: ServerClient,
        founding: Founding,
        writer: EvidenceWriter,
        reporter: Reporter,
        terms: Terms,
        heard: Heard,
    ) -> None:
        """Nothing is sent before ``start``; ``heard`` is told the server's time."""
        outbox = Outbox(writer.ask, lambda: writer.tally)
        self._client = client
        self._founding = founding
        self._uploader = Uploader(
            outbox,
            TimedChannel(client.session(founding), founding.institution_key, heard, now_ns),
            network_lost=terms.network_lost,
            on_incident=reporter.submit,
            pacing=Pacing(spread_s=terms.spread_s),
        )
        self._live: LiveLink | None = None

    def serve(self, session: Session) -> None:
        """Show this session's state to the proctors, and bring it their commands."""

        self._live = LiveLink(
            self._founding, state=session.live, on_command=session.obey, pacing=LIVE_PACING
        )

    def start(self) -> None:
        """Begin to deliver."""
        self._uploader.start()
        if self._live is not None:
            self._live.start()

    def wake(self) -> None:
        """Something new was committed."""
        self._uploader.wake()

    def delivery(self) -> Delivery:
        """How far it is."""
        return self._uploader.delivery()

    def last_words(self) -> None:
        """The chain is about to be closed: say what is still to be said."""
        self._uploader.stop_watching()

    def hasten(self) -> None:
        """All is committed: send it without lingering for more."""
        self._uploader.drain(until=0.0)

    def stop(self) -> None:
        """Deliver no more in this run of the program."""
        if self._live is not None:
            self._live.stop(STOP_BOUND_S)
        self._uploader.stop(STOP_BOUND_S)
        self._client.close()
