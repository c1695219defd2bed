"""Delivering one store without a recording: patience, and when it ends."""

from __future__ import annotations

import random

import pytest
from support.evidence_server import EvidenceServer, answering, down, honest, problem
from support.recording import make_channel, segment

from recorder.evidence.drafts import draft_segment
from recorder.evidence.ledger import Ledger, empty_close
from recorder.evidence.store import EvidenceStore
from recorder.status import Delivery
from recorder.sync.delivery import Report, deliver
from recorder.sync.pacing import Pacing
from shared.wire import ProblemType


class Time:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        assert 0 < seconds <= 1.0
        self.now += seconds


def go(
    server: EvidenceServer, store: EvidenceStore, time: Time, patience_s: float = 60.0
) -> tuple[Report, list[Delivery]]:
    shown: list[Delivery] = []
    report = deliver(
        store,
        make_channel(server, store.founding),
        show=shown.append,
        patience_s=patience_s,
        pacing=Pacing(),
        dice=random.Random(1),
        monotonic=lambda: time.now,
        sleep=time.sleep,
    )
    return report, shown


@pytest.fixture
def whole(store: EvidenceStore, ledger: Ledger) -> EvidenceStore:
    ledger.commit(draft_segment(segment(0)))
    ledger.commit(empty_close("finished"))
    return store


def test_everything_is_delivered_and_shown(
    server: EvidenceServer, whole: EvidenceStore
) -> None:
    report, shown = go(server, whole, Time())
    assert report == Report(True, "delivered (3 records, 1 piece)")
    assert [delivery.records_sent for delivery in shown] == [0, 3, 3]
    assert go(server, whole, Time()) == (report, [])


def test_an_outage_is_waited_out_within_patience(
    server: EvidenceServer, whole: EvidenceStore
) -> None:
    time = Time()
    server.script.extend([down] * 5)
    report, shown = go(server, whole, time)
    assert report.delivered
    assert "cannot be reached" in shown[0].note
    assert (shown[0].online, shown[0].refused) == (False, False)
    assert (shown[-1].online, shown[-1].done) == (True, True)
    assert time.now > 0


def test_a_failing_last_piece_is_waited_for_within_patience(
    server: EvidenceServer, whole: EvidenceStore
) -> None:
    server.script.extend([honest, honest, down, answering(413), answering(500)])
    report, _ = go(server, whole, Time())
    assert report.delivered


def test_patience_ends(server: EvidenceServer, whole: EvidenceStore) -> None:
    time = Time()
    server.always = down
    report, _ = go(server, whole, time, patience_s=100.0)
    assert not report.delivered
    assert report.words.startswith("not delivered, 3 records and 1 piece wait. The server")
    assert 100 < time.now < 110


def test_a_refusal_ends_it_at_once(server: EvidenceServer, whole: EvidenceStore) -> None:
    time = Time()
    server.always = problem(ProblemType.SESSION, 404)
    report, shown = go(server, whole, time)
    assert not report.delivered
    assert time.now == 0
    assert (shown[-1].online, shown[-1].refused) == (True, True)


def test_a_busy_server_is_there(server: EvidenceServer, whole: EvidenceStore) -> None:
    server.script.append(problem(ProblemType.BUSY, 503))
    _, shown = go(server, whole, Time())
    assert (shown[0].online, shown[0].refused) == (True, False)
    assert "busy" in shown[0].note
