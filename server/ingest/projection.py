"""What verified records say, as rows that pages can ask questions of.

A pure function from records to rows; it can be run again over a session's records. Texts
and details come from the candidate's machine: what a database could not hold (a zero
byte, endless nesting) is replaced visibly; the record itself is kept as it came.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from shared.build import FilesVerdict
from shared.encoding import HASH_HEX
from shared.records import (
    Attachment,
    Body,
    Clock,
    Count,
    Detail,
    Enrolment,
    Gap,
    Heartbeat,
    Incident,
    Micros,
    Open,
    Phase,
    Record,
    Resume,
    Segment,
)

# Deeper than any detector's detail, well within what every JSON reader takes.
MAX_DEPTH = 12

# A heartbeat tells of at most so many changes of detection's pace: the recorder looks at it
# every two seconds.
MOST_CHANGES = 64

# Beyond this a JSON reader elsewhere (a browser) would show another number.
MAX_NUMBER = 2**53 - 1

# As many characters of a program's version or system as a column holds.
MAX_NAME_CHARS = 200

Row = dict[str, Any]


NOTHING_BEFORE: Mapping[str, int] = MappingProxyType({})


class Interruption(NamedTuple):
    """A ``resume`` (its ``seq``), and the ``mono`` of the last record before it that is no
    ``clock`` (µs).
    """

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
    attachments: list[Row] = field(default_factory=list[Row])
    enrolments: list[Row] = field(default_factory=list[Row])
    phases: list[Row] = field(default_factory=list[Row])
    programs: list[Row] = field(default_factory=list[Row])
    paces: list[Row] = field(default_factory=list[Row])
    gaps: list[Row] = field(default_factory=list[Row])
    unobserved: list[Row] = field(default_factory=list[Row])
    interruptions: list[Interruption] = field(default_factory=list[Interruption])


def project(records: Iterable[Record], before: Mapping[str, int] = NOTHING_BEFORE) -> Rows:
    """The rows of these records, in order.

    Args:
        records: of any sessions.
        before: by session, the ``mono`` of the last record before these that is no ``clock``.
    """
    rows, last = Rows(), dict(before)
    for record in records:
        base = {"session_id": record.session, "seq": record.seq, "boot": text(record.boot)}
        if (told := _build_of(record.body)) is not None:
            rows.programs.append(base | {"mono": record.mono} | program_row(told))
        match record.body:
            case Segment() as body:
                rows.segments.append(base | _segment(record, body))
            case Incident() as body:
                name = (record.session, body.id)
                rows.incidents[name] = _incident(record, body, rows.incidents.get(name))
                rows.attachments.extend(_attachments(record, body.attachments, body.id))
            case Enrolment() as body:
                rows.enrolments.append(base | {"mono": record.mono} | _enrolment(body))
                rows.attachments.extend(_attachments(record, body.attachments, None))
            case Phase() as body:
                rows.phases.append(base | {"mono": record.mono} | _phase(body))
            case Gap() as body:
                rows.gaps.append(base | _interval(body) | {"start": _begun(record, body)})
            case Heartbeat() as body:
                rows.unobserved.extend(
                    base | _interval(one) | {"place": place}
                    for place, one in enumerate(body.unobserved)
                )
                rows.paces.extend(
                    base | change | {"place": place}
                    for place, change in enumerate(_changes(body))
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


def _attachments(
    record: Record, attachments: Iterable[Attachment], incident: str | None
) -> list[Row]:
    return [
        {
            "session_id": record.session,
            "seq": record.seq,
            "place": place,
            "incident_id": incident,
            "role": one.role,
            "stream_seq": one.stream_seq,
            "media_type": text(one.media_type),
            "sha256": one.sha256,
            "size": one.size,
        }
        for place, one in enumerate(attachments)
    ]


def _enrolment(body: Enrolment) -> Row:
    return {
        "identity": plain(body.identity),
        "liveness": plain(body.liveness),
        "calibration": plain(body.calibration),
        "voice": plain(body.voice),
    }


def _phase(body: Phase) -> Row:
    return {"name": body.name, "by": body.by, "reason": text(body.reason)}


def _build_of(body: Body) -> Detail | None:
    return body.build if isinstance(body, Open | Resume) else None


def program_row(told: Detail) -> Row:
    """What a record says of its program, each part by itself: what is not as the protocol
    says, it has not said.
    """
    number = told.get("number")
    return {
        "packaged": told.get("packaged") is True,
        "files": _one_of(told.get("files"), _FILES),
        "build": _hash(told.get("build")),
        "signer": _hash(told.get("signer")),
        "number": number if type(number) is int and 0 <= number <= MAX_NUMBER else None,
        "version": _short(told.get("version")),
        "system": _short(told.get("system")),
    }


_FILES = frozenset(one.value for one in FilesVerdict)


def _one_of(value: object, words: Collection[str]) -> str:
    return value if isinstance(value, str) and value in words else ""


def _hash(value: object) -> str:
    return value if isinstance(value, str) and HASH_HEX.fullmatch(value) else ""


def _short(value: object) -> str:
    return text(value)[:MAX_NAME_CHARS] if isinstance(value, str) else ""


class _Change(msgspec.Struct, frozen=True):
    """A change of detection's pace, as a heartbeat's ``detection`` tells it."""

    at: Micros
    level: Count
    fps: Count
    off: tuple[str, ...] = ()
    why: str = ""


def _changes(beat: Heartbeat) -> list[Row]:
    """The changes of pace; what is not written as the protocol says tells nothing."""
    try:
        told = msgspec.convert((beat.detection or {}).get("changes", ()), tuple[_Change, ...])
    except msgspec.ValidationError:
        return []
    return [
        {
            "at": one.at,
            "level": one.level,
            "fps": one.fps,
            "off": [text(kind) for kind in one.off],
            "why": text(one.why),
        }
        for one in told[:MOST_CHANGES]
    ]


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
