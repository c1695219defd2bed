"""A session's requests, with the time that the answers' receipts tell.

A request whose answer was lost may have been receipted then: sent again, it gets that very
receipt, which says nothing of the time of the second sending.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from recorder.sync.answers import Failure, Receipted, Refused, Standing
from recorder.sync.courier import Channel
from shared.encoding import sha256_hex
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
        self._unanswered: set[str] = set()

    def send_records(self, lines: Sequence[Signed]) -> Receipted | Failure:
        """Send records in order."""
        sha256 = sha256_hex(b"".join(line.line() for line in lines))
        sent_ns = self._clock()
        return self._timed(sha256, sent_ns, self._channel.send_records(list(lines)))

    def send_blob(self, sha256: str, data: bytes) -> Receipted | Failure:
        """Send a piece."""
        sent_ns = self._clock()
        return self._timed(sha256, sent_ns, self._channel.send_blob(sha256, data))

    def status(self) -> Standing | Failure:
        """Ask where the server stands; its receipt is an old one and tells no time."""
        return self._channel.status()

    def _timed(
        self, sha256: str, sent_ns: int, answer: Receipted | Failure
    ) -> Receipted | Failure:
        came_ns = self._clock()
        match answer:
            case Receipted(line=line):
                time_us = self._news(line)
                if time_us is not None and sha256 not in self._unanswered:
                    self._heard(time_us, sent_ns // 1_000, came_ns // 1_000)
                self._unanswered.discard(sha256)
            case Refused():
                pass
            case _:
                self._unanswered.add(sha256)
        return answer

    def _news(self, line: Signed) -> int | None:
        """A receipt's time, µs. What was receipted before is again by the same: no news."""
        if not holds(line, Domain.RECEIPT, self._key):
            return None
        try:
            receipt = decode_receipt(line.payload)
        except MalformedReceipt:
            return None
        if receipt.session != self.session or receipt.time <= self._newest_us:
            return None
        self._newest_us = receipt.time
        return receipt.time
