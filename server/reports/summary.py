"""``report.json`` and ``decisions.json`` of a bundle: what reviewers saw and decided.

The evidence is the records; these two say what people made of it, and are signed with the
bundle's manifest.
"""

from __future__ import annotations

from typing import Any

import msgspec

from server.builds.judging import Judged
from server.clock import MICROS_PER_SECOND
from server.reports.course import course_of
from server.reports.evidence import evidence_of
from server.reports.observation import observation_of
from server.review.casefile import CaseFile
from server.review.flags import Flag
from server.review.outcomes import SessionDecision

REPORT_VERSION = 1


def decisions_json(case: CaseFile) -> bytes:
    """Every decision about every flag, oldest first; times in microseconds UTC."""
    return msgspec.json.encode(decision_members(case))


def decision_members(case: CaseFile) -> list[dict[str, Any]]:
    """The same as members."""
    decisions = [
        {
            "flag": flag.id,
            "n": decision.n,
            "verdict": decision.verdict.value,
            "note": decision.note,
            "by": decision.by,
            "account": decision.by_id,
            "at": decision.at,
        }
        for flag in case.flags
        for decision in flag.history
    ]
    return sorted(decisions, key=lambda one: one["at"])


def report_json(case: CaseFile) -> bytes:
    """The session in numbers; times in seconds from the session's open."""
    return msgspec.json.encode(report_members(case))


def report_members(case: CaseFile) -> dict[str, Any]:
    """The same as members."""
    session = case.session
    return {
        "v": REPORT_VERSION,
        "session": session.id,
        "state": session.state,
        "exam": {"id": case.exam.id, "title": case.exam.title},
        "candidate": {
            "id": case.candidate.id,
            "name": case.candidate.name,
            "reference": case.candidate.reference,
        },
        "institution": case.terms.policy.institution.name,
        "began": session.origin_wall,
        "seconds": case.duration / MICROS_PER_SECOND,
        "records": session.size,
        "exam_course": course_of(case),
        "programs": [_program(one) for one in case.programs],
        "before": [
            {"name": one.name, "words": one.words, "look": one.look}
            for one in case.enrolled.told
        ],
        "evidence": evidence_of(case),
        **observation_of(case),
        "score": {
            "value": round(case.score.value, 3),
            "contributions": [
                {"kind": one.kind.value, "points": round(one.points, 3), "words": one.words}
                for one in case.score.contributions
            ],
        },
        "flags": [_flag(flag) | {"counts": not case.aside(flag)} for flag in case.flags],
        "four_eyes": case.terms.policy.review.four_eyes,
        "decision": _conclusion(case.conclusion) if case.conclusion else None,
        "session_decisions": [_conclusion(one) for one in case.conclusions],
        "purged": session.purged_at,
    }


def _program(one: Judged) -> dict[str, Any]:
    """What recorded from ``at`` on (seconds of session time), and how that stands now."""
    program = one.program
    return {
        "seq": program.seq,
        "at": program.at / MICROS_PER_SECOND,
        "version": program.version,
        "build": program.build or None,
        "number": program.number,
        "signer": program.signer or None,
        "files": program.files or None,
        "standing": one.standing.value,
        "words": one.words,
        "flagged": one.flagged,
    }


def _conclusion(one: SessionDecision) -> dict[str, Any]:
    """A decision about the session: when in microseconds UTC, words as people read them."""
    return {
        "n": one.n,
        "outcome": one.outcome.value,
        "words": one.outcome.label,
        "reasons": [{"name": reason.value, "words": reason.label} for reason in one.reasons],
        "note": one.note,
        "by": one.by,
        "account": one.by_id,
        "at": one.at,
    }


def _flag(flag: Flag) -> dict[str, Any]:
    return {
        "id": flag.id,
        "kind": flag.kind.value,
        "severity": flag.severity.value,
        "start": flag.start / MICROS_PER_SECOND,
        "end": None if flag.end is None else flag.end / MICROS_PER_SECOND,
        "confidence": flag.confidence,
        "verdict": flag.verdict.value,
        "second_wanted": flag.proposed is not None,
    }
