"""The uploader's thread, beside a writer that goes on recording."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator

import pytest
from structlog.testing import capture_logs
from support.evidence_server import Answer, EvidenceServer, Request, down, problem
from support.recording import (
    BOOT,
    FakeClock,
    eventually,
    heartbeat,
    ids,
    make_channel,
    segment,
    session_key,
)

from recorder.clock import now_s
from recorder.detect.observations import Incident
from recorder.evidence.store import EvidenceStore
from recorder.evidence.writer import EvidenceWriter
from recorder.sync.outbox import Outbox
from recorder.sync.pacing import Pacing
from recorder.sync.uploader import STUMBLED, Uploader
from shared.flags import Kind
from shared.policy import Rule
from shared.wire import ProblemType

SECONDS = 20.0
QUICK = Pacing(first_s=0.01, cap_s=0.05, linger_s=0.01, spread_s=0.05)
RULE = Rule(onset_s=0.05, merge_s=0.01)


class Rig:
    """A recording and its delivery."""

    def __init__(self, server: EvidenceServer, store: EvidenceStore, rule: Rule) -> None:
        self.server = server
        self.incidents: list[Incident] = []
        self.writer = EvidenceWriter(
            store, session_key(), boot=BOOT, clock=FakeClock(), new_id=ids()
        )
        self.uploader = Uploader(
            Outbox(self.writer.ask, lambda: self.writer.tally),
            make_channel(server, store.founding),
            network_lost=rule,
            on_incident=self.report,
            pacing=QUICK,
            dice=random.Random(1),
            new_id=ids(),
        )
        self.writer.on_commit = self.uploader.wake

    def report(self, incident: Incident) -> None:
        self.incidents.append(incident)
        self.writer.submit(incident)

    def start(self) -> None:
        self.writer.start()
        self.writer.open(build={}, models=(), devices={}, consent={})
        self.uploader.start()

    def drained(self) -> bool:
        return self.uploader.drain(now_s() + SECONDS)


@pytest.fixture
def rig(server: EvidenceServer, store: EvidenceStore) -> Iterator[Rig]:
    made = Rig(server, store, RULE)
    yield made
    assert made.uploader.stop(SECONDS)
    made.writer.stop(SECONDS)


def test_what_is_recorded_is_delivered(rig: Rig) -> None:
    rig.start()
    for number in range(3):
        rig.writer.submit(segment(number))
    rig.writer.close("finished")
    assert rig.writer.flush(SECONDS)
    assert rig.drained()
    delivery = rig.uploader.delivery()
    assert delivery.done
    assert delivery.fraction == 1.0
    assert (delivery.records_sent, delivery.blobs_sent) == (5, 3)
    assert delivery.online
    assert delivery.note == ""
    assert not delivery.refused
    assert not rig.uploader.stuck
    assert rig.server.held is not None
    assert rig.server.held.chain.closed


def test_an_outage_is_reported_and_what_waited_arrives(rig: Rig) -> None:
    rig.server.always = down
    rig.start()
    eventually(lambda: len(rig.incidents) == 1)
    assert not rig.uploader.delivery().online
    assert "cannot be reached" in rig.uploader.delivery().note
    rig.server.always = None
    eventually(lambda: len(rig.incidents) == 2)
    onset, end = rig.incidents
    assert onset.kind is Kind.NETWORK_LOST
    assert (onset.id, onset.end_ns) == (end.id, None)
    assert end.end_ns is not None
    assert end.end_ns > end.start_ns
    rig.writer.close("finished")
    assert rig.writer.flush(SECONDS)
    assert rig.drained()


def test_an_outage_at_the_end_is_closed_before_the_chain_is(rig: Rig) -> None:
    rig.server.always = down
    rig.start()
    eventually(lambda: len(rig.incidents) == 1)
    rig.uploader.stop_watching()
    rig.uploader.stop_watching()
    assert len(rig.incidents) == 2
    assert rig.incidents[1].end_ns is not None
    rig.writer.close("finished")
    assert rig.writer.flush(SECONDS)
    assert not rig.uploader.drain(now_s() + 0.1)
    assert len(rig.incidents) == 2
    rig.server.always = None
    assert rig.drained()


def test_pausing_sends_nothing_new(rig: Rig) -> None:
    rig.uploader.pause()
    rig.start()
    rig.writer.submit(heartbeat())
    assert rig.writer.flush(SECONDS)
    assert not rig.uploader.drain(now_s() + 0.1)
    assert rig.server.requests == []
    assert rig.uploader.delivery().note == "Delivery is paused."
    rig.uploader.resume()
    assert rig.drained()


def test_stopping_does_not_wait_for_a_server_that_hangs(rig: Rig) -> None:
    asked, answer = threading.Event(), threading.Event()

    def hanging(_request: Request, go: Callable[[], Answer]) -> Answer:
        asked.set()
        assert answer.wait(SECONDS)
        return go()

    rig.server.always = hanging
    rig.start()
    assert asked.wait(SECONDS)
    assert not rig.uploader.stop(0.05)
    answer.set()
    assert rig.uploader.stop(SECONDS)


def test_delivery_ends_with_the_store(rig: Rig) -> None:
    rig.start()
    rig.writer.submit(segment(0))
    rig.writer.flush(SECONDS)
    rig.server.always = problem(ProblemType.CREDENTIAL, 401)
    rig.writer.stop(SECONDS)
    rig.uploader.wake()
    eventually(lambda: not rig.uploader._thread.is_alive())
    assert rig.uploader.drain(now_s() + SECONDS) == rig.writer.tally.delivered


def test_a_bug_in_a_step_does_not_end_delivery(rig: Rig) -> None:
    def bug(_request: Request, _go: Callable[[], Answer]) -> Answer:
        raise KeyError("a bug")

    rig.server.always = bug
    with capture_logs() as said:
        rig.start()
        rig.writer.submit(segment(0))
        eventually(lambda: rig.uploader.delivery().note == STUMBLED)
        rig.server.always = None
        rig.writer.close("finished")
        assert rig.writer.flush(SECONDS)
        assert rig.drained()
    assert "a step of delivery failed" in {one["event"] for one in said}
    assert rig.uploader.delivery().note == ""


def test_a_refusal_is_stuck_and_online(rig: Rig) -> None:
    rig.server.always = problem(ProblemType.CREDENTIAL, 401)
    rig.start()
    eventually(lambda: rig.uploader.stuck)
    delivery = rig.uploader.delivery()
    assert delivery.online
    assert delivery.refused
    assert "does not take the evidence" in delivery.note


def test_one_that_never_started_can_be_stopped(rig: Rig) -> None:
    assert rig.uploader.stop(0)
    rig.uploader._look(now_s())
    rig.start()


def test_the_defaults_are_the_protocols(server: EvidenceServer, store: EvidenceStore) -> None:
    uploader = Uploader(
        Outbox.of_store(store), make_channel(server, store.founding), network_lost=RULE
    )
    uploader.start()
    assert uploader.drain(now_s() + SECONDS)
    assert uploader.stop(SECONDS)
