"""A letter before it is one of the outbox: whom to, what it says, where it may stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from enum import StrEnum

import idna

# RFC 5321, section 4.5.3.1: 64 octets before the @; in all it would allow 254, and the tables
# have room for 200.
MAX_LOCAL, MAX_ADDRESS = 64, 200

# A subject that a mail program shows whole is far shorter; a line of a header has 998.
MAX_SUBJECT = 200

# A letter is a page or two; its text is kept encrypted until it is sent.
MAX_TEXT = 20_000

_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")

# What nearly every address is, recognised at once: a list may hold a hundred thousand (RFC
# 5322's dot-atom; RFC 5321's domain of letters, digits and hyphens).
_PLAIN = re.compile(
    r"(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)

# What stands before the @ of an address that mail servers take only with SMTPUTF8 (RFC 6531),
# where it is not of ASCII.
_ATOMS = re.compile(r'[^\s@<>()\[\],;:\\"]+')


class State(StrEnum):
    """Where a letter stands.

    ``unclear`` is one of which nobody can know whether it went: the connection broke between
    the last byte and the answer. It is never sent again by itself, so that nothing comes twice.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    UNCLEAR = "unclear"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """As pages write it."""
        return self.value.replace("_", " ").capitalize()


# States of letters that a person should look at, and may send again.
STUCK = (State.REFUSED, State.GIVEN_UP, State.UNCLEAR)


class MailError(ValueError):
    """There can be no such letter; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is to be sent. ``kind`` is a word for what it is about, ``once`` names what there is
    to be at most one letter about; see ``models.MailRow`` for the rest.
    """

    to: str
    subject: str
    text: str
    kind: str
    once: str | None = None
    exam_id: str | None = None
    enrolment_id: str | None = None


def address_of(typed: str) -> str:
    """A mail address as it is written on the envelope, its domain in ASCII (RFC 5891).

    Raises:
        MailError: this is none, or one that not every mail server takes.
    """
    text = typed.strip()
    if len(text) <= MAX_ADDRESS and _PLAIN.fullmatch(text):
        local, _, domain = text.partition("@")
        return f"{local}@{domain.lower()}"
    shown = text[:60]
    before = text.rpartition("@")[0]
    if _ATOMS.fullmatch(before) and not before.isascii():
        raise MailError(
            f"“{shown}” cannot be written to: many mail servers take only the letters a to z, "
            "digits and signs before the @. Ask for another address."
        )
    try:
        found = Address(addr_spec=text)
        domain = idna.encode(found.domain, uts46=True).decode("ascii").lower()
    except (MessageError, ValueError, IndexError, AttributeError):
        # The last is what the library itself stumbles over in some, as “a@[”.
        raise MailError(f"“{shown}” is not an e-mail address.") from None
    local = found.username
    address = f"{local}@{domain}"
    fits = 0 < len(local.encode()) <= MAX_LOCAL and len(address.encode()) <= MAX_ADDRESS
    if not fits or not local.isprintable() or " " in local or not _DOMAIN.fullmatch(domain):
        raise MailError(f"“{shown}” is not an e-mail address.")
    return address


def fault_in(typed: str) -> str:
    """What is wrong with what ``address_of`` takes for none, and what to do: after a colon, and
    without the full stop.
    """
    text = typed.strip()
    local, _, domain = text.rpartition("@")
    if "@" not in text:
        return "there is no @ in it; write it as ada@example.edu"
    if text.count("@") > 1 or any(mark in "<>,;" or mark.isspace() for mark in text):
        return "more than an address stands here; write one address alone, without spaces"
    if not local or not domain:
        return "something is missing beside the @; write it as ada@example.edu"
    if not local.isascii():
        many = "many mail servers take only the letters a to z, digits and signs before the @"
        return f"{many}; ask for another address"
    if len(local) > MAX_LOCAL or len(text) > MAX_ADDRESS:
        return "it is too long; ask for another address"
    try:
        address_of(f"a@{domain}")
    except MailError:
        return "what stands after the @ is no name of a mail server; correct it"
    return "what stands before the @ cannot stand there; correct it"


def checked(letter: Letter) -> Letter:
    """The letter with its address as on the envelope.

    Raises:
        MailError: the address is none, or subject or text cannot be sent.
    """
    if not 0 < len(letter.subject) <= MAX_SUBJECT or not letter.subject.isprintable():
        raise MailError(f"A subject is one line of at most {MAX_SUBJECT} characters.")
    if not 0 < len(letter.text) <= MAX_TEXT or "\0" in letter.text:
        raise MailError(f"A letter has at most {MAX_TEXT:,} characters.")
    return Letter(
        to=address_of(letter.to),
        subject=letter.subject,
        text=letter.text,
        kind=letter.kind,
        once=letter.once,
        exam_id=letter.exam_id,
        enrolment_id=letter.enrolment_id,
    )
