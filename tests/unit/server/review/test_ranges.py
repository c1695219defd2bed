"""Ranges of bytes as RFC 9110 has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.review.ranges import Range, Unsatisfiable, asked


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, None),
        ("", None),
        ("bytes=0-", Range(0, 9, 10)),
        ("bytes=0-0", Range(0, 0, 10)),
        (" bytes=2-5 ", Range(2, 5, 10)),
        ("bytes=2-500", Range(2, 9, 10)),
        ("bytes=-3", Range(7, 9, 10)),
        ("bytes=-300", Range(0, 9, 10)),
        ("bytes=10-", Unsatisfiable(10)),
        ("bytes=-0", Unsatisfiable(10)),
        ("bytes=5-2", None),
        ("bytes=-", None),
        ("bytes=1-2,4-5", None),
        ("items=1-2", None),
        ("bytes=a-b", None),
        ("bytes=9999999999999999-", None),
    ],
)
def test_what_is_asked_for(header: str | None, found: object) -> None:
    assert asked(header, 10) == found


@given(st.integers(0, 40), st.integers(0, 40), st.binary(min_size=1, max_size=30))
def test_parts_are_parts_of_the_whole(first: int, length: int, data: bytes) -> None:
    found = asked(f"bytes={first}-{first + length}", len(data))
    if first >= len(data):
        assert found == Unsatisfiable(len(data))
    else:
        assert isinstance(found, Range)
        assert found.of(data) == data[first : first + length + 1]
        assert found.header == f"bytes {found.first}-{found.last}/{len(data)}"


def test_nothing_has_no_part() -> None:
    assert asked("bytes=0-", 0) == Unsatisfiable(0)
