"""Addresses, and what a letter may say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.mail.letters import Letter, MailError, address_of, checked


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (" ada@Example.EDU ", "ada@example.edu"),
        ("ada+exam@münchen.example", "ada+exam@xn--mnchen-3ya.example"),
        ("o'neill@example.edu", "o'neill@example.edu"),
    ],
)
def test_an_address_is_written_as_on_an_envelope(typed: str, meant: str) -> None:
    assert address_of(typed) == meant


@given(st.text(max_size=40))
def test_no_text_makes_an_address_that_breaks_a_header(text: str) -> None:
    try:
        found = address_of(text)
    except MailError:
        return
    assert found.isprintable()
    assert found.count("@") == 1 or '"' in found


@pytest.mark.parametrize(
    ("subject", "text"), [("a\nb", "t"), ("", "t"), ("s", ""), ("s", "\0")]
)
def test_a_letter_that_cannot_be_sent_is_refused(subject: str, text: str) -> None:
    with pytest.raises(MailError):
        checked(Letter(to="a@b.example", subject=subject, text=text, kind="k"))
