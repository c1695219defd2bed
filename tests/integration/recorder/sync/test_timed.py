"""The server's time from receipts: right, or not told, whatever became of an answer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.evidence_server import (
    Answer,
    EvidenceServer,
    Fault,
    Request,
    answering,
    lost,
    problem,
)
from support.recording import FakeClock, make_channel, segment

from recorder.evidence import contents
from recorder.evidence.drafts import draft_segment
from recorder.evidence.ledger import Ledger
from recorder.evidence.store import EvidenceStore
from recorder.server_clock import ServerClock
from recorder.sync.answers import Receipted
from recorder.sync.timed import TimedChannel
from shared.wire import ProblemType


class Line:
    """A channel to a server whose clock goes as ours does, an offset away."""

    def __init__(self, server: EvidenceServer, store: EvidenceStore, clock: FakeClock) -> None:
        server.now = lambda: clock.wall
        self.server, self.store, self.clock = server, store, clock
        self.time = ServerClock(0)
        self.channel = TimedChannel(
            make_channel(server, store.founding),
            store.founding.institution_key,
            self.time.heard,
            lambda: clock.mono * 1_000,
        )

    def records(self, start: int) -> bool:
        """Send one record, a second after the last; whether a receipt came."""
        self.clock.tick(1)
        lines = contents.records(self.store, start, 1)
        return isinstance(self.channel.send_records(lines), Receipted)

    def piece(self) -> bool:
        """Send the piece that waits, likewise."""
        self.clock.tick(1)
        blob = contents.waiting_blob(self.store, 99, frozenset())
        assert blob is not None
        return isinstance(self.channel.send_blob(*blob), Receipted)

    @property
    def wrong_s(self) -> float:
        """By how much the clock is off, in seconds; none of the requests takes any time."""
        return abs(self.time.offset_us - self.clock.offset) / 1e6


@pytest.fixture
def line(
    server: EvidenceServer, store: EvidenceStore, ledger: Ledger, clock: FakeClock
) -> Line:
    """Three records and two pieces; the first record has been receipted."""
    ledger.commit(draft_segment(segment(0)))
    ledger.commit(draft_segment(segment(1)))
    made = Line(server, store, clock)
    assert made.records(0)
    assert made.wrong_s == 0.0
    return made


def replaced(by: Fault) -> Fault:
    """The server does its work, and something else answers in its place."""

    def fault(request: Request, go: Callable[[], Answer]) -> Answer:
        go()
        return by(request, go)

    return fault


@pytest.mark.parametrize(
    "fault", [lost, replaced(answering(200, b"<html>")), replaced(answering(504))]
)
def test_a_receipt_from_before_an_outage_tells_no_time(fault: Fault, line: Line) -> None:
    """The answer was lost, and the same bytes get the same receipt ten minutes later."""
    line.server.script.append(fault)
    assert not line.records(1)
    line.clock.tick(600)
    assert line.records(1)
    assert line.wrong_s == 0.0
    assert line.records(2)
    line.server.script.append(fault)
    assert not line.piece()
    line.clock.tick(600)
    assert line.piece()
    assert line.wrong_s == 0.0
    assert line.piece()  # again, as after trouble with our own disk
    assert line.wrong_s == 0.0


def test_what_is_new_after_an_outage_tells_the_time_again(line: Line) -> None:
    line.server.script.append(lost)
    assert not line.records(1)
    line.clock.tick(600)
    assert line.records(1)
    line.clock.offset += 5_000_000
    assert line.wrong_s == 5.0
    assert line.records(2)
    assert line.wrong_s == 0.0


def test_what_was_refused_tells_the_time_when_it_is_taken(line: Line) -> None:
    """Nothing was receipted for it before."""
    line.server.script.append(problem(ProblemType.QUOTA, 413))
    assert not line.records(1)
    line.clock.tick(60)
    line.clock.offset += 5_000_000
    assert line.records(1)
    assert line.wrong_s == 0.0
