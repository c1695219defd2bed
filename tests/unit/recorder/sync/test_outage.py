"""Outages as incidents: the onset, the merge, the end."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from support.recording import ids

from recorder.sync.outage import OutageWatch
from shared.flags import Kind, Severity
from shared.policy import Rule

RULE = Rule(severity=Severity.INFO, onset_s=30.0, merge_s=5.0)
NS = 1_000_000_000


def watch(rule: Rule = RULE) -> OutageWatch:
    return OutageWatch(rule, ids())


def test_an_outage_is_reported_at_its_onset_and_when_it_is_over() -> None:
    seen = watch()
    assert seen.look(100.0, 129.0) == []
    [onset] = seen.look(100.0, 130.0, "no route")
    assert (onset.kind, onset.severity) == (Kind.NETWORK_LOST, Severity.INFO)
    assert (onset.start_ns, onset.end_ns) == (100 * NS, None)
    assert onset.detail == {"reason": "no route", "seconds": 30.0}
    assert seen.look(100.0, 150.0) == []
    assert seen.look(None, 160.0) == []
    assert seen.look(None, 165.0) == []
    [end] = seen.look(None, 165.1)
    assert end.id == onset.id
    assert (end.start_ns, end.end_ns) == (100 * NS, 160 * NS)
    assert end.detail["seconds"] == 60.0
    assert "60 s" in str(end.detail["reason"])


def test_a_short_outage_is_none() -> None:
    seen = watch()
    assert seen.look(100.0, 120.0) == []
    assert seen.look(None, 121.0) == []
    assert seen.look(150.0, 170.0) == []


def test_outages_close_together_are_one() -> None:
    seen = watch()
    [onset] = seen.look(100.0, 130.0)
    assert seen.look(None, 140.0) == []
    assert seen.look(144.0, 146.0) == []
    assert seen.look(None, 150.0) == []
    [end] = seen.look(None, 156.0)
    assert (end.id, end.end_ns) == (onset.id, 150 * NS)


def test_outages_further_apart_are_two() -> None:
    seen = watch()
    [first] = seen.look(100.0, 130.0)
    assert seen.look(None, 140.0) == []
    [end, second] = seen.look(146.0, 176.0)
    assert (end.id, end.end_ns) == (first.id, 140 * NS)
    assert second.id != first.id
    assert second.end_ns is None


def test_the_end_of_the_session_ends_an_outage() -> None:
    seen = watch()
    seen.look(100.0, 130.0)
    [end] = seen.finish(150.0)
    assert end.end_ns == 150 * NS
    assert seen.finish(151.0) == []
    seen.look(200.0, 230.0)
    seen.look(None, 240.0)
    [held] = seen.finish(242.0)
    assert held.end_ns == 240 * NS


def test_a_rule_that_is_off_reports_nothing() -> None:
    assert watch(Rule(enabled=False)).look(0.0, 1e6) == []


@given(st.lists(st.tuples(st.booleans(), st.floats(0.1, 60.0)), max_size=40))
def test_every_incident_that_begins_ends_once(turns: list[tuple[bool, float]]) -> None:
    seen, now, down_since, reports = watch(), 0.0, None, []
    for down, lasts in turns:
        down_since = (now if down_since is None else down_since) if down else None
        reports += seen.look(down_since, now)
        now += lasts
        reports += seen.look(down_since, now)
    reports += seen.finish(now)
    begun = [r.id for r in reports if r.end_ns is None]
    ended = [r for r in reports if r.end_ns is not None]
    assert sorted(begun) == sorted(r.id for r in ended)
    assert len(set(begun)) == len(begun)
    spans = sorted((r.start_ns, r.end_ns or 0) for r in ended)
    for (_, before), (after, _) in pairwise(spans):
        assert after - before > RULE.merge_s * NS * 0.99
