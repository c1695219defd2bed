"""What the numbers of a session say, in sentences; and why a report is not final."""

from __future__ import annotations

from collections.abc import Iterator

from server.exams.starting import said
from server.reports.verdicts import Kept, Look
from server.review.casefile import CaseFile
from server.review.durations import spoken
from server.review.phases import BREAK, EXAM, PAUSED
from server.review.states import Shortfall
from shared.counting import count


def zone_of_exam(case: CaseFile) -> str:
    """The zone in which people say the exam's times."""
    return case.exam.zone


def unfinished(case: CaseFile, look: Look | None) -> list[str]:
    """Why a report on the case is not the last word, in sentences; none where it is."""
    return [*_of_recording(case), *_of_review(case), *_of_verdict(look)]


def _of_recording(case: CaseFile) -> Iterator[str]:
    session, states = case.session, case.standing.states
    if session.purged_at is not None:
        return  # nothing more is taken in, however it ended
    if session.size == 0:
        yield "Nothing has been recorded yet."
    elif Shortfall.INCOMPLETE in states:
        yield (
            "The session is incomplete: its recorder never said that it ended, and may still "
            "deliver what it holds."
        )
    elif session.state == "open":
        yield "The session is still being recorded: everything below may change."
    missing = session.blobs - session.blobs_durable
    if missing:
        are = "is" if missing == 1 else "are"
        yield f"{count(missing, 'piece')} of the recordings {are} not here."


def _of_review(case: CaseFile) -> Iterator[str]:
    tally = case.tally
    if tally.open:
        are = "is" if tally.open == 1 else "are"
        yield f"{count(tally.open, 'flag')} {are} still to be decided."
    if tally.escalated:
        are = "waits" if tally.escalated == 1 else "wait"
        yield f"{count(tally.escalated, 'escalated flag')} {are} for an examiner."


def _of_verdict(look: Look | None) -> Iterator[str]:
    if not isinstance(look, Kept):
        yield "The evidence has not been verified for this report."
    elif not look.current:
        yield "More has come since the evidence was verified."


def summary(case: CaseFile) -> list[str]:
    """The session in a few sentences, each made of its numbers."""
    return [*_when(case), _what_was_seen(case), *_observed(case), *_evidence(case)]


def _when(case: CaseFile) -> Iterator[str]:
    began = case.session.origin_wall
    if began is None:
        yield "Nothing was recorded."
        return
    start = said(began, zone_of_exam(case))
    yield f"The session was recorded for {spoken(case.duration)} from {start}."
    phases = case.phases
    if phases.began is not None:
        parts = [f"The exam itself lasted {spoken(phases.lasted(EXAM))}"]
        if phases.breaks:
            parts.append(
                f"{count(len(phases.breaks), 'break')} took {spoken(phases.lasted(BREAK))}"
            )
        if phases.pauses:
            parts.append(f"staff paused it for {spoken(phases.lasted(PAUSED))}")
        yield "; ".join(parts) + ". Only the exam counts below."


def _what_was_seen(case: CaseFile) -> str:
    tally, score = case.tally, case.score
    if not tally.all:
        return "No flag was raised."
    stands = [
        f"{number:,} {word}"
        for number, word in (
            (tally.accepted, "confirmed"),
            (tally.dismissed, "dismissed"),
            (tally.escalated, "escalated"),
            (tally.open, "not decided"),
        )
        if number
    ]
    told = f"{count(tally.all, 'flag')}: {', '.join(stands)}."
    if not score.contributions:
        return f"{told} Nothing of them counts for the score."
    first, *others = score.contributions
    part = "the largest part" if others else "all"
    return f"{told} The score is {score.shown} of 100, {part} of it for {first.kind.label}."


def _observed(case: CaseFile) -> Iterator[str]:
    for one in case.observed:
        if not one.recorded:
            yield f"{one.name}: not recorded, so that nothing of it could be observed."
        elif one.share is not None:
            yield (
                f"{one.name}: {one.percent} of {spoken(one.duration)} could be observed"
                + (f"; {spoken(one.missed)} could not." if one.missed else ".")
            )
    left = [one for one in case.watching.left_out if one.kind is not None]
    never = [one for one in left if one.start is None]
    if never:
        yield f"{count(len(never), 'kind')} of flags could not be raised: see what was off."
    later = {one.what for one in left if one.start is not None}
    if later:
        listed = ", ".join(sorted(later))
        yield f"Not any more from some moment on: {listed}; see what was off, and from when."


def _evidence(case: CaseFile) -> Iterator[str]:
    history = case.history
    if history.interruptions:
        times = len(history.interruptions)
        often = "once" if times == 1 else f"{times} times"
        yield f"The recorder was interrupted {often}, {spoken(history.interrupted)} in all."
    if case.session.purged_at is not None:
        since = said(case.session.purged_at, zone_of_exam(case))
        yield f"The recordings were destroyed; nothing was taken in any more from {since}."
