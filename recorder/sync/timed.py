"""A session's requests, with the time that the answers' receipts tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from recorder.sync.answers import Failure, Receipted, Standing
from recorder.sync.courier import Channel
from shared.receipts import MalformedReceipt, decode_receipt
from shared.signed import Domain, Signed, holds

# A receipt's time, and the evidence clock when its request was sent and when it came, µs.
Heard = Callable[[int, int, int], None]


class TimedChannel:
    """A channel whose receipts set a clock.

    Args:
        channel: what sends.
        institution_key: whose receipts are believed.
        heard: is told what each new one says.
        clock: the evidence clock, nanoseconds.
    """

    def __init__(
        self, channel: Channel, institution_key: bytes, heard: Heard, clock: Callable[[], int]
    ) -> None:
        self.session = channel.session
        self._channel = channel
        self._key = institution_key
        self._heard = heard
        self._clock = clock
        self._newest_us = 0

    def send_records(self, lines: Sequence[Signed]) -> Receipted | Failure:
        """Send records in order."""
        sent_ns = self._clock()
        return self._timed(sent_ns, self._channel.send_records(list(lines)))

    def send_blob(self, sha256: str, data: bytes) -> Receipted | Failure:
        """Send a piece."""
        sent_ns = self._clock()
        return self._timed(sent_ns, self._channel.send_blob(sha256, data))

    def status(self) -> Standing | Failure:
        """Ask where the server stands; its receipt is an old one and tells no time."""
        return self._channel.status()

    def _timed(self, sent_ns: int, answer: Receipted | Failure) -> Receipted | Failure:
        came_ns = self._clock()
        if isinstance(answer, Receipted):
            self._take(answer.line, sent_ns // 1_000, came_ns // 1_000)
        return answer

    def _take(self, line: Signed, sent_us: int, came_us: int) -> None:
        """A receipt that was given before is given again for the same: only news tell."""
        if not holds(line, Domain.RECEIPT, self._key):
            return
        try:
            receipt = decode_receipt(line.payload)
        except MalformedReceipt:
            return
        if receipt.session == self.session and receipt.time > self._newest_us:
            self._newest_us = receipt.time
            self._heard(receipt.time, sent_us, came_us)
