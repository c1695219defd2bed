"""A session's report: one value, from which the PDF is laid out and the JSON is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.reports.summary import decision_members, report_members
from server.reports.verdicts import Kept, Look
from server.reports.words import summary, unfinished, zone_of_exam
from server.review.attachments import Pictures
from server.review.casefile import CaseFile
from server.review.flags import Flag, reason
from server.review.life import Verdict


@dataclass(frozen=True, slots=True)
class SessionReport:
    """What a report says. ``made`` is microseconds UTC; ``by`` is who had it made;
    ``unfinished`` says why it is not the last word, and is empty where it is.
    """

    case: CaseFile
    look: Look
    made: int
    by: str
    zone: str
    unfinished: list[str]
    summary: list[str]

    @property
    def final(self) -> bool:
        """Whether nothing more is to come."""
        return not self.unfinished

    @property
    def confirmed(self) -> list[Flag]:
        """What people found to have happened, and what waits for an examiner."""
        kept = (Verdict.ACCEPTED, Verdict.ESCALATED)
        return [flag for flag in self.case.flags if flag.verdict in kept]

    @property
    def verdict(self) -> Kept | None:
        """The verdict on the evidence, where there is one."""
        return self.look if isinstance(self.look, Kept) else None


def session_report(case: CaseFile, look: Look, made: int, by: str) -> SessionReport:
    """Put a report together."""
    return SessionReport(
        case=case,
        look=look,
        made=made,
        by=by,
        zone=zone_of_exam(case),
        unfinished=unfinished(case, look),
        summary=summary(case),
    )


def report_for_programs(report: SessionReport) -> Mapping[str, Any]:
    """The report as JSON says it: ``report.json`` of a bundle and what a report adds."""
    case, kept = report.case, report.verdict
    return {
        **report_members(case),
        "confirmed": [_told(case, flag) for flag in report.confirmed],
        "made": report.made,
        "final": report.final,
        "unfinished": report.unfinished,
        "summary": report.summary,
        "zone": report.zone,
        "policy": {
            "version": case.terms.version,
            "follows": case.terms.follows,
            "hash": case.terms.hash,
        },
        "head": case.session.head,
        "decisions": decision_members(case),
        "timeline": case.timeline,
        "verdict": kept.verdict if kept else None,
    }


def _told(case: CaseFile, flag: Flag) -> Mapping[str, Any]:
    """What the PDF tells of a flag that was confirmed or escalated, but for what ``flags`` and
    ``decisions`` say of it: ``reason`` is the detector's; ``left_out`` says why there is no
    picture where one was due, which is ``there`` unless it was not delivered or was destroyed.
    """
    pictures = case.pictures.get(flag.id, Pictures())
    shown = pictures.snapshot
    return {
        "flag": flag.id,
        "verdict": flag.verdict.value,
        "label": flag.kind.label,
        "reason": reason(flag),
        "incidents": flag.count,
        "picture": None
        if shown is None
        else {
            "n": shown.n,
            "media_type": shown.media_type,
            "there": shown.there,
            "address": f"/media/{case.session.id}/attachments/{shown.n}",
        },
        "left_out": pictures.left_out,
    }
