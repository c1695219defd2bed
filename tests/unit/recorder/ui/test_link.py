"""Links, codes and addresses as candidates give them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.ui.link import (
    Flaw,
    Invitation,
    group_code,
    looks_like_link,
    parse_code,
    parse_link,
    parse_server,
    regroup,
)

HERE = "https://exam.example.edu"
KEY = "0123456789abcdef" * 4

codes = st.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", min_size=4, max_size=64)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "invigil://exam.example.edu/ABCD-EFGH",
            Invitation(HERE, "ABCDEFGH"),
        ),
        (
            "  INVIGIL://Exam.Example.EDU/abcdefgh ",
            Invitation(HERE, "ABCDEFGH"),
        ),
        (
            "invigil://exam.example.edu:8443/ABCD/",
            Invitation(f"{HERE}:8443", "ABCD"),
        ),
        ("invigil://lan.example/ABCD?insecure=1", Invitation("http://lan.example", "ABCD")),
        ("invigil://lan.example/ABCD?insecure=0", Invitation("https://lan.example", "ABCD")),
        ("invigil://localhost:8000/ABCD", Invitation("http://localhost:8000", "ABCD")),
        ("invigil://127.9.9.9:80/ABCD", Invitation("http://127.9.9.9:80", "ABCD")),
        ("invigil://[::1]:8000/ABCD", Invitation("http://[::1]:8000", "ABCD")),
        ("invigil://[2001:db8::1]/ABCD", Invitation("https://[2001:db8::1]", "ABCD")),
        (f"invigil://a.example/ABCD?key={KEY}", Invitation("https://a.example", "ABCD", KEY)),
        (
            f"invigil://a.example/ABCD?insecure=1&key={KEY.upper()}&new=thing",
            Invitation("http://a.example", "ABCD", KEY),
        ),
        ("invigil://a.example/AB%20CD", Invitation("https://a.example", "ABCD")),
    ],
)
def test_a_link_says_where_and_with_which_code(text: str, expected: Invitation) -> None:
    assert parse_link(text) == expected


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("invigil://exam.example.edu", Flaw.NO_CODE),
        ("invigil://exam.example.edu/", Flaw.NO_CODE),
        ("invigil:///ABCD", Flaw.NO_SERVER),
        ("invigil:ABCD", Flaw.NO_SERVER),
        ("invigil://exam.example.edu/ABCD/EFGH", Flaw.BAD_LINK),
        ("https://exam.example.edu/ABCD", Flaw.BAD_LINK),
        ("invigil://exam.example.edu/A!", Flaw.BAD_CODE),
        ("invigil://exam.example.edu/ABC", Flaw.BAD_CODE),
        ("invigil://exam example/ABCD", Flaw.BAD_SERVER),
        ("invigil://me@exam.example.edu/ABCD", Flaw.BAD_SERVER),
        ("invigil://exam.example.edu:99999/ABCD", Flaw.BAD_SERVER),
        ("invigil://exam.example.edu:x/ABCD", Flaw.BAD_SERVER),
        ("invigil://[::1/ABCD", Flaw.BAD_LINK),
        ("invigil://-x.example/ABCD", Flaw.BAD_SERVER),
        ("invigil://a.example/ABCD?key=1234", Flaw.BAD_KEY),
        (f"invigil://a.example/ABCD?key={KEY}0", Flaw.BAD_KEY),
    ],
)
def test_a_damaged_link_is_named(text: str, flaw: Flaw) -> None:
    assert parse_link(text) is flaw


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exam.example.edu", "https://exam.example.edu"),
        (" https://exam.example.edu/some/page ", "https://exam.example.edu"),
        ("exam.example.edu:8443", "https://exam.example.edu:8443"),
        ("localhost:8000", "http://localhost:8000"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("https://localhost:8000", "https://localhost:8000"),
        ("127.0.0.1", "http://127.0.0.1"),
        ("::1", Flaw.BAD_SERVER),
        ("[::1", Flaw.BAD_SERVER),
        ("[::1]", "http://[::1]"),
        ("", Flaw.NO_SERVER),
        ("http://exam.example.edu", Flaw.NOT_SECURE),
        ("ftp://exam.example.edu", Flaw.BAD_SERVER),
        ("exam example", Flaw.BAD_SERVER),
        ("x" * 300, Flaw.BAD_SERVER),
    ],
)
def test_an_address_means_https_unless_it_is_this_computer(
    text: str, expected: str | Flaw
) -> None:
    assert parse_server(text) == expected


@pytest.mark.parametrize(
    "text", ["abcd efgh", "ABCD–EFGH", "a b-c_d.EFGH", "\uff41\uff42\uff43\uff44efgh"]
)
def test_case_spaces_and_dashes_of_a_code_do_not_matter(text: str) -> None:
    assert parse_code(text) == "ABCDEFGH"


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("", Flaw.NO_CODE),
        (" - ", Flaw.NO_CODE),
        ("ABC", Flaw.BAD_CODE),
        ("ÄÖÜß", Flaw.BAD_CODE),
    ],
)
def test_what_is_no_code_is_refused(text: str, flaw: Flaw) -> None:
    assert parse_code(text) is flaw


@given(codes)
def test_grouping_changes_nothing_but_the_looks(code: str) -> None:
    assert parse_code(group_code(code)) == code
    assert all(len(group) <= 4 for group in group_code(code).split("-"))


@given(codes, st.data())
def test_the_cursor_stays_behind_the_character_just_typed(
    code: str, data: st.DataObject
) -> None:
    typed = data.draw(st.integers(1, len(code)))
    shown, cursor = regroup(code, typed)
    assert shown[:cursor].replace("-", "") == code[:typed]
    assert shown[cursor - 1] == code[typed - 1]
    assert regroup(shown, cursor) == (shown, cursor)


def test_a_link_typed_by_hand_is_not_grouped() -> None:
    field = ""
    for character in "invigil://a-b.example/AB":
        field, _ = regroup(field + character, len(field) + 1)
    assert field == "invigil://a-b.example/AB"
    assert looks_like_link(field)


def test_a_key_is_compared_whatever_its_spelling() -> None:
    invitation = Invitation("https://a.example", "ABCD", KEY)
    assert invitation.trusts(KEY)
    assert invitation.trusts(":".join(KEY[i : i + 2] for i in range(0, 64, 2)).upper())
    assert not invitation.trusts("f" * 64)
    assert not invitation.trusts("")
    assert Invitation("https://a.example", "ABCD").trusts("anything")
