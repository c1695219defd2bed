"""What a chain says of its clocks: every jump once, and no drift."""

from __future__ import annotations

from itertools import count

import msgspec
import pytest

from recorder.evidence.clock_changes import ClockChanges
from recorder.evidence.clocks import Reading
from recorder.evidence.drafts import Draft
from shared.flags import Kind
from shared.policy import OFF, Rule
from shared.records import Body, Clock, Heartbeat, Incident, Record

S = 1_000_000
BEAT = Heartbeat(streams={}, unobserved=(), queue={}, machine={})


class Chain:
    """A chain of nothing but times; what is due is appended unless a test says otherwise."""

    def __init__(self, rule: Rule | None = None) -> None:
        ids = count(1)
        self.changes = ClockChanges(rule or Rule(), lambda: f"{next(ids):032x}")
        self.wall, self.mono, self.boot = 1_790_000_000 * S, 50 * S, "one"
        self.take(BEAT)

    def record(self, body: Body) -> Record:
        return Record(
            session="5e" * 16,
            epoch=0,
            seq=0,
            prev="0" * 64,
            wall=self.wall,
            mono=self.mono,
            boot=self.boot,
            anchor=None,
            body=body,
        )

    def take(self, body: Body) -> None:
        self.changes.take(self.record(body))

    def due(self) -> list[Draft]:
        return self.changes.due(self.record(BEAT))

    def passes(self, seconds: float, ppm: float = 0.0) -> None:
        self.mono += round(seconds * S)
        self.wall += round(seconds * S * (1 + ppm / 1e6))

    def beat(self) -> list[Body]:
        due = [draft.body for draft in self.due()]
        for body in [*due, BEAT]:
            self.take(body)
        return due


def test_before_the_first_record_there_is_nothing_to_compare() -> None:
    chain = Chain()
    fresh = ClockChanges(Rule(), lambda: "0" * 32)
    assert fresh.due(chain.record(BEAT)) == []


@pytest.mark.parametrize("ppm", [200.0, -200.0])
def test_three_hours_of_drift_are_let_be(ppm: float) -> None:
    chain = Chain()
    for _ in range(1_080):
        chain.passes(10.0, ppm)
        assert chain.beat() == []


def test_small_steps_add_up() -> None:
    chain = Chain()
    found = []
    for _ in range(4):
        chain.wall += round(0.9 * S)
        chain.passes(1.0)
        found.append([body.jump for body in chain.beat() if isinstance(body, Clock)])
    assert found == [[], [], [2_700_000], []]


def test_a_jump_is_told_with_the_way_and_the_length() -> None:
    chain = Chain()
    chain.wall += 3_725 * S
    clock, incident = chain.beat()
    assert clock == Clock(jump=3_725 * S, reason="The computer's clock was set.")
    assert isinstance(incident, Incident)
    assert incident.kind is Kind.CLOCK_JUMP
    assert (incident.start, incident.end) == (chain.mono, chain.mono)
    assert incident.detail == {
        "reason": "The computer's clock was set forward by 1 h 2 min.",
        "seconds": 3_725.0,
    }
    chain.wall -= 5 * S
    _, incident = chain.beat()
    assert isinstance(incident, Incident)
    assert incident.detail["reason"] == "The computer's clock was set back by 5.0 s."
    assert chain.beat() == []


def test_after_hours_of_drift_the_incident_says_the_jump_alone() -> None:
    chain = Chain()
    for _ in range(36):
        chain.passes(300.0, 180.0)
        chain.beat()
    chain.wall += round(2.5 * S)
    clock, incident = chain.beat()
    assert isinstance(clock, Clock)
    assert clock.jump == round(2.5 * S) + 36 * 54_000  # the law's account, made whole
    assert isinstance(incident, Incident)
    assert incident.detail["seconds"] == 2.5


def test_a_look_between_two_records_counts() -> None:
    chain = Chain()
    for by in (1.5, 1.5):  # neither is a step by itself, and together they are one
        chain.passes(1.0)
        chain.wall += round(by * S)
        due = chain.due()
        chain.changes.looked(Reading(chain.wall, chain.mono))
    assert [type(draft.body) for draft in due] == [Clock, Incident]


def test_a_record_that_failed_to_be_saved_is_due_again_and_its_incident_is_one() -> None:
    chain = Chain()
    chain.wall += 60 * S
    chain.due()
    chain.wall += 60 * S
    clock, incident = chain.due()
    assert isinstance(clock.body, Clock)
    assert clock.body.jump == 120 * S
    chain.take(clock.body)
    assert [draft.body for draft in chain.due()] == [incident.body]  # not saved yet
    chain.wall -= 9 * S
    again = chain.due()
    assert [type(draft.body) for draft in again] == [Clock, Incident, Incident]
    for draft in again:
        chain.take(draft.body)
    assert chain.due() == []


def test_an_incident_of_another_boot_is_due_no_more() -> None:
    chain = Chain()
    chain.wall += 60 * S
    clock, _ = chain.due()
    chain.take(clock.body)
    chain.boot, chain.mono = "two", 3 * S
    assert chain.due() == []
    chain.take(BEAT)
    assert chain.due() == []


def test_where_the_policy_has_it_off_there_is_the_record_alone() -> None:
    chain = Chain(OFF)
    chain.wall += 60 * S
    assert [type(body) for body in chain.beat()] == [Clock]
    assert msgspec.json.encode(chain.beat()) == b"[]"
