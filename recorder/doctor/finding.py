"""One thing that was looked at, what is to be said about it, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from recorder.doctor.wording import NOTHING, Words, verbatim
from recorder.faults import EnvironmentFault


class State(StrEnum):
    """What a look found. Only ``PROBLEM`` keeps a session from being recorded; ``ASKING``
    waits for the person, who alone can tell (*did you hear yourself?*).
    """

    OK = "ok"
    ATTENTION = "attention"
    PROBLEM = "problem"
    SKIPPED = "skipped"
    ASKING = "asking"


@dataclass(frozen=True, slots=True)
class Running:
    """A program that runs: ``started`` is seconds since 1970 UTC, so that another program
    that got the number later is not taken for it."""

    pid: int
    name: str
    started: float


@dataclass(frozen=True, slots=True)
class OpenPage:
    """A page of the system's settings, opened by its address."""

    address: str
    label: Words


@dataclass(frozen=True, slots=True)
class ClosePrograms:
    """Programs that can be closed for the candidate, who is asked first."""

    programs: tuple[Running, ...]


@dataclass(frozen=True, slots=True)
class PlayBack:
    """The microphone can be recorded for a moment and heard; in memory only."""


@dataclass(frozen=True, slots=True)
class PutBack:
    """What an earlier lockdown left changed can be put back."""


# What became of a program that was to be closed (as ``lockdown.closing`` says it).
Closed = Literal["gone", "still_runs", "ours", "system", "forbidden"]

Mend = OpenPage | ClosePrograms | PlayBack | PutBack


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found.

    Attributes:
        id: a stable word for programs.
        title: what was looked at.
        state: the verdict.
        found: what there is.
        why: why it matters to an exam.
        remedy: what to do; nothing where there is nothing to do.
        mends: what the program can do about it.
    """

    id: str
    title: Words
    state: State
    found: Words
    why: Words
    remedy: Words = NOTHING
    mends: tuple[Mend, ...] = ()

    @property
    def topic(self) -> Topic:
        """What it is about."""
        return Topic(self.id, self.title, self.why)


@dataclass(frozen=True, slots=True)
class Topic:
    """What a look is about; its findings are made from it."""

    id: str
    title: Words
    why: Words

    def ok(self, found: Words) -> Finding:
        """All is well."""
        return self.finding(State.OK, found)

    def attention(self, found: Words, remedy: Words, *mends: Mend) -> Finding:
        """It works, but not as it should."""
        return self.finding(State.ATTENTION, found, remedy, *mends)

    def problem(self, found: Words, remedy: Words, *mends: Mend) -> Finding:
        """It does not work."""
        return self.finding(State.PROBLEM, found, remedy, *mends)

    def fault(self, fault: EnvironmentFault) -> Finding:
        """It does not work, and the fault says why."""
        return self.problem(verbatim(fault.what), verbatim(fault.advice))

    def remark(self, fault: EnvironmentFault) -> Finding:
        """It does not work, which does not keep a session from being recorded."""
        return self.attention(verbatim(fault.what), verbatim(fault.advice))

    def skipped(self, found: Words, remedy: Words = NOTHING) -> Finding:
        """It was not looked at."""
        return self.finding(State.SKIPPED, found, remedy)

    def finding(
        self, state: State, found: Words, remedy: Words = NOTHING, *mends: Mend
    ) -> Finding:
        """Any of these."""
        return Finding(self.id, self.title, state, found, self.why, remedy, mends)


def with_mends(finding: Finding, *mends: Mend) -> Finding:
    """The same, and what else can be done about it."""
    return replace(finding, mends=(*finding.mends, *mends))
