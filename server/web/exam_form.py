"""The forms about exams, read and judged: text fields in, a draft or a list of mistakes out."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

from server.clock import MICROS_PER_SECOND
from server.enrolment.service import CandidateDraft
from server.enrolment.staff_controllers import MAX_CANDIDATES
from server.exams.service import ExamDraft
from server.exams.terms import Terms
from server.web.policy_form import Fields, Mistakes, fields_of, read_terms

# What ``<input type="datetime-local">`` sends; the pages say that it is UTC.
MINUTES = "%Y-%m-%dT%H:%M"

DAY_S = 86_400
HOUR_S = 3_600


def blank(now: int) -> dict[str, str]:
    """The form for a new exam: tomorrow at nine (UTC), with every default."""
    morning = (now // MICROS_PER_SECOND // DAY_S + 1) * DAY_S + 9 * HOUR_S
    return fields_of(Terms()) | {
        "title": "",
        "starts": _minutes(morning),
        "ends": _minutes(morning + 2 * HOUR_S),
    }


def read_exam(fields: Fields) -> ExamDraft | Mistakes:
    """A draft of the exam that the form describes, or what is wrong with it."""
    wrong: dict[str, str] = {}
    starts, ends = _moment(fields, "starts", wrong), _moment(fields, "ends", wrong)
    if not wrong and ends <= starts:
        wrong["ends"] = "An exam ends after it starts."
    title = fields.get("title", "").strip()
    if not 0 < len(title) <= 200:
        wrong["title"] = "An exam has a title of at most 200 characters."
    terms = read_terms(fields, Terms(), None if wrong else (starts, ends))
    if isinstance(terms, Mistakes):
        return Mistakes(wrong | terms.words, terms.fields)
    if wrong:
        return Mistakes(wrong, fields)
    return ExamDraft(title=title, starts=starts, ends=ends, terms=terms)


def _moment(fields: Fields, name: str, wrong: dict[str, str]) -> int:
    try:
        when = datetime.strptime(fields.get(name, "")[:16], MINUTES).replace(tzinfo=UTC)
        seconds = int(when.timestamp())
    except (ValueError, OverflowError):
        seconds = -1
    if seconds < 0:
        wrong[name] = "This is a date and a time."
        return 0
    return seconds * MICROS_PER_SECOND


def _minutes(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(MINUTES)


def read_candidates(text: str) -> tuple[CandidateDraft, ...] | str:
    """One candidate a line, ``name, reference`` and maybe an accommodation's name, with
    comma, semicolon or tab between; or what is wrong.
    """
    drafts: list[CandidateDraft] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        mark = next((mark for mark in "\t;," if mark in line), ",")
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], delimiter=mark))]
        except csv.Error:
            return f"Line {number} is not a name and a reference: {line[:60]}"
        named = cells[:2]
        fits = len(cells) in (2, 3) and all(len(cell) <= 200 for cell in cells)
        if not fits or not all(named):
            return f"Line {number} is not a name, a comma and a reference: {line[:60]}"
        given = cells[2] if len(cells) > 2 and cells[2] else None
        drafts.append(CandidateDraft(name=cells[0], reference=cells[1], accommodation=given))
    if not drafts:
        return "Write one candidate on each line: name, comma, reference."
    if len(drafts) > MAX_CANDIDATES:
        return f"At most {MAX_CANDIDATES:,} candidates at once; add the others afterwards."
    return tuple(drafts)
