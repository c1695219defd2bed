"""An institution's own words for letters."""

from __future__ import annotations

import pytest

from server.mail.letters import MailError
from server.mail.wording import KINDS, NAMES, Words, checked_words, filled

INVITATION, REMINDER = KINDS["invitation"], KINDS["reminder"]


def test_the_words_that_come_with_the_program_would_be_taken() -> None:
    for one in KINDS.values():
        words = checked_words(one, one.subject, one.text)
        subject, text = filled(words, dict.fromkeys(NAMES, "X"))
        assert "{" not in subject + text


@pytest.mark.parametrize(
    ("subject", "text", "words"),
    [
        ("Code", "Dear {nam}, {code}", "no “{nam}” here"),
        ("Code", "Dear {name}", "nobody could begin"),
        ("Code {code}", "{code}", "out of the subject"),
        ("", "{code}", "one line"),
        ("Code", " ", "1 to 10,000"),
        ("Code", "{code} {", "A brace"),
        ("Code", "{code} }{", "A brace"),
        ("Code {link}", "{code}", "out of the subject"),
        ("Code", "x" * 10_001 + "{code}", "1 to 10,000"),
    ],
)
def test_what_letters_cannot_say_is_refused(subject: str, text: str, words: str) -> None:
    with pytest.raises(MailError, match=words):
        checked_words(INVITATION, subject, text)


def test_a_reminder_has_no_code_to_name() -> None:
    with pytest.raises(MailError, match=r"no “\{code\}” here"):
        checked_words(REMINDER, "Soon", "{code}")


def test_a_value_is_never_read_for_names() -> None:
    values = {"name": "{code}", "exam": "A\r\nBcc: x", "code": "SECRET"}
    subject, text = filled(Words("{exam}", "Dear {name}"), values)
    assert text == "Dear {code}"
    assert "\n" not in subject
