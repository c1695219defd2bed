"""Names and subjects come out of a letter as they went in, whatever they are."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.mail_heads import heads_of, lines_of, mailbox_in, text_in

from server.accounts.service import MAX_INSTITUTION_CHARS
from server.mail.heads import SEVEN_BITS
from server.mail.letters import MAX_SUBJECT

PRINTABLE = st.characters(exclude_categories=["C", "Z"]) | st.just(" ")

NAMES = st.text(PRINTABLE, min_size=1, max_size=MAX_INSTITUTION_CHARS).map(str.strip)
# What is an encoded word already is read as what it stands for when it is put in.
SUBJECTS = st.text(PRINTABLE, min_size=1, max_size=MAX_SUBJECT).filter(
    lambda text: "=?" not in text
)


def written(name: str, subject: str) -> bytes:
    letter = EmailMessage(policy=SEVEN_BITS)
    letter["From"] = Address(display_name=name, addr_spec="exams@example.edu")
    letter["Subject"] = subject
    letter.set_content("Viel Glück!\n")
    return letter.as_bytes()


@given(NAMES, SUBJECTS)
@example(
    "Example University, Faculty of Science (Department of Mathematics, Statistics)" * 2, "s"
)
@example("\\" * MAX_INSTITUTION_CHARS + '"', "=")
@example("Universität (Fakultät für Rechts-, Wirtschafts- und Sozialwissenschaften)", "s")
@example(
    "=?utf-8?q?a=0D=0ABcc:_b@example.edu?=", "Prüfung  im Fach  für Ökonomen, Wiederholung"
)
@example("n", "\N{GRADUATION CAP}" * MAX_SUBJECT)
@example("n", "x" * MAX_SUBJECT)
def test_a_name_and_a_subject_are_read_as_they_were_given(name: str, subject: str) -> None:
    letter = written(name, subject)

    heads = heads_of(letter)
    assert text_in(heads["Subject"]) == subject
    if name:
        assert mailbox_in(heads["From"]) == (name, "exams@example.edu")
    for line in lines_of(letter):
        assert len(line) <= (76 if "=?" in line else 998)


@pytest.mark.parametrize("how", ["q", "Q"])
def test_a_subject_that_holds_a_line_break_begins_no_header(how: str) -> None:
    letter = written("n", f"=?utf-8?{how}?a=0D=0ABcc:_b@example.edu?= c")

    assert "Bcc" not in heads_of(letter)
