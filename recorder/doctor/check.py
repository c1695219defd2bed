"""One thing that was looked at, and what is to be said about it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from recorder.faults import EnvironmentFault


class Status(StrEnum):
    """What a check says; only ``fail`` keeps a session from being recorded."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A finding.

    Attributes:
        id: a stable word for programs.
        title: what was looked at, for people.
        status: the verdict.
        found: what there is.
        why: why it matters to an exam.
        remedy: what to do; empty where there is nothing to do.
    """

    id: str
    title: str
    status: Status
    found: str
    why: str
    remedy: str = ""


class Topic(msgspec.Struct, frozen=True):
    """What a check is about; its verdicts are made from it."""

    id: str
    title: str
    why: str

    def ok(self, found: str) -> Check:
        """All is well."""
        return self._check(Status.OK, found)

    def warn(self, found: str, remedy: str) -> Check:
        """It works, but not as it should."""
        return self._check(Status.WARN, found, remedy)

    def fail(self, found: str, remedy: str) -> Check:
        """It does not work."""
        return self._check(Status.FAIL, found, remedy)

    def fault(self, fault: EnvironmentFault) -> Check:
        """It does not work, and the fault says why."""
        return self.fail(fault.what, fault.advice)

    def skipped(self, found: str, remedy: str = "") -> Check:
        """It was not looked at."""
        return self._check(Status.SKIPPED, found, remedy)

    def _check(self, status: Status, found: str, remedy: str = "") -> Check:
        return Check(
            id=self.id,
            title=self.title,
            status=status,
            found=found,
            why=self.why,
            remedy=remedy,
        )
