"""Everything a reviewer sees of one session, read in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.builds.judging import Judged
from server.builds.reading import read_judged
from server.enrolment.models import Candidate
from server.exams.models import Exam, PolicyVersion
from server.ingest.models import ExamSession, RecordRow
from server.retention.keeping import Kept, read_kept
from server.review.absences import Absences, Interval, Summary, clipped, summaries
from server.review.attachments import Enrolled, Pictures, read_enrolled, read_pictures
from server.review.durations import length, moment
from server.review.flag_memory import read_flags
from server.review.flags import Flag, Flags, Tally, tally
from server.review.given_up import GivenUp, read_given_up
from server.review.history import History, read_history
from server.review.integrity import Evidence, examine, facts, with_destroyed
from server.review.models import DecisionRow
from server.review.observed import absent_from
from server.review.outcomes import SessionDecision, in_force, read_outcomes
from server.review.paces import Paces, read_paces
from server.review.phases import Phases, read_phases
from server.review.reading import extent, read_absences, read_tracks
from server.review.score import Score, score
from server.review.states import Standing, read_standings
from server.review.timeline import Runs, Timeline, numbers, parted, timeline
from server.review.tracks import runs
from server.review.undelivered import Undelivered, read_undelivered
from server.review.watching import Observability, Watching, observability, watching
from server.review.wording import printed
from shared.policy import Policy, decode_policy
from shared.records import Detail, MalformedRecord, Open, decode_record

# What a reader wants to know of the program; the record holds the rest.
BUILD = ("version", "system", "platform")

# The year 2255: as far as a record can say, and calendars go further. Microseconds.
LATEST = 2**53


@dataclass(frozen=True, slots=True)
class Terms:
    """What the session is held under, and how it began. A policy with an accommodation is
    a version of its own, which ``follows`` the exam's.
    """

    policy: Policy
    version: int
    follows: int | None
    hash: str
    opened: Open | None


@dataclass(frozen=True)
class CaseFile:
    """A session with all that belongs to it. ``duration`` is in microseconds.

    ``played`` is where each stream plays; ``missing`` is all that cannot be shown,
    ``undelivered`` what of it may yet come; ``conclusions`` are the decisions about the session
    itself, oldest first.
    """

    session: ExamSession
    exam: Exam
    candidate: Candidate
    terms: Terms
    flags: Flags
    tally: Tally
    score: Score
    absences: Absences
    standing: Standing
    evidence: Evidence
    history: History
    played: Runs
    missing: list[Interval]
    undelivered: list[Undelivered]
    watching: Watching
    observed: list[Observability]
    duration: int
    pictures: Mapping[str, Pictures]
    enrolled: Enrolled
    pace: Paces
    phases: Phases
    kept: Kept
    programs: tuple[Judged, ...]
    conclusions: tuple[SessionDecision, ...]

    @cached_property
    def timeline(self) -> Timeline:
        """All on one axis. Made when it is asked for: a decision among ten thousand flags is
        answered without.
        """
        return timeline(
            self.session.id,
            self.duration,
            self.played,
            self.flags,
            self.absences,
            self.missing,
            live=self.live,
            phases=self.phases,
        )

    @property
    def conclusion(self) -> SessionDecision | None:
        """The decision about the session that is in force, if there is one."""
        return in_force(self.conclusions)

    @property
    def live(self) -> bool:
        """Whether more may come."""
        return self.session.state == "open"

    @property
    def missing_time(self) -> int:
        """Microseconds in which at least one stream was not recorded."""
        return length((one.start, one.end) for one in parted(self.missing)[1])

    @property
    def undelivered_time(self) -> int:
        """Microseconds in which at least one stream was recorded and cannot be shown."""
        return length((one.start, one.end) for one in parted(self.missing)[0])

    @property
    def beside(self) -> list[Summary]:
        """What is told beside the score: unobserved and missing time that counts, by stream and
        reason.
        """
        counted = self.phases.counted
        unobserved = (
            replace(one, reason=f"could not be observed ({one.reason})")
            for one in clipped(self.absences.unobserved, counted)
        )
        partly = (
            replace(one, reason=f"only partly observed ({one.reason})")
            for one in clipped(self.absences.partly, counted)
        )
        there, gone = parted(clipped(self.missing, counted))
        missing = (replace(one, reason=f"not recorded ({one.reason})") for one in gone)
        return [
            *summaries([*unobserved, *partly, *there, *missing]),
            *self.pace.summaries,
            *summaries(clipped(self.watching.given_up(self.duration), counted)),
        ]

    @property
    def beginnings(self) -> list[tuple[str, str]]:
        """How the session began, as (name, words)."""
        return _beginnings(self.terms.opened) if self.terms.opened else []

    def aside(self, flag: Flag) -> str:
        """Where a flag lies that does not count, in words; empty for one that does."""
        return self.phases.aside(flag, self.duration)

    @property
    def numbers(self) -> Mapping[str, int]:
        """How many flags each lane of the timeline has."""
        return self.flags.lately(numbers)

    def named(self, flag_id: str) -> Flag | None:
        """A flag by its id."""
        return next((one for one in self.flags if one.id == flag_id), None)


async def read_case(db: AsyncSession, session: ExamSession, now: int) -> CaseFile:
    """Read a session; ``now`` is the time in microseconds UTC."""
    terms = await _terms(db, session)
    flags = await read_flags(db, session)
    absences = await read_absences(db, session)
    tracks = await read_tracks(db, session)
    phases = await read_phases(db, session)
    reach = extent(session)
    live = session.state == "open"
    absent = absent_from(tracks, absences, reach, live=live)
    standing = (await read_standings(db, [session], now))[session.id]
    history = await read_history(db, session)
    given_up = await read_given_up(db, session, history.interruptions)
    kept = await read_kept(db, session)
    evidence = examine(facts(session, standing, now))
    return CaseFile(
        session=session,
        exam=await db.get_one(Exam, session.exam_id),
        candidate=await db.get_one(Candidate, session.candidate_id),
        terms=terms,
        flags=flags,
        tally=flags.lately(tally),
        score=flags.lately(score, terms.policy, reach, phases.counted),
        absences=absences,
        standing=standing,
        evidence=with_destroyed(evidence, kept.gone),
        history=history,
        played={name: runs(track) for name, track in tracks.items()},
        missing=absent,
        undelivered=await read_undelivered(db, session, tracks),
        watching=_watching(terms, history, given_up),
        observed=observability(
            terms.policy,
            reach,
            absences,
            parted(absent)[1],
            tracks,
            live=live,
            within=phases.counted,
        ),
        duration=reach,
        pictures=await read_pictures(db, session, flags),
        enrolled=await read_enrolled(db, session),
        pace=await read_paces(db, session, reach),
        phases=phases,
        kept=kept,
        programs=(await read_judged(db, [session]))[session.id],
        conclusions=await read_outcomes(db, session.id),
    )


async def _terms(db: AsyncSession, session: ExamSession) -> Terms:
    version = await db.get_one(PolicyVersion, session.policy_version_id)
    first = await db.get(RecordRow, (session.id, 0))
    opened = _opened(first.payload) if first is not None else None
    policy = decode_policy(version.payload)
    return Terms(policy, version.version, version.follows, version.hash, opened)


def _watching(terms: Terms, history: History, given_up: GivenUp) -> Watching:
    opened = terms.opened.unwatched if terms.opened else ()
    later = [one.unwatched for one in history.interruptions]
    return watching(terms.policy, opened, later, given_up)


def _opened(payload: bytes) -> Open | None:
    try:
        body = decode_record(payload).body
    except MalformedRecord:  # a record of a later version than this program's
        return None
    return body if isinstance(body, Open) else None


def _beginnings(opened: Open) -> list[tuple[str, str]]:
    found = _consent(opened.consent)
    found += [
        (name, printed(value))
        for name, value in (
            ("Program", {name: opened.build[name] for name in BUILD if name in opened.build}),
            ("Devices", opened.devices),
        )
        if value
    ]
    return found


def _consent(told: Detail) -> list[tuple[str, str]]:
    """When and how the candidate agreed, and to what where each item was asked for."""
    at, items = told.get("at"), told.get("items")
    rest = {key: value for key, value in told.items() if key not in ("at", "items")}
    given = [moment(at)] if isinstance(at, int) and 0 <= at < LATEST else []
    found = [("Consent", ", ".join([*given, *([printed(rest)] if rest else [])]))]
    if isinstance(items, list):
        found.append(("Agreed to", printed(items) or "no item"))
    return found


async def read_revision(db: AsyncSession, session: ExamSession, now: int) -> str:
    """A word that changes whenever anything on the session's page would."""
    query = select(func.count()).where(DecisionRow.session_id == session.id)
    decisions = await db.scalar(query) or 0
    standing = (await read_standings(db, [session], now))[session.id]
    stands = "+".join([*standing.states, str(standing.forks)])
    made = standing.told.made if standing.told else ""
    return f"{session.size}-{session.blobs_durable}-{session.state}-{decisions}-{stands}-{made}"
