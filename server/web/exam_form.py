"""The forms about exams, read and judged: text fields in, a draft or a list of mistakes out."""

from __future__ import annotations

import csv

from server.enrolment.service import CandidateDraft
from server.enrolment.staff_controllers import MAX_CANDIDATES
from server.exams.service import ExamDraft
from server.exams.terms import Terms
from server.mail.letters import MailError, address_of
from server.web.policy_form import Fields, Mistakes, fields_of, read_terms
from server.web.schedule_form import (
    asked_folds,
    blank_schedule,
    read_schedule,
    schedule_fields,
)


def blank(now: int, zone: str = "UTC") -> dict[str, str]:
    """The form for a new exam: tomorrow at nine, with every default."""
    terms = Terms(zone=zone)
    return fields_of(terms) | schedule_fields("", blank_schedule(now, zone, terms.duration_s))


def read_exam(fields: Fields) -> ExamDraft | Mistakes:
    """A draft of the exam that the form describes, or what is wrong with it."""
    wrong: dict[str, str] = {}
    planned = read_schedule(fields, wrong)
    terms = read_terms(fields, Terms(), None)
    if isinstance(terms, Mistakes):
        # In the order of the form, where its times are first.
        wrong = wrong | terms.words | wrong
    if planned is None or isinstance(terms, Mistakes):
        return Mistakes(wrong, asked_folds(fields))
    return ExamDraft(
        title=planned.title,
        starts=planned.plan.opens,
        ends=planned.plan.closes,
        late_until=planned.plan.late_until,
        late_whole=planned.plan.late_whole,
        reminders=planned.plan.reminders,
        sends_page=planned.plan.sends_page,
        terms=terms,
        draft=fields.get("as") == "draft",
    )


def read_candidates(text: str) -> tuple[CandidateDraft, ...] | str:
    """One candidate a line, ``name, reference`` and maybe an e-mail address and an
    accommodation's name, with comma, semicolon or tab between; or what is wrong.
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
        addresses = [cell for cell in cells[2:] if "@" in cell and " " not in cell]
        given = [cell for cell in cells[2:] if cell and cell not in addresses]
        fits = len(cells) >= 2 and all(len(cell) <= 200 for cell in cells)
        if not fits or not all(cells[:2]) or len(addresses) > 1 or len(given) > 1:
            return f"Line {number} is not a name, a comma and a reference: {line[:60]}"
        try:
            email = address_of(addresses[0]) if addresses else None
        except MailError as error:
            return f"Line {number}: {error}"
        drafts.append(
            CandidateDraft(
                name=cells[0],
                reference=cells[1],
                email=email,
                accommodation=given[0] if given else None,
            )
        )
    if not drafts:
        return "Write one candidate on each line: name, comma, reference."
    if len(drafts) > MAX_CANDIDATES:
        return f"At most {MAX_CANDIDATES:,} candidates at once; add the others afterwards."
    return tuple(drafts)
