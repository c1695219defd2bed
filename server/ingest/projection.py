"""What verified records say, as rows that pages can ask questions of.

A pure function from records to rows; it can be run again over a session's records. Texts
and details come from the candidate's machine: what a database could not hold (a zero
byte, endless nesting) is replaced visibly; the record itself is kept as it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from shared.records import Clock, Gap, Heartbeat, Incident, Record, Resume, Segment

# Deeper than any detector's detail, well within what every JSON reader takes.
MAX_DEPTH = 12

# Beyond this a JSON reader elsewhere (a browser) would show another number.
MAX_NUMBER = 2**53 - 1

Row = dict[str, Any]


NOTHING_BEFORE: Mapping[str, int] = MappingProxyType({})


class Interruption(NamedTuple):
    """A ``resume`` (its ``seq``), and the ``mono`` of the last record before it (µs)."""

    session_id: str
    seq: int
    mono: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to add by table, as columns; ``incidents``, by session and id, are added or
    brought up to date. What lasted at an ``interruption`` ended with it: ``incidents`` say so
    already, and of those that began in records before these it is still to be said.
    """

    segments: list[Row] = field(default_factory=list[Row])
    incidents: dict[tuple[str, str], Row] = field(default_factory=dict[tuple[str, str], Row])
    gaps: list[Row] = field(default_factory=list[Row])
    unobserved: list[Row] = field(default_factory=list[Row])
    interruptions: list[Interruption] = field(default_factory=list[Interruption])


def project(records: Iterable[Record], before: Mapping[str, int] = NOTHING_BEFORE) -> Rows:
    """The rows of these records, in order.

    Args:
        records: of any sessions.
        before: by session, the ``mono`` of the record before the first of these.
    """
    rows, last = Rows(), dict(before)
    for record in records:
        base = {"session_id": record.session, "seq": record.seq, "boot": text(record.boot)}
        match record.body:
            case Segment() as body:
                rows.segments.append(base | _segment(record, body))
            case Incident() as body:
                name = (record.session, body.id)
                rows.incidents[name] = _incident(record, body, rows.incidents.get(name))
            case Gap() as body:
                rows.gaps.append(base | _interval(body) | {"start": _begun(record, body)})
            case Heartbeat() as body:
                rows.unobserved.extend(
                    base | _interval(one) | {"place": place}
                    for place, one in enumerate(body.unobserved)
                )
            case Resume() if record.session in last:
                _interrupt(rows, Interruption(record.session, record.seq, last[record.session]))
            case _:
                pass
        # A clock that was set while the recorder was down is said just before it resumes.
        if not isinstance(record.body, Clock):
            last[record.session] = record.mono
    return rows


def _interrupt(rows: Rows, interruption: Interruption) -> None:
    """Nobody saw what lasted go on beyond the last record before the interruption."""
    rows.interruptions.append(interruption)
    for (session, _), row in rows.incidents.items():
        if session == interruption.session_id and row["end"] is None:
            row["end"] = max(row["start"], interruption.mono)
            row["end_seq"] = interruption.seq


def _begun(record: Record, gap: Gap) -> int:
    """Where a gap begins on its boot's clock; negative where that is before the boot."""
    if gap.since is None:
        return gap.start
    return min(gap.since - (record.wall - record.mono), gap.end)


def text(value: str) -> str:
    """A text without the zero byte that PostgreSQL cannot hold."""
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _segment(record: Record, body: Segment) -> Row:
    return {
        "epoch": record.epoch,
        "stream": body.stream,
        "stream_seq": body.stream_seq,
        "part": body.part,
        "start": body.start,
        "duration": body.duration,
        "frames": body.frames,
        "independent": body.independent,
        "codecs": None if body.codecs is None else text(body.codecs),
        "origin": body.origin,
        "width": body.width,
        "height": body.height,
        "sha256": body.sha256,
        "size": body.size,
    }


def _incident(record: Record, body: Incident, earlier: Row | None) -> Row:
    """An incident as its newest record says; where it began, its oldest one says."""
    return {
        "session_id": record.session,
        "incident_id": body.id,
        "kind": body.kind.value,
        "boot": text(record.boot),
        "start": body.start,
        "end": body.end,
        "severity": body.severity.value,
        "confidence": body.confidence,
        "detail": plain(body.detail),
        "begin_seq": earlier["begin_seq"] if earlier else record.seq,
        "end_seq": None if body.end is None else record.seq,
    }


def _interval(body: Any) -> Row:
    return {
        "stream": body.stream,
        "start": body.start,
        "end": body.end,
        "reason": text(body.reason),
    }


def plain(value: Any, depth: int = MAX_DEPTH) -> Any:
    """A JSON value that every database holds: shallow enough, and without zero bytes."""
    match value:
        case str():
            return text(value)
        case dict() | list() if depth == 0:
            return "(nested too deeply to show)"
        case dict():
            return {text(str(key)): plain(item, depth - 1) for key, item in value.items()}
        case list():
            return [plain(item, depth - 1) for item in value]
        case int() if abs(value) > MAX_NUMBER:
            return "(number too large to show)"
        case _:
            return value
