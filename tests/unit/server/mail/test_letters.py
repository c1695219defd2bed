"""Addresses, and what a letter may say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.mail.letters import Letter, MailError, address_of, checked, fault_in


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (" ada@Example.EDU ", "ada@example.edu"),
        ("ada+exam@münchen.example", "ada+exam@xn--mnchen-3ya.example"),
        ("a@straße.de", "a@xn--strae-oqa.de"),
        ("a@FUẞBALL.example", "a@xn--fuball-cta.example"),
        ("a@βόλος.example", "a@xn--nxasmm1c.example"),
        ("o'neill@example.edu", "o'neill@example.edu"),
    ],
)
def test_an_address_is_written_as_on_an_envelope(typed: str, meant: str) -> None:
    assert address_of(typed) == meant


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("jörg@example.org", "only the letters a to z"),
        ("Jörg <joerg@example.org>", "is not an e-mail address"),
        ("jörg", "is not an e-mail address"),
        ("a@ab_c.example", "is not an e-mail address"),
        ("a@ü..example", "is not an e-mail address"),
        (f"a@{'ü.' * 40}example", "is not an e-mail address"),
        ("a@[", "is not an e-mail address"),
        ("a@[192.0.2.1]", "is not an e-mail address"),
    ],
)
def test_what_cannot_be_written_to_is_refused_in_words(typed: str, why: str) -> None:
    with pytest.raises(MailError, match=why):
        address_of(typed)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("ada at example.org", "there is no @ in it"),
        ("Ada <ada@example.org>", "write one address alone"),
        ("ada@example.org; bob@example.org", "write one address alone"),
        ("ada@@example.org", "write one address alone"),
        ("ada b@example.org", "write one address alone"),
        ("@example.org", "something is missing beside the @"),
        ("ada@", "something is missing beside the @"),
        ("jörg@example.org", "only the letters a to z"),
        (f"{'a' * 65}@example.org", "it is too long"),
        (f"a@{'b.' * 100}example", "it is too long"),
        ("ada@ab_c.example", "after the @ is no name of a mail server"),
        ("ada@[192.0.2.1]", "after the @ is no name of a mail server"),
        ("ada..b@example.org", "before the @ cannot stand there"),
    ],
)
def test_what_is_wrong_with_an_address_is_told(typed: str, why: str) -> None:
    with pytest.raises(MailError):
        address_of(typed)
    assert why in fault_in(typed)


@given(st.text(max_size=40) | st.text(max_size=30).map(lambda domain: f"a@{domain}"))
def test_no_text_makes_an_address_that_breaks_a_header(text: str) -> None:
    try:
        found = address_of(text)
    except MailError:
        return
    assert found.isascii()
    assert found.isprintable()
    assert found.count("@") == 1 or '"' in found


@pytest.mark.parametrize(
    ("subject", "text"), [("a\nb", "t"), ("", "t"), ("s", ""), ("s", "\0")]
)
def test_a_letter_that_cannot_be_sent_is_refused(subject: str, text: str) -> None:
    with pytest.raises(MailError):
        checked(Letter(to="a@b.example", subject=subject, text=text, kind="k"))
