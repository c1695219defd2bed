"""What verified records say, as rows that pages can ask questions of.

A pure function from records to rows; it can be run again over a session's records. Texts
and details come from the candidate's machine: what a database could not hold (a zero
byte, endless nesting) is replaced visibly; the record itself is kept as it came.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from shared.records import Gap, Heartbeat, Incident, Record, Segment

# Deeper than any detector's detail, well within what every JSON reader takes.
MAX_DEPTH = 12

# Beyond this a JSON reader elsewhere (a browser) would show another number.
MAX_NUMBER = 2**53 - 1

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to add by table, as columns; ``incidents``, by session and id, are added or
    brought up to date.
    """

    segments: list[Row] = field(default_factory=list[Row])
    incidents: dict[tuple[str, str], Row] = field(default_factory=dict[tuple[str, str], Row])
    gaps: list[Row] = field(default_factory=list[Row])
    unobserved: list[Row] = field(default_factory=list[Row])


def project(records: Iterable[Record]) -> Rows:
    """The rows of these records, in order."""
    rows = Rows()
    for record in records:
        base = {"session_id": record.session, "seq": record.seq, "boot": text(record.boot)}
        match record.body:
            case Segment() as body:
                rows.segments.append(base | _segment(record, body))
            case Incident() as body:
                name = (record.session, body.id)
                rows.incidents[name] = _incident(record, body, rows.incidents.get(name))
            case Gap() as body:
                rows.gaps.append(base | _interval(body))
            case Heartbeat() as body:
                rows.unobserved.extend(
                    base | _interval(one) | {"place": place}
                    for place, one in enumerate(body.unobserved)
                )
            case _:
                pass
    return rows


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
