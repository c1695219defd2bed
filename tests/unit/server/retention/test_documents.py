"""What the templates of documents say of programs: as the exams' rules have it."""

from __future__ import annotations

import pytest
from support.policies import default_policy

from server.retention.documents import DOCUMENTS, Facts, markdown
from server.retention.settings import KindDays, Protection
from shared.policy import Review

PAUSED = "until a proctor lets it go on."
ENDED = "ended two minutes later unless a proctor lets it go on."


def text(name: str, *reviews: Review) -> str:
    facts = Facts(
        institution="University of Example",
        contact="exams@example.edu",
        protection=Protection(),
        policies=[default_policy(review=review) for review in reviews],
        exams=len(reviews),
        sessions=0,
        store="on this server",
    )
    return markdown(DOCUMENTS[name](facts))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("privacy-notice", "None of them decides anything. A person decides about every exam."),
        ("impact-assessment", "A detector's word has no consequence by itself."),
    ],
)
def test_that_no_program_decides_is_said_only_where_no_score_has_a_limit(
    name: str, words: str
) -> None:
    told = text(name, Review(), Review(at_limit="terminate"))
    assert words in told
    assert PAUSED not in told
    assert ENDED not in told
    assert words not in text(name, Review(), Review(limit=60))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_score_does_at_its_limit_is_said(name: str) -> None:
    pauses, ends = Review(limit=60), Review(limit=60, at_limit="terminate")
    for reviews, paused, ended in (
        ((pauses,), True, False),
        ((ends,), False, True),
        ((Review(), ends, pauses), True, True),
    ):
        told = text(name, *reviews)
        assert (PAUSED in told, ENDED in told) == (paused, ended)
        assert "A person decides about the result" in told


@pytest.mark.parametrize(
    ("number", "days", "held"),
    [
        (1, "1 day", "1 exam and 1 recorded session are"),
        (2, "2 days", "2 exams and 2 recorded sessions are"),
    ],
)
def test_one_is_one_and_more_are_more(number: int, days: str, held: str) -> None:
    facts = Facts(
        institution="University of Example",
        contact="exams@example.edu",
        protection=Protection(days=KindDays(camera=number), appeal_days=number),
        policies=[default_policy()],
        exams=number,
        sessions=number,
        store="on this server",
    )
    notice, assessed = (markdown(DOCUMENTS[name](facts)) for name in DOCUMENTS)
    assert f"| camera recording | {days} |" in notice
    assert f"an answer within {days}." in notice
    assert f"{held} on this server." in assessed


def test_an_assessment_asks_why_a_score_may_end_an_exam() -> None:
    asked = "why a score may pause or end an exam"
    assert asked in text("impact-assessment", Review(limit=60))
    assert asked not in text("impact-assessment", Review())
