"""When an exam begins for everybody: a moment, and how it is said and written in a time zone.

Where clocks are put forward an hour does not exist, and where they are put back one is there
twice. The first is refused, of the second it must be said which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from server.clock import MICROS_PER_SECOND

# As ``<input type="datetime-local">`` sends and takes it.
LOCAL = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class NotThere:
    """There is no such time in the zone, where clocks are put forward: it may have been meant
    as ``earlier`` or as ``later`` (hh:mm).
    """

    earlier: str
    later: str


@dataclass(frozen=True, slots=True)
class Twice:
    """The time is there twice: ``first`` and ``second`` in microseconds UTC."""

    first: int
    second: int


def zone_of(name: str) -> ZoneInfo | None:
    """The time zone of that name, if there is one."""
    return ZoneInfo(name) if name in zones() else None


@cache
def zones() -> frozenset[str]:
    """Every time zone that this computer knows; UTC always."""
    return frozenset({"UTC", *available_timezones()})


def moment_of(local: str, zone: ZoneInfo) -> int | NotThere | Twice | None:
    """Microseconds UTC of a local time (``2026-10-25T02:30``); ``None`` where it is no time."""
    try:
        naive = datetime.strptime(local[:16], LOCAL)  # noqa: DTZ007 (the zone comes next)
        first, second = (
            round(naive.replace(tzinfo=zone, fold=fold).timestamp()) * MICROS_PER_SECOND
            for fold in (0, 1)
        )
    except (ValueError, OverflowError):
        return None
    if first < 0:
        return None
    if first == second:
        return first
    if first > second:
        # Read as either side of the jump, the same time lies an hour before or after it.
        return NotThere(_clock(second, zone), _clock(first, zone))
    return Twice(first, second)


def _clock(micros: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(micros / MICROS_PER_SECOND, zone).strftime("%H:%M")


def local_of(micros: int, zone: ZoneInfo) -> str:
    """A moment as the form's field has it."""
    return datetime.fromtimestamp(micros / MICROS_PER_SECOND, zone).strftime(LOCAL)


def days_later(micros: int, zone: ZoneInfo, days: int) -> int:
    """The same time of the day so many days later. Where that is there twice the first is
    taken; where it does not exist, the time as many minutes after the jump.
    """
    local = datetime.fromtimestamp(micros / MICROS_PER_SECOND, zone).replace(tzinfo=None)
    moved = (local + timedelta(days=days)).replace(tzinfo=zone)
    return round(moved.timestamp()) * MICROS_PER_SECOND


def is_second(micros: int, zone: ZoneInfo) -> bool:
    """Whether a moment is the second of two with the same local time."""
    return datetime.fromtimestamp(micros / MICROS_PER_SECOND, zone).fold == 1


def said(micros: int, name: str) -> str:
    """A moment in words: ``25 Oct 2026, 09:00 Europe/Vienna (08:00 UTC)``."""
    utc = datetime.fromtimestamp(micros / MICROS_PER_SECOND, UTC)
    zone = zone_of(name)
    if zone is None or name == "UTC":
        return f"{utc.day} {utc:%b %Y, %H:%M} UTC"
    local = utc.astimezone(zone)
    same = local.date() == utc.date()
    beside = f"{utc:%H:%M}" if same else f"{utc.day} {utc:%b, %H:%M}"
    return f"{local.day} {local:%b %Y, %H:%M} {name} ({beside} UTC)"
