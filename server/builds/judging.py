"""What an institution's list of accepted builds says of a program that records a session.

A pure function of what a record says, what the list says, and the institution's setting. What a
record says is the word of the candidate's computer: a finding asks for a person, and never
stops, refuses or ends anything by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from server.review.correlation import Incident
from shared.build import FilesVerdict
from shared.flags import Kind, Severity


class Standing(StrEnum):
    """How a program stands with the institution's list."""

    UNJUDGED = "unjudged"
    ACCEPTED = "accepted"
    ALTERED = "altered"
    STRANGER = "stranger"
    UNLISTED = "unlisted"
    UNSIGNED = "unsigned"
    SOURCE = "source"

    @property
    def label(self) -> str:
        """A word for a page."""
        return _LABELS[self]

    @property
    def good(self) -> bool:
        """Whether there is nothing to look at."""
        return self in (Standing.UNJUDGED, Standing.ACCEPTED)


_LABELS = {
    Standing.UNJUDGED: "Not judged",
    Standing.ACCEPTED: "Accepted build",
    Standing.ALTERED: "Changed files",
    Standing.STRANGER: "Unknown signer",
    Standing.UNLISTED: "Not an accepted build",
    Standing.UNSIGNED: "Unsigned program",
    Standing.SOURCE: "Run from source",
}

# How sure a standing is as a sign of a changed program, 0 to 1. That files differ from their
# own signed list is one; another's signature, or none, is what a changed program would have,
# and so would one that was built for a test. A build that only nobody listed is most often one
# that somebody forgot, and is below what asks for a person (``review.flags.HUMAN_ABOVE``).
CONFIDENCE = {
    Standing.ALTERED: 1.0,
    Standing.STRANGER: 0.9,
    Standing.UNSIGNED: 0.7,
    Standing.SOURCE: 0.7,
    Standing.UNLISTED: 0.5,
}

# What is shown of a hash: enough to compare, short enough to read.
SHOWN_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Program:
    """What ``open`` or a ``resume`` (its ``seq``) says of the program that records from ``at``
    on (µs of session time). Empty, and ``number`` ``None``, where it does not say.
    """

    seq: int
    at: int
    packaged: bool
    files: str
    build: str
    signer: str
    number: int | None
    version: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What the institution's list says of a program: whether there is any build on it
    (``any``), whether this one's signer signed one of them (``signer_known``), and who signed
    this very build where it is there. ``withdrawn`` is when it was taken back (µs UTC).
    ``flagged`` is the institution's setting.
    """

    any: bool
    flagged: bool
    signer_known: bool = False
    signer: str | None = None
    withdrawn: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A program, how it stands, and why in words. ``flagged``: whether that makes a flag."""

    program: Program
    standing: Standing
    words: str
    flagged: bool

    @property
    def told(self) -> str:
        """Which program it says that it is."""
        parts = [f"version {self.program.version}"] if self.program.version else []
        if self.program.number is not None:
            parts.append(f"build {self.program.number}")
        if self.program.build:
            parts.append(f"id {self.program.build[:SHOWN_DIGITS]}")
        return ", ".join(parts) or "it does not say which it is"


def judge(program: Program, listed: Listed, began: int) -> Judged:
    """How a program stands. ``began`` is when its session did (µs UTC, by the server)."""
    standing, words = _standing(program, listed, began)
    # What compares with its own signed list needs no other; all else is judged by the list.
    judged = standing is Standing.ALTERED or listed.any
    if not judged:
        words = "The institution lists no accepted builds, so that this one is not judged."
        return Judged(program, Standing.UNJUDGED, words, flagged=False)
    flagged = listed.flagged and not standing.good
    return Judged(program, standing, words, flagged)


def _standing(program: Program, listed: Listed, began: int) -> tuple[Standing, str]:
    if program.files == FilesVerdict.CHANGED:
        return Standing.ALTERED, "Its installed files are not those that its builder signed."
    if not program.packaged and not program.build:
        if program.files == FilesVerdict.SOURCE:
            return Standing.SOURCE, "It runs from source code, which nobody signed."
        return Standing.UNSIGNED, "It does not say which build it is."
    if not program.build or program.files == FilesVerdict.UNLISTED:
        return Standing.UNSIGNED, "It is installed without its signed list of files."
    return _by_list(program, listed, began)


def _by_list(program: Program, listed: Listed, began: int) -> tuple[Standing, str]:
    if listed.signer is not None and listed.signer != program.signer:
        why = "It names an accepted build with another signer than that build has."
        return Standing.STRANGER, why
    if listed.signer is None:
        if not listed.signer_known:
            why = f"Its signer, {program.signer[:SHOWN_DIGITS] or 'nobody'}…, is none of yours."
            return Standing.STRANGER, why
        return Standing.UNLISTED, "Its signer is one of yours; this build is not on the list."
    compared = "" if program.files == FilesVerdict.INTACT else _NOT_COMPARED
    if listed.withdrawn is None:
        return Standing.ACCEPTED, f"It is on the list of accepted builds.{compared}"
    if began < listed.withdrawn:
        why = f"It was on the list when the session began, and was withdrawn later.{compared}"
        return Standing.ACCEPTED, why
    return Standing.UNLISTED, "It was withdrawn from the list before the session began."


_NOT_COMPARED = " Its files were still being compared when it said so."


def finding(judged: Judged, severity: Severity) -> Incident:
    """What a reviewer is to look at, as an incident of the server's own.

    One that is not flagged any more, because the build was accepted meanwhile, is no more than
    a remark: it stays where somebody decided or noted something about it.
    """
    program = judged.program
    detail = {"reason": judged.words, "program": judged.told, "judged by": "the server"}
    return Incident(
        id=finding_id(program.seq),
        kind=Kind.ALTERED_PROGRAM,
        severity=severity if judged.flagged else Severity.INFO,
        start=program.at,
        end=program.at,
        confidence=CONFIDENCE[judged.standing] if judged.flagged else 0.0,
        detail=detail,
        seq=program.seq,
        by_server=True,
    )


def finding_id(seq: int) -> str:
    """The id of a finding within its session, the same each time. Recorders' ids are
    hexadecimal digits alone, so that no record can take it.
    """
    return f"program-{seq}"
