"""What a program's token may be for: named scopes, each of them some routes.

A scope never gives more than its maker's role does: routes ask for the role as ever.
"""

from __future__ import annotations

from enum import StrEnum

# How tokens begin, so that one that leaked is recognised for what it is.
TOKEN_PREFIX = "invigil_"  # noqa: S105 (the part of every token that is no secret)

READS = frozenset({"GET", "HEAD"})


class Scope(StrEnum):
    """What a token is for."""

    READ_SESSIONS = "sessions:read"
    WRITE_SESSIONS = "sessions:write"
    READ_EVIDENCE = "evidence:read"
    READ_EXAMS = "exams:read"
    WRITE_EXAMS = "exams:write"
    CHECK_HEADERS = "exam-headers:check"
    READ_REPORTS = "reports:read"
    READ_LOG = "log:read"
    READ_SETTINGS = "settings:read"
    WRITE_SETTINGS = "settings:write"

    @property
    def label(self) -> str:
        """As pages explain it."""
        return _LABELS[self]


_LABELS = {
    Scope.READ_SESSIONS: "Read sessions: states, flags, decisions, verdicts, what was said",
    Scope.WRITE_SESSIONS: "Act on sessions: decide on flags, send commands",
    Scope.READ_EVIDENCE: "Take evidence: pictures, sound, bundles",
    Scope.READ_EXAMS: "Read exams, policies, accommodations and candidates",
    Scope.WRITE_EXAMS: "Set exams up: schedules, policies, accommodations, candidates, letters",
    Scope.CHECK_HEADERS: "Check that a request came from the exam's own browser",
    Scope.READ_REPORTS: "Take reports and exports",
    Scope.READ_LOG: "Take the institution's log",
    Scope.READ_SETTINGS: "Read settings: webhooks, accepted builds",
    Scope.WRITE_SETTINGS: "Change settings: webhooks, accepted builds",
}

# Beginnings of paths, with the scopes that read and change what is there; the first that fits
# counts. What is in no row no token reaches.
ROUTES: tuple[tuple[str, Scope | None, Scope | None], ...] = (
    ("/api/v1/exam-headers/", None, Scope.CHECK_HEADERS),
    ("/api/v1/reports", Scope.READ_REPORTS, None),
    ("/api/v1/exports", Scope.READ_REPORTS, None),
    ("/api/v1/sessions", Scope.READ_SESSIONS, Scope.WRITE_SESSIONS),
    ("/api/v1/flags", Scope.READ_SESSIONS, Scope.WRITE_SESSIONS),
    ("/api/v1/exams", Scope.READ_EXAMS, Scope.WRITE_EXAMS),
    ("/api/v1/accommodations", Scope.READ_EXAMS, Scope.WRITE_EXAMS),
    ("/api/v1/candidates", Scope.READ_EXAMS, Scope.WRITE_EXAMS),
    ("/api/v1/webhooks", Scope.READ_SETTINGS, Scope.WRITE_SETTINGS),
    ("/api/v1/builds", Scope.READ_SETTINGS, Scope.WRITE_SETTINGS),
    ("/api/v1/live/", Scope.READ_SESSIONS, None),
    ("/media/", Scope.READ_EVIDENCE, None),
    ("/audit/log", Scope.READ_LOG, None),
)

# Parts of a session that are evidence, or a report of it, wherever they lie.
_EVIDENCE = ("/bundle",)
_REPORTS = ("/report", "/report.pdf", "/report.json")


def scope_of(method: str, path: str) -> Scope | None:
    """The scope that a token needs for a request; ``None`` where no token will do."""
    reads = method in READS
    if reads and path.startswith(("/sessions/", "/api/v1/sessions/", "/api/v1/exams/")):
        if path.endswith(_EVIDENCE):
            return Scope.READ_EVIDENCE
        if path.endswith(_REPORTS):
            return Scope.READ_REPORTS
    for beginning, reading, writing in ROUTES:
        if path.startswith(beginning):
            return reading if reads else writing
    return None
