"""What counts as found, missed, late and false in a scripted session."""

from __future__ import annotations

import pytest
from accuracy.acting import Truth
from accuracy.matching import match
from accuracy.tables import per_hour

from recorder.detect.observations import Incident
from shared.flags import Kind, Severity

NS = 1_000_000_000
MISSING, TURNED = Kind.FACE_MISSING, Kind.LOOKING_AWAY


def incident(kind: Kind, start: float, end: float) -> Incident:
    return Incident("1", kind, round(start * NS), round(end * NS), Severity.HIGH, 1.0)


def counts(truths: list[Truth], *incidents: Incident) -> tuple[int, int, int, int]:
    """Found, missed, late, false."""
    outcome = match(truths, incidents)
    return (
        len(outcome.found),
        len(outcome.missed),
        len(outcome.late),
        len(outcome.false),
    )


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (incident(MISSING, 10.9, 14), (1, 0, 0, 0)),
        (incident(MISSING, 9.1, 30), (1, 0, 0, 0)),
        (incident(MISSING, 11.5, 15), (0, 1, 1, 0)),
        (incident(MISSING, 15.5, 17), (0, 1, 0, 1)),
        (incident(TURNED, 10, 15), (0, 1, 0, 1)),
    ],
)
def test_found_is_the_same_kind_overlapping_and_begun_in_time(
    found: Incident, expected: tuple[int, int, int, int]
) -> None:
    assert counts([Truth(MISSING, 10, 15)], found) == expected


def test_a_second_incident_for_one_cause_is_false() -> None:
    pieces = incident(MISSING, 10, 12), incident(MISSING, 12.5, 15)
    assert counts([Truth(MISSING, 10, 15)], *pieces) == (1, 0, 0, 1)


def test_two_causes_in_one_incident_are_one_found() -> None:
    truths = [Truth(MISSING, 10, 15), Truth(MISSING, 16, 20)]
    assert counts(truths, incident(MISSING, 10, 20)) == (1, 1, 0, 0)


def test_none_in_a_third_of_an_hour_may_still_be_eleven_an_hour() -> None:
    row = per_hour("", 0, 1 / 3, 0.5)
    assert (row.measured, row.reached) == ("0.00", True)
    # The exact Poisson bound is 3.69 (Garwood, 1936).
    assert float(row.interval.split()[-1]) == pytest.approx(3 * 3.69, rel=0.02)


def test_one_an_hour_is_more_than_half_a_one() -> None:
    row = per_hour("", 1, 1, 0.5)
    assert row.reached is False
    low, high = (float(end) for end in row.interval.split(" … "))
    # Exactly 0.025 and 5.57.
    assert (low, high) == (pytest.approx(0.025, abs=0.05), pytest.approx(5.57, rel=0.02))
