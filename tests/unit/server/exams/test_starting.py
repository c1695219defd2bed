"""When an exam begins: local times, time zones, and the nights on which clocks change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.exams.starting import (
    NotThere,
    Twice,
    is_second,
    local_of,
    moment_of,
    said,
    zone_of,
    zones,
)

HOUR = 3_600 * 1_000_000
VIENNA = zone_of("Europe/Vienna")
assert VIENNA is not None


def test_a_local_time_is_a_moment() -> None:
    winter, summer = (moment_of(t, VIENNA) for t in ("2026-01-15T09:00", "2026-07-15T09:00"))
    assert isinstance(winter, int)
    assert isinstance(summer, int)
    assert said(winter, "Europe/Vienna") == "15 Jan 2026, 09:00 Europe/Vienna (08:00 UTC)"
    assert said(summer, "Europe/Vienna") == "15 Jul 2026, 09:00 Europe/Vienna (07:00 UTC)"
    assert said(summer, "UTC") == "15 Jul 2026, 07:00 UTC"


def test_another_day_in_utc_is_said() -> None:
    sydney = zone_of("Australia/Sydney")
    assert sydney is not None
    moment = moment_of("2026-07-15T08:30", sydney)
    assert isinstance(moment, int)
    told = said(moment, "Australia/Sydney")
    assert told == "15 Jul 2026, 08:30 Australia/Sydney (14 Jul, 22:30 UTC)"


def test_a_time_that_clocks_jump_over_is_not_there() -> None:
    assert moment_of("2026-03-29T02:30", VIENNA) == NotThere("01:30", "03:30")
    assert isinstance(moment_of("2026-03-29T01:59", VIENNA), int)
    assert isinstance(moment_of("2026-03-29T03:00", VIENNA), int)


def test_a_time_that_is_there_twice_is_told_apart() -> None:
    found = moment_of("2026-10-25T02:30", VIENNA)
    assert isinstance(found, Twice)
    assert found.second - found.first == HOUR
    assert [is_second(one, VIENNA) for one in (found.first, found.second)] == [False, True]
    assert local_of(found.first, VIENNA) == local_of(found.second, VIENNA) == "2026-10-25T02:30"
    assert isinstance(moment_of("2026-10-25T03:00", VIENNA), int)


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-02-30T09:00", "09:00", "0001-01-01T00:00", "1969-12-31T00:00"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert moment_of(text, VIENNA) is None


@given(
    st.datetimes(), st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu", "Asia/Tokyo"])
)
def test_any_time_is_a_moment_that_reads_back_or_says_why_not(when, name: str) -> None:
    zone, text = zone_of(name), when.strftime("%Y-%m-%dT%H:%M").rjust(16, "0")
    assert zone is not None
    match moment_of(text, zone):
        case int(moment):
            assert local_of(moment, zone).rjust(16, "0") == text
        case Twice(first, second):
            assert {local_of(first, zone), local_of(second, zone)} == {text}
        case NotThere(earlier, later):
            assert earlier < text[11:] < later
        case None:
            assert when.year <= 1970 or when.year == 9999


def test_only_zones_that_there_are() -> None:
    assert "UTC" in zones()
    assert zone_of("Europe/Atlantis") is None
    assert zone_of("../etc/passwd") is None
    assert zone_of("") is None
