"""What was not watched in a session and why, and how much of what was could be observed.

Both are part of the evidence: the policy and the records say them, and a report repeats them.
Time that could not be observed is never taken for clean.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from server.exams.terms import noticed
from server.review.absences import Absences, Interval, Summary, clipped, summaries
from server.review.durations import Spans, clock, length, spoken
from server.review.given_up import GivenUp, NoLonger
from server.review.wording import printed
from shared.flags import Group, Kind
from shared.policy import DEFAULT_RULES, OFF, Policy

# The streams that detectors look at and listen to; of the screen only the windows are
# watched, which is a kind's matter.
OBSERVED = ("camera", "microphone")

_STREAMS = {"camera": "Camera", "microphone": "Microphone", "screen": "Screen"}


# Why most of what a policy leaves out is left out.
SWITCHED_OFF = "switched off for this exam"

NOTHING_GIVEN_UP = GivenUp()


class By(StrEnum):
    """Who or what left something out."""

    POLICY = "policy"
    ACCOMMODATION = "accommodation"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One thing that was not watched, in words; ``kind`` where it is one. What was watched at
    first was not from ``start`` on (µs of session time), up to ``end`` where it was tried anew.
    """

    by: By
    what: str
    why: str
    kind: Kind | None = None
    start: int | None = None
    end: int | None = None

    @property
    def when(self) -> str:
        """Since when, where it was watched before; empty where it never was."""
        if self.start is None:
            return ""
        since = f"not any more from {clock(self.start)} on"
        if self.end is None:
            return since
        return f"{since}, to {clock(self.end)} when the recorder started anew"

    @property
    def besides(self) -> str:
        """Why, where it is not merely switched off."""
        return "" if self.why == SWITCHED_OFF else self.why


@dataclass(frozen=True, slots=True)
class Watching:
    """``profile`` is the name of the candidate's accommodation, if they have one."""

    profile: str | None
    left_out: tuple[LeftOut, ...]

    def given_up(self, reach: int) -> list[Interval]:
        """When what was not watched any more was not, in a session so long (µs)."""
        return [
            Interval(
                "microphone" if one.kind and one.kind.group is Group.VOICE else "camera",
                one.start,
                reach if one.end is None else one.end,
                f"{one.what} was not watched any more: {one.why}",
            )
            for one in self.left_out
            if one.start is not None
        ]

    def by(self, by: str) -> list[LeftOut]:
        """What was left out by the policy, the accommodation or the machine."""
        return [one for one in self.left_out if one.by == by]


def watching(
    policy: Policy,
    opened: Sequence[str],
    resumed: Iterable[Sequence[str]] = (),
    given_up: GivenUp = NOTHING_GIVEN_UP,
) -> Watching:
    """What was left out.

    Args:
        policy: the session's own.
        opened: what the recorder could not watch, as the ``open`` record says it.
        resumed: the same of each later start.
        given_up: what it could not watch any more, or was not enrolled for.
    """
    given = policy.accommodation
    later = [line for lines in resumed for line in lines if line not in opened]
    found = [
        *_by_policy(policy),
        *_by_accommodation(policy),
        *(_by_machine(line) for line in dict.fromkeys(opened)),
        *(_by_machine(f"{line} (after an interruption)") for line in dict.fromkeys(later)),
        *(_by_machine(line) for line in given_up.unenrolled if line not in opened),
        *(_no_longer(one) for one in given_up.later),
    ]
    return Watching(given.profile if given else None, tuple(found))


def _by_policy(policy: Policy) -> Iterable[LeftOut]:
    streams = {
        "camera": policy.streams.camera.enabled,
        "microphone": policy.streams.microphone.enabled,
        "screen": policy.streams.screen.enabled,
    }
    for stream, enabled in streams.items():
        if not enabled:
            yield LeftOut(By.POLICY, _STREAMS[stream], "not recorded in this exam")
    for kind in DEFAULT_RULES:
        if not policy.kinds.get(kind, OFF).enabled:
            yield LeftOut(By.POLICY, kind.label, SWITCHED_OFF, kind)
    for kind in DEFAULT_RULES:
        if policy.rule(kind).enabled and not noticed(kind, policy.lockdown, policy.surface):
            yield LeftOut(By.POLICY, kind.label, "no part of what this exam watches", kind)
    programs = Kind.PROHIBITED_PROCESS
    if policy.rule(programs).enabled and not policy.prohibited_processes:
        yield LeftOut(By.POLICY, programs.label, "no program is prohibited", programs)


def _by_accommodation(policy: Policy) -> Iterable[LeftOut]:
    given = policy.accommodation
    if given is None:
        return
    why = f"switched off for this candidate by accommodation {printed(given.profile)}"
    for kind in given.off:
        if policy.kinds.get(kind, OFF).enabled:
            yield LeftOut(By.ACCOMMODATION, kind.label, why, kind)


def _by_machine(line: str) -> LeftOut:
    """From the recorder's ``what: why``; whatever else it says stands as it is."""
    what, mark, why = line.partition(": ")
    if what in set(Kind):
        kind = Kind(what)
        return LeftOut(By.MACHINE, kind.label, printed(why) or "no reason given", kind)
    if mark and what in _STREAMS:
        return LeftOut(By.MACHINE, _STREAMS[what], printed(why))
    return LeftOut(By.MACHINE, printed(line), "")


def _no_longer(one: NoLonger) -> LeftOut:
    return replace(_by_machine(one.line), start=one.start, end=one.end)


def stream_name(stream: str) -> str:
    """What pages call a stream."""
    return _STREAMS.get(stream, stream)


def observed_share(duration: int, missed: int, *, recorded: bool) -> float | None:
    """The share of a stream that could be observed, as of ``Observability``."""
    if not recorded:
        return 0.0
    return max(0.0, 1.0 - missed / duration) if duration > 0 else None


@dataclass(frozen=True, slots=True)
class Observability:
    """How much of a stream could be observed: times in microseconds, ``share`` 0 … 1 of
    ``duration``, ``None`` before there is anything.

    ``missed`` is what could not be observed or was not recorded, counted once; where a stream
    was not recorded at all, that is all of it. ``unobserved``, ``unrecorded`` and ``partly``
    say of which kind and why.
    """

    stream: str
    duration: int
    missed: int
    recorded: bool
    unobserved: tuple[Summary, ...] = ()
    unrecorded: tuple[Summary, ...] = ()
    partly: tuple[Summary, ...] = ()

    @property
    def share(self) -> float | None:
        """The share that could be observed."""
        return observed_share(self.duration, self.missed, recorded=self.recorded)

    @property
    def percent(self) -> str:
        """The share in whole per cent; 100 only where it is all of it."""
        share = self.share
        if share is None:
            return "nothing yet"
        return "100 %" if share >= 1 else f"{min(99, math.floor(100 * share))} %"

    @property
    def name(self) -> str:
        """The stream's name."""
        return stream_name(self.stream)

    @property
    def words(self) -> list[str]:
        """What could not be observed, and for what reasons."""
        if not self.recorded:
            return ["Not recorded, so nothing of it could be observed."]
        return [
            _told(f"{spoken(sum(one.time for one in found))} {how}", found)
            for how, found in (
                ("not observed", self.unobserved),
                ("not recorded", self.unrecorded),
                ("only partly observed", self.partly),
            )
            if found
        ]


def _told(total: str, reasons: Sequence[Summary]) -> str:
    """For example ``4 min 12 s not observed: the picture was too dark 3 min 50 s, …``."""
    if len(reasons) == 1:
        return f"{total}: {reasons[0].reason}."
    return f"{total}: " + ", ".join(f"{one.reason} {spoken(one.time)}" for one in reasons) + "."


def observability(
    policy: Policy,
    duration: int,
    absences: Absences,
    gone: Sequence[Interval],
    streams: Iterable[str],
    *,
    live: bool,
    within: Spans | None = None,
) -> list[Observability]:
    """Of each stream that the policy has observed.

    Args:
        policy: the session's own.
        duration: how far its records reach, in microseconds.
        absences: what could not be observed.
        gone: what was not recorded, whether a record says so or not.
        streams: those of which there is a recording.
        live: whether more may come.
        within: the time that counts, where not all of it does.
    """
    there = set(streams)
    found = []
    for stream in observed_streams(policy):
        blind, partly, missing = (
            clipped((one for one in every if one.stream == stream), within)
            for every in (absences.unobserved, absences.partly, gone)
        )
        found.append(
            Observability(
                stream=stream,
                duration=duration if within is None else length(within),
                missed=_length([*blind, *missing]),
                recorded=live or stream in there,
                unobserved=tuple(summaries(blind)),
                unrecorded=tuple(summaries(missing)),
                partly=tuple(summaries(partly)),
            )
        )
    return found


def observed_streams(policy: Policy) -> list[str]:
    """The streams that a policy has observed."""
    on: Mapping[str, bool] = {
        "camera": policy.streams.camera.enabled,
        "microphone": policy.streams.microphone.enabled,
    }
    return [stream for stream in OBSERVED if on[stream]]


def _length(intervals: Iterable[Interval]) -> int:
    return length((one.start, one.end) for one in intervals)
