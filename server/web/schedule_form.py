"""The form about when an exam is held: its fields from a schedule, and a schedule from them.

Times stand in the fields as clocks show them in the exam's time zone. On the night that clocks
are put back one is there twice, and a further field (``…_fold``) asks which is meant. The
fields show no seconds: a program may have planned with some, which stay as they are where the
minute does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from server.exams.schedule import MINUTE, Schedule, schedule_faults
from server.exams.starting import (
    NotThere,
    Twice,
    days_later,
    is_second,
    local_of,
    moment_of,
    said,
    zone_of,
)
from server.web.forms import minutes, number, seconds, shown

Fields = Mapping[str, str]

FIRST, SECOND = "first", "second"

# A time's field, and the field that tells which of two is meant.
FOLDS: Mapping[str, str] = {
    "starts": "opens_fold",
    "ends": "closes_fold",
    "starts_at": "starts_fold",
}

# What most exams remind of: a day and an hour before.
USUAL_REMINDERS = (24 * 60, 60)

HOUR_MIN = 60
NINE = "T09:00"


@dataclass(frozen=True, slots=True)
class Planned:
    """A title and a schedule, as a form has them."""

    title: str
    plan: Schedule


def blank_schedule(now: int, zone_name: str, duration_s: float) -> Schedule:
    """The next day from nine to eleven in a time zone, each beginning when ready."""
    zone = zone_of(zone_name) or ZoneInfo("UTC")
    tomorrow = local_of(days_later(now, zone, 1), zone)[:10]
    opens = days_later(_first(moment_of(tomorrow + NINE, zone), now), zone, 0)
    return Schedule(
        opens=opens,
        closes=opens + 2 * 60 * MINUTE,
        zone=zone_name,
        starts=None,
        duration_s=duration_s,
        reminders=USUAL_REMINDERS,
    )


def _first(moment: int | NotThere | Twice | None, otherwise: int) -> int:
    match moment:
        case int():
            return moment
        case Twice(first, _):
            return first
        case _:
            return otherwise


def schedule_fields(title: str, plan: Schedule) -> dict[str, str]:
    """The form's fields."""
    late = None if plan.late_until is None or plan.starts is None else plan.late_until
    late_minutes = "" if late is None else shown((late - (plan.starts or 0)) / MINUTE)
    return {
        "title": title,
        "zone": plan.zone,
        **time_fields("starts", plan.opens, plan.zone),
        **time_fields("ends", plan.closes, plan.zone),
        **time_fields("starts_at", plan.starts, plan.zone),
        "minutes": shown(minutes(plan.duration_s)),
        "late_minutes": late_minutes,
        **({"late_whole": "on"} if plan.late_whole else {}),
        **({"sends_page": "on"} if plan.sends_page else {}),
        "reminders": ", ".join(f"{n / HOUR_MIN:g}" for n in plan.reminders),
    }


def time_fields(name: str, micros: int | None, zone_name: str) -> dict[str, str]:
    """A time's field, and which of two it is where it is there twice."""
    zone = zone_of(zone_name)
    if micros is None or zone is None:
        return {name: ""}
    local = local_of(micros, zone)
    found = {name: local}
    if isinstance(moment_of(local, zone), Twice):
        found[FOLDS[name]] = SECOND if is_second(micros, zone) else FIRST
    return found


def read_zone(fields: Fields, wrong: dict[str, str]) -> ZoneInfo | None:
    """The form's time zone."""
    name = fields.get("zone", "").strip()
    zone = zone_of(name)
    if zone is None:
        wrong["zone"] = f"There is no time zone {name[:40]!r}; for example Europe/Vienna."
    return zone


def read_time(
    fields: Fields,
    name: str,
    zone: ZoneInfo,
    wrong: dict[str, str],
    *,
    needed: bool,
    known: Sequence[int | None] = (),
) -> int | None:
    """A time of the form in microseconds UTC; ``None`` where there is none, or it is wrong.
    Of the moments that are ``known`` of the exam, the first of the same minute is meant.
    """
    read = _read_time(fields, name, zone, wrong, needed=needed)
    if read is None:
        return None
    same = (one for one in known if one is not None and one // MINUTE == read // MINUTE)
    return next(same, read)


def _read_time(
    fields: Fields, name: str, zone: ZoneInfo, wrong: dict[str, str], *, needed: bool
) -> int | None:
    local = fields.get(name, "").strip()
    if not local and not needed:
        return None
    match moment_of(local, zone):
        case int(moment):
            return moment
        case Twice(first, second):
            return _chosen(fields, FOLDS[name], wrong, first, second, zone.key)
        case NotThere(earlier, later):
            wrong[name] = (
                f"There is no such time on that day in {zone.key}, where clocks are put "
                f"forward: take {earlier} or {later}."
            )
        case None:
            wrong[name] = "This is a date and a time" + ("." if needed else ", or nothing.")
    return None


def _chosen(
    fields: Fields, fold: str, wrong: dict[str, str], first: int, second: int, zone: str
) -> int | None:
    chosen = fields.get(fold)
    if chosen in (FIRST, SECOND):
        return first if chosen == FIRST else second
    wrong[fold] = (
        "Clocks are put back that night, and this time is there twice. Choose which is meant: "
        f"{said(first, zone)}, or {said(second, zone)}."
    )
    return None


def asked_folds(fields: Fields) -> dict[str, str]:
    """A form's fields as they are shown again: which of two times is meant is asked where one
    is there twice that night, and nowhere else.
    """
    shown = {name: text for name, text in fields.items() if name not in FOLDS.values()}
    zone = zone_of(fields.get("zone", "").strip())
    if zone is None:
        return shown
    for name, fold in FOLDS.items():
        if isinstance(moment_of(fields.get(name, "").strip(), zone), Twice):
            chosen = fields.get(fold, "")
            shown[fold] = chosen if chosen in (FIRST, SECOND) else ""
    return shown


def read_schedule(
    fields: Fields, wrong: dict[str, str], before: Schedule | None = None
) -> Planned | None:
    """What the form says; ``None`` where something is ``wrong``. ``before`` is the schedule
    that the form was filled with.
    """
    title = " ".join(fields.get("title", "").split())
    if not 0 < len(title) <= 200:
        wrong["title"] = "An exam has a title of at most 200 characters."
    elif not title.isprintable():
        wrong["title"] = "There is an invisible mark in it: type it anew, without pasting."
    zone = read_zone(fields, wrong)
    length = number(fields.get("minutes", ""))
    if length is None or not 1 <= length <= 1440:
        wrong["minutes"] = "This is a number from 1 to 1,440."
    late = _late(fields, wrong)
    reminders = _reminders(fields, wrong)
    if zone is None:
        return None
    opened, closed, begun = (
        (before.opens, before.closes, before.starts) if before else (None, None, None)
    )
    opens = read_time(fields, "starts", zone, wrong, needed=True, known=[opened])
    closes = read_time(fields, "ends", zone, wrong, needed=True, known=[closed])
    starts = read_time(fields, "starts_at", zone, wrong, needed=False, known=[begun, opens])
    if wrong or opens is None or closes is None or length is None:
        return None
    base = opens if starts is None else starts
    plan = Schedule(
        opens=opens,
        closes=closes,
        zone=zone.key,
        starts=starts,
        duration_s=seconds(length),
        late_until=None if late is None else base + round(late * MINUTE),
        late_whole="late_whole" in fields,
        reminders=reminders,
        sends_page="sends_page" in fields,
    )
    for fault in schedule_faults(plan):
        wrong.setdefault(fault.field, fault.words)
    return None if wrong else Planned(title, plan)


def _late(fields: Fields, wrong: dict[str, str]) -> float | None:
    text = fields.get("late_minutes", "").strip()
    if not text:
        return None
    found = number(text)
    if found is None or not 0 <= found <= 1440:
        wrong["late_minutes"] = "This is a number from 0 to 1,440, or nothing."
        return None
    return found


def _reminders(fields: Fields, wrong: dict[str, str]) -> tuple[int, ...]:
    parts = fields.get("reminders", "").replace(";", ",").split(",")
    hours = [number(part) for part in parts if part.strip()]
    if any(hour is None for hour in hours):
        wrong["reminders"] = "These are hours before the exam, with commas between: 24, 1"
        return ()
    return tuple(sorted({round((hour or 0) * HOUR_MIN) for hour in hours}, reverse=True))


def read_start(
    fields: Fields, wrong: dict[str, str], known: Sequence[int | None] = ()
) -> int | None:
    """When the exam begins for everybody, in microseconds UTC; ``None`` for no such time.
    ``known`` is as for ``read_time``.
    """
    zone = read_zone(fields, wrong)
    if zone is None:
        return None
    return read_time(fields, "starts_at", zone, wrong, needed=False, known=known)


def start_said(fields: Fields) -> str:
    """The start that the fields name, with UTC beside it; empty where they name none."""
    return times_said(fields).get("starts_at", "")


def times_said(fields: Fields) -> dict[str, str]:
    """Each of the form's times with its zone and UTC beside it, by its field."""
    wrong: dict[str, str] = {}
    zone = read_zone(fields, wrong)
    if zone is None:
        return {}
    times = {name: read_time(fields, name, zone, wrong, needed=False) for name in FOLDS}
    return {name: said(at, zone.key) for name, at in times.items() if at is not None}
