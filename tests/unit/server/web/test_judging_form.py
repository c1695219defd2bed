"""The policy's form about how flags are judged."""

from __future__ import annotations

import pytest

from server.exams.terms import Terms
from server.web.judging_form import judging_fields, read_judging
from shared.flags import Kind
from shared.policy import Review

ODD = Review(
    burst_s=12.5,
    four_eyes=True,
    human_first=(Kind.FACE_MISSING, Kind.SPEECH),
    limit=70,
    at_limit="terminate",
)


@pytest.mark.parametrize("review", [Review(), ODD])
def test_what_the_form_shows_is_what_it_reads(review: Review) -> None:
    wrong: dict[str, str] = {}
    fields = judging_fields(Terms(review=review))
    assert read_judging(fields, Review(burst_s=1), wrong) == review
    assert wrong == {}


def test_a_form_that_does_not_ask_changes_nothing() -> None:
    assert read_judging({}, ODD, {}) == ODD


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("review.burst_s", "soon"),
        ("review.burst_s", "-1"),
        ("review.burst_s", "nan"),
        ("review.limit", "101"),
        ("review.limit", "7.5"),
        ("review.at_limit", "expel"),
    ],
)
def test_mistakes_are_told_at_their_field(field: str, said: str) -> None:
    wrong: dict[str, str] = {}
    read_judging({**judging_fields(Terms()), field: said}, Review(), wrong)
    assert wrong.keys() == {field}
