"""The incident machine: examples first, then its laws."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.detect.incidents.machine import NS, SUSPEND_LIMIT_NS, IncidentMachine, Reading
from recorder.detect.observations import Incident
from shared.flags import Kind, Severity
from shared.policy import Rule

MS = NS // 1000
STEP_S = 0.1
RULE = Rule(severity=Severity.LOW, threshold=15.0, release=11.0, onset_s=1.0, merge_s=2.0)


def machine(
    rule: Rule = RULE, kind: Kind = Kind.GAZE_AWAY, *, bridge_s: float = 0.0
) -> IncidentMachine:
    ids = (f"id-{number}" for number in itertools.count())
    return IncidentMachine(
        kind,
        rule,
        lambda: next(ids),
        lambda numbers, seconds: f"{numbers.get('degrees', 0):.0f} for {seconds:.1f}",
        bridge_ns=round(bridge_s * NS),
    )


def play(watched: IncidentMachine, *spans: tuple[float, float | None]) -> list[Incident]:
    """Feed a value every 100 ms for each (seconds, value); then finish."""
    reports: list[Incident] = []
    now = 100 * NS
    for seconds, value in spans:
        for _ in range(round(seconds / STEP_S)):
            reading = None if value is None else Reading(value, 0.5, {"degrees": value})
            reports += watched.step(now, reading)
            now += round(STEP_S * NS)
    return reports + watched.finish(now)


def seconds(ns: int | None) -> float:
    assert ns is not None
    return round(ns / NS - 100, 6)


def ended(reports: list[Incident]) -> list[tuple[float, float]]:
    return [(seconds(each.start_ns), seconds(each.end_ns)) for each in reports if each.end_ns]


def test_is_reported_at_its_onset_and_at_its_end() -> None:
    reports = play(machine(), (1, 0), (3, 20), (4, 0))
    confirmed, over = reports
    assert confirmed.end_ns is None
    assert confirmed.id == over.id
    assert seconds(confirmed.start_ns) == 1.0
    assert ended(reports) == [(1.0, 4.0)]
    assert over.detail == {"reason": "20 for 3.0", "seconds": 3.0, "degrees": 20.0}
    assert over.confidence == 0.5


def test_is_reported_as_soon_as_the_onset_has_passed() -> None:
    watched = machine()
    reports = [watched.step(n * 100 * MS, Reading(20)) for n in range(12)]
    assert [len(each) for each in reports] == [0] * 10 + [1, 0]


def test_what_is_shorter_than_the_onset_is_nothing() -> None:
    assert play(machine(), (1, 0), (0.9, 20), (5, 0)) == []


def test_between_release_and_threshold_it_goes_on_but_does_not_begin() -> None:
    assert play(machine(), (5, 13)) == []
    assert ended(play(machine(), (1.5, 15), (2, 11), (3, 10.9))) == [(0.0, 3.5)]


def test_resuming_within_the_merge_time_is_the_same_incident() -> None:
    reports = play(machine(), (1.5, 20), (2, 0), (1.5, 20), (3, 0))
    assert len({each.id for each in reports}) == 1
    assert ended(reports) == [(0.0, 5.0)]
    assert reports[-1].detail["seconds"] == 3.0


def test_resuming_after_the_merge_time_is_another_incident() -> None:
    reports = play(machine(), (1.5, 20), (2.1, 0), (1.5, 20), (3, 0))
    assert ended(reports) == [(0.0, 1.5), (3.6, 5.1)]


def test_a_resumption_that_begins_in_time_but_is_confirmed_later_still_merges() -> None:
    reports = play(machine(), (1.5, 20), (1.9, 0), (1.5, 20), (3, 0))
    assert ended(reports) == [(0.0, 4.9)]


def test_a_resumption_that_is_not_confirmed_does_not_lengthen_the_incident() -> None:
    reports = play(machine(), (1.5, 20), (1.9, 0), (0.5, 20), (3, 0))
    assert ended(reports) == [(0.0, 1.5)]


def test_a_dip_shorter_than_the_bridge_is_no_interruption() -> None:
    reports = play(machine(bridge_s=0.3), (0.6, 20), (0.2, 0), (0.6, 20), (4, 0))
    assert ended(reports) == [(0.0, 1.4)]


def test_a_dip_as_long_as_the_bridge_interrupts() -> None:
    assert play(machine(bridge_s=0.3), (0.6, 20), (0.4, 0), (0.6, 20), (4, 0)) == []


def test_unobserved_time_counts_neither_as_activity_nor_as_its_end() -> None:
    assert play(machine(), (0.5, 20), (10, None), (0.4, 20), (3, 0)) == []
    reports = play(machine(), (0.5, 20), (10, None), (0.6, 20), (3, 0))
    assert ended(reports) == [(0.0, 11.1)]
    assert reports[-1].detail["seconds"] == 1.1


def test_an_incident_outlasts_a_stretch_that_could_not_be_observed() -> None:
    reports = play(machine(), (2, 20), (10, None), (1, 20), (3, 0))
    assert ended(reports) == [(0.0, 13.0)]
    assert reports[-1].detail["seconds"] == 3.0
    assert reports[-1].detail["unobserved_seconds"] == 10.0


def test_what_is_over_when_it_can_be_seen_again_ended_when_it_was_last_seen() -> None:
    reports = play(machine(), (2, 20), (5, None), (3, 0))
    assert ended(reports) == [(0.0, 2.0)]


def test_what_is_unobserved_after_an_incident_is_not_its_own() -> None:
    reports = play(machine(), (2, 20), (0.5, 0), (10, None), (3, 0))
    assert "unobserved_seconds" not in reports[-1].detail


def test_an_incident_long_out_of_sight_is_closed_where_it_was_last_seen() -> None:
    reports = play(machine(), (2, 20), (SUSPEND_LIMIT_NS / NS + 1, None), (2, 20), (3, 0))
    assert ended(reports) == [(0.0, 2.0), (33.0, 35.0)]
    assert reports[1].detail["lost_sight"] is True


def test_readings_that_stop_coming_count_as_unobserved() -> None:
    watched = machine()
    watched.step(0, Reading(20))
    assert watched.step(10 * NS, Reading(20)) != []  # 1 s held, 9 s unobserved
    (over,) = watched.finish(10 * NS)
    assert over.detail["seconds"] == 1.0


def test_severity_rises_with_the_time_it_was_active() -> None:
    rule = Rule(
        severity=Severity.LOW,
        threshold=15.0,
        onset_s=1.0,
        escalate_after_s=2.0,
        escalate_to=Severity.MEDIUM,
    )
    short, long = play(machine(rule), (1.9, 20), (8, 0)), play(machine(rule), (2, 20), (8, 0))
    assert [each.severity for each in short] == ["low", "low"]
    assert [each.severity for each in long] == ["low", "medium"]


def test_escalation_never_lowers_the_severity() -> None:
    rule = Rule(
        severity=Severity.HIGH, threshold=1.0, escalate_after_s=0, escalate_to=Severity.INFO
    )
    assert {each.severity for each in play(machine(rule), (1, 2), (9, 0))} == {"high"}


def test_without_an_onset_the_first_active_reading_is_an_incident() -> None:
    rule = Rule(onset_s=0.0, merge_s=0.0)
    reports = play(machine(rule, Kind.PROHIBITED_PROCESS), (0.1, 1), (1, 0))
    assert ended(reports) == [(0.0, 0.1)]


def test_a_covered_camera_is_active_below_its_threshold() -> None:
    rule = Rule(threshold=6.0, release=10.0, onset_s=1.0, merge_s=1.0)
    watched = machine(rule, Kind.CAMERA_BLOCKED)
    assert ended(play(watched, (1, 40), (2, 3), (1, 9), (3, 11))) == [(1.0, 4.0)]


def test_a_rule_without_a_threshold_takes_the_default_one() -> None:
    watched = machine(Rule(onset_s=1.0, merge_s=1.0), Kind.GAZE_AWAY)
    assert ended(play(watched, (2, 14.9), (2, 15.1), (3, 0))) == [(2.0, 4.0)]


def test_a_release_beyond_the_threshold_is_no_hysteresis() -> None:
    rule = Rule(threshold=15.0, release=40.0, onset_s=1.0, merge_s=1.0)
    assert ended(play(machine(rule), (2, 15), (3, 14.9))) == [(0.0, 2.0)]


def test_finishing_ends_what_is_open_and_forgets_what_is_not_confirmed() -> None:
    assert ended(play(machine(), (2, 20))) == [(0.0, 2.0)]
    assert play(machine(), (0.5, 20)) == []


@dataclass(frozen=True)
class Step:
    """One reading after ``wait_ms``: a value, or ``None``."""

    wait_ms: int
    value: float | None


values = st.sampled_from([0.0, 10.0, 12.0, 16.0, 20.0])
steps = st.builds(Step, st.integers(10, 900), values)
any_steps = st.builds(Step, st.integers(0, 40_000), st.one_of(st.none(), values))
rules = st.builds(
    Rule,
    severity=st.sampled_from(list(Severity)),
    threshold=st.just(15.0),
    release=st.sampled_from([None, 11.0, 15.0]),
    onset_s=st.sampled_from([0.0, 0.5, 1.0, 3.0]),
    merge_s=st.sampled_from([0.0, 1.0, 5.0]),
    escalate_after_s=st.sampled_from([None, 0.0, 2.0]),
    escalate_to=st.sampled_from([None, *Severity]),
)
bridges = st.sampled_from([0.0, 0.3, 0.6])


def run(sequence: list[Step], rule: Rule, bridge_s: float = 0.0) -> list[Incident]:
    watched, now, reports = machine(rule, bridge_s=bridge_s), 0, []
    for step in sequence:
        now += step.wait_ms * MS
        reading = None if step.value is None else Reading(step.value)
        reports += watched.step(now, reading)
    return reports + watched.finish(now)


@given(st.lists(any_steps, max_size=60), rules, bridges)
def test_every_incident_begins_once_and_ends_once_and_none_overlap(
    sequence: list[Step], rule: Rule, bridge_s: float
) -> None:
    reports = run(sequence, rule, bridge_s)
    assert [each.end_ns is None for each in reports] == [True, False] * (len(reports) // 2)
    last_end = -1
    for confirmed, over in _pairs(reports):
        assert confirmed.id == over.id
        assert confirmed.start_ns == over.start_ns
        assert over.end_ns is not None
        assert last_end < over.start_ns <= over.end_ns
        assert over.severity.rank >= confirmed.severity.rank >= rule.severity.rank
        last_end = over.end_ns
    assert len({each.id for each in reports}) * 2 == len(reports)


@given(st.lists(any_steps, max_size=60), rules, bridges)
def test_every_incident_was_active_for_its_onset_at_least(
    sequence: list[Step], rule: Rule, bridge_s: float
) -> None:
    for report in run(sequence, rule, bridge_s):
        active = report.detail["seconds"]
        assert isinstance(active, float)
        assert active >= rule.onset_s - 0.01
        if report.end_ns is not None:
            assert active <= (report.end_ns - report.start_ns) / NS + 0.01


@given(st.lists(any_steps, max_size=60), rules)
def test_incidents_are_farther_apart_than_the_merge_time(
    sequence: list[Step], rule: Rule
) -> None:
    reports = run(sequence, rule)
    for (_, earlier), (later, _) in itertools.pairwise(_pairs(reports)):
        if "lost_sight" not in earlier.detail:
            assert earlier.end_ns is not None
            gap_ns = later.start_ns - earlier.end_ns
            assert gap_ns > rule.merge_s * NS or _out_of_sight(sequence, earlier.end_ns)


@given(st.lists(steps, max_size=80), rules, bridges)
def test_agrees_with_the_definition(sequence: list[Step], rule: Rule, bridge_s: float) -> None:
    found = [
        (over.start_ns // MS, (over.end_ns or 0) // MS)
        for _, over in _pairs(run(sequence, rule, bridge_s))
    ]
    assert found == defined(sequence, rule, bridge_s)


@given(
    st.lists(steps, min_size=1, max_size=40),
    rules,
    bridges,
    st.data(),
)
def test_blind_stretches_change_no_incident_but_its_length(
    sequence: list[Step], rule: Rule, bridge_s: float, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(sequence) - 1))
    blind_ms = data.draw(st.integers(1, 29_000))
    step = sequence[at]
    blinded = [
        *sequence[:at],
        Step(step.wait_ms, None),
        Step(blind_ms, step.value),
        *sequence[at + 1 :],
    ]
    plain, other = run(sequence, rule, bridge_s), run(blinded, rule, bridge_s)
    assert [each.detail["seconds"] for each in plain] == [
        each.detail["seconds"] for each in other
    ]
    assert [each.severity for each in plain] == [each.severity for each in other]


def _pairs(reports: list[Incident]) -> list[tuple[Incident, Incident]]:
    return list(zip(reports[::2], reports[1::2], strict=True))


def _out_of_sight(sequence: list[Step], since_ns: int) -> bool:
    """Whether anything was unobserved after a moment: merging counts observed time only,
    and closes what has been out of sight for long."""
    now = 0
    for step in sequence:
        now += step.wait_ms * MS
        if now >= since_ns and (step.value is None or step.wait_ms > 1000):
            return True
    return False


def defined(sequence: list[Step], rule: Rule, bridge_s: float) -> list[tuple[int, int]]:
    """All incidents of a fully observed sequence, found in three passes over the whole."""
    release = rule.threshold if rule.release is None else rule.release
    times = list(itertools.accumulate(step.wait_ms for step in sequence))
    active, states = False, []
    for step in sequence:
        value = step.value or 0.0
        active = value >= 15.0 or (active and value >= (release or 0.0))
        states.append(active)
    confirmed = [
        stretch[:2]
        for stretch in _stretches(times, states, round(bridge_s * 1000))
        if stretch[2] - stretch[0] >= rule.onset_s * 1000
    ]
    merged: list[tuple[int, int]] = []
    for start, end in confirmed:
        if merged and start - merged[-1][1] <= rule.merge_s * 1000:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _stretches(
    times: list[int], states: list[bool], bridge_ms: int
) -> list[tuple[int, int, int]]:
    """(start, end, last active reading) of activity, dips below the bridge included."""
    found: list[tuple[int, int, int]] = []
    start = dip = last = None
    for time, active in zip(times, states, strict=True):
        if active:
            start, dip, last = time if start is None else start, None, time
        elif start is not None:
            dip = time if dip is None else dip
            if time - dip >= bridge_ms:
                found.append((start, dip, last or 0))
                start = dip = None
    if start is not None:
        found.append((start, times[-1] if dip is None else dip, last or 0))
    return found


@pytest.mark.parametrize("kind", [Kind.GAZE_AWAY, Kind.SPEECH])
def test_names_its_kind(kind: Kind) -> None:
    rule = Rule(threshold=0.5, onset_s=0.5)
    assert {each.kind for each in play(machine(rule, kind), (1, 30), (9, 0))} == {kind}
