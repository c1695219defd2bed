"""Exams as calendar files, read again by the library: times in their zones, and states."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from server.clock import MICROS_PER_SECOND
from server.exams.models import Exam
from server.integrations.calendars import calendar

NOW = 1_790_000_000_000_000


def micros(*when: int, zone: str = "UTC", fold: int = 0) -> int:
    at = datetime(*when, tzinfo=ZoneInfo(zone), fold=fold)  # pyright: ignore[reportArgumentType]
    return round(at.timestamp()) * MICROS_PER_SECOND


def exam(starts: int, ends: int, zone: str, **more: Any) -> Exam:
    given = {"published": NOW, "cancelled": None, "cancelled_why": "", **more}
    title = "Algebra; “I”, part 1\nX"
    return Exam(id="e" * 32, title=title, starts=starts, ends=ends, zone=zone, **given)


def read(*exams: Exam) -> list[Any]:
    made = calendar(exams, "https://exams.example.edu", NOW)
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    return list(Calendar.from_ical(made).events)


def test_a_time_is_told_in_its_zone_with_the_rules_beside_it() -> None:
    zone = "Europe/Vienna"
    one = exam(micros(2026, 7, 1, 9, zone=zone), micros(2026, 12, 1, 9, zone=zone), zone)
    (event,) = read(one)
    start, end = event["dtstart"].dt, event["dtend"].dt
    assert (start.hour, start.utcoffset().total_seconds()) == (9, 7_200)
    assert (end.hour, end.utcoffset().total_seconds()) == (9, 3_600)
    assert event["dtstart"].params["TZID"] == zone
    text = calendar([one], "https://x", NOW).decode()
    assert text.count("BEGIN:VTIMEZONE") == 1
    assert event["summary"] == one.title
    assert event["uid"] == f"{one.id}@invigil"


@pytest.mark.parametrize("fold", [0, 1])
def test_of_two_times_alike_each_is_told_apart(fold: int) -> None:
    """02:30 is there twice where clocks are put back."""
    zone = "Europe/Vienna"
    starts = micros(2026, 10, 25, 2, 30, zone=zone, fold=fold)
    (event,) = read(exam(starts, starts + 3_600 * MICROS_PER_SECOND, zone))
    told = event["dtstart"].dt
    assert round(told.timestamp()) * MICROS_PER_SECOND == starts
    assert (told.tzinfo is UTC or told.utcoffset().total_seconds() == 0) is (fold == 1)


def test_what_was_called_off_and_what_is_a_draft_say_so() -> None:
    at = (micros(2026, 7, 1, 9), micros(2026, 7, 1, 12))
    off = exam(*at, "UTC", cancelled=NOW, cancelled_why="The hall is flooded")
    draft, sure = exam(*at, "UTC", published=None), exam(*at, "UTC")
    states = [str(event["status"]) for event in read(off, draft, sure)]
    assert states == ["CANCELLED", "TENTATIVE", "CONFIRMED"]
    assert "flooded" in read(off)[0]["description"]


def test_no_exam_is_an_empty_calendar() -> None:
    assert read() == []


def test_the_year_2255_and_zones_that_are_none_are_told_in_utc() -> None:
    far = 2**53 - 1
    (event,) = read(exam(far - 10**6, far, "Mars/Olympus"))
    assert event["dtend"].dt.utcoffset().total_seconds() == 0
    assert event["dtend"].dt.year == 2255
