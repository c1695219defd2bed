"""When exams are held, in every time zone and on the nights that clocks change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.exams.models import Exam
from server.exams.schedule import (
    MINUTE,
    Schedule,
    State,
    described,
    entry_refusal,
    schedule_faults,
    state_of,
)
from server.exams.starting import (
    NotThere,
    Twice,
    days_later,
    local_of,
    moment_of,
    zones,
)
from server.web.schedule_form import (
    asked_folds,
    blank_schedule,
    read_schedule,
    schedule_fields,
    times_said,
)
from shared.wire import ProblemType

NINE = 1_790_060_400_000_000  # 22 Sep 2026, 07:00 UTC: 09:00 in Vienna
HOUR = 60 * MINUTE

# Zones with every habit: half hours, midnight changes, changes of the day itself, none.
ZONES = (
    "Europe/Vienna",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Pacific/Apia",
    "America/St_Johns",
    "Asia/Kathmandu",
    "UTC",
)


def plan(**changes: object) -> Schedule:
    """A schedule of a morning."""
    base = Schedule(
        opens=NINE, closes=NINE + 3 * HOUR, zone="Europe/Vienna", starts=None, duration_s=5400
    )
    return replace(base, **changes)


def exam(**changes: object) -> Exam:
    """An exam of that morning."""
    values = {
        "starts": NINE,
        "ends": NINE + 3 * HOUR,
        "zone": "Europe/Vienna",
        "late_until": None,
        "late_whole": False,
        "published": 1,
        "cancelled": None,
        "cancelled_why": "",
    }
    return Exam(**(values | changes))


def faults(**changes: object) -> dict[str, str]:
    return {one.field: one.words for one in schedule_faults(plan(**changes))}


def test_a_plain_morning_has_no_faults() -> None:
    assert faults() == {}
    assert faults(starts=NINE + 10 * MINUTE, late_until=NINE + 30 * MINUTE) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"zone": "Europe/Nowhere"}, "zone"),
        ({"closes": NINE}, "ends"),
        ({"starts": NINE - 1}, "starts_at"),
        ({"starts": NINE + 3 * HOUR}, "starts_at"),
        ({"late_until": NINE + HOUR}, "late_minutes"),
        ({"late_whole": True}, "late_minutes"),
        ({"starts": NINE + HOUR, "late_until": NINE}, "late_minutes"),
        ({"starts": NINE, "late_until": NINE + 90 * MINUTE}, "late_minutes"),
        ({"starts": NINE, "late_until": NINE + 4 * HOUR, "late_whole": True}, "late_minutes"),
        ({"reminders": (0,)}, "reminders"),
        ({"reminders": (1, 2, 3, 4, 5, 6)}, "reminders"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(changes: dict[str, object], field: str) -> None:
    assert list(faults(**changes)) == [field]


def test_what_a_latecomer_loses_is_said() -> None:
    loses = plan(starts=NINE, late_until=NINE + 20 * MINUTE)
    assert dict(described(loses))["Who comes late loses"] == "what they missed"
    assert loses.done == NINE + 90 * MINUTE
    whole = replace(loses, late_whole=True)
    assert "nothing" in dict(described(whole))["Who comes late loses"]
    assert whole.done == NINE + 110 * MINUTE
    assert plan().done == NINE + 3 * HOUR + 90 * MINUTE


@pytest.mark.parametrize(
    ("changes", "now", "state"),
    [
        ({}, NINE - 1, State.SCHEDULED),
        ({}, NINE, State.RUNNING),
        ({}, NINE + 3 * HOUR, State.OVER),
        ({"published": None}, NINE, State.DRAFT),
        ({"cancelled": 5, "published": None}, NINE, State.CANCELLED),
    ],
)
def test_where_it_stands(changes: dict[str, object], now: int, state: State) -> None:
    assert state_of(exam(**changes), now) is state


def test_it_runs_while_somebody_is_at_it() -> None:
    assert state_of(exam(), NINE + 5 * HOUR, under_way=1) is State.RUNNING


@pytest.mark.parametrize(
    ("changes", "now", "kind", "words"),
    [
        ({"cancelled": 1, "cancelled_why": "Fire."}, NINE, ProblemType.EXAM_CLOSED, "Fire."),
        ({"published": None}, NINE, ProblemType.EXAM_EARLY, "not open yet"),
        ({}, NINE - 1, ProblemType.EXAM_EARLY, "22 Sep 2026, 09:00 Europe/Vienna (07:00 UTC)"),
        ({"late_until": NINE + MINUTE}, NINE + MINUTE, ProblemType.EXAM_CLOSED, "09:01"),
        # A new code would open nothing either.
        ({}, NINE + 3 * HOUR, ProblemType.EXAM_CLOSED, "until 22 Sep 2026, 12:00"),
    ],
)
def test_who_may_not_enter_is_told_why(
    changes: dict[str, object], now: int, kind: str, words: str
) -> None:
    why = entry_refusal(exam(**changes), now, beginning=True)
    assert why is not None
    assert why.type == kind
    assert words in why.detail


def test_before_it_opens_it_may_be_looked_at() -> None:
    assert entry_refusal(exam(), NINE - HOUR, beginning=False) is None


moments = st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31)).map(  # noqa: DTZ001
    lambda at: at.replace(second=0, microsecond=0)
)


@given(local=moments, name=st.sampled_from(ZONES))
def test_a_local_time_is_once_twice_or_never(local: datetime, name: str) -> None:
    """The three cases against the zone's own arithmetic, minute by minute around them."""
    zone = ZoneInfo(name)
    text = local.strftime("%Y-%m-%dT%H:%M")
    found = moment_of(text, zone)
    # Every moment that could have this local time: offsets are within 26 hours of UTC.
    offsets = {
        (local + timedelta(hours=h)).replace(tzinfo=zone).utcoffset() for h in range(-30, 31, 3)
    }
    offsets |= {local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    there = sorted(
        {
            round((local - offset - datetime(1970, 1, 1)).total_seconds()) * 1_000_000  # noqa: DTZ001
            for offset in offsets
            if offset is not None
        }
    )
    really = [at for at in there if local_of(at, zone) == text]
    match found:
        case int():
            assert really == [found]
        case Twice(first, second):
            assert really == [first, second]
        case NotThere(earlier, later):
            assert really == []
            for clock in (earlier, later):
                assert clock != text[11:]
        case None:
            raise AssertionError(text)


@given(local=moments, name=st.sampled_from(ZONES), weeks=st.integers(1, 60))
def test_a_copy_is_at_the_same_time_of_the_day(local: datetime, name: str, weeks: int) -> None:
    zone = ZoneInfo(name)
    at = moment_of(local.strftime("%Y-%m-%dT%H:%M"), zone)
    if not isinstance(at, int):
        return
    moved = days_later(at, zone, 7 * weeks)
    wanted = (local + timedelta(weeks=weeks)).strftime("%Y-%m-%dT%H:%M")
    if not isinstance(moment_of(wanted, zone), NotThere):
        assert local_of(moved, zone) == wanted


@given(
    opens=moments,
    hours=st.integers(1, 72),
    name=st.sampled_from(ZONES),
    common=st.booleans(),
    late=st.none() | st.integers(0, 59),
)
def test_what_a_form_shows_is_what_it_reads_again(
    opens: datetime, hours: int, name: str, common: bool, late: int | None
) -> None:
    at = round(opens.replace(tzinfo=ZoneInfo(name)).timestamp()) * 1_000_000
    meant = Schedule(
        opens=at,
        closes=at + hours * HOUR,
        zone=name,
        starts=at if common else None,
        duration_s=3600,
        late_until=at + late * MINUTE if common and late is not None else None,
        reminders=(1440, 90, 60),
    )
    wrong: dict[str, str] = {}
    found = read_schedule(schedule_fields("Algebra", meant), wrong)
    assert wrong == {}
    assert found is not None
    assert found.plan == meant


@given(st.integers(60, 86_400), st.integers(0, HOUR))
@example(6_020, HOUR - 1)
def test_no_length_changes_by_being_shown(length_s: int, late: int) -> None:
    entry = {"starts": NINE, "late_until": NINE + late, "late_whole": True}
    meant = plan(duration_s=float(length_s), **entry)
    wrong: dict[str, str] = {}
    found = read_schedule(schedule_fields("Algebra", meant), wrong)
    assert wrong == {}
    assert found is not None
    assert found.plan == meant


def test_a_time_that_is_there_twice_is_asked_for_and_one_that_is_not_is_refused() -> None:
    fields = schedule_fields("Algebra", plan()) | {
        "starts": "2026-10-25T02:30",
        "ends": "2027-03-28T02:30",
    }
    wrong: dict[str, str] = {}
    assert read_schedule(fields, wrong) is None
    assert "(00:30 UTC), or 25 Oct 2026, 02:30 Europe/Vienna (01:30" in wrong["opens_fold"]
    assert wrong["ends"].endswith("take 01:30 or 03:30.")
    wrong = {}
    chosen = {**fields, "opens_fold": "second", "ends": "2026-10-25T09:00"}
    found = read_schedule(chosen, wrong)
    assert found is not None
    assert times_said(chosen)["starts"].endswith("02:30 Europe/Vienna (01:30 UTC)")
    # Which is meant is asked for as long as there are two, and no longer.
    assert asked_folds(fields)["opens_fold"] == ""
    assert asked_folds(chosen) == chosen
    assert "opens_fold" not in asked_folds({**chosen, "starts": "2026-10-26T02:30"})


@given(seconds=st.integers(0, HOUR - 1))
def test_no_moment_changes_by_being_shown_without_its_seconds(seconds: int) -> None:
    at = NINE + seconds
    entry = {"starts": at + seconds, "late_until": at + 2 * seconds, "late_whole": True}
    meant = plan(opens=at, closes=at + 3 * HOUR, **entry)
    wrong: dict[str, str] = {}
    fields = schedule_fields("Algebra", meant)
    found = read_schedule(fields, wrong, meant)
    assert wrong == {}
    assert found is not None
    assert found.plan == meant
    later = read_schedule({**fields, "ends": "2030-01-01T12:00"}, wrong, meant)
    assert later is not None
    assert later.plan.closes % MINUTE == 0


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("title", ""),
        ("title", "x" * 201),
        ("title", "Alge\N{SOFT HYPHEN}bra"),
        ("zone", "Mars/Olympus"),
        ("starts", "soon"),
        ("minutes", "0"),
        ("minutes", "nan"),
        ("late_minutes", "-1"),
        ("reminders", "tomorrow"),
    ],
)
def test_what_is_no_schedule_is_refused_at_its_field(field: str, typed: str) -> None:
    wrong: dict[str, str] = {}
    assert read_schedule(schedule_fields("Algebra", plan()) | {field: typed}, wrong) is None
    assert field in wrong


def test_every_zone_of_the_list_is_one() -> None:
    assert set(ZONES) <= zones()


def test_a_new_exam_is_tomorrow_also_on_the_longest_day() -> None:
    # Half past midnight, before an hour that is there twice: a day later by the clock.
    now = 1_792_881_000_000_000
    fields = schedule_fields("", blank_schedule(now, "Europe/Vienna", 3600.0))
    assert (fields["starts"], fields["ends"]) == ("2026-10-26T09:00", "2026-10-26T11:00")
