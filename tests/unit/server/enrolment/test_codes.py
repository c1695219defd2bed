"""Codes: said, typed, hashed, linked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.enrolment.codes import ALPHABET, code_hash, grouped, link, new_code, plain

CODES = st.text(ALPHABET, min_size=12, max_size=12)


def test_a_new_code_is_three_groups_of_four() -> None:
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}", new_code())
    assert new_code() != new_code()


@given(CODES)
def test_a_code_as_shown_is_read(code: str) -> None:
    assert plain(grouped(code)) == code
    assert plain(f"  {grouped(code).lower()} ".replace("-", " ")) == code


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("oiLO-1111-2222", "01101111" + "2222"),
        ("ABCD-EFGH-JKMU", None),
        ("ABCD-EFGH-JKM", None),
        ("ABCD-EFGH-JKMNP", None),
        ("", None),
        ("ÀBCD-EFGH-JKMN", None),
        ("ABCD_EFGH_JKMN", None),
    ],
)
def test_slips_are_understood_and_nonsense_is_not(typed: str, meant: str | None) -> None:
    assert plain(typed) == meant


@given(CODES, CODES)
def test_a_hash_is_of_one_code_and_one_server(one: str, other: str) -> None:
    assert (code_hash(b"a" * 32, one) == code_hash(b"a" * 32, other)) == (one == other)
    assert code_hash(b"a" * 32, one) != code_hash(b"b" * 32, one)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://exam.example.edu", "invigil://exam.example.edu/AAAA-BBBB-CCCC?key=ff"),
        ("http://127.0.0.1:8470", "invigil://127.0.0.1:8470/AAAA-BBBB-CCCC?key=ff"),
        ("http://[::1]:8470", "invigil://[::1]:8470/AAAA-BBBB-CCCC?key=ff"),
        ("http://lab:80", "invigil://lab:80/AAAA-BBBB-CCCC?key=ff&insecure=1"),
    ],
)
def test_a_link_says_server_code_and_key(base: str, expected: str) -> None:
    assert link(base, "AAAABBBBCCCC", "ff") == expected
    assert link(base, "AAAA-BBBB-CCCC", "ff") == expected
