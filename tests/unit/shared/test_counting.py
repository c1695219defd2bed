"""One thing is told as one."""

from __future__ import annotations

import pytest

from shared.counting import count


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 pieces"), (1, "1 piece"), (2, "2 pieces"), (1200, "1,200 pieces")],
)
def test_a_number_of_things(number: int, said: str) -> None:
    assert count(number, "piece") == said


@pytest.mark.parametrize(("number", "said"), [(1, "1 entry"), (2, "2 entries")])
def test_a_plural_of_its_own(number: int, said: str) -> None:
    assert count(number, "entry", "entries") == said
