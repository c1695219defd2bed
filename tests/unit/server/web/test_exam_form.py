"""The forms about exams: what they make of what people type."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.enrolment.staff_controllers import MAX_CANDIDATES
from server.exams.service import ExamDraft
from server.exams.terms import Terms
from server.web.exam_form import blank, read_candidates, read_exam
from server.web.policy_form import Mistakes
from shared.flags import Kind, Severity

NOW = 1_790_000_000_000_000


def filled(**changes: str) -> dict[str, str]:
    return blank(NOW) | {"title": "Algebra"} | changes


def read(**changes: str) -> ExamDraft:
    draft = read_exam(filled(**changes))
    assert isinstance(draft, ExamDraft), draft
    return draft


def test_the_blank_form_needs_a_title_only_and_has_every_default() -> None:
    assert isinstance(read_exam(blank(NOW)), Mistakes)
    draft = read()
    assert draft.terms == msgspec.structs.replace(Terms(), kinds=Terms().rules)
    assert draft.starts == 1_790_067_600_000_000  # the next day at 09:00 UTC
    assert draft.ends - draft.starts == 7_200_000_000


def test_what_is_ticked_off_is_off() -> None:
    fields = filled()
    for name in ("screen", "speech.on"):
        del fields[name]
    draft = read_exam(fields)
    assert isinstance(draft, ExamDraft)
    assert not draft.terms.streams.screen.enabled
    assert draft.terms.streams.camera.enabled
    assert not draft.terms.kinds[Kind.SPEECH].enabled


def test_rules_and_lists_are_taken_over() -> None:
    draft = read(
        **{"speech.severity": "high", "speech.weight": "2.5", "minutes": "90"},
        prohibited="discord\n\n  teamviewer ",
        windows="Exam",
    )
    rule = draft.terms.kinds[Kind.SPEECH]
    assert (rule.severity, rule.weight, rule.threshold) == (Severity.HIGH, 2.5, 0.6)
    assert draft.terms.prohibited_processes == ("discord", "teamviewer")
    assert draft.terms.allowed_windows == ("Exam",)
    assert draft.terms.duration_s == 5400


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "  "),
        ("title", "x" * 201),
        ("purpose", ""),
        ("starts", "soon"),
        ("ends", "2020-01-01T00:00"),
        ("ends", "1960-01-01T00:00"),
        ("minutes", "0"),
        ("minutes", "nan"),
        ("retention_days", "9999"),
        ("speech.weight", "-1"),
    ],
)
def test_mistakes_are_named_by_field_and_nothing_typed_is_lost(field: str, value: str) -> None:
    found = read_exam(filled(**{field: value}))
    assert isinstance(found, Mistakes)
    assert list(found.words) == [field]
    assert found.fields["minutes"] == filled(**{field: value})["minutes"]


def test_a_severity_that_does_not_exist_is_a_mistake() -> None:
    found = read_exam(filled(**{"speech.severity": "awful"}))
    assert isinstance(found, Mistakes)
    assert "from the list" in found.words["speech.severity"]


@given(st.dictionaries(st.sampled_from(list(blank(NOW))), st.text(max_size=30)))
def test_whatever_is_typed_is_a_draft_or_named_mistakes(typed: dict[str, str]) -> None:
    found = read_exam(typed)
    assert isinstance(found, ExamDraft) or found.words


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_candidates_come_one_a_line(mark: str) -> None:
    found = read_candidates(f"Ada Example{mark} ada@example.edu\n\nGrace{mark}4711\n")
    assert not isinstance(found, str)
    assert [(one.name, one.reference) for one in found] == [
        ("Ada Example", "ada@example.edu"),
        ("Grace", "4711"),
    ]


def test_an_address_that_is_not_the_reference_comes_behind_it() -> None:
    found = read_candidates(
        "Ada, 1, ada@Example.edu\nBob, 2, Rest @ noon\nCy, 3, cy@x.de, Plan B\n"
        "Di, 4, Plan B, di@x.de\nEd, 5,,"
    )
    assert not isinstance(found, str)
    assert [(one.reference, one.email, one.accommodation) for one in found] == [
        ("1", "ada@example.edu", None),
        ("2", None, "Rest @ noon"),
        ("3", "cy@x.de", "Plan B"),
        ("4", "di@x.de", "Plan B"),
        ("5", None, None),
    ]


def test_a_quoted_name_may_hold_a_comma() -> None:
    found = read_candidates('"Example, Ada", 17')
    assert not isinstance(found, str)
    assert found[0].name == "Example, Ada"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "on each line"),
        ("Ada", "Line 1"),
        ("Ada, 1\nGrace,", "Line 2"),
        ("a,b,c,d", "Line 1"),
        ("a,1,a@x.de,b@x.de", "Line 1"),
        ("Ada, 1\nBob, 2, bob@", "Line 2: “bob@” is not an e-mail address."),
        (f"{'x' * 201},1", "Line 1"),
        ("\n".join(f"n{n},{n}" for n in range(MAX_CANDIDATES + 1)), "At most"),
    ],
)
def test_what_is_no_candidate_is_named_by_its_line(text: str, says: str) -> None:
    found = read_candidates(text)
    assert isinstance(found, str)
    assert says in found


def test_mistakes_are_in_the_order_of_the_form() -> None:
    found = read_exam(blank(NOW) | {"minutes": "0", "retention_days": "0", "breaks.count": "x"})
    assert isinstance(found, Mistakes)
    assert list(found.words) == ["title", "minutes", "retention_days", "breaks.count"]
