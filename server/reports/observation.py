"""What was watched in a session and could be observed, for programs: in ``report.json`` and
over HTTP.
"""

from __future__ import annotations

from typing import TypedDict

import msgspec

from server.clock import MICROS_PER_SECOND
from server.review.absences import Summary
from server.review.casefile import CaseFile
from server.review.watching import LeftOut, Observability
from shared.flags import Kind


class LeftOutOut(msgspec.Struct, frozen=True):
    """One thing that was not watched: left out ``by`` ``policy``, ``accommodation`` or
    ``machine``; ``kind`` where it is a kind of flag. What was watched at first was not from
    ``start`` on (seconds of the session), up to ``end`` where it was tried anew.
    """

    by: str
    kind: Kind | None
    what: str
    why: str
    start: float | None
    end: float | None


class WatchingOut(msgspec.Struct, frozen=True):
    """``accommodation`` is the name of the candidate's profile, if they have one."""

    accommodation: str | None
    left_out: list[LeftOutOut]


class ReasonOut(msgspec.Struct, frozen=True):
    """How long for one reason."""

    reason: str
    seconds: float


class ObservabilityOut(msgspec.Struct, frozen=True):
    """How much of a stream could be observed: ``share`` 0 to 1 of the session, ``null``
    before there is anything; what could not be, was not recorded, or could be only partly,
    by reason. Seconds of ``missed`` are of the first two, counted once.
    """

    stream: str
    recorded: bool
    share: float | None
    missed: float
    unobserved: list[ReasonOut]
    unrecorded: list[ReasonOut]
    partly: list[ReasonOut]


class Observation(TypedDict):
    """Both, as members of what tells of a session."""

    watching: WatchingOut
    observability: list[ObservabilityOut]


def observation_of(case: CaseFile) -> Observation:
    """What was watched and observed in a case's session."""
    return Observation(
        watching=WatchingOut(
            case.watching.profile, [_left_out(one) for one in case.watching.left_out]
        ),
        observability=[_observability(one) for one in case.observed],
    )


def _left_out(one: LeftOut) -> LeftOutOut:
    start, end = (None if at is None else _seconds(at) for at in (one.start, one.end))
    return LeftOutOut(one.by, one.kind, one.what, one.why, start, end)


def _observability(one: Observability) -> ObservabilityOut:
    return ObservabilityOut(
        stream=one.stream,
        recorded=one.recorded,
        share=None if one.share is None else round(one.share, 4),
        missed=_seconds(one.missed),
        unobserved=[_reason(reason) for reason in one.unobserved],
        unrecorded=[_reason(reason) for reason in one.unrecorded],
        partly=[_reason(reason) for reason in one.partly],
    )


def _reason(one: Summary) -> ReasonOut:
    return ReasonOut(one.reason, _seconds(one.time))


def _seconds(micros: int) -> float:
    return round(micros / MICROS_PER_SECOND, 3)
