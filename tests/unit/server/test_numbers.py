"""Whole numbers as clients write them."""

from __future__ import annotations

import pytest

from server.numbers import whole


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("07", 7), ("999", 999), ("1000", 1000)]
)
def test_a_whole_number_is_read(text: str, number: int) -> None:
    assert whole(text, 1000) == number


@pytest.mark.parametrize(
    "text", ["", " 1", "-1", "+1", "1.0", "1_0", "1001", "00001", "²", "١٢", "9" * 5_000]
)
def test_anything_else_is_none(text: str) -> None:
    assert whole(text, 1000) is None
