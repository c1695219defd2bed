"""Where decisions leave a flag, with one pair of eyes and with two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.review.life import Decision, Verdict, stand

OPEN, ACCEPTED, DISMISSED, ESCALATED = Verdict


def history(*told: tuple[str, Verdict]) -> list[Decision]:
    return [
        Decision(n, verdict, "", who, who.title(), n)
        for n, (who, verdict) in enumerate(told, 1)
    ]


decisions = st.lists(
    st.tuples(st.sampled_from(["ada", "bob", "cyd"]), st.sampled_from(list(Verdict)))
)


@given(decisions)
def test_with_one_pair_of_eyes_the_last_word_is_in_force(
    told: list[tuple[str, Verdict]],
) -> None:
    found = stand(history(*told), four_eyes=False)
    assert found.verdict is (told[-1][1] if told else OPEN)
    assert found.proposed is None


@given(decisions)
def test_nobody_confirms_alone(told: list[tuple[str, Verdict]]) -> None:
    found = stand(history(*told), four_eyes=True)
    if found.verdict is ACCEPTED:
        assert len({who for who, _ in told}) > 1 or ESCALATED in {one for _, one in told}
    assert found.proposed is None or found.verdict is OPEN


@pytest.mark.parametrize(
    ("told", "verdict", "proposed"),
    [
        ([("ada", ACCEPTED)], OPEN, True),
        ([("ada", ACCEPTED), ("ada", ACCEPTED)], OPEN, True),
        ([("ada", ACCEPTED), ("bob", ACCEPTED)], ACCEPTED, False),
        ([("ada", ACCEPTED), ("bob", DISMISSED)], ESCALATED, False),
        ([("ada", ACCEPTED), ("ada", DISMISSED)], DISMISSED, False),
        ([("ada", DISMISSED)], DISMISSED, False),
        ([("ada", DISMISSED), ("bob", ACCEPTED)], ESCALATED, False),
        ([("ada", DISMISSED), ("ada", ACCEPTED)], OPEN, True),
        ([("ada", ACCEPTED), ("bob", ACCEPTED), ("cyd", DISMISSED)], ESCALATED, False),
        ([("ada", ACCEPTED), ("bob", DISMISSED), ("cyd", ACCEPTED)], ACCEPTED, False),
        ([("ada", ACCEPTED), ("bob", DISMISSED), ("cyd", DISMISSED)], DISMISSED, False),
        ([("ada", ESCALATED)], ESCALATED, False),
        ([("ada", ESCALATED), ("bob", OPEN)], OPEN, False),
        ([("ada", ACCEPTED), ("bob", OPEN), ("bob", ACCEPTED)], OPEN, True),
    ],
)
def test_with_two_pairs_of_eyes(
    told: list[tuple[str, Verdict]], verdict: Verdict, *, proposed: bool
) -> None:
    found = stand(history(*told), four_eyes=True)
    assert (found.verdict, found.proposed is not None) == (verdict, proposed)
