"""One running session as far as the board knows it, and the ``Facts`` that follow from that.

The facts are reckoned again only where something of it has changed, or where time alone
changes them: of a thousand sessions few have moved between two looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from server.clock import MICROS_PER_SECOND
from server.live.conversation import answered_at, open_of
from server.live.ending import EndedBy, stops_at
from server.live.models import CommandRow
from server.live.need import NEW_FOR, WEIGHTS, Facts, Seen, is_hardly_observed, is_new
from server.live.situation import asked_for, awaited, said
from server.review.durations import Spans
from server.review.phases import PAUSED, Phases
from server.review.wording import printed
from shared.policy import Policy

# The streams that a picture can be shown of, the first first.
PICTURED = ("camera", "screen")


class Cared(NamedTuple):
    """Who has taken a session on (a name), up to when its incidents were seen and what the
    candidate wrote was read (µs UTC).
    """

    holder: str = ""
    seen_at: int = 0
    read_at: int = 0


NOT_CARED = Cared()


@dataclass(slots=True)
class Known:
    """A session as far as it is known. ``size`` is how many of its records were looked at,
    ``passed`` when it passed a limit that is to end it, ``ended_at`` when it ended (µs UTC).
    """

    id: str
    name: str
    exam_id: str
    exam: str
    policy: Policy
    created: int
    revision: int = -1
    size: int = 0
    state: str = "open"
    delivered: int | None = None
    score: float | None = None
    heard: int | None = None
    told: Mapping[str, Any] | None = None
    commands: tuple[CommandRow, ...] = ()
    commanded: tuple[int, int] = (0, 0)
    passed: int | None = None
    ended_by: EndedBy | None = None
    ended_at: int | None = None
    sayings: tuple[tuple[str, int], ...] = ()
    newest: Seen | None = None
    grave: dict[str, Seen] = field(default_factory=dict[str, Seen])
    incidents: int = 0
    unseen: Spans = field(default_factory=Spans)
    phases: Phases = field(default_factory=Phases)
    unobserved: int = 0
    lately: int = 0
    reach: int = 0
    zero: int | None = None
    cared: Cared = NOT_CARED
    watchers: tuple[str, ...] = ()
    # The facts that were reckoned last, for as long as nothing changes them (µs UTC).
    _facts: Facts | None = None
    _until: int | None = None
    # What of it lasts: how it is, and since when (µs UTC).
    _began: dict[str, tuple[str | bool, int]] = field(
        default_factory=dict[str, tuple[str | bool, int]]
    )

    def put(self, **changes: Any) -> None:
        """Take what was read; where it is nothing new, the facts stand."""
        for name, value in changes.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
                self._facts = None

    def moved(self) -> None:
        """What came of its records was read: the facts are others."""
        self._facts = None

    def saw(self, name: str, seen: Seen, now: int, *, more: bool) -> None:
        """An incident was read; ``more`` where it is none that was counted before."""
        self.incidents += more
        if self.newest is None or self.newest.at <= seen.at:
            self.newest = seen
        if seen.severity in WEIGHTS and seen.at > now - NEW_FOR:
            self.grave[name] = seen

    def since(self, what: str, how: str | bool) -> int | None:
        """Since when ``what`` is as it is (µs UTC), as far as it was looked at: when that was
        first told. Nothing where it is not at all.
        """
        before, since = self._began.get(what, (False, 0))
        if how != before:
            since = self.heard or self.delivered or self.created
            self._began[what] = how, since
        return since if how else None

    def facts(self, now: int) -> Facts:
        """How it stands at ``now`` (µs UTC)."""
        if self._facts is None or (self._until is not None and now >= self._until):
            self.grave = {key: one for key, one in self.grave.items() if one.at > now - NEW_FOR}
            self._until = min((one.at + NEW_FOR for one in self.grave.values()), default=None)
            self._facts = _facts(self, now)
        return self._facts


def _facts(known: Known, now: int) -> Facts:
    told = dict(known.told) if known.told is not None else None
    newest, cared = known.phases.newest, known.cared
    asked = asked_for(known.commands)
    answered = answered_at(
        (one.id, one.action, one.created)
        for one in known.commands
        if one.account_id is not None
    )
    open_ = open_of(known.sayings, answered, cared.read_at)
    seen_at = max(cared.seen_at, answered)
    phase = said(told, "phase") or (newest.name if newest else "")
    awaits = awaited(told, known.heard or 0, known.commands) if told else ""
    light = said(told, "light")
    said_paused = known.since(PAUSED, phase == PAUSED)
    return Facts(
        id=known.id,
        name=known.name,
        exam_id=known.exam_id,
        exam=known.exam,
        state=known.state,
        phase=phase,
        awaits=awaits,
        awaits_since=known.since("awaits", awaits),
        paused=asked.paused,
        paused_since=asked.paused_since or said_paused,
        light=light,
        problem_since=known.since("problem", light == "problem"),
        words=printed(said(told, "words")) if told else "",
        created=known.created,
        heard=known.heard,
        delivered=known.delivered,
        queued_records=_number(told, "queued_records"),
        queued_bytes=_number(told, "queued_bytes"),
        newest=known.newest,
        fresh=tuple(one for one in known.grave.values() if is_new(one, now, seen_at)),
        incidents=known.incidents,
        score=known.score,
        unobserved=known.unobserved,
        lately=known.lately,
        unobserved_since=known.since("unobserved", is_hardly_observed(phase, known.lately)),
        help_since=open_.help_since,
        unread=open_.unread,
        warnings=asked.warnings,
        limit=known.policy.warnings,
        ends_at=_ends_at(known, asked.extra_s),
        stops_at=stops_at(known.passed, known.commands),
        ended_by=known.ended_by or EndedBy.STAFF,
        ended_at=known.ended_at,
        streams=tuple(_pictured(known.policy)),
        holder=cared.holder,
        watchers=known.watchers,
        seen_at=seen_at,
    )


def _ends_at(known: Known, extra_s: float) -> int | None:
    """When the exam's time is over, as the recorder reckons it (``recorder.phases``)."""
    began, newest = known.phases.began, known.phases.newest
    if began is None or newest is None or known.zero is None or newest.name == PAUSED:
        return None
    exam = known.policy.exam
    starts = known.zero + began if exam.starts_us is None else exam.starts_us
    given = round((exam.duration_s + extra_s) * MICROS_PER_SECOND)
    return starts + given + known.phases.lasted(PAUSED)


def _pictured(policy: Policy) -> Iterable[str]:
    on = {"camera": policy.streams.camera.enabled, "screen": policy.streams.screen.enabled}
    return (stream for stream in PICTURED if on[stream])


def _number(told: Mapping[str, Any] | None, name: str) -> int:
    found = (told or {}).get(name, 0)
    return found if isinstance(found, int) else 0
