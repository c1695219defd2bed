"""Times as commands take them: with an offset, or as clocks show them in a time zone."""

from __future__ import annotations

from datetime import UTC, datetime

from server.clock import MICROS_PER_SECOND
from server.opening import Fault


def micros_of(option: str, text: str, zone: str | None = None) -> int:
    """Microseconds UTC of a time like ``2026-12-01T09:00Z``; where it names no offset, as
    clocks show it in ``zone``.

    Raises:
        Fault: it is no time; it names no offset and there is no zone; or clocks show it twice
            that night, or never.
    """
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise Fault(f"{option} takes a time like 2026-12-01T09:00Z, not {text!r}") from None
    if when.tzinfo is not None:
        return int(when.astimezone(UTC).timestamp()) * MICROS_PER_SECOND
    if zone is None:
        raise Fault(f"{option} {text} names no time zone; add Z for UTC, or +02:00")
    return _local(option, when, zone)


def _local(option: str, when: datetime, zone_name: str) -> int:
    from server.exams.starting import LOCAL, NotThere, Twice, moment_of, said, zone_of

    zone = zone_of(zone_name)
    if zone is None:
        raise Fault(f"there is no time zone {zone_name!r}; for example Europe/Vienna")
    match moment_of(when.strftime(LOCAL), zone):
        case int(moment):
            return moment
        case NotThere(earlier, later):
            raise Fault(
                f"{option}: there is no such time on that day in {zone_name}, where clocks are "
                f"put forward; take {earlier} or {later}"
            )
        case Twice(first, second):
            raise Fault(
                f"{option}: clocks are put back that night, and this time is there twice: "
                f"{said(first, zone_name)}, or {said(second, zone_name)}; say it in UTC, with Z"
            )
        case None:
            raise Fault(f"{option} {when:%Y-%m-%dT%H:%M} is no time that can be planned")
