"""Other rules over incidents that are recorded: what stays, what goes, what nobody can know."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from server.exams.recount import Fate, Judged, count, judge
from server.exams.terms import Terms
from server.review.correlation import Incident
from shared.flags import Kind, Severity
from shared.policy import DEFAULT_RULES, Rule


def incident(kind: Kind, seconds: float = 4.0, **detail: Any) -> Incident:
    return Incident(
        id="1",
        kind=kind,
        severity=DEFAULT_RULES[kind].severity,
        start=0,
        end=round(seconds * 1_000_000),
        confidence=0.7,
        detail={"seconds": seconds, **detail},
    )


def other(kind: Kind, **changes: Any) -> Rule:
    return msgspec.structs.replace(DEFAULT_RULES[kind], **changes)


@pytest.mark.parametrize(
    ("one", "changes", "fate"),
    [
        (incident(Kind.GAZE_AWAY), {}, Fate.KEPT),
        (incident(Kind.GAZE_AWAY), {"enabled": False}, Fate.GONE),
        (incident(Kind.GAZE_AWAY, 4.0), {"onset_s": 4.5}, Fate.GONE),
        (incident(Kind.GAZE_AWAY, 4.0), {"onset_s": 4.0}, Fate.KEPT),
        (incident(Kind.GAZE_AWAY, 4.0), {"onset_s": 1.0}, Fate.KEPT),
        (incident(Kind.GAZE_AWAY, degrees=25.0), {"threshold": 20.0}, Fate.KEPT),
        (incident(Kind.GAZE_AWAY, degrees=18.0), {"threshold": 20.0}, Fate.UNSURE),
        (incident(Kind.GAZE_AWAY), {"threshold": 20.0}, Fate.UNSURE),
        (incident(Kind.GAZE_AWAY, degrees=18.0), {"threshold": 10.0}, Fate.KEPT),
        (incident(Kind.CAMERA_BLOCKED, contrast=2.0), {"threshold": 3.0}, Fate.KEPT),
        (incident(Kind.CAMERA_BLOCKED, contrast=5.0), {"threshold": 3.0}, Fate.UNSURE),
        (incident(Kind.SPEECH, speech=0.9), {"threshold": 0.8}, Fate.KEPT),
        (incident(Kind.SECOND_VOICE), {"threshold": 0.95}, Fate.UNSURE),
        (incident(Kind.FACE_MISSING), {"threshold": 0.9}, Fate.KEPT),
    ],
)
def test_the_fate_of_an_incident(one: Incident, changes: dict[str, Any], fate: Fate) -> None:
    found = judge(one, DEFAULT_RULES[one.kind], other(one.kind, **changes))
    assert found.fate is fate


def test_what_lasts_still_is_kept_whatever_it_has_to_last() -> None:
    lasting = Incident("1", Kind.GAZE_AWAY, Severity.LOW, 0, None, 0.5)
    rule = other(Kind.GAZE_AWAY, onset_s=60.0, escalate_after_s=90.0)
    assert judge(lasting, DEFAULT_RULES[Kind.GAZE_AWAY], rule).fate is Fate.KEPT


def test_its_severity_is_that_of_the_new_rule_unless_it_had_one_of_its_own() -> None:
    then = DEFAULT_RULES[Kind.GAZE_AWAY]
    rule = other(
        Kind.GAZE_AWAY,
        severity=Severity.MEDIUM,
        escalate_after_s=10.0,
        escalate_to=Severity.CRITICAL,
    )
    assert judge(incident(Kind.GAZE_AWAY, 4), then, rule).incident.severity == "medium"
    assert judge(incident(Kind.GAZE_AWAY, 10), then, rule).incident.severity == "critical"
    graver = Incident("1", Kind.GAZE_AWAY, Severity.HIGH, 0, 4_000_000, 0.5)
    assert judge(graver, then, rule).incident.severity is Severity.HIGH


def counted(then: Rule, now: Rule, *fates: Fate) -> Any:
    judged = [Judged(incident(Kind.GAZE_AWAY), fate) for fate in fates]
    return count(Kind.GAZE_AWAY, [(then, judged)], now)


def test_what_may_stay_is_told_as_a_range() -> None:
    rule = other(Kind.GAZE_AWAY)
    found = counted(rule, rule, Fate.KEPT, Fate.UNSURE, Fate.GONE)
    assert (found.then, found.now, found.change) == (3, "1 to 2", "fewer")


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        ({}, {"onset_s": 1.0}, "shorter than 3 s was not recorded"),
        ({}, {"threshold": 10.0}, "below 15° was not recorded"),
        ({"enabled": False}, {}, "off in 1 of 1 sessions"),
    ],
)
def test_milder_rules_cannot_be_tried_and_that_is_said(
    then: dict[str, Any], now: dict[str, Any], words: str
) -> None:
    found = counted(other(Kind.GAZE_AWAY, **then), other(Kind.GAZE_AWAY, **now))
    assert [words in line for line in found.unknown] == [True]
    assert found.change == "unknown"


def test_how_often_it_is_looked_for_cannot_be_changed_afterwards() -> None:
    kind = Kind.OBJECT_SEEN
    rule = Terms().rule(kind)
    found = count(kind, [(rule, [])], msgspec.structs.replace(rule, every_s=60.0, enabled=True))
    assert any("how often" in line for line in found.unknown) is rule.enabled


def test_a_kind_that_is_off_now_has_nothing_unknown() -> None:
    now = other(Kind.GAZE_AWAY, enabled=False, onset_s=0.5)
    found = counted(other(Kind.GAZE_AWAY), now, Fate.GONE)
    assert (found.unknown, found.now) == ([], "0")
